/* The access log: one line an answer on standard output, in Apache's combined format with the role as user. As in
 * PostgREST's, a field that was not sent is an empty pair of quotes.
 * SPDX-License-Identifier: MIT */
#include "access.h"

#include <time.h>

#include "account/endpoints.h"
#include "base/clock.h"
#include "base/log.h"

#define ACCESS_LINE_MAX 65536

static bool access_wanted(int64_t level, int status)
{
	return level >= LOG_LEVEL_INFO || (level == LOG_LEVEL_WARN && status >= 400)
		|| (level == LOG_LEVEL_ERROR && status >= 500);
}

static void access_quoted(struct buf *b, struct str value)
{
	buf_lit(b, " \"");
	log_text(b, value);
	buf_char(b, '"');
}

/* The time as Apache writes it: [10/Oct/2000:13:55:36 -0700]. */
static void access_time(struct buf *b)
{
	char when[64];
	time_t now = (time_t)clock_wall_s();
	struct tm tm;
	size_t n = strftime(when, sizeof when, " [%d/%b/%Y:%H:%M:%S %z]", localtime_r(&now, &tm));
	buf_put(b, (struct str){ when, n });
}

/* A URL without the query that may be a mailed token. */
static struct str access_shown(struct str url, struct arena *a)
{
	struct str query = url, path = str_cut(&query, '?');
	return query.p && account_may_hold_token(path, a) ? path : url;
}

static void access_line(struct buf *b, const struct request *r, const struct reply *reply, const struct served *served,
	struct arena *a)
{
	bool has_address = r->remote_addr.n && r->remote_addr.p[0] != '/' && !str_eq(r->remote_addr, STR("unix:"));
	log_text(b, has_address ? r->remote_addr : STR("-"));
	buf_lit(b, " - ");
	log_text(b, served->role.p ? served->role : STR("-"));
	access_time(b);
	struct str target = r->query.p ? str_join(a, (struct str[]){ r->path, r->query }, 2, STR("?")) : r->path;
	target = access_shown(target, a);
	access_quoted(b, str_join(a, (struct str[]){ r->method_text, target, r->protocol }, 3, STR(" ")));
	buf_printf(b, " %d ", reply->status);
	if (reply->no_body)
		buf_char(b, '-');
	else
		buf_i64(b, spool_length(&reply->body));
	access_quoted(b, access_shown(request_field(r, STR("referer")), a));
	access_quoted(b, request_field(r, STR("user-agent")));
}

void access_log(const struct conf *conf, const struct request *r, const struct reply *reply,
	const struct served *served, struct arena *a)
{
	if (served->preflight || !access_wanted(conf->log_level, reply->status))
		return;
	struct buf b = buf_new(a, ACCESS_LINE_MAX);
	access_line(&b, r, reply, served, a);
	log_access(buf_str(&b));
	/* Parameters are not in it: values never reach a log. */
	for (size_t i = 0; conf->log_query && i < SERVED_STATEMENTS; i++)
		if (served->sql[i].p)
			log_event("%.*s", STR_ARG(served->sql[i]));
}
