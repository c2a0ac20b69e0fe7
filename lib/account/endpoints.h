/* Which URL is which account endpoint, and a request's way through it.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_ENDPOINTS_H
#define ROWGATE_ACCOUNT_ENDPOINTS_H

#include "account/account.h"
#include "http/endpoint.h"

struct account_endpoint {
	struct endpoint shown;
	bool any_origin; /* cookies mean nothing to it, so anybody's page may ask; or it looks itself */
	bool may_cache;  /* public: no Cache-Control: no-store */
	bool (*run)(struct account_call *c, struct fault *f);
};

/* The endpoint that a request's raw path names, or NULL. */
const struct account_endpoint *account_find(struct str path, struct arena *a);
/* Whether what follows '?' behind that path, or a URL up to there, may be a mailed token, which no log may show: the
 * links, and what somebody made of them: another case, a slash more, a prefix that is not ours. */
bool account_may_hold_token(struct str path, struct arena *a);
/* What clients are told of the i-th endpoint, NULL behind the last. */
const struct endpoint *account_shown(size_t i);
/* The methods it knows, as Allow lists them. */
struct str account_methods(const struct account_endpoint *e);
/* The whole way of a request through an endpoint: status, answer and answer_type are filled in, or the fault. Needs
 * conf, auth, signer, conn (ready), request, arena and now. */
MUST_CHECK bool account_run(struct account_call *c, const struct account_endpoint *e, struct fault *f);

#endif
