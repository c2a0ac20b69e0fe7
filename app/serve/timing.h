/* How long the stages of a request took, for the Server-Timing field (W3C Server Timing), under PostgREST's names.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_TIMING_H
#define ROWGATE_APP_SERVE_TIMING_H

#include "reply/reply.h"

enum timing_stage { TIMING_JWT, TIMING_PARSE, TIMING_PLAN, TIMING_TRANSACTION, TIMING_RESPONSE, TIMING_STAGES };

struct timing {
	bool on;                 /* server-timing-enabled; when off nothing here looks at the clock */
	enum timing_stage stage; /* which lasts: the one behind that which was marked last */
	int64_t last_us;
	int64_t spent_us[TIMING_STAGES];
};

/* Nothing spent yet; the first stage begins now. */
struct timing timing_start(bool on);
/* The time since the last call went into this stage, and the next one begins. Always true, to be chained between
 * stages. */
bool timing_mark(struct timing *t, enum timing_stage stage);
/* The same for a stage that failed, whichever lasts; what follows is the response. */
void timing_fail(struct timing *t);
/* `Server-Timing: jwt;dur=0.1, parse;dur=0.2, ...`, milliseconds; nothing when off. What passed since the last mark is
 * the response's. */
void timing_field(struct timing *t, struct reply *reply, struct arena *a);

#endif
