/* The draft of a configuration while it is loaded: who says what of a key, and whose word counts.
 * SPDX-License-Identifier: MIT */
#include "conf/conf_draft.h"

#include "base/arena.h"
#include "base/log.h"
#include "conf/conf_table.h"

bool conf_draft_fault(struct conf_draft *d, struct str where, struct str what)
{
	return fault_printf(d->fault, d->arena, 500, "PGRSTX00", "Error in config %.*s: %.*s", STR_ARG(where),
		STR_ARG(what));
}

bool conf_draft_offer(struct conf_draft *d, struct str key, struct str value, struct str where, int rank)
{
	const struct conf_option *o = conf_option_find(key);
	if (!o) {
		if (!conf_option_obsolete(key))
			return false;
		log_warn_once("%.*s: %.*s has no effect here", STR_ARG(where), STR_ARG(key));
		return true;
	}
	/* Given by name, an empty value takes the key back to its default; by alias it says nothing. */
	struct conf_given *given = &d->given[o - conf_options];
	bool by_name = str_eq(key, str_of(o->name));
	if (!value.n && !(o->flags & CONF_EMPTY) && !by_name)
		return true;
	rank += by_name != !!(o->flags & CONF_OLD_WINS) ? CONF_BY_WINNER : 0;
	if (rank >= given->rank)
		*given = (struct conf_given){ value, where, rank };
	return true;
}

void conf_draft_app_setting(struct conf_draft *d, struct str name, struct str value, struct str where, int rank)
{
	struct conf_app_setting **at = &d->settings;
	/* PostgreSQL folds the names of settings: app.settings.A and app.settings.a are one. */
	struct str folded = str_lower(d->arena, name);
	while (*at && str_cmp((*at)->folded, folded) < 0)
		at = &(*at)->next;
	if (!*at || !str_eq((*at)->folded, folded)) {
		struct conf_app_setting *fresh = arena_make(d->arena, struct conf_app_setting);
		fresh->folded = folded;
		fresh->next = *at;
		*at = fresh;
	}
	if (rank < (*at)->rank)
		return;
	(*at)->setting = (struct conf_setting){ str_dup(d->arena, name), str_dup(d->arena, value) };
	(*at)->where = where;
	(*at)->rank = rank;
}
