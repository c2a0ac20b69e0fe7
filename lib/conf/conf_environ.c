/* The environment as a source: PGRST_KEY and ROWGATE_KEY.
 * SPDX-License-Identifier: MIT */
#include "conf/conf_environ.h"

#include "base/arena.h"
#include "base/log.h"
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
	if (!conf_draft_offer(d, conf_option_key(name, d->arena), value, where, rank))
		log_warn_once("%.*s: no such configuration key, ignored", STR_ARG(where));
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
