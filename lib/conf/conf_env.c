/* The other two sources: variables of the environment and settings of the database role.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/arena.h"
#include "conf/conf_table.h"

#define APP_SETTINGS "APP_SETTINGS_"

struct str conf_environ_get(char *const *vars, struct str name)
{
	for (; vars && *vars; vars++) {
		struct str value = str_of(*vars), key = str_cut(&value, '=');
		if (value.p && str_eq(key, name))
			return value;
	}
	return STR_NONE;
}

/* DB_POOL or db_pool to db-pool. */
static struct str key_of(struct str name, struct arena *a)
{
	struct str key = str_lower(a, name);
	char *copy = arena_bytes(a, key.n);
	for (size_t i = 0; i < key.n; i++)
		copy[i] = key.p[i] == '_' ? '-' : key.p[i];
	return (struct str){ copy, key.n };
}

/* A variable behind its prefix. One that is no key is only warned of: PostgREST ignores it. */
static bool read_variable(struct conf_draft *d, struct str whole_name, size_t prefix, struct str value, int rank)
{
	struct str where = str_printf(d->arena, "environment variable %.*s", STR_ARG(whole_name));
	struct str name = str_from(whole_name, prefix);
	if (!str_is_text(value))
		return conf_draft_fault(d, where, STR("is not UTF-8 text"));
	if (str_starts(name, STR(APP_SETTINGS)) && name.n > sizeof APP_SETTINGS - 1) {
		const struct str parts[] = { STR("app.settings."), str_from(name, sizeof APP_SETTINGS - 1) };
		conf_draft_app_setting(d, str_join(d->arena, parts, 2, STR("")), value, where, rank);
		return true;
	}
	if (!conf_draft_offer(d, key_of(name, d->arena), value, where, rank))
		log_warn("%.*s: no such configuration key, ignored", STR_ARG(where));
	return true;
}

bool conf_environ_read(struct conf_draft *d, char *const *vars)
{
	static const struct {
		struct str prefix;
		int rank;
	} prefixes[] = { { STR_INIT("PGRST_"), CONF_FROM_PGRST }, { STR_INIT("ROWGATE_"), CONF_FROM_ROWGATE } };
	for (; vars && *vars; vars++) {
		struct str value = str_of(*vars), name = str_cut(&value, '=');
		for (size_t i = 0; value.p && i < COUNT_OF(prefixes); i++)
			if (str_starts(name, prefixes[i].prefix)
				&& !read_variable(d, name, prefixes[i].prefix.n, value, prefixes[i].rank))
				return false;
	}
	return true;
}

struct str conf_database_keys(struct arena *a)
{
	struct buf out = buf_new(a, 64 * conf_option_count);
	for (size_t i = 0; i < conf_option_count; i++) {
		if (!(conf_options[i].flags & CONF_IN_DB))
			continue;
		buf_char(&out, out.n ? ',' : '{');
		for (const char *p = conf_options[i].name; *p; p++)
			buf_char(&out, *p == '-' ? '_' : *p);
	}
	buf_char(&out, '}');
	return buf_str(&out);
}

bool conf_database_read(struct conf_draft *d, const struct conf_setting *settings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct str name = settings[i].name;
		struct str where = str_printf(d->arena, "database setting %.*s", STR_ARG(name));
		struct str key = key_of(str_starts(name, STR("pgrst.")) ? str_from(name, 6) : name, d->arena);
		const struct conf_option *o = conf_option_find(key);
		if (!o || !(o->flags & CONF_IN_DB))
			log_warn("%.*s: not a key that the database may set, ignored", STR_ARG(where));
		else
			conf_draft_offer(d, key, settings[i].value, where, CONF_FROM_DATABASE);
	}
	return true;
}
