/* Kinds of ASCII characters, whatever the locale says (ctype.h would ask it).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_ASCII_H
#define ROWGATE_BASE_ASCII_H

#include <stdbool.h>

static inline bool ascii_is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool ascii_is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool ascii_is_alnum(int c)
{
	return ascii_is_letter(c) || ascii_is_digit(c);
}

/* A letter in lower case, everything else as it is. */
static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

#endif
