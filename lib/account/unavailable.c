/* The one answer while accounts cannot be had: no database, no memory, a hook that fails.
 * SPDX-License-Identifier: MIT */
#include "account/unavailable.h"

bool account_unavailable(struct fault *f, int retry_after_s)
{
	fault_set(f, 503, "RGA10", STR("Accounts are not available at the moment"));
	f->retry_after = retry_after_s;
	return false;
}
