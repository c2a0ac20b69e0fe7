/* Byte strings as values: comparing, cutting, numbers, and copies in an arena.
 * SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/utf8.h"

struct str str_of(const char *text)
{
	return (struct str){ text, text ? strlen(text) : 0 };
}

/* memcmp wants valid pointers even for no bytes, and an absent string has none. */
static int bytes_cmp(const char *a, const char *b, size_t n)
{
	return n == 0 ? 0 : memcmp(a, b, n);
}

static bool bytes_eq_nocase(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && bytes_cmp(a.p, b.p, a.n) == 0;
}

bool str_eq_nocase(struct str a, struct str b)
{
	return a.n == b.n && bytes_eq_nocase(a.p, b.p, a.n);
}

int str_cmp(struct str a, struct str b)
{
	int order = bytes_cmp(a.p, b.p, a.n < b.n ? a.n : b.n);
	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && bytes_cmp(s.p, prefix.p, prefix.n) == 0;
}

bool str_starts_nocase(struct str s, struct str prefix)
{
	return s.n >= prefix.n && bytes_eq_nocase(s.p, prefix.p, prefix.n);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

size_t str_index(struct str s, char c)
{
	const char *found = s.n ? memchr(s.p, c, s.n) : NULL;
	return found ? (size_t)(found - s.p) : s.n;
}

size_t str_rindex(struct str s, char c)
{
	const char *found = s.n ? memrchr(s.p, c, s.n) : NULL;
	return found ? (size_t)(found - s.p) : s.n;
}

bool str_has(struct str s, char c)
{
	return s.n && memchr(s.p, c, s.n);
}

size_t str_find(struct str haystack, struct str needle)
{
	if (needle.n == 0)
		return 0;
	const char *found = haystack.n ? memmem(haystack.p, haystack.n, needle.p, needle.n) : NULL;
	return found ? (size_t)(found - haystack.p) : haystack.n;
}

struct str str_sub(struct str s, size_t from, size_t n)
{
	struct str rest = str_from(s, from);
	return (struct str){ rest.p, n < rest.n ? n : rest.n };
}

struct str str_from(struct str s, size_t from)
{
	if (!s.p)
		return s;
	size_t skip = from < s.n ? from : s.n;
	return (struct str){ s.p + skip, s.n - skip };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_from(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_cut(struct str *rest, char sep)
{
	struct str whole = *rest;
	size_t at = str_index(whole, sep);
	*rest = at < whole.n ? str_from(whole, at + 1) : STR_NONE;
	return str_sub(whole, 0, at);
}

bool str_to_u64(struct str s, uint64_t *out_r)
{
	uint64_t value = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, 10u, &value)
			|| __builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'), &value))
			return false;
	}
	if (s.n == 0)
		return false;
	*out_r = value;
	return true;
}

bool str_to_i64(struct str s, int64_t *out_r)
{
	bool negative = s.n && s.p[0] == '-';
	uint64_t magnitude;
	if (!str_to_u64(negative ? str_from(s, 1) : s, &magnitude))
		return false;
	if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return false;
	*out_r = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

bool str_is_text(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t step = s.p[i] == '\0' ? 0 : utf8_length(str_from(s, i));
		if (step == 0)
			return false;
		i += step;
	}
	return true;
}

uint64_t str_hash(struct str s)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (size_t i = 0; i < s.n; i++)
		hash = (hash ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	return hash;
}

struct str str_dup(struct arena *a, struct str s)
{
	if (!s.p)
		return STR_NONE;
	char *copy = arena_bytes(a, s.n + 1);
	memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return (struct str){ copy, s.n };
}

const char *str_cstr(struct arena *a, struct str s)
{
	return s.p ? str_dup(a, s).p : "";
}

struct str str_lower(struct arena *a, struct str s)
{
	if (!s.p)
		return STR_NONE;
	char *copy = arena_bytes(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		copy[i] = ascii_lower(s.p[i]);
	copy[s.n] = '\0';
	return (struct str){ copy, s.n };
}

struct str str_vprintf(struct arena *a, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);
	if (length < 0)
		abort();
	char *text = arena_bytes(a, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return (struct str){ text, (size_t)length };
}

struct str str_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct str text = str_vprintf(a, format, args);
	va_end(args);
	return text;
}

struct str str_from_i64(struct arena *a, int64_t value)
{
	char digits[sizeof "-9223372036854775808"], *at = digits + sizeof digits - 1;
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	*at = '\0';
	do
		*--at = (char)('0' + left % 10);
	while (left /= 10);
	if (value < 0)
		*--at = '-';
	return str_dup(a, (struct str){ at, (size_t)(digits + sizeof digits - 1 - at) });
}

struct str str_join(struct arena *a, const struct str *parts, size_t count, struct str separator)
{
	size_t length = 0;
	for (size_t i = 0; i < count; i++)
		length += parts[i].n + (i ? separator.n : 0);
	char *text = arena_bytes(a, length + 1), *end = text;
	for (size_t i = 0; i < count; i++) {
		if (i && separator.n)
			end = mempcpy(end, separator.p, separator.n);
		if (parts[i].n)
			end = mempcpy(end, parts[i].p, parts[i].n);
	}
	*end = '\0';
	return (struct str){ text, length };
}
