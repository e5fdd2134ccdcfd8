/* SPDX-License-Identifier: MIT */
int chain_c(void);

int chain_c(void)
{
	return 3;
}
