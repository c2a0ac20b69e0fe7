/* Whether a request failed of a catalog that is behind the database.
 * SPDX-License-Identifier: MIT */
#include "app/serve/stale.h"

#include "base/count.h"
#include "base/log.h"
#include "plan/read.h"

/* What PostgreSQL says of statements that name what is not there, or that take it for something else. A relation that
 * is not there (42P01) is not among them: statements go by its name, which reading it anew leaves as it is. */
static const struct str of_names[] = {
	STR_INIT("42703"), /* a column is gone */
	STR_INIT("42702"), /* a column has come that is called as something else is */
	STR_INIT("42804"), /* a column has another type than is written to it */
	STR_INIT("42883"), /* no such operator or function for that type */
	STR_INIT("42846"), /* no such cast */
	STR_INIT("0A000"), /* a cached plan would give other columns */
	STR_INIT("2202E"), /* what is gathered in an array is one now, and of other dimensions in another row */
	STR_INIT("22004"), /* or NULL */
	STR_INIT("XX000"), /* what was found is gone before it is used: cache lookup failed */
};

/* A value is written as of a type that the column had: class 22, data exceptions. PostgreSQL may say in which parameter
 * it was, which looks as if a function had said it. */
static bool is_of_values(const struct plan *p, struct str sqlstate)
{
	return p->write && str_starts(sqlstate, STR("22"));
}

static bool may_be_stale(const struct stale *t)
{
	struct str sqlstate = t->fault->sqlstate;
	if (t->unfit || !t->plan->read || !sqlstate.n)
		return t->unfit;
	if (is_of_values(t->plan, sqlstate))
		return true;
	for (size_t i = 0; i < COUNT_OF(of_names) && t->outcome->misfit; i++)
		if (str_eq(of_names[i], sqlstate))
			return true;
	return false;
}

/* Each once, however often it is embedded: its columns are laid out once. */
static void add_relation(uint32_t *list, size_t *count, uint32_t relation)
{
	for (size_t i = 0; i < *count; i++)
		if (list[i] == relation)
			return;
	list[(*count)++] = relation;
}

static void add_relations(uint32_t *list, size_t *count, const struct plan *p, const struct plan_select *sel)
{
	if (sel->relation)
		add_relation(list, count, catalog_relation_index(p->catalog, sel->relation));
	for (size_t i = 0; i < sel->embed_count; i++)
		add_relations(list, count, p, &sel->embeds[i].select);
}

/* The columns of a function's result are not read anew: PostgreSQL is left to encode them. A function that does
 * something is not called for that after it may have run: one in C, or one that PostgreSQL has put in place of its
 * call, fails as the statement does, and what it did outside no rollback undoes. */
static bool is_of_routine(const struct stale *t)
{
	const struct plan *p = t->plan;
	bool callable = p->routine && (p->routine->volatility != CAT_VOLATILE || t->outcome->unrun);
	return callable && !p->relation && !p->objects;
}

bool stale_is(const struct stale *t, struct server *s, struct arena *a)
{
	const struct plan *p = t->plan;
	struct fault unread = { 0 };
	size_t count = 0;
	if (!may_be_stale(t))
		return false;
	uint32_t *relations = arena_make_array(a, uint32_t, p->embeds + 1);
	bool unfit = t->unfit || is_of_routine(t);
	add_relations(relations, &count, p, p->read);
	/* That rows could not be encoded is no client's doing. */
	if (!t->unfit)
		count = server_not_looked_at(s, relations, count);
	bool amended = count > 0 && server_amend(s, relations, count, a, &unread);
	if (unread.http_status)
		log_warn("the schema has changed, and could not be read: %.*s", STR_ARG(unread.message));
	else if (amended || unfit)
		log_debug("the request is tried again: the schema has changed since it was loaded");
	return amended || unfit;
}
