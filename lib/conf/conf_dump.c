/* The configuration in the syntax of its file: what is in force, and a sample.
 * SPDX-License-Identifier: MIT */
#include "conf/conf_dump.h"

#include "conf/conf_table.h"
#include "conf/conf_value.h"

static void put_app_settings(const struct conf *c, struct buf *out)
{
	for (size_t i = 0; i < c->app_setting_count; i++) {
		buf_put(out, c->app_settings[i].name);
		buf_lit(out, " = ");
		conf_value_quote(out, c->app_settings[i].value);
		buf_char(out, '\n');
	}
}

void conf_dump(const struct conf *c, bool own, struct buf *out)
{
	bool settings_put = false;
	for (size_t i = 0; i < conf_option_count; i++) {
		const struct conf_option *o = &conf_options[i];
		if (o->flags & CONF_OWN && !own)
			continue;
		if (!settings_put && str_cmp(str_of(o->name), STR("app.settings")) > 0) {
			put_app_settings(c, out);
			settings_put = true;
		}
		buf_printf(out, "%s = ", o->name);
		conf_value_write(out, o, c);
		buf_char(out, '\n');
	}
}

static bool is_bare(const struct conf_option *o)
{
	return o->type == CONF_BOOL || o->type == CONF_INT || o->type == CONF_SECONDS;
}

void conf_example(struct buf *out)
{
	buf_lit(out,
		"# rowgate configuration. Every key can also be given as an environment variable: db-pool as\n"
		"# PGRST_DB_POOL or ROWGATE_DB_POOL. Values behind a # are the\n"
		"# defaults; the others are set, because the default is PostgREST's and laxer.\n"
		"#\n"
		"# A value is a text in double quotes, a number, true or false. In a text $(NAME) is a variable of the\n"
		"# environment and $$ a dollar sign.\n"
		"\n"
		"## Settings for SQL: current_setting('app.settings.NAME').\n"
		"# app.settings.NAME = \"\"\n");
	for (size_t i = 0; i < conf_option_count; i++) {
		const struct conf_option *o = &conf_options[i];
		buf_printf(out, "\n## %s\n", o->help);
		for (size_t k = 0; o->words && o->words[k]; k++)
			buf_printf(out, "%s%s%s", k ? " | " : "## ", o->words[k], o->words[k + 1] ? "" : "\n");
		struct str value = str_of(o->sample ? o->sample : o->fallback);
		buf_printf(out, "%s%s = ", o->sample ? "" : "# ", o->name);
		if (is_bare(o) && value.p)
			buf_put(out, value);
		else
			conf_value_quote(out, value);
		buf_char(out, '\n');
	}
}
