/* The settings of a request, all in one statement, and what else runs beside the main one.
 * SPDX-License-Identifier: MIT */
#include "base/ascii.h"
#include "base/jsonesc.h"
#include "base/name_set.h"
#include "http/cookie.h"
#include "stmt/make.h"
#include "stmt/quote.h"

enum { MAX_SETTING = 1024 * 1024, ZONE_KEPT_BYTES = 24 * 1024 };

static const struct str ISOLATION = STR_INIT("default_transaction_isolation");

/* One array in one column: a column of its own for each setting costs as much again as setting it, on both sides,
 * and sends every value back. ARRAY evaluates its elements in order; ROW() IS NULL would stop at the first. */
static void put_set_config(struct draft *d)
{
	if (d->sql.p[d->sql.n - 1] != '[')
		stmt_sql(d, ", ");
	stmt_sql(d, "pg_catalog.set_config(");
}

static void put_setting_value(struct draft *d, struct str value)
{
	stmt_sql(d, ", ");
	stmt_value(d, value);
	stmt_sql(d, ", true)");
}

/* A setting that every request has: put_fixed(d, "name", value). */
#define put_fixed(d, name, value) (put_set_config(d), stmt_sql((d), "'" name "'"), put_setting_value((d), (value)))

/* A setting whose name the catalog or the configuration gave: a parameter too. */
static void put_named(struct draft *d, struct str name, struct str value)
{
	put_set_config(d);
	stmt_value(d, name);
	put_setting_value(d, value);
}

static void put_pair(struct buf *out, struct str name, struct str value)
{
	if (out->n > 1)
		buf_char(out, ',');
	json_escape(out, name);
	buf_char(out, ':');
	json_escape(out, value);
}

/* The pairs as an object. Of a name given twice only the last one is there, so that every reader sees the same. One too
 * large for a setting is too large for the statement. */
static struct str json_object(struct draft *d, struct http_field *pairs, size_t count)
{
	struct buf out = buf_new(d->arena, MAX_SETTING);
	struct name_set seen = name_set_new(count, d->arena);
	for (size_t i = count; i-- > 0;)
		if (!name_set_add(&seen, pairs[i].name))
			pairs[i].name = STR_NONE;
	buf_char(&out, '{');
	for (size_t i = 0; i < count; i++)
		if (pairs[i].name.p)
			put_pair(&out, pairs[i].name, pairs[i].value);
	buf_char(&out, '}');
	d->sql.overflow = d->sql.overflow || out.overflow;
	return buf_str(&out);
}

static struct str headers_json(struct draft *d, const struct stmt_settings *s)
{
	const struct request *r = s->request;
	struct http_field *shown = arena_make_array(d->arena, struct http_field, r->field_count);
	size_t count = 0;
	for (size_t i = 0; i < r->field_count; i++) {
		struct str name = r->fields[i].name;
		bool withheld = str_eq(name, STR("cookie"))
			|| (!s->plan->conf->db_pass_authorization && str_eq(name, STR("authorization")));
		if (!withheld)
			shown[count++] = r->fields[i];
	}
	return json_object(d, shown, count);
}

/* The cookies, but for those that hold tokens; a browser may still have them when auth-cookie was turned off. */
static struct str cookies_json(struct draft *d, const struct stmt_settings *s)
{
	struct str field = request_field(s->request, STR("cookie"));
	struct http_pair pair;
	struct http_field *cookies = arena_make_array(d->arena, struct http_field, field.n / 2 + 1);
	size_t count = 0;
	while (http_cookie_next(&pair, &field))
		if (!http_cookie_is_secret(pair.name))
			cookies[count++] = (struct http_field){ pair.name, pair.value };
	return json_object(d, cookies, count);
}

/* The role's own settings go before the switch: the right to set them is the authenticator's. */
static void put_role(struct draft *d, const struct stmt_settings *s)
{
	const struct catalog *cat = s->plan->catalog;
	const struct cat_role *role = catalog_role(cat, s->role);
	const struct cat_setting *settings = role ? catalog_settings(cat, role->settings) : NULL;
	for (size_t i = 0; role && i < role->settings.count; i++)
		put_named(d, catalog_text(cat, settings[i].name), catalog_text(cat, settings[i].value));
	put_fixed(d, "role", s->role);
}

/* The isolation level is not for set_config(): see stmt_isolation(). */
static void put_hoisted(struct draft *d, const struct plan *p)
{
	if (!p->routine)
		return;
	const struct cat_setting *settings = catalog_settings(p->catalog, p->routine->settings);
	for (size_t i = 0; i < p->routine->settings.count; i++) {
		struct str name = catalog_text(p->catalog, settings[i].name);
		if (plan_hoists(p->conf, name) && !str_eq_nocase(name, ISOLATION))
			put_named(d, name, catalog_text(p->catalog, settings[i].value));
	}
}

