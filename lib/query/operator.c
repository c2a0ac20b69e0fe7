/* The rows of filter operators as tables.
 * SPDX-License-Identifier: MIT */
#include "query/operator.h"

#define OPERATOR_ROW(op, name, sql, operand, typed, quantified)                                                        \
	[op] = { STR_INIT(name), STR_INIT(sql), operand, typed, quantified },
#define WORD_ROW(word, name, sql) [word] = { STR_INIT(name), STR_INIT(sql) },

const struct operator_row filter_operators[] = { FILTER_OPERATORS(OPERATOR_ROW) };
const struct operator_word filter_is_words[] = { FILTER_IS_WORDS(WORD_ROW) };
const struct operator_word filter_quantifiers[] = { FILTER_QUANTIFIERS(WORD_ROW) };

static_assert(COUNT_OF(filter_operators) == FILTER_OPERATOR_COUNT, "a row for each operator");
static_assert(COUNT_OF(filter_is_words) == FILTER_IS_COUNT, "a row for each word behind is");
static_assert(COUNT_OF(filter_quantifiers) == FILTER_QUANTIFIER_COUNT, "a row for each quantifier");
