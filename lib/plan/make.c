/* Resolves a request: relation or function, rows, preferences, media type.
 * SPDX-License-Identifier: MIT */
#include "plan/plan.h"

#include "plan/call.h"
#include "plan/missing.h"
#include "plan/negotiate.h"
#include "plan/path.h"
#include "plan/source.h"
#include "plan/write.h"

static const struct str ISOLATION = STR_INIT("default_transaction_isolation");

/* db-max-rows caps what was asked for; a limit of 0 stays. */
static struct row_range capped(struct row_range range, int64_t max_rows)
{
	if (max_rows >= 0 && (range.limit < 0 || range.limit > max_rows))
		range.limit = max_rows;
	return range;
}

static bool is_whole(struct row_range range)
{
	return range.limit < 0 && range.offset == 0;
}

static bool is_filtered(const struct plan_select *sel)
{
	bool filtered = sel->where != NULL;
	for (size_t i = 0; i < sel->embed_count && !filtered; i++)
		filtered = sel->embeds[i].inner;
	return filtered;
}

/* Range and count of the rows of a relation: a count goes along unless all rows come anyway. */
static void set_range(struct plan *p)
{
	p->range = capped(p->query->scopes->range, p->conf->db_max_rows);
	p->whole = is_whole(p->query->scopes->range) && !is_filtered(p->read);
	p->count_by_statement = p->count == COUNT_PLANNED || p->count == COUNT_ESTIMATED
		|| (p->count == COUNT_EXACT && !is_whole(p->range));
}

/* What is written or returned by a function is counted as it comes, never guessed: an estimate is exact, a planner's
 * figure is not to be had. */
static enum prefer_count countable(enum prefer_count wanted)
{
	if (wanted == COUNT_PLANNED)
		return COUNT_NONE;
	return wanted == COUNT_ESTIMATED ? COUNT_EXACT : wanted;
}

/* What lies beyond the range is counted by a second call, unless the function may write or give others then. One that
 * returns nothing counts as one row. */
static void set_call_range(struct plan *p)
{
	bool counts = p->count != COUNT_NONE && p->result != RESULT_NOTHING;
	p->range = capped(p->query->scopes->range, p->conf->db_max_rows);
	p->passes_over = counts && !is_whole(p->range) && p->routine->volatility == CAT_VOLATILE;
	p->count_by_statement = counts && !is_whole(p->range) && !p->passes_over;
}

static bool may_override(int64_t tx_end)
{
	return tx_end == CONF_TX_COMMIT_OVERRIDE || tx_end == CONF_TX_ROLLBACK_OVERRIDE;
}

static void set_transaction(struct plan *p)
{
	int64_t tx_end = p->conf->db_tx_end;
	bool rolls_back = tx_end == CONF_TX_ROLLBACK || tx_end == CONF_TX_ROLLBACK_OVERRIDE;
	if (may_override(tx_end) && p->query->prefer.tx != TX_UNSET)
		rolls_back = p->query->prefer.tx == TX_ROLLBACK;
	p->rollback = rolls_back;
}

/* Preferences that only some kinds of plan heed, and which of them each kind does. The others every kind does. */
enum {
	RETURN = PREFER_BIT(PREFER_RETURN),
	MISSING = PREFER_BIT(PREFER_MISSING),
	RESOLUTION = PREFER_BIT(PREFER_RESOLUTION),
	MAX_AFFECTED = PREFER_BIT(PREFER_MAX_AFFECTED),
	HEEDED_BY_SOME = RETURN | MISSING | RESOLUTION | MAX_AFFECTED
};
static const unsigned heeded[] = {
	[PLAN_INSPECT] = 0,
	[PLAN_INFO] = 0,
	[PLAN_READ] = 0,
	[PLAN_INSERT] = RETURN | MISSING | RESOLUTION,
	[PLAN_UPDATE] = RETURN | MISSING | MAX_AFFECTED,
	[PLAN_UPSERT_ONE] = RETURN,
	[PLAN_DELETE] = RETURN | MAX_AFFECTED,
	[PLAN_CALL] = MAX_AFFECTED,
};
static_assert(COUNT_OF(heeded) == PLAN_KIND_COUNT, "a row for each kind of plan");

/* Preference-Applied says what was heeded: besides what the kind of plan does not, this leaves out what this plan
 * could not. */
