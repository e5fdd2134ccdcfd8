/* SPDX-License-Identifier: MIT */
/* Nothing can be preloaded into this. */
int main(void)
{
	return 4;
}
