/* Status and fields of an answer, by what was asked for and what came of it.
 * SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "problem.h"
#include "rows.h"
#include "settings.h"

static void content_fields(struct reply *r, const struct plan *p, struct arena *a)
{
	reply_field_default(r, STR("Content-Type"), media_text(&p->media, a));
	if (p->query->schema_negotiated)
		reply_field_default(r, STR("Content-Profile"), p->query->schema);
}

static void applied_field(struct reply *r, const struct plan *p, struct arena *a)
{
	reply_field_default(r, STR("Preference-Applied"), prefer_applied(&p->applied, a));
}

static int64_t max64(int64_t x, int64_t y)
{
	return x > y ? x : y;
}

/* The count statement has a snapshot of its own, so it may have seen fewer rows than came. */
static int64_t counted(const struct reply_rows *rows, const struct flight_outcome *outcome, int64_t seen,
	struct arena *a)
{
	const struct plan *p = rows->plan;
	int64_t count = max64(p->passes_over ? rows->arrived : outcome->count, seen);
	if (p->count == COUNT_EXACT || !p->count_by_statement)
		return count;
	int64_t planned = settings_plan_rows(outcome->plan_json, a);
	if (p->count == COUNT_PLANNED)
		return max64(planned, seen);
	return count > p->conf->db_max_rows ? max64(count, planned) : count;
}

/* Rows there are in all, at least those that came and those that were passed over; -1 when nobody asked. */
static int64_t total_of(const struct reply_rows *rows, const struct flight_outcome *outcome, int64_t shown,
	struct arena *a)
{
	const struct plan *p = rows->plan;
	if (p->count == COUNT_NONE)
		return -1;
	bool is_counted = p->count_by_statement || p->passes_over;
	if (p->routine && !p->routine->returns_set) /* its row is shown whether it is in the range or not */
		return counted(rows, outcome, is_counted ? 0 : shown, a);
	int64_t seen = shown > 0 ? p->range.offset + shown : 0;
	return counted(rows, outcome, seen, a);
}

/* An offset beyond the total is known only after the transaction: the answer keeps every other field. */
static void say_out_of_range(struct reply *r, struct reply_rows *rows, int64_t total, struct arena *a)
{
	const struct plan *p = rows->plan;
	struct fault f = { 0 };
	fault_set(&f, 416, "PGRST103", STR("Requested range not satisfiable"));
	fault_details(&f,
		str_printf(a, "An offset of %" PRId64 " was requested, but there are only %" PRId64 " rows.", p->range.offset,
			total));
	rows->body = spool_of(a, problem_body(&f, p->conf, a));
	r->status = 416;
	reply_field_default(r, STR("Content-Type"), STR("application/json; charset=utf-8"));
	reply_field_default(r, STR("Proxy-Status"), STR("PostgREST; error=PGRST103"));
}

/* Whatever the planner thinks that there is. */
static bool came_whole(const struct plan *p, int64_t shown)
{
	return p->whole && (p->range.limit < 0 || shown < p->range.limit);
}

/* Status and Content-Range of what is read by range: relations and functions. */
static void range_fields(struct reply *r, struct reply_rows *rows, const struct flight_outcome *outcome,
	struct arena *a)
{
	const struct plan *p = rows->plan;
	int64_t shown = rows_total(rows, outcome), total = total_of(rows, outcome, shown, a);
	r->status = total > shown && !came_whole(p, shown) ? 206 : 200;
	reply_field_default(r, STR("Content-Range"), range_content(a, p->range.offset, total ? shown : 0, total));
	if (total >= 0 && p->range.offset > total && p->result != RESULT_NOTHING)
		say_out_of_range(r, rows, total, a);
}

/* Content-Range of a write: the range of rows that were updated (other writes name none), and how many when asked. */
static void write_range_field(struct reply *r, const struct plan *p, int64_t rows, struct arena *a)
{
	bool asked = p->count == COUNT_EXACT || p->count == COUNT_ESTIMATED;
	int64_t named = p->kind == PLAN_UPDATE ? rows : 0;
	reply_field_default(r, STR("Content-Range"), range_content(a, 0, named, asked ? rows : -1));
}

/* The longest address an answer names: web servers and clients refuse an answer with a longer line. */
enum { ADDRESS_MAX = 8000 };

static void address_field(struct reply *r, struct str name, struct str address)
{
	if (address.n <= ADDRESS_MAX)
		reply_field_default(r, name, address);
}

static struct str target_path(const struct plan *p, struct arena *a)
{
	return str_join(a, (struct str[]){ STR("/"), http_encode(a, p->query->name) }, 2, STR(""));
}

static struct str with_query(struct str path, struct str mark, struct str query, struct arena *a)
{
	return query.n == 0 ? path : str_join(a, (struct str[]){ path, query }, 2, mark);
}

static bool make_read(struct reply *r, struct reply_rows *rows, const struct flight_outcome *outcome, struct arena *a,
	struct fault *f)
{
	(void)f;
	const struct plan *p = rows->plan;
	range_fields(r, rows, outcome, a);
	address_field(r, STR("Content-Location"), with_query(target_path(p, a), STR("?"), p->query->canonical_query, a));
	content_fields(r, p, a);
	applied_field(r, p, a);
	return true;
}

static bool make_call(struct reply *r, struct reply_rows *rows, const struct flight_outcome *outcome, struct arena *a,
	struct fault *f)
{
	(void)f;
	const struct plan *p = rows->plan;
	range_fields(r, rows, outcome, a);
	applied_field(r, p, a);
	if (p->result == RESULT_NOTHING)
		r->status = 204;
	else
		content_fields(r, p, a);
	return true;
}

