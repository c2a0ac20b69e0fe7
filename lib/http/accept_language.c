/* Accept-Language (RFC 9110 section 12.5.4): the languages that a reader understands.
 * SPDX-License-Identifier: MIT */
#include "http/accept_language.h"

#include "http/media.h"

enum { WEIGHED_MAX = 16 };

struct weighed {
	struct str tag;
	unsigned quality;
};

static struct weighed read_range(struct str item)
{
	struct str rest = item;
	struct weighed range = { str_trim(str_cut(&rest, ';')), 1000 };
	struct str weight = str_trim(rest);
	if (str_starts_nocase(weight, STR("q=")))
		range.quality = media_quality(str_from(weight, 2));
	return range;
}

/* Behind all that weigh as much. */
static void insert(struct weighed *all, size_t count, struct weighed range)
{
	size_t at = count;
	for (; at > 0 && all[at - 1].quality < range.quality; at--)
		all[at] = all[at - 1];
	all[at] = range;
}

size_t accept_language(struct str *tags, size_t max, const struct request *r)
{
	struct weighed all[WEIGHED_MAX];
	size_t count = 0;
	for (struct str rest = request_field(r, STR("accept-language")); rest.p && count < WEIGHED_MAX;) {
		struct weighed range = read_range(str_cut(&rest, ','));
		if (range.tag.n && range.quality && !str_eq(range.tag, STR("*")))
			insert(all, count++, range);
	}
	for (size_t i = 0; i < count && i < max; i++)
		tags[i] = all[i].tag;
	return count < max ? count : max;
}
