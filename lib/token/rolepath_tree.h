/* The syntax tree both role path syntaxes parse to.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_ROLEPATH_TREE_H
#define ROWGATE_TOKEN_ROLEPATH_TREE_H

#include <json-c/json.h>
#include <regex.h>

#include "base/arena.h"
#include "base/scan.h"

struct bound {
	bool given;
	int64_t at; /* negative: from the end */
};

enum selector_kind { SELECTOR_NAME, SELECTOR_INDEX, SELECTOR_SLICE, SELECTOR_ALL, SELECTOR_FILTER };

struct selector {
	enum selector_kind kind;
	const char *name;
	int64_t index;
	struct bound from, to, step;
	const struct condition *filter;
	bool arrays_only; /* SELECTOR_FILTER of the older syntax */
	const struct selector *next;
};

struct segment {
	bool descend; /* ..: the node and everything below it */
	bool dotted;  /* .name or .*, not in brackets */
	const struct selector *selectors;
	const struct segment *next;
};

/* The last three are functions; their names and arguments are RFC 9535's. */
enum path_operand_kind { PATH_LITERAL, PATH_QUERY, PATH_LENGTH, PATH_COUNT, PATH_VALUE };

struct operand {
	enum path_operand_kind kind;
	bool from_root; /* $ instead of @ */
	const struct segment *query;
	struct json_object *literal; /* NULL: null */
	const struct operand *argument;
};

enum condition_kind {
	CONDITION_OR,
	CONDITION_AND,
	CONDITION_NOT,
	CONDITION_GROUP,
	CONDITION_EXISTS,
	CONDITION_REGEX,
	CONDITION_EQ,
	CONDITION_NE,
	CONDITION_LT,
	CONDITION_LE,
	CONDITION_GT,
	CONDITION_GE,
	CONDITION_STARTS,
	CONDITION_ENDS,
	CONDITION_CONTAINS,
	CONDITION_DIFFERS /* of strings only: the older syntax */
};

struct condition {
	enum condition_kind kind;
	const struct condition *a, *b; /* OR, AND; NOT and GROUP (in parentheses) have a only */
	struct operand left, right;    /* EXISTS has left only; right of a REGEX is the pattern's text */
	regex_t regex;
	bool whole; /* REGEX: match(), not search() */
};

struct rolepath {
	bool old; /* written in the older syntax */
	const struct segment *segments;
	const struct selector *cuts; /* SELECTOR_SLICE of the string found, older syntax */
};

/* A parser's place, and what it expected when it failed (the first one wins). */
struct rolepath_parser {
	struct scan s;
	struct arena *arena;
	unsigned depth;
	const char *expected;
};

/* Keeps in mind what was expected where the parser failed. Always returns false. */
bool rolepath_expected(struct rolepath_parser *p, const char *what);
/* Whether a number starts here. */
bool rolepath_at_number(const struct rolepath_parser *p);
/* A whole number within 2^53, optional '-', no leading zeros. */
bool rolepath_int(struct rolepath_parser *p, int64_t *out_r);
/* rolepath_rfc.c, behind the '$'; rolepath_old.c: the whole text. */
bool rolepath_rfc(struct rolepath *path, struct rolepath_parser *p);
bool rolepath_old(struct rolepath *path, struct rolepath_parser *p);

#endif
