/* Where in the rows the columns are of which an embed's objects are made.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_NESTED_H
#define ROWGATE_REPLY_NESTED_H

#include "json.h"
#include "plan/plan.h"

/* Says which columns came by the plan's star, and has those of embeds that came apart made objects. False when the
 * columns are not those that the catalog has for an embed's star. */
MUST_CHECK bool nested_lay(struct json_shape *shape, struct json_star *star_r, const struct plan *p,
	const struct row *r);

#endif
