/* What a mail may say of the program that somebody used: a family of browsers, never words that a stranger wrote.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_AGENT_H
#define ROWGATE_ACCOUNT_AGENT_H

#include "base/arena.h"
#include "base/str.h"

struct agent {
	struct str browser; /* "Firefox"; STR_NONE: some program */
	struct str system;  /* "Linux", or STR_NONE */
};

/* By a User-Agent field, STR_NONE when there was none. Names are ours, no views into it. */
struct agent agent_of(struct str field);
/* "Firefox on Linux", "Firefox" or "a program". */
struct str agent_text(struct agent agent, struct arena *a);

#endif
