/* Filter operators and the words that go with them: one row each, which the grammar, the planner and the SQL share.
 *
 * A new operator is a new row. In FILTER_OPERATORS the order is that in which names are tried: a name stands before
 * the names it begins with (`gte` before `gt`).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_QUERY_OPERATOR_H
#define ROWGATE_QUERY_OPERATOR_H

#include "base/str.h"

/* What an operator's operand is: how the URL writes it, and how SQL does. */
enum operand_kind {
	OPERAND_VALUE,
	OPERAND_PATTERN, /* a value in which a URL's `*` is `%` */
	OPERAND_QUERY,   /* of a full-text search; its configuration may stand in parentheses before the dot */
	OPERAND_LIST,    /* values in parentheses */
	OPERAND_IS       /* one of FILTER_IS_WORDS */
};

/* clang-format off */
/* row(enum filter_operator, name in the URL, SQL between column and operand, what the operand is,
 *     typed: the operand is of the column's type, so a domain's own function reads it,
 *     quantified: takes (any) and (all), and then an array literal) */
#define FILTER_OPERATORS(row) \
	row(OP_IN,         "in",         "= ANY",                              OPERAND_LIST,    true,  false) \
	row(OP_ISDISTINCT, "isdistinct", "IS DISTINCT FROM",                   OPERAND_VALUE,   false, false) \
	row(OP_IS,         "is",         "IS",                                 OPERAND_IS,      false, false) \
	row(OP_FTS,        "fts",        "@@ pg_catalog.to_tsquery",           OPERAND_QUERY,   false, false) \
	row(OP_PLFTS,      "plfts",      "@@ pg_catalog.plainto_tsquery",      OPERAND_QUERY,   false, false) \
	row(OP_PHFTS,      "phfts",      "@@ pg_catalog.phraseto_tsquery",     OPERAND_QUERY,   false, false) \
	row(OP_WFTS,       "wfts",       "@@ pg_catalog.websearch_to_tsquery", OPERAND_QUERY,   false, false) \
	row(OP_NEQ,        "neq",        "<>",                                 OPERAND_VALUE,   true,  false) \
	row(OP_CS,         "cs",         "@>",                                 OPERAND_VALUE,   true,  false) \
	row(OP_CD,         "cd",         "<@",                                 OPERAND_VALUE,   true,  false) \
	row(OP_OV,         "ov",         "&&",                                 OPERAND_VALUE,   true,  false) \
	row(OP_SL,         "sl",         "<<",                                 OPERAND_VALUE,   true,  false) \
	row(OP_SR,         "sr",         ">>",                                 OPERAND_VALUE,   true,  false) \
	row(OP_NXR,        "nxr",        "&<",                                 OPERAND_VALUE,   true,  false) \
	row(OP_NXL,        "nxl",        "&>",                                 OPERAND_VALUE,   true,  false) \
	row(OP_ADJ,        "adj",        "-|-",                                OPERAND_VALUE,   true,  false) \
	row(OP_EQ,         "eq",         "=",                                  OPERAND_VALUE,   true,  true) \
	row(OP_GTE,        "gte",        ">=",                                 OPERAND_VALUE,   true,  true) \
	row(OP_GT,         "gt",         ">",                                  OPERAND_VALUE,   true,  true) \
	row(OP_LTE,        "lte",        "<=",                                 OPERAND_VALUE,   true,  true) \
	row(OP_LT,         "lt",         "<",                                  OPERAND_VALUE,   true,  true) \
	row(OP_LIKE,       "like",       "LIKE",                               OPERAND_PATTERN, false, true) \
	row(OP_ILIKE,      "ilike",      "ILIKE",                              OPERAND_PATTERN, false, true) \
	row(OP_MATCH,      "match",      "~",                                  OPERAND_VALUE,   true,  true) \
	row(OP_IMATCH,     "imatch",     "~*",                                 OPERAND_VALUE,   true,  true)

/* word(enum filter_is, word in the URL, SQL behind IS) */
#define FILTER_IS_WORDS(word) \
	word(IS_NULL,     "null",     "NULL") \
	word(IS_NOT_NULL, "not_null", "NOT NULL") \
	word(IS_TRUE,     "true",     "TRUE") \
	word(IS_FALSE,    "false",    "FALSE") \
	word(IS_UNKNOWN,  "unknown",  "UNKNOWN")

/* word(enum filter_quantifier, word in the URL's parentheses, SQL before the operand, whose parenthesis it opens) */
#define FILTER_QUANTIFIERS(word) \
	word(QUANTIFIER_NONE, "",    "") \
	word(QUANTIFIER_ANY,  "any", "ANY (") \
	word(QUANTIFIER_ALL,  "all", "ALL (")
/* clang-format on */

#define OPERATOR_ENUM(name, ...) name,
enum filter_operator { FILTER_OPERATORS(OPERATOR_ENUM) FILTER_OPERATOR_COUNT };
enum filter_is { FILTER_IS_WORDS(OPERATOR_ENUM) FILTER_IS_COUNT };
enum filter_quantifier { FILTER_QUANTIFIERS(OPERATOR_ENUM) FILTER_QUANTIFIER_COUNT };
#undef OPERATOR_ENUM

/* One row of FILTER_OPERATORS. */
struct operator_row {
	struct str name, sql;
	enum operand_kind operand;
	bool typed, quantified;
};

/* A word of the URL and what it is in SQL. */
struct operator_word {
	struct str name, sql;
};

extern const struct operator_row filter_operators[FILTER_OPERATOR_COUNT];
extern const struct operator_word filter_is_words[FILTER_IS_COUNT];
extern const struct operator_word filter_quantifiers[FILTER_QUANTIFIER_COUNT];

#endif
