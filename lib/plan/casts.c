/* Finds the casts that look names up in PostgreSQL's own catalog.
 * SPDX-License-Identifier: MIT */
#include "plan/casts.h"

/* PostgreSQL's types whose input and output go through its catalog, which asks for no right. */
static const struct str NAMING_TYPES[] = {
	STR_INIT("regclass"),
	STR_INIT("regcollation"),
	STR_INIT("regconfig"),
	STR_INIT("regdatabase"),
	STR_INIT("regdictionary"),
	STR_INIT("regnamespace"),
	STR_INIT("regoper"),
	STR_INIT("regoperator"),
	STR_INIT("regproc"),
	STR_INIT("regprocedure"),
	STR_INIT("regrole"),
	STR_INIT("regtype"),
	STR_INIT("aclitem"),
};

/* `_regclass` is the array of it. */
static bool names_objects(struct str word)
{
	struct str type = str_starts(word, STR("_")) ? str_from(word, 1) : word;
	for (size_t i = 0; i < COUNT_OF(NAMING_TYPES); i++)
		if (str_eq_nocase(type, NAMING_TYPES[i]))
			return true;
	return false;
}

/* A word of the type is enough: `setof regclass` and `regclass array` are types as well. */
static bool type_names_objects(struct str type)
{
	while (type.p)
		if (names_objects(str_cut(&type, ' ')))
			return true;
	return false;
}

struct str casts_to_names(const struct select_item *items)
{
	struct str found = STR_NONE;
	for (; items && !found.p; items = items->next) {
		found = casts_to_names(items->children);
		if (type_names_objects(items->aggregate_cast))
			found = items->aggregate_cast;
		if (type_names_objects(items->cast))
			found = items->cast;
	}
	return found;
}
