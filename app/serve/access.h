/* The access log: one line an answer on standard output, in Apache's combined format with the role as user.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_ACCESS_H
#define ROWGATE_APP_SERVE_ACCESS_H

#include "app/serve/serve.h"

/* Writes the line if log-level asks for answers of this status: error 5xx, warn 4xx too, info all;
 * and the main SQL statement to the diagnostics with log-query. */
void access_log(const struct conf *conf, const struct request *r, const struct reply *reply,
	const struct served *served, struct arena *a);

#endif
