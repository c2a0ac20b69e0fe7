/* The option table as a reference for people.
 * SPDX-License-Identifier: MIT */
#include "conf/conf_reference.h"

#include "conf/conf_table.h"

static void put_variable(struct buf *out, const char *key)
{
	buf_lit(out, "PGRST_");
	for (const char *p = key; *p; p++)
		buf_char(out, *p == '-' ? '_' : (char)(*p >= 'a' && *p <= 'z' ? *p - 0x20 : *p));
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
	buf_printf(out, "| `%s`", o->name);
	if (o->alias)
		buf_printf(out, " (`%s`)", o->alias);
	buf_printf(out, " | %s | %s%s%s | %s | %s | `", types[o->type], o->fallback ? "`" : "",
		o->fallback ? o->fallback : "not set", o->fallback ? "`" : "", o->flags & CONF_RELOAD ? "yes" : "no",
		o->flags & CONF_IN_DB ? "yes" : "no");
	put_variable(out, o->name);
	buf_printf(out, "` | %s", o->help);
	for (size_t k = 0; o->words && o->words[k]; k++)
		buf_printf(out, "%s`%s`%s", k ? ", " : " (", o->words[k], o->words[k + 1] ? "" : ")");
	buf_lit(out, " |\n");
}

void conf_reference(struct buf *out)
{
	buf_lit(out,
		"| Key | Type | Default | Reloadable | In database | Variable | Meaning |\n"
		"|---|---|---|---|---|---|---|\n"
		"| `app.settings.*` | text | not set | yes | no | `PGRST_APP_SETTINGS_*` | Settings for SQL: "
		"`current_setting('app.settings.NAME')`. |\n");
	for (size_t i = 0; i < conf_option_count; i++)
		put_reference_row(out, &conf_options[i]);
}