static bool make_insert(struct reply *r, struct reply_rows *rows, const struct flight_outcome *outcome, struct arena *a,
	struct fault *f)
{
	(void)f;
	const struct plan *p = rows->plan;
	r->status = p->query->prefer.resolution == RESOLUTION_MERGE && outcome->inserted <= 0 ? 200 : 201;
	if (rows->location.p && rows->count == 1)
		address_field(r, STR("Location"), with_query(target_path(p, a), STR(""), rows->location, a));
	write_range_field(r, p, rows_total(rows, outcome), a);
	applied_field(r, p, a);
	if (p->result == RESULT_ROWS)
		content_fields(r, p, a);
	return true;
}

/* PATCH and DELETE. */
static bool make_change(struct reply *r, struct reply_rows *rows, const struct flight_outcome *outcome, struct arena *a,
	struct fault *f)
{
	(void)f;
	const struct plan *p = rows->plan;
	r->status = p->result == RESULT_ROWS ? 200 : 204;
	write_range_field(r, p, rows_total(rows, outcome), a);
	applied_field(r, p, a);
	if (p->result == RESULT_ROWS)
		content_fields(r, p, a);
	return true;
}

static bool make_put(struct reply *r, struct reply_rows *rows, const struct flight_outcome *outcome, struct arena *a,
	struct fault *f)
{
	(void)f;
	const struct plan *p = rows->plan;
	int represented = outcome->inserted > 0 ? 201 : 200;
	r->status = p->result == RESULT_ROWS ? represented : 204;
	applied_field(r, p, a);
	if (p->result == RESULT_ROWS)
		content_fields(r, p, a);
	return true;
}

/* Embeds named in a way that will not work for ever. */
static void warning_field(struct reply *r, const struct plan *p, struct arena *a)
{
	if (p->legacy_names.p)
		reply_field_default(r, STR("Warning"),
			str_printf(a,
				"299 PostgRESTv" CONF_POSTGREST_RELEASE " \"" PLAN_LEGACY_NAMES
				". Update %.*s in query string filters, orders or limits.\"",
				STR_ARG(p->legacy_names)));
}

typedef bool make_fn(struct reply *r, struct reply_rows *rows, const struct flight_outcome *outcome, struct arena *a,
	struct fault *f);

static make_fn *const makers[] = {
	[PLAN_READ] = make_read,
	[PLAN_INSERT] = make_insert,
	[PLAN_UPDATE] = make_change,
	[PLAN_UPSERT_ONE] = make_put,
	[PLAN_DELETE] = make_change,
	[PLAN_CALL] = make_call,
};
static_assert(COUNT_OF(makers) == PLAN_KIND_COUNT, "a maker for each kind that has rows");

/* An execution plan is answered without what it would have been the answer to. */
static bool make_plan(struct reply *r, struct reply_rows *rows, const struct flight_outcome *outcome, struct arena *a,
	struct fault *f)
{
	(void)outcome;
	(void)f;
	content_fields(r, rows->plan, a);
	return true;
}

bool reply_make(struct reply *out_r, struct reply_rows *rows, const struct flight_outcome *outcome, struct arena *a,
	struct fault *f)
{
	const struct plan *p = rows->plan;
	bool explain = p->media.kind == MEDIA_PLAN;
	make_fn *make = explain ? make_plan : makers[p->kind];
	*out_r = reply_new(200, a);
	if (!rows_end(rows, f) || (!explain && !reply_rows_judge(rows, outcome, a, f)))
		return false;
	int status = 0;
	if (!explain
		&& !(settings_status(&status, outcome->response_status, f)
			&& settings_fields(out_r, outcome->response_headers, a, f)))
		return false;
	if (!make(out_r, rows, outcome, a, f))
		return false;
	out_r->status = status ? status : out_r->status;
	warning_field(out_r, p, a);
	reply_field_default(out_r, STR("Vary"), STR("Accept, Prefer, Range"));
	out_r->body = rows->body;
	reply_finish(out_r, p->query->head_only);
	return true;
}

/* Allow of a relation: what its kind and its triggers make possible; grants are not looked at. */
static struct str relation_methods(const struct cat_relation *rel, struct arena *a)
{
	bool put = rel->insertable && rel->updatable && rel->primary_key.count > 0;
	return str_printf(a, "OPTIONS,GET,HEAD%s%s%s%s", rel->insertable ? ",POST" : "", put ? ",PUT" : "",
		rel->updatable ? ",PATCH" : "", rel->deletable ? ",DELETE" : "");
}

static struct str methods(const struct plan *p, struct arena *a)
{
	if (p->routine)
		return p->routine->volatility == CAT_VOLATILE ? STR("OPTIONS,POST") : STR("OPTIONS,GET,HEAD,POST");
	return p->relation ? relation_methods(p->relation, a) : STR("OPTIONS,GET,HEAD");
}

bool reply_info(struct reply *out_r, const struct plan *p, struct arena *a, struct fault *f)
{
	(void)f;
	*out_r = reply_new(200, a);
	reply_field(out_r, STR("Access-Control-Allow-Origin"), STR("*"));
	reply_field(out_r, STR("Allow"), methods(p, a));
	reply_field(out_r, STR("Vary"), STR("Accept, Prefer, Range"));
	reply_finish(out_r, false);
	return true;
}
