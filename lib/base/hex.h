/* Hexadecimal digits read from outside, of either case.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_HEX_H
#define ROWGATE_BASE_HEX_H

/* 0 to 15, or -1 for what is no digit. */
static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	char lower = (char)(c | 0x20);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

#endif
