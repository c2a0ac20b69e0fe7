/* Lines of an execution plan as they are shown: the search_path as it is configured.
 * SPDX-License-Identifier: MIT */
#include "explained.h"

#include "base/jsonesc.h"
#include "plan/path.h"

/* `search_path = '...'` in text, a member in JSON. In JSON nothing else can look like that: quotes inside of a string
 * are escaped. */
static struct str shown(struct str path, bool as_json, struct arena *a)
{
	struct buf out = buf_new(a, arena_left(a));
	buf_put(&out, as_json ? STR("\"search_path\": ") : STR("search_path = '"));
	if (as_json)
		json_escape(&out, path);
	else
		buf_put(&out, path);
	buf_put(&out, as_json ? STR("") : STR("'"));
	return buf_str(&out);
}

void explained_put(struct spool *out, struct str line, const struct plan *p, struct arena *a)
{
	bool as_json = p->media.plan_json;
	bool has_settings = as_json || str_starts(line, STR("Settings: "));
	struct str ours = has_settings ? shown(p->search_path, as_json, a) : STR_NONE;
	size_t at = ours.p ? str_find(line, ours) : line.n;
	if (at == line.n) {
		spool_put(out, line);
		return;
	}
	spool_put(out, str_sub(line, 0, at));
	spool_put(out, shown(path_configured(p->search_path), as_json, a));
	spool_put(out, str_from(line, at + ours.n));
}
