/* Which prepared statements a connection has: a bounded LRU keyed by (role, search_path, SQL text).
 *
 * Clients choose the texts, and a backend holds up to a hundred bytes for each byte of one: their sum is bounded beside
 * their number, and what is very long is not prepared at all.
 *
 * With row-level security a plan cached for one role is thrown away under another, so the role is part of the key.
 * A name is booked on PostgreSQL's answer to its Parse, not before: Parse is not transactional, and one that came
 * after an error was skipped. A name given up is doomed until its DEALLOCATE has been answered. Knows no libpq.
 *
 * User SQL can DEALLOCATE and PREPARE any name again: segment.c says how that is noticed.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PG_NAMES_H
#define ROWGATE_PG_NAMES_H

#include "base/str.h"

struct names;

struct name_key {
	struct str role, search_path, sql;
};

/* Above either a statement is not prepared: planning it anew costs less than keeping it would. */
enum { NAMES_TEXT_MAX = 8 * 1024, NAMES_PARAMS_MAX = 200 };

enum name_state { NAME_FREE, NAME_NEW, NAME_PREPARED, NAME_DOOMED };

struct name {
	enum name_state state;
	char text[20]; /* lower case: DEALLOCATE folds case */
};

/* capacity: statements kept, 0 keeps none; bytes: of their texts, all together. */
struct names *names_new(size_t capacity, size_t bytes);
void names_free(struct names *n);
/* The connection is new or was told DEALLOCATE ALL: nothing is prepared. */
void names_clear(struct names *n);
/* A flight begins: names used from now on are not evicted before the next call. */
void names_begin(struct names *n);
/* The statement's name, found (NAME_PREPARED) or made (NAME_NEW: to be parsed), least recently used ones doomed to
 * make room; NULL when there is no room or it is too long. */
struct name *names_use(struct names *n, const struct name_key *key);
/* Parse was answered. */
void names_parsed(struct name *x);
/* The name's Parse was skipped or failed, or its DEALLOCATE was answered: it does not exist. */
void names_forget(struct names *n, struct name *x);
/* The name is not to be used again. */
void names_doom(struct names *n, struct name *x);
/* The doomed names, one after the other: start with NULL; NULL ends. */
struct name *names_next_doomed(const struct names *n, const struct name *after);
/* Names prepared, and the bytes of their keys. */
size_t names_count(const struct names *n);
size_t names_bytes(const struct names *n);

#endif