static void put_app_settings(struct draft *d, const struct conf *c)
{
	for (size_t i = 0; i < c->app_setting_count; i++)
		put_named(d, c->app_settings[i].name, c->app_settings[i].value);
}

/* Raises when the session of the caller's token has ended, and with it ends all that was sent behind it. As the
 * connecting role: no caller may call it. */
static void put_check(struct draft *d, const struct stmt_settings *s)
{
	if (!s->check_schema.p)
		return;
	stmt_qualified(d, s->check_schema, STR("check_session"));
	stmt_sql(d, "(");
	stmt_value(d, s->session);
	stmt_sql(d, ", ");
	stmt_value(d, str_printf(d->arena, "%lld", (long long)s->issued_at));
	stmt_sql(d, "), ");
}

bool stmt_settings(struct stmt *out_r, const struct stmt_settings *s, struct arena *a, struct fault *f)
{
	struct draft d = stmt_draft(a);
	stmt_sql(&d, "SELECT ");
	put_check(&d, s);
	stmt_sql(&d, "ARRAY[");
	put_fixed(&d, "search_path", s->plan->search_path);
	put_role(&d, s);
	put_fixed(&d, "request.jwt.claims", s->claims);
	put_fixed(&d, "request.method", s->request->method_text);
	put_fixed(&d, "request.path", s->request->path);
	put_fixed(&d, "request.headers", headers_json(&d, s));
	put_fixed(&d, "request.cookies", cookies_json(&d, s));
	if (s->plan->query->prefer.timezone.p)
		put_fixed(&d, "timezone", s->plan->query->prefer.timezone);
	if (s->plan->embeds > PLAN_EMBEDS_COMPILED)
		put_fixed(&d, "jit", STR("off"));
	put_hoisted(&d, s->plan);
	put_app_settings(&d, s->plan->conf);
	put_fixed(&d, "transaction_read_only", s->plan->read_only ? STR("on") : STR("off"));
	put_fixed(&d, "DateStyle", STR("ISO"));
	stmt_sql(&d, "] IS NULL");
	return stmt_finish(out_r, &d, f);
}

/* A zone that is written as a rule (`<x>5`, `-4`) is made and never forgotten. Those with a file are few, and have no
 * digit but where they are offsets, too. */
size_t stmt_settings_kept(const struct stmt_settings *s)
{
	struct str zone = s->plan->query->prefer.timezone;
	for (size_t i = 0; i < zone.n; i++)
		if (ascii_is_digit(zone.p[i]))
			return ZONE_KEPT_BYTES;
	return 0;
}

struct str stmt_isolation(const struct stmt_settings *s)
{
	const struct cat_role *role = catalog_role(s->plan->catalog, s->role);
	if (s->plan->isolation.n > 0 || !role || role->isolation.length == 0)
		return s->plan->isolation;
	return catalog_text(s->plan->catalog, role->isolation);
}

bool stmt_pre_request(struct stmt *out_r, struct str qualified_name, struct arena *a, struct fault *f)
{
	struct draft d = stmt_draft(a);
	size_t dot = str_index(qualified_name, '.');
	bool qualified = dot < qualified_name.n;
	stmt_sql(&d, "SELECT ");
	stmt_qualified(&d, qualified ? str_sub(qualified_name, 0, dot) : STR_NONE,
		qualified ? str_from(qualified_name, dot + 1) : qualified_name);
	stmt_sql(&d, "()");
	return stmt_finish(out_r, &d, f);
}

/* Any right of any kind on a relation or one of its columns counts, as does being its owner. */
bool stmt_privileges(struct stmt *out_r, const struct plan *p, struct arena *a, struct fault *f)
{
	struct draft d = stmt_draft(a);
	stmt_sql(&d,
		"SELECT 'relation' AS kind, c.oid "
		"FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
		"WHERE n.nspname = ");
	stmt_value(&d, p->query->schema);
	stmt_sql(&d,
		" AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition "
		"AND (pg_catalog.pg_has_role(c.relowner, 'USAGE') OR pg_catalog.has_table_privilege(c.oid, "
		"'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') "
		"OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')) UNION ALL "
		"SELECT 'routine', r.oid "
		"FROM pg_catalog.pg_proc AS r JOIN pg_catalog.pg_namespace AS m ON m.oid = r.pronamespace "
		"WHERE pg_catalog.has_function_privilege(r.oid, 'EXECUTE') AND m.nspname = ");
	stmt_value(&d, p->query->schema);
	return stmt_finish(out_r, &d, f);
}
