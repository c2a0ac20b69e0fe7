/* jwt-role-claim-key: where in the claims the role stands.
 *
 * Two syntaxes. JSONPath (RFC 9535) when it starts with '$': names, indexes, slices, wildcards, descendants and
 * filters with comparisons, &&, ||, ! and the functions length(), count(), value(), search() and match(). The pattern
 * of the last two must be a literal (a POSIX extended expression, of which RFC 9485's I-Regexp is in practice a part).
 * Else PostgREST's older one: .key, ."any key", [0], [?(@ == "x")] with == != ^== ==^ *==, and [a:b] as a slice of the
 * string found.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_ROLEPATH_H
#define ROWGATE_TOKEN_ROLEPATH_H

#include <json-c/json.h>

#include "base/arena.h"
#include "base/fault.h"

struct rolepath;

/* Reads a path; the fault names the key, the path and the place where it went wrong. */
MUST_CHECK bool rolepath_parse(struct rolepath **out_r, struct str text, struct arena *forever, struct fault *f);
/* rolepath_text.c: the path in one spelling, as PostgREST prints it: names in brackets and strings in single quotes,
 * slices with their step; the older syntax with every key in double quotes. It parses to the same path. */
struct str rolepath_text(const struct rolepath *path, struct arena *a);
/* The same path in JSONPath when it is in the older syntax, which PostgREST will give up: STR_NONE when it is not, ""
 * when it has no equal there. */
struct str rolepath_successor(const struct rolepath *path, struct arena *a);
/* The first value the path selects: a string as it is, anything else as its JSON text; STR_NONE: it selects none.
 * A view into claims, or in the arena. */
struct str rolepath_role(const struct rolepath *path, struct json_object *claims, struct arena *a);
/* Whether the path's first step may go into the claim of that name. */
bool rolepath_enters(const struct rolepath *path, struct str claim);

#endif
