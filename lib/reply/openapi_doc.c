/* What several parts of the OpenAPI document need: its buffer, comments, and which overload is shown.
 * SPDX-License-Identifier: MIT */
#include "openapi_doc.h"

void openapi_flush(struct openapi *o)
{
	spool_put(&o->body, buf_str(&o->buf));
	o->buf.n = 0;
	arena_reset(o->scratch);
}

void openapi_split_comment(struct str comment, struct str *first_r, struct str *rest_r)
{
	*rest_r = comment;
	*first_r = str_cut(rest_r, '\n');
	while (rest_r->n && rest_r->p[0] == '\n')
		*rest_r = str_from(*rest_r, 1);
	if (!rest_r->n)
		*rest_r = STR_NONE;
}

void openapi_put_comment(struct openapi *o, struct cat_text comment)
{
	struct str summary, description;
	struct str text = catalog_text(o->cat, comment);
	if (!text.p)
		return;
	openapi_split_comment(text, &summary, &description);
	jsonw_member(&o->w, STR("summary"), summary);
	jsonw_member(&o->w, STR("description"), description);
}

bool openapi_shows_routine(const struct openapi *o, size_t i)
{
	assert(i < o->routine_count);
	if (!o->executable[i])
		return false;
	/* Overloads are neighbours, and few. */
	size_t first = i, end = i + 1;
	while (first > 0 && o->routines[first - 1].name.offset == o->routines[i].name.offset)
		first--;
	while (end < o->routine_count && o->routines[end].name.offset == o->routines[i].name.offset)
		end++;
	for (size_t other = first; other < end; other++) {
		uint32_t more = o->routines[other].parameters.count, own = o->routines[i].parameters.count;
		if (o->executable[other] && (more > own || (more == own && other > i)))
			return false;
	}
	return true;
}
