/* The elements of arrays of one dimension, one after the other, from PostgreSQL's text form: `{1,"a b",NULL}`.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_ELEMENTS_H
#define ROWGATE_REPLY_ELEMENTS_H

#include "base/fault.h"
#include "base/str.h"

/* A cursor: in front of an array, and then of one of its elements. */
struct elements {
	const char *at, *end;
};

/* Takes the whole array. False: the text is none. */
MUST_CHECK bool elements_skip(struct elements *e);
/* Takes what stands in front of the first element. */
MUST_CHECK bool elements_open(struct elements *e);
/* One of them: STR_NONE is NULL; escaped: a backslash stands in front of some bytes, to be dropped. */
struct element {
	struct str text; /* a view */
	bool escaped, last;
};

/* Takes an element and the comma or brace behind it. False: the text is no array. */
MUST_CHECK bool elements_take(struct elements *e, struct element *out_r);
/* Writes the text of an escaped one without its backslashes; returns the end. */
char *element_unescape(char *to, struct str text);

#endif
