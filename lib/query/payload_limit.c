/* The answer to a body that names too much.
 * SPDX-License-Identifier: MIT */
#include "query/payload_limit.h"

bool payload_too_many(struct fault *f, const char *what, int most, struct arena *a)
{
	fault_printf(f, a, 413, "PGRST102", "The request body has too many %s", what);
	return fault_details(f, str_printf(a, "At most %d are taken.", most));
}
