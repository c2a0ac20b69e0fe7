/* Preferences of RFC 7240 as PostgREST knows them.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_HTTP_PREFER_H
#define ROWGATE_HTTP_PREFER_H

#include "request.h"

/* clang-format off */
/* The preferences that are a choice of words, one row each, in the order in which Preference-Applied names them:
 *     choice(enum prefer_kind, tag of its enum, member of struct prefer, enumerator of nothing said, its words),
 *     word(enumerator, text in the field) */
#define PREFER_CHOICES(choice, word) \
	choice(PREFER_RESOLUTION, prefer_resolution, resolution, RESOLUTION_NONE, \
		word(RESOLUTION_MERGE, "resolution=merge-duplicates") \
		word(RESOLUTION_IGNORE, "resolution=ignore-duplicates")) \
	choice(PREFER_MISSING, prefer_missing, missing, MISSING_UNSET, \
		word(MISSING_DEFAULT, "missing=default") \
		word(MISSING_NULL, "missing=null")) \
	choice(PREFER_RETURN, prefer_return, ret, RETURN_UNSET, \
		word(RETURN_REPRESENTATION, "return=representation") \
		word(RETURN_MINIMAL, "return=minimal") \
		word(RETURN_HEADERS, "return=headers-only")) \
	choice(PREFER_COUNT, prefer_count, count, COUNT_NONE, \
		word(COUNT_EXACT, "count=exact") \
		word(COUNT_PLANNED, "count=planned") \
		word(COUNT_ESTIMATED, "count=estimated")) \
	choice(PREFER_TX, prefer_tx, tx, TX_UNSET, \
		word(TX_COMMIT, "tx=commit") \
		word(TX_ROLLBACK, "tx=rollback")) \
	choice(PREFER_HANDLING, prefer_handling, handling, HANDLING_UNSET, \
		word(HANDLING_STRICT, "handling=strict") \
		word(HANDLING_LENIENT, "handling=lenient"))
/* clang-format on */

#define PREFER_WORD(enumerator, text) enumerator,
#define PREFER_ENUM(kind, tag, member, unset, words) enum tag { unset, words };
#define PREFER_KIND(kind, tag, member, unset, words) kind,
#define PREFER_MEMBER(kind, tag, member, unset, words) enum tag member;

PREFER_CHOICES(PREFER_ENUM, PREFER_WORD)

enum prefer_kind {
	PREFER_CHOICES(PREFER_KIND, PREFER_WORD) PREFER_CHOICE_COUNT,
	/* Those with a value of their own. */
	PREFER_TIMEZONE = PREFER_CHOICE_COUNT,
	PREFER_MAX_AFFECTED,
	PREFER_KIND_COUNT
};
/* A kind in a set of them. */
#define PREFER_BIT(kind) (1u << (kind))

/* No limit: what no count is beyond. */
#define MAX_AFFECTED_NONE INT64_MAX

struct prefer {
	PREFER_CHOICES(PREFER_MEMBER, PREFER_WORD)
	struct str timezone;       /* as sent, or STR_NONE */
	int64_t max_affected;      /* MAX_AFFECTED_NONE: not given; a negative one no change can keep to */
	const struct str *invalid; /* preferences not understood, in order */
	size_t invalid_count;
};

#undef PREFER_WORD
#undef PREFER_ENUM
#undef PREFER_KIND
#undef PREFER_MEMBER

/* Reads every Prefer field; the first of a kind wins. Whether tx= may be used is the planner's to say. */
void prefer_read(struct prefer *out_r, const struct request *r, struct arena *a);
/* Whether the request may go on: 400 PGRST122 when handling=strict came with anything that is not understood. */
MUST_CHECK bool prefer_check(const struct prefer *p, struct arena *a, struct fault *f);
/* Unsets all but those of a set of PREFER_BIT(). */
void prefer_keep(struct prefer *p, unsigned kinds);
/* The Preference-Applied value for what is set, or STR_NONE. What of it was in force is the planner's to say. */
struct str prefer_applied(const struct prefer *p, struct arena *a);

#endif
