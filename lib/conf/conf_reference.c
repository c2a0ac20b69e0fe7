/* The option table as a reference for people.
 * SPDX-License-Identifier: MIT */
#include "conf/conf_reference.h"

#include <assert.h>

#include "conf/conf_table.h"

/* Seconds in the largest unit that divides them: " (90 days)". */
static void put_duration(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} spans[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" } };
	for (size_t i = 0; seconds && i < COUNT_OF(spans); i++) {
		int64_t count = seconds / spans[i].seconds;
		if (seconds % spans[i].seconds)
			continue;
		buf_printf(out, " (%lld %s%s)", (long long)count, spans[i].name, count > 1 ? "s" : "");
		return;
	}
}

static void put_default(struct buf *out, const struct conf_option *o)
{
	int64_t seconds;
	if (o->fallback)
		buf_printf(out, "`%s`", o->fallback);
	else
		buf_lit(out, "not set");
	if (o->type == CONF_SECONDS && str_to_i64(str_of(o->fallback), &seconds))
		put_duration(out, seconds);
}

static void put_meaning(struct buf *out, const struct conf_option *o)
{
	buf_put(out, str_of(o->help));
	for (size_t k = 0; o->words && o->words[k]; k++)
		buf_printf(out, "%s`%s`%s", k ? ", " : " (", o->words[k], o->words[k + 1] ? "" : ")");
}

static void put_reference_row(struct buf *out, const struct conf_option *o)
{
	static const char *const types[] = {
		[CONF_TEXT] = "text",
		[CONF_BOOL] = "boolean",
		[CONF_INT] = "number",
		[CONF_LIST] = "list",
		[CONF_ENUM] = "word",
		[CONF_SECONDS] = "seconds",
		[CONF_BYTES] = "bytes",
		[CONF_MODE] = "file mode",
	};
	static_assert(COUNT_OF(types) == CONF_TYPES, "a name for each type");
	buf_printf(out, "| `%s`", o->name);
	if (o->alias)
		buf_printf(out, " (`%s`)", o->alias);
	buf_printf(out, " | %s | %s | ", o->flags & CONF_OWN ? "no" : "yes", types[o->type]);
	put_default(out, o);
	buf_printf(out, " | %s | %s | ", o->flags & CONF_RELOAD ? "yes" : "no", o->flags & CONF_IN_DB ? "yes" : "no");
	put_meaning(out, o);
	buf_lit(out, " |\n");
}

void conf_reference(struct buf *out)
{
	buf_lit(out,
		"| key | PostgREST has it | type | default | reload | database | meaning |\n"
		"|---|---|---|---|---|---|---|\n"
		"| `app.settings.*` | yes | text | not set | yes | no | Settings for SQL: "
		"`current_setting('app.settings.NAME')`. |\n");
	for (size_t i = 0; i < conf_option_count; i++)
		put_reference_row(out, &conf_options[i]);
}

static void put_own_row(struct buf *out, const struct conf_option *o)
{
	buf_printf(out, "| `%s` | ", o->name);
	put_default(out, o);
	buf_lit(out, " | ");
	put_meaning(out, o);
	buf_lit(out, " |\n");
}

void conf_reference_own(struct buf *out)
{
	buf_lit(out, "| key | default | meaning |\n|---|---|---|\n");
	for (size_t i = 0; i < conf_option_count; i++)
		if (conf_options[i].flags & CONF_OWN)
			put_own_row(out, &conf_options[i]);
}