static void set_applied(struct plan *p)
{
	unsigned kinds = ~(unsigned)HEEDED_BY_SOME | heeded[p->kind];
	if (!p->write || p->write->resolution == RESOLUTION_NONE)
		kinds &= ~(unsigned)RESOLUTION;
	if (!may_override(p->conf->db_tx_end))
		kinds &= ~PREFER_BIT(PREFER_TX);
	if (p->query->prefer.handling != HANDLING_STRICT)
		kinds &= ~(unsigned)MAX_AFFECTED;
	p->applied = p->query->prefer;
	prefer_keep(&p->applied, kinds);
	p->max_affected = p->applied.max_affected;
}

static bool finish(struct plan *p, struct arena *a, struct fault *f)
{
	set_transaction(p);
	set_applied(p);
	p->calls = p->kind == PLAN_CALL || (p->read && p->read->user_code);
	/* Preferences bind only where a statement is run for the request itself. */
	if (p->kind == PLAN_INSPECT)
		return negotiate(p, a, f);
	if (p->write)
		return prefer_check(&p->query->prefer, a, f) && negotiate(p, a, f);
	return negotiate(p, a, f) && prefer_check(&p->query->prefer, a, f);
}

static bool find_relation(struct plan *p, struct arena *a, struct fault *f)
{
	p->relation = catalog_relation(p->catalog, p->query->schema, p->query->name);
	if (p->relation && p->relation->unlisted)
		p->relation = NULL;
	return p->relation || missing_relation(p->query, p->catalog, a, f);
}

static size_t count_embeds(const struct select_item *items)
{
	size_t count = 0;
	for (; items; items = items->next)
		if (items->kind == SELECT_EMBED || items->kind == SELECT_SPREAD)
			count += 1 + count_embeds(items->children);
	return count;
}

/* The planner's time grows with the square of what is joined, and more. */
static bool bound_embeds(const struct plan *p, struct arena *a, struct fault *f)
{
	long long most = (long long)p->conf->url_max_embeds;
	if (p->embeds <= (size_t)most)
		return true;
	fault_printf(f, a, 413, "RG413", "The request asks for %zu embedded resources", p->embeds);
	fault_details(f, str_printf(a, "url-max-embeds allows %lld in one request.", most));
	return fault_hint(f, STR("Ask for some of them in another request."));
}

static bool resolve_rows(struct plan *p, const struct plan_source *s, struct arena *a, struct fault *f)
{
	p->embeds = count_embeds(p->query->select);
	if (!bound_embeds(p, a, f))
		return false;
	struct plan_select *sel = arena_make(a, struct plan_select);
	p->read = sel;
	return plan_read(sel, &p->legacy_names, p->query, s, p->conf, a, f);
}

static bool make_read(struct plan *p, struct arena *a, struct fault *f)
{
	if (!find_relation(p, a, f))
		return false;
	struct plan_source source = source_relation(p->catalog, p->relation);
	p->result = RESULT_ROWS;
	p->read_only = true;
	if (!resolve_rows(p, &source, a, f))
		return false;
	p->user_code = p->relation->runs_code || p->read->runs_code || p->read->user_code;
	set_range(p);
	if (!finish(p, a, f))
		return false;
	p->above = plan_stands_above(p);
	p->steady = plan_is_steady(p);
	return true;
}

static enum plan_result write_result(const struct plan *p)
{
	enum prefer_return ret = p->query->prefer.ret;
	if (ret == RETURN_REPRESENTATION)
		return RESULT_ROWS;
	bool locates = ret == RETURN_HEADERS && p->kind == PLAN_INSERT && p->write->key_count > 0;
	return locates ? RESULT_LOCATION : RESULT_NOTHING;
}

static bool make_write(struct plan *p, struct arena *a, struct fault *f)
{
	if (!find_relation(p, a, f))
		return false;
	struct plan_source source = source_relation(p->catalog, p->relation);
	struct plan_write *w = arena_make(a, struct plan_write);
	p->write = w;
	p->user_code = true;
	p->count = countable(p->count);
	if (!resolve_rows(p, &source, a, f) || !plan_write(w, p->query, &source, a, f))
		return false;
	p->result = write_result(p);
	return finish(p, a, f);
}

static enum plan_result call_result(const struct cat_routine *r)
{
	if (r->returns == CAT_RETURNS_VOID && !r->returns_set)
		return RESULT_NOTHING;
	if (r->returns == CAT_RETURNS_COMPOSITE)
		return r->returns_set ? RESULT_ROWS : RESULT_OBJECT;
	return r->returns_set ? RESULT_VALUES : RESULT_VALUE;
}

