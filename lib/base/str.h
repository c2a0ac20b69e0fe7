/* Byte strings as values: a pointer and a length, views into memory that someone else owns.
 *
 * A struct str is passed and returned by value, cut and compared, never copied until str_dup() is asked to.
 * {NULL, 0} means "absent" (JSON null, no header); an empty string that is present has p != NULL.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_STR_H
#define ROWGATE_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/count.h"

struct arena;

struct str {
	const char *p;
	size_t n;
};

/* A literal as a struct str, usable in initializers. */
#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_INIT(literal)                                                                                              \
	{                                                                                                                  \
		"" literal, sizeof(literal) - 1                                                                                \
	}
#define STR_NONE ((struct str){ NULL, 0 })
/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p

/* A view of a NUL-terminated string; NULL gives STR_NONE. */
struct str str_of(const char *text);

bool str_eq(struct str a, struct str b);
/* Compares ASCII letters without regard to case, as RFC 9110 section 5.1 compares field names. */
bool str_eq_nocase(struct str a, struct str b);
/* Bytewise order as memcmp, the shorter first: <0, 0, >0. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_starts_nocase(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Index of the first c, or s.n when there is none. */
size_t str_index(struct str s, char c);
/* Index of the last c, or s.n when there is none. */
size_t str_rindex(struct str s, char c);
bool str_has(struct str s, char c);
/* First occurrence of needle as an index, or haystack.n. An empty needle is found at 0. */
size_t str_find(struct str haystack, struct str needle);

/* Bytes [from, from + n), clipped to what s holds. */
struct str str_sub(struct str s, size_t from, size_t n);
struct str str_from(struct str s, size_t from);
/* Without ASCII blanks (space, tab, CR, LF) at both ends. */
struct str str_trim(struct str s);
/* Takes everything up to the first sep off *rest and returns it; *rest is left behind the separator,
 * or STR_NONE when there was none. A loop `while (rest.p) x = str_cut(&rest, ',')` sees every field. */
struct str str_cut(struct str *rest, char sep);

/* Whole decimal numbers, no sign for u64, optional leading '-' for i64. False on anything else,
 * on an empty string and on overflow; *out_r is then left alone. */
bool str_to_u64(struct str s, uint64_t *out_r);
bool str_to_i64(struct str s, int64_t *out_r);

/* UTF-8 as utf8_length() has it, without a NUL byte: what PostgreSQL accepts as text. */
bool str_is_text(struct str s);

/* 64-bit FNV-1a, the same in every process: for what we name ourselves. What comes from outside: base/hash.h. */
uint64_t str_hash(struct str s);

/* A copy in the arena, NUL-terminated behind its last byte. */
struct str str_dup(struct arena *a, struct str s);
/* The same, as a C string for interfaces that want one; s must hold no NUL byte. */
const char *str_cstr(struct arena *a, struct str s);
/* ASCII lower case in the arena. */
struct str str_lower(struct arena *a, struct str s);
/* The number in decimal, NUL-terminated. */
struct str str_from_i64(struct arena *a, int64_t value);
/* printf into the arena; NUL-terminated. What every request writes is joined: this costs ten times as much. */
struct str str_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct str str_vprintf(struct arena *a, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
/* count parts glued together in the arena. */
struct str str_join(struct arena *a, const struct str *parts, size_t count, struct str separator);

#endif
