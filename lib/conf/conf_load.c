/* Loading: every source is heard, the highest wins, every value is checked.
 * SPDX-License-Identifier: MIT */
#include "conf/conf_load.h"

#include "base/arena.h"
#include "conf/conf_database.h"
#include "conf/conf_draft.h"
#include "conf/conf_environ.h"
#include "conf/conf_file.h"
#include "conf/conf_table.h"
#include "conf/conf_value.h"

/* The content of the file that "@path" names: a URI without blanks around it, a secret without its last newline. */
static bool read_at_file(struct conf_draft *d, const struct conf_option *o, struct conf_given *given)
{
	struct str reason, path = str_from(given->value, 1), content;
	if (!conf_slurp(&content, str_cstr(d->arena, path), o->flags & CONF_RAW, d->arena, &reason))
		return conf_draft_fault(d, given->where,
			str_printf(d->arena, "%s: %.*s %.*s", o->name, STR_ARG(path), STR_ARG(reason)));
	if (str_eq(str_of(o->name), STR("db-uri")))
		content = str_trim(content);
	else if (str_ends(content, STR("\n")))
		content.n--;
	given->value = content;
	return true;
}

/* Whether the value is the name of a file to be read. */
static bool is_at_file(const struct conf_draft *d, const struct conf_option *o, struct str value)
{
	return o->flags & CONF_AT_FILE && str_starts(value, STR("@")) && !(d->without_keys && o->flags & CONF_KEY);
}

static bool settle_value(struct conf_draft *d, const struct conf_option *o, struct conf *c)
{
	struct conf_given *given = &d->given[o - conf_options];
	struct str expected;
	bool is_given = given->rank && (given->value.n || o->flags & CONF_EMPTY);
	if (!is_given)
		*given = (struct conf_given){ str_of(o->fallback), STR("default"), 0 };
	else if (is_at_file(d, o, given->value) && !read_at_file(d, o, given))
		return false;
	if (!given->value.p) {
		conf_value_unset(c, o);
		return true;
	}
	if (conf_value_read(c, o, given->value, d->arena, &expected))
		return true;
	struct str complaint = conf_value_complaint(o, given->value, d->arena);
	return conf_draft_fault(d, given->where,
		str_printf(d->arena, "%s must be %.*s, not \"%.*s\"%s%.*s", o->name, STR_ARG(expected),
			STR_ARG(str_sub(given->value, 0, 200)), complaint.n ? ": " : "", STR_ARG(complaint)));
}

/* Checks a value. A mistake is shown at its source or, when a default clashes with another key, at its name. */
static bool check_value(struct conf_draft *d, const struct conf_option *o, const struct conf *c)
{
	const char *expected = o->check ? o->check(c) : NULL;
	if (!expected)
		return true;
	struct str where = d->given[o - conf_options].where;
	return conf_draft_fault(d, where, str_printf(d->arena, "%s must be %s", o->name, expected));
}

static void settle_app_settings(struct conf_draft *d, struct conf *c)
{
	for (const struct conf_app_setting *s = d->settings; s; s = s->next)
		c->app_setting_count++;
	c->app_settings = arena_make_array(d->arena, struct conf_setting, c->app_setting_count);
	struct conf_setting *to = c->app_settings;
	for (const struct conf_app_setting *s = d->settings; s; s = s->next)
		*to++ = s->setting;
}

/* Defaults that depend on something else. */
static void settle_dependents(struct conf_draft *d, struct conf *c)
{
	struct str tmpdir = conf_environ_get(d->environ, STR("TMPDIR"));
	if (!c->server_spool_dir.p)
		c->server_spool_dir = tmpdir.n ? str_dup(d->arena, tmpdir) : STR("/tmp");
}

static bool settle(struct conf_draft *d, struct conf *c)
{
	for (size_t i = 0; i < conf_option_count; i++)
		if (!settle_value(d, &conf_options[i], c))
			return false;
	for (size_t i = 0; i < conf_option_count; i++)
		if (!check_value(d, &conf_options[i], c))
			return false;
	settle_app_settings(d, c);
	settle_dependents(d, c);
	return true;
}

bool conf_load(struct conf *out_r, const struct conf_source *source, struct arena *a, struct fault *f)
{
	struct conf_draft d = {
		.given = arena_make_array(a, struct conf_given, conf_option_count),
		.environ = source->environ,
		.without_keys = source->without_keys,
		.arena = a,
		.fault = f,
	};
	*out_r = (struct conf){ 0 };
	return (!source->file || conf_file_read(&d, source->file)) && conf_environ_read(&d, source->environ)
		&& conf_database_read(&d, source->database, source->database_count) && settle(&d, out_r);
}