bool plan_hoists(const struct conf *c, struct str setting)
{
	for (size_t i = 0; i < c->db_hoisted_tx_settings.count; i++)
		if (str_eq_nocase(c->db_hoisted_tx_settings.items[i], setting))
			return true;
	return false;
}

static struct str routine_isolation(const struct plan *p)
{
	const struct cat_setting *settings = catalog_settings(p->catalog, p->routine->settings);
	for (size_t i = 0; i < p->routine->settings.count; i++)
		if (str_eq_nocase(catalog_text(p->catalog, settings[i].name), ISOLATION))
			return catalog_text(p->catalog, settings[i].value);
	return STR("");
}

static bool check_max_affected(const struct plan *p, struct fault *f)
{
	const struct prefer *prefer = &p->query->prefer;
	if (prefer->max_affected == MAX_AFFECTED_NONE || prefer->handling != HANDLING_STRICT || p->routine->returns_set)
		return true;
	return fault_set(f, 400, "PGRST128",
		STR("Function must return SETOF or TABLE when max-affected preference is used "
			"with handling=strict"));
}

static bool make_call(struct plan *p, struct arena *a, struct fault *f)
{
	if (!plan_find_routine(&p->routine, p->query, p->catalog, a, f))
		return false;
	struct plan_source source = source_routine(p->catalog, p->routine, p->query);
	struct plan_call *call = arena_make(a, struct plan_call);
	p->relation = source.relation;
	p->call = call;
	p->result = call_result(p->routine);
	p->read_only = p->query->call_method == CALL_READ || p->routine->volatility != CAT_VOLATILE;
	p->user_code = true;
	p->isolation = routine_isolation(p);
	if (!resolve_rows(p, &source, a, f))
		return false;
	plan_call(call, p->query, p->routine, p->catalog, p->conf, a);
	p->count = countable(p->count);
	set_call_range(p);
	if (!finish(p, a, f))
		return false;
	p->passes_over = p->passes_over && p->media.kind != MEDIA_PLAN;
	p->steady = plan_is_steady(p);
	return check_max_affected(p, f);
}

static bool make_inspect(struct plan *p, struct arena *a, struct fault *f)
{
	p->read_only = true;
	return finish(p, a, f);
}

static bool make_info(struct plan *p, struct arena *a, struct fault *f)
{
	p->read_only = true;
	if (p->query->target == TARGET_RELATION)
		return find_relation(p, a, f);
	if (p->query->target == TARGET_ROUTINE)
		return plan_find_routine(&p->routine, p->query, p->catalog, a, f);
	return true;
}

static const struct {
	enum plan_kind kind;
	bool (*make)(struct plan *p, struct arena *a, struct fault *f);
} ACTIONS[] = {
	[ACTION_INSPECT] = { PLAN_INSPECT, make_inspect },
	[ACTION_READ] = { PLAN_READ, make_read },
	[ACTION_CREATE] = { PLAN_INSERT, make_write },
	[ACTION_UPDATE] = { PLAN_UPDATE, make_write },
	[ACTION_UPSERT_ONE] = { PLAN_UPSERT_ONE, make_write },
	[ACTION_DELETE] = { PLAN_DELETE, make_write },
	[ACTION_CALL] = { PLAN_CALL, make_call },
	[ACTION_INFO] = { PLAN_INFO, make_info },
};
static_assert(COUNT_OF(ACTIONS) == QUERY_ACTION_COUNT, "a row for each action");

void plan_leave_encoding(struct plan *p)
{
	bool has_body = p->read && p->result != RESULT_NOTHING && p->result != RESULT_LOCATION;
	p->objects = has_body && !p->plain && !p->handler && !p->raw && !p->features && p->media.kind != MEDIA_PLAN;
}

bool plan_make(struct plan *out_r, const struct query *q, const struct catalog *cat, const struct conf *c,
	struct arena *a, struct fault *f)
{
	*out_r = (struct plan){
		.kind = ACTIONS[q->action].kind,
		.query = q,
		.catalog = cat,
		.conf = c,
		.isolation = STR_INIT(""),
		.range = ROW_RANGE_ALL,
		.count = q->prefer.count,
		.max_affected = MAX_AFFECTED_NONE,
		.search_path = path_of(q->schema, c, a),
	};
	return ACTIONS[q->action].make(out_r, a, f);
}
