/* Texts that people take for the same: normal forms and case folding, by libunistring.
 *
 * What the library makes has room in the arena, which is wiped: passwords pass here.
 * SPDX-License-Identifier: MIT */
#include "account/unicode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#include "base/buf.h"
#include "base/utf8.h"

/* No character grows to more bytes than 11 times its own (U+FDFA in NFKC). */
enum { GROWTH_MAX = 12 };

/* What the library made, if it made anything; else s. For want of memory the worker ends: another text would be another
 * password, or another account. */
static struct str take_made(uint8_t *made, size_t n, char *room, struct str s, struct arena *a)
{
	if (!made && errno == ENOMEM)
		abort();
	if (!made)
		return s;
	if ((char *)made == room)
		return (struct str){ room, n };
	struct str copy = str_dup(a, (struct str){ (char *)made, n });
	explicit_bzero(made, n);
	free(made);
	return copy;
}

struct str unicode_nfkc(struct str s, struct arena *a)
{
	size_t n = s.n * GROWTH_MAX + 1;
	char *room = arena_bytes(a, n);
	uint8_t *made = u8_normalize(UNINORM_NFKC, (const uint8_t *)s.p, s.n, (uint8_t *)room, &n);
	return take_made(made, n, room, s, a);
}

static struct str casefold(struct str s, struct arena *a)
{
	size_t n = s.n * GROWTH_MAX + 1;
	char *room = arena_bytes(a, n);
	uint8_t *made = u8_casefold((const uint8_t *)s.p, s.n, NULL, UNINORM_NFKC, (uint8_t *)room, &n);
	return take_made(made, n, room, s, a);
}

static bool is_invisible(ucs4_t c)
{
	return uc_is_property_default_ignorable_code_point(c);
}

static struct str without_invisible(struct str s, struct arena *a)
{
	struct buf out = buf_new(a, s.n + 1);
	while (s.n) {
		size_t n = utf8_step(s);
		if (!is_invisible(utf8_decode(s)))
			buf_put(&out, str_sub(s, 0, n));
		s = str_from(s, n);
	}
	return buf_str(&out);
}

struct str unicode_visible(struct str s, struct arena *a)
{
	return without_invisible(unicode_nfkc(s, a), a);
}

/* Twice, since a letter may fold to what another normal form has, and what was invisible may have parted two. */
struct str unicode_fold(struct str s, struct arena *a)
{
	struct str once = without_invisible(casefold(unicode_nfkc(s, a), a), a);
	return without_invisible(casefold(once, a), a);
}

static bool is_margin(struct str at)
{
	ucs4_t c = utf8_decode(at);
	return uc_is_property_white_space(c) || is_invisible(c);
}

struct str unicode_trim(struct str s)
{
	while (s.n && is_margin(s))
		s = str_from(s, utf8_step(s));
	for (size_t last = s.n; s.n; last = s.n) {
		do
			last--;
		while (last && utf8_is_tail(s.p[last]));
		if (!is_margin(str_from(s, last)))
			break;
		s = str_sub(s, 0, last);
	}
	return s;
}
