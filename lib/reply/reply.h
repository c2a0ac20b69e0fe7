/* The answer as a value: status, header fields, and a body in memory or in an unlinked spool file.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_REPLY_H
#define ROWGATE_REPLY_REPLY_H

#include "base/buf.h"
#include "base/fault.h"
#include "conf/conf.h"
#include "pg/flight.h"
#include "plan/plan.h"
#include "spool.h"

struct reply {
	int status;
	struct str reason; /* status text of its own, or STR_NONE */
	struct buf fields; /* "Name: value\r\n" lines, Content-Length among them when there may be a body */
	struct spool body;
	bool no_body; /* HEAD, 204, 304: fields only, and no Content-Length */
};

/* A reply without fields and with an empty body. */
struct reply reply_new(int status, struct arena *a);
/* Appends a field. False, and nothing is appended, when the name is no token (RFC 9110 section 5.6.2), the value
 * holds a control byte, or the field section grows beyond a sane size: no header can be injected. */
bool reply_field(struct reply *r, struct str name, struct str value);
/* Whether such a field was already appended; the name in any case. */
bool reply_has_field(const struct reply *r, struct str name);
/* Appends a field unless there is one of the name, which users' code may have set, or value is STR_NONE. */
void reply_field_default(struct reply *r, struct str name, struct str value);
/* Whether the web server or the protocol owns that field, so that no user's function may set it: Content-Length,
 * Transfer-Encoding, Connection, Status and the like. */
bool reply_field_is_framing(struct str name);
/* Sends the field named by server-trace-header back as it came; nothing when there is none. */
void reply_trace(struct reply *r, const struct request *request, const struct conf *conf, struct arena *a);
/* Ends the fields of any reply: Content-Length, or no body at all for HEAD, 204 and 304. */
void reply_finish(struct reply *r, bool head_only);

/* rows.c: collects the rows of a flight into the body and, at its end, makes status and fields. */
struct reply_rows;
struct reply_rows *reply_rows_new(const struct plan *p, struct arena *a);
/* For struct flight: on_columns, on_row and judge, with the reply_rows as their arg. The columns begin anew: a flight
 * that had to be sent again leaves nothing of its first try. */
MUST_CHECK bool reply_rows_columns(void *rows, const struct row *r, struct fault *f);
MUST_CHECK bool reply_rows_add(void *rows, const struct row *r, struct fault *f);
MUST_CHECK bool reply_rows_judge(void *rows, const struct flight_outcome *so_far, struct arena *a, struct fault *f);
/* Whether the plan's rows are to be handed over. Where they are not, a flight without on_columns and on_row saves a
 * write the round trip in which these could still refuse. */
bool reply_rows_wanted(const struct plan *p);
/* Whether the rows that came could not be encoded: they have other types than the catalog says. */
bool reply_rows_unfit(const struct reply_rows *rows);
/* Whether the outcome must be judged before commit (singular, max-affected, PUT). Reads are judged by reply_make(),
 * which saves them a round trip. */
bool reply_rows_must_judge(const struct plan *p);
/* make.c: the whole answer after a successful flight: counts, ranges, Location, Preference-Applied, response.*
 * settings. A range beyond the total is 416 PGRST103 here, with the fields of any other answer. */
MUST_CHECK bool reply_make(struct reply *out_r, struct reply_rows *rows, const struct flight_outcome *outcome,
	struct arena *a, struct fault *f);
/* make.c: OPTIONS on a known relation or routine, or on the root when the plan has neither. */
MUST_CHECK bool reply_info(struct reply *out_r, const struct plan *p, struct arena *a, struct fault *f);

#endif
