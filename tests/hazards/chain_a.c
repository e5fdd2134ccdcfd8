/* SPDX-License-Identifier: MIT */
int chain_b(void);
int chain_a(void);

int chain_a(void)
{
	return 100 + chain_b();
}
