/* Code points to UTF-8 and back.
 * SPDX-License-Identifier: MIT */
#include "base/utf8.h"

uint32_t utf8_decode(struct str s)
{
	unsigned char lead = (unsigned char)s.p[0];
	if (lead < 0x80)
		return lead;
	uint32_t code = lead & (lead >= 0xf0 ? 0x07u : lead >= 0xe0 ? 0x0fu : 0x1fu);
	for (size_t n = utf8_step(s), i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)s.p[i] & 0x3fu);
	return code;
}

size_t utf8_encode(char *to, uint32_t code)
{
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, code >>= 6)
		to[i] = (char)(0x80 | (code & 0x3f));
	to[0] = (char)(leads[n] | code);
	return n;
}

size_t utf8_count(struct str text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += !utf8_is_tail(text.p[i]);
	return n;
}

struct str utf8_cut(struct str text, size_t max)
{
	size_t n = text.n < max ? text.n : max;
	while (n > 0 && n < text.n && utf8_is_tail(text.p[n]))
		n--;
	return str_sub(text, 0, n);
}
