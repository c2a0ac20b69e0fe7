/* The mailer: takes what is due from the outbox and hands it over.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_MAILER_H
#define ROWGATE_APP_COMMAND_MAILER_H

#include "app/serve/generation.h"

/* Serves a configured generation until SIGTERM or SIGINT, or, once, until nothing is due. Any number may run at one
 * time. An exit status: EX_TEMPFAIL when once and something is still to be sent. */
int mailer_run(struct generation *g, bool once);
/* Prints how many mails wait and how many were given up. */
MUST_CHECK bool mailer_status(struct generation *g, struct fault *f);

#endif
