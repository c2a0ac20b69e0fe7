/* A cursor over bytes and takers that advance it only when they succeed: a(&s) && b(&s) && ...
 *
 * No taker reads past the end; each that collects takes a maximum.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_SCAN_H
#define ROWGATE_BASE_SCAN_H

#include "str.h"

struct scan {
	const char *start, *cur, *end;
};

struct scan scan_of(struct str s);
bool scan_done(const struct scan *s);
/* The next byte as 0..255 without taking it, or -1 at the end. */
int scan_peek(const struct scan *s);
size_t scan_at(const struct scan *s);
struct str scan_rest(const struct scan *s);

bool scan_char(struct scan *s, char c);
bool scan_lit(struct scan *s, struct str literal);
bool scan_lit_nocase(struct scan *s, struct str literal);
/* One or more bytes of the set; out_r may be NULL. False when there is none or more than max. */
bool scan_set(struct scan *s, const char *set, size_t max, struct str *out_r);
/* Everything before the first byte of stops, possibly nothing, possibly up to the end. */
struct str scan_until(struct scan *s, const char *stops);
bool scan_u64(struct scan *s, uint64_t *out_r);
/* Skips spaces and tabs. */
void scan_blanks(struct scan *s);

#endif
