/* SPDX-License-Identifier: MIT */
int RAND_bytes(unsigned char *buf, int len);
int twin_of(void);

int twin_of(void)
{
	unsigned char byte = 0;

	return RAND_bytes(&byte, 1) == 1 ? byte : -1;
}
