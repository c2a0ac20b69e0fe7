/* What verified claims allow: the registered ones judged, and the text that SQL sees.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_CLAIMS_H
#define ROWGATE_TOKEN_CLAIMS_H

#include "conf/conf.h"
#include "token/jwt.h"

enum { CLAIMS_SKEW = 30 }; /* seconds a clock may be off */

struct claims_rules {
	struct str audience;       /* jwt-aud; STR_NONE: any */
	struct conf_list required; /* jwt-require */
};

/* exp, nbf, iat (numbers, also fractional: RFC 7519 section 2) and aud, in this order; null and absent pass unless they
 * are required, which is judged last. Faults: 401 PGRST303. */
MUST_CHECK bool claims_check(struct json_object *claims, const struct claims_rules *rules, int64_t now, struct arena *a,
	struct fault *f);
/* now, or the last second in which exp had not passed yet: for who asks with a token that has expired. */
int64_t claims_before_end(struct json_object *claims, int64_t now);
/* request.jwt.claims: the signed text itself when its role is already the one taken, else with role set in it. */
struct str claims_with_role(const struct jwt *jwt, struct str role, struct arena *a);

#endif
