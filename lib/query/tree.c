/* Names that parts of the syntax tree go by.
 * SPDX-License-Identifier: MIT */
#include "query/tree.h"

const struct str aggregate_names[] = {
	[AGGREGATE_NONE] = STR_INIT(""),
	[AGGREGATE_SUM] = STR_INIT("sum"),
	[AGGREGATE_AVG] = STR_INIT("avg"),
	[AGGREGATE_COUNT] = STR_INIT("count"),
	[AGGREGATE_MAX] = STR_INIT("max"),
	[AGGREGATE_MIN] = STR_INIT("min"),
};
static_assert(COUNT_OF(aggregate_names) == AGGREGATE_KIND_COUNT, "a name for each aggregate");
