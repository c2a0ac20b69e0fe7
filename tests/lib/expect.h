/* What every unit test needs: cmocka with its own prerequisites, and comparisons that name the row of a table.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TESTS_EXPECT_H
#define ROWGATE_TESTS_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/str.h"

/* Fails naming the row unless got is want; want NULL means absent (STR_NONE). */
static inline void expect_text(const char *row, struct str got, const char *want)
{
	if (!want ? got.p != NULL : !got.p || !str_eq(got, str_of(want)))
		fail_msg("%s: got %s%.*s%s, want %s%s%s", row, got.p ? "\"" : "nothing", (int)got.n, got.p ? got.p : "",
			got.p ? "\"" : "", want ? "\"" : "nothing", want ? want : "", want ? "\"" : "");
}

/* Fails naming the row unless got is want. */
static inline void expect_int(const char *row, int64_t got, int64_t want)
{
	if (got != want)
		fail_msg("%s: got %jd, want %jd", row, (intmax_t)got, (intmax_t)want);
}

#endif
