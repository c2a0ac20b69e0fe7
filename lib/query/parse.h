/* A parser of one parameter: a cursor, takers that advance it, and a record of what was expected furthest on.
 *
 * Grammar functions are chained takers, a(p) && b(p). PostgREST's clients match on its error texts, which Parsec
 * words, so the record follows Parsec's rules: a taker that takes something forgets what was expected before; one
 * that takes nothing adds what it expected; of two failures the one further on counts, at the same place both. A
 * taker that fails may leave the cursor moved ("it failed having taken something"): then no alternative is tried,
 * unless parse_try() puts the cursor back. Most parameters are right, so the record is kept only in a second pass over
 * one that was not:
 *
 *	while (!grammar_order(&p, &terms))
 *		if (!parse_again(&p))
 *			return parse_fault(&p, ...);
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_QUERY_PARSE_H
#define ROWGATE_QUERY_PARSE_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/str.h"

/* What may be expected. Values under 128 are that ASCII character; words are shown quoted, the rest as they are. */
#define PARSE_LABELS(label, word)                                                                                      \
	label(LABEL_NAME, "field name (* or [a..z0..9_$])") label(LABEL_KEY,                                               \
		"any non reserved character different from: .,>()") label(LABEL_LETTER, "letter") label(LABEL_DIGIT, "digit")  \
		label(LABEL_DELIMITER, "delimiter (.)") label(LABEL_OPERATOR, "operator (eq, gt, ...)") label(LABEL_IS,        \
			"isVal: (null, not_null, true, false, unknown)") label(LABEL_NEGATION, "negation operator (not)")          \
			label(LABEL_LOGIC, "logic operator (and, or)") label(LABEL_END, "end of input")                            \
				word(WORD_ARROW_TEXT, "->>") word(WORD_ARROW, "->") word(WORD_CAST, "::") word(WORD_SPREAD, "...")     \
					word(WORD_COUNT_CALL, "count()") word(WORD_CALL, "()") word(WORD_SUM, "sum") word(WORD_AVG, "avg") \
						word(WORD_COUNT, "count") word(WORD_MAX, "max") word(WORD_MIN, "min") word(WORD_LEFT, "left")  \
							word(WORD_INNER, "inner") word(WORD_NOT, "not") word(WORD_AND, "and") word(WORD_OR, "or")  \
								word(WORD_ASC, "asc") word(WORD_DESC, "desc") word(WORD_NULLS_FIRST, "nullsfirst")     \
									word(WORD_NULLS_LAST, "nullslast")

#define PARSE_ENUM(name, text) name,
enum parse_label { LABEL_NONE = 0, LABEL_BASE = 127, PARSE_LABELS(PARSE_ENUM, PARSE_ENUM) PARSE_LABEL_END };
enum { PARSE_LABEL_COUNT = PARSE_LABEL_END - LABEL_BASE }; /* of tables that start at LABEL_BASE */

enum { PARSE_EXPECTED_MAX = 24, PARSE_DEPTH_MAX = 100 };

struct parse_error {
	const char *at;
	uint32_t met;        /* 0: none; else the character met + 1, or PARSE_MET_END */
	uint32_t refused[2]; /* characters + 1 that must not follow here; they are named before met */
	uint8_t count;
	uint8_t expected[PARSE_EXPECTED_MAX]; /* enum parse_label, in order of appearance, each once */
};
#define PARSE_MET_END UINT32_MAX

struct parse {
	const char *start, *cur, *end;
	bool recording; /* the second pass */
	struct parse_error error;
	unsigned depth;
	bool too_deep; /* sticky: nested beyond PARSE_DEPTH_MAX */
	struct arena *arena;
};

/* A set of bytes and what the record says when none is there. */
struct parse_class {
	bool in[256];
	uint8_t expected[2];
};

struct parse parse_of(struct str text, struct arena *a);
/* Goes back to the beginning after a failure, to record why. False the second time. */
bool parse_again(struct parse *p);

bool parse_char(struct parse *p, char c);
/* Takes a word of PARSE_LABELS. */
bool parse_word(struct parse *p, enum parse_label word);
/* Takes a word that is never named in an error. nocase: the token is in lower case and
 * matches upper case too. */
bool parse_token(struct parse *p, struct str token, bool nocase);
/* Takes all bytes of the class from here on, at least min. */
bool parse_run(struct parse *p, const struct parse_class *c, size_t min, struct str *out_r);
bool parse_any(struct parse *p);
/* Takes everything up to the end. */
struct str parse_rest(struct parse *p);
void parse_blanks(struct parse *p);
/* Takes nothing; true when the next byte is not c, or is none of the class. */
bool parse_not_char(struct parse *p, char c);
bool parse_not_class(struct parse *p, const struct parse_class *c);
/* Takes nothing; true at the end, which is recorded even so: what follows may fail for want of more. */
bool parse_end(struct parse *p);
/* Takes nothing; true when c, or the word, comes next. */
bool parse_sees(struct parse *p, char c);
bool parse_sees_word(struct parse *p, enum parse_label word);

/* The place at which a parse_try() or parse_named() began. */
struct parse_mark {
	const char *cur;
	struct parse_error error;
};
struct parse_mark parse_open(struct parse *p);
/* Ends what was opened: a failure puts the cursor back. Returns ok. */
bool parse_try(struct parse *p, const struct parse_mark *m, bool ok);
/* Ends what was opened: if it took nothing, the record names it as a whole. Returns ok. */
bool parse_named(struct parse *p, const struct parse_mark *m, bool ok, enum parse_label name);

/* Forgets what was expected: between two rounds of a repetition, as Parsec does. */
void parse_forget(struct parse *p);
/* Takes one or more items, with sep() between them. The record keeps what Parsec's sepBy1 keeps. */
bool parse_list(struct parse *p, bool (*sep)(struct parse *p), bool (*item)(struct parse *p, void *arg), void *arg);
/* Goes one level deeper, until parse_leave(). False beyond PARSE_DEPTH_MAX, for good. */
bool parse_enter(struct parse *p);
void parse_leave(struct parse *p);

/* parse_fault.c: makes the fault 400 PGRST100 of a failed parse: message `"failed to parse WHAT (SHOWN)" (line L,
 * column C)`. Returns false. */
MUST_CHECK bool parse_fault(const struct parse *p, const char *what, struct str shown, struct fault *f);

#endif
