/* Escaping for JSON: eight clean bytes at a time, the others by a table.
 * SPDX-License-Identifier: MIT */
#include "reply/escape.h"

#include <string.h>

/* What follows the backslash: 0 for bytes that stay, 'u' for those without a short form. */
static const char escapes[256] = {
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'b',
	't',
	'n',
	'u',
	'f',
	'r',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	['"'] = '"',
	['\\'] = '\\',
};

/* Not zero when one of eight bytes is to be escaped. A borrow may mark a byte above a marked one as well, never a
 * byte of a word without any; bytes from 0x80 up are masked out. */
static inline uint64_t unclean(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101u, tops = ones << 7;
	uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
	uint64_t marks = (word - ones * 0x20) & ~word;
	marks |= (quote - ones) & ~quote;
	marks |= (backslash - ones) & ~backslash;
	return marks & tops;
}

static inline char *escape_byte(char *to, unsigned char byte)
{
	char escape = escapes[byte];
	if (!escape) {
		*to++ = (char)byte;
		return to;
	}
	*to++ = '\\';
	*to++ = escape;
	if (escape == 'u') {
		memcpy(to, byte < 16 ? "000" : "001", 3);
		to[3] = "0123456789abcdef"[byte & 15];
		to += 4;
	}
	return to;
}

char *escape_to(char *to, struct str text)
{
	const char *from = text.p, *end = text.p + text.n;
	while (end - from >= 8) {
		uint64_t word;
		memcpy(&word, from, 8);
		if (unclean(word)) {
			for (int i = 0; i < 8; i++)
				to = escape_byte(to, (unsigned char)*from++);
			continue;
		}
		memcpy(to, &word, 8);
		from += 8;
		to += 8;
	}
	while (from < end)
		to = escape_byte(to, (unsigned char)*from++);
	return to;
}
