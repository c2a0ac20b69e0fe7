/* The database as a source: settings of the connecting role.
 * SPDX-License-Identifier: MIT */
#include "conf/conf_database.h"

#include "base/arena.h"
#include "base/log.h"
#include "conf/conf_table.h"

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
	return str_dup(a, buf_str(&out));
}

bool conf_database_read(struct conf_draft *d, const struct conf_setting *settings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct str name = settings[i].name;
		struct str where = str_printf(d->arena, "database setting %.*s", STR_ARG(name));
		struct str key = conf_option_key(str_starts(name, STR("pgrst.")) ? str_from(name, 6) : name, d->arena);
		const struct conf_option *o = conf_option_find(key);
		if (!o || !(o->flags & CONF_IN_DB))
			log_warn_once("%.*s: not a key that the database may set, ignored", STR_ARG(where));
		else
			conf_draft_offer(d, key, settings[i].value, where, CONF_FROM_DATABASE);
	}
	return true;
}
