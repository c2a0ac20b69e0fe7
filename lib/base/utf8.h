/* UTF-8 (RFC 3629): how long its sequences are, what they stand for, and where a text may be cut.
 *
 * utf8_length() judges bytes from outside; what takes text that was judged before, as the rest here does, is cheaper
 * and safe with any bytes, but means nothing for those that are not UTF-8.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_UTF8_H
#define ROWGATE_BASE_UTF8_H

#include "base/str.h"

enum { UTF8_MOST = 4 }; /* bytes of a character */

/* What stands for bytes that are no character (U+FFFD), and what some put in front of a file (U+FEFF). */
#define UTF8_REPLACEMENT STR("\xef\xbf\xbd")
#define UTF8_MARK STR("\xef\xbb\xbf")

/* Whether the byte goes on with a character that another one began. */
static inline bool utf8_is_tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Bytes of the well-formed sequence s starts with (1 for ASCII, NUL included), 0 when there is none. Unicode table 3-7
 * restricts only the second byte: its lower bound keeps out overlong forms, its upper one surrogates and what is beyond
 * U+10FFFF. */
static inline size_t utf8_length(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	if (s.n == 0 || p[0] < 0x80)
		return s.n > 0;
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
	if (p[0] < 0xc2 || p[0] > 0xf4 || s.n < n || p[1] < low || p[1] > high)
		return 0;
	return (n > 2 && !utf8_is_tail(s.p[2])) || (n > 3 && !utf8_is_tail(s.p[3])) ? 0 : n;
}

/* Bytes of the character that s, which is not empty, starts with: the first one and all tails behind it. */
static inline size_t utf8_step(struct str s)
{
	size_t n = 1;
	while (n < s.n && utf8_is_tail(s.p[n]))
		n++;
	return n;
}

/* The code point that s, which is not empty, starts with. */
uint32_t utf8_decode(struct str s);
/* Writes a code point up to U+10FFFF to `to`, which has room for UTF8_MOST bytes; returns how many it took. */
size_t utf8_encode(char *to, uint32_t code);
/* How many characters there are. */
size_t utf8_count(struct str text);
/* As many whole characters from the beginning as fit max bytes. */
struct str utf8_cut(struct str text, size_t max);

#endif
