/* The cursor and its takers.
 * SPDX-License-Identifier: MIT */
#include "base/scan.h"

#include <string.h>

struct scan scan_of(struct str s)
{
	const char *start = s.p ? s.p : "";
	return (struct scan){ start, start, start + s.n };
}

bool scan_done(const struct scan *s)
{
	return s->cur == s->end;
}

int scan_peek(const struct scan *s)
{
	return scan_done(s) ? -1 : (unsigned char)*s->cur;
}

size_t scan_at(const struct scan *s)
{
	return (size_t)(s->cur - s->start);
}

struct str scan_rest(const struct scan *s)
{
	return (struct str){ s->cur, (size_t)(s->end - s->cur) };
}

bool scan_char(struct scan *s, char c)
{
	if (scan_done(s) || *s->cur != c)
		return false;
	s->cur++;
	return true;
}

bool scan_lit(struct scan *s, struct str literal)
{
	if (!str_starts(scan_rest(s), literal))
		return false;
	s->cur += literal.n;
	return true;
}

bool scan_lit_nocase(struct scan *s, struct str literal)
{
	if (!str_starts_nocase(scan_rest(s), literal))
		return false;
	s->cur += literal.n;
	return true;
}

/* strchr would find the NUL byte in every set. */
static bool in_set(const char *set, char c)
{
	return c != '\0' && strchr(set, c);
}

bool scan_set(struct scan *s, const char *set, size_t max, struct str *out_r)
{
	const char *p = s->cur;
	while (p < s->end && in_set(set, *p))
		p++;
	struct str taken = { s->cur, (size_t)(p - s->cur) };
	if (taken.n == 0 || taken.n > max)
		return false;
	s->cur = p;
	if (out_r)
		*out_r = taken;
	return true;
}

struct str scan_until(struct scan *s, const char *stops)
{
	const char *from = s->cur;
	while (s->cur < s->end && !in_set(stops, *s->cur))
		s->cur++;
	return (struct str){ from, (size_t)(s->cur - from) };
}

bool scan_u64(struct scan *s, uint64_t *out_r)
{
	struct scan ahead = *s;
	struct str digits;
	if (!scan_set(&ahead, "0123456789", SIZE_MAX, &digits) || !str_to_u64(digits, out_r))
		return false;
	*s = ahead;
	return true;
}

void scan_blanks(struct scan *s)
{
	while (s->cur < s->end && (*s->cur == ' ' || *s->cur == '\t'))
		s->cur++;
}
