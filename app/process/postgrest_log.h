/* What becomes of a server as a whole, told in PostgREST's words: people and tools look for these lines.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_POSTGREST_LOG_H
#define ROWGATE_APP_PROCESS_POSTGREST_LOG_H

#include "app/serve/generation.h"

/* Warns of what the configuration says in a way that PostgREST will give up. */
void postgrest_log_deprecated(const struct generation *g);
/* Tells that the catalog was loaded: from which server, what it holds, how long that took and all of it together. */
void postgrest_log_loaded(const struct generation *g, struct str server, int64_t queried_us, int64_t total_us);
/* Tells that it could not be loaded, by the configuration of g. */
void postgrest_log_not_loaded(const struct generation *g, const struct fault *f);
/* Tells that the database does not let us in. */
void postgrest_log_refused(const struct fault *f);
/* Tells "Attempting to reconnect to the database in 2 seconds...", unless the pause is too short to tell. */
void postgrest_log_retry(const char *what, int64_t pause_us);

#endif
