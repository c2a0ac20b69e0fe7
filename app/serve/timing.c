/* How long the stages of a request took, for the Server-Timing field (W3C Server Timing), under PostgREST's names.
 * SPDX-License-Identifier: MIT */
#include "timing.h"

#include "base/clock.h"
#include "base/count.h"

#define TIMING_FIELD_MAX 512

struct timing timing_start(bool on)
{
	return (struct timing){ .on = on, .last_us = on ? clock_monotonic_us() : 0 };
}

bool timing_mark(struct timing *t, enum timing_stage stage)
{
	if (t->on) {
		int64_t now = clock_monotonic_us();
		t->spent_us[stage] += now - t->last_us;
		t->last_us = now;
		t->stage = stage < TIMING_RESPONSE ? stage + 1 : TIMING_RESPONSE;
	}
	return true;
}

void timing_fail(struct timing *t)
{
	timing_mark(t, t->stage);
	t->stage = TIMING_RESPONSE;
}

void timing_field(struct timing *t, struct reply *reply, struct arena *a)
{
	static const char *const names[] = {
		[TIMING_JWT] = "jwt",
		[TIMING_PARSE] = "parse",
		[TIMING_PLAN] = "plan",
		[TIMING_TRANSACTION] = "transaction",
		[TIMING_RESPONSE] = "response",
	};
	static_assert(COUNT_OF(names) == TIMING_STAGES, "a name for each stage");
	struct buf b = buf_new(a, TIMING_FIELD_MAX);
	if (!t->on)
		return;
	timing_mark(t, TIMING_RESPONSE);
	for (size_t i = 0; i < TIMING_STAGES; i++)
		buf_printf(&b, "%s%s;dur=%.3f", i ? ", " : "", names[i], (double)t->spent_us[i] / 1000);
	reply_field(reply, STR("Server-Timing"), buf_str(&b));
}
