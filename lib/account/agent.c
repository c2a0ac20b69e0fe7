/* Families of browsers and systems, by the words that stand in their User-Agent fields.
 * SPDX-License-Identifier: MIT */
#include "account/agent.h"

#include "base/count.h"

struct family {
	struct str word, name;
};

/* The first whose word is there: most say that they are others, too. */
static const struct family browsers[] = {
	{ STR_INIT("Edg"), STR_INIT("Edge") },
	{ STR_INIT("OPR/"), STR_INIT("Opera") },
	{ STR_INIT("Vivaldi/"), STR_INIT("Vivaldi") },
	{ STR_INIT("SamsungBrowser/"), STR_INIT("Samsung Internet") },
	{ STR_INIT("FxiOS/"), STR_INIT("Firefox") },
	{ STR_INIT("Firefox/"), STR_INIT("Firefox") },
	{ STR_INIT("CriOS/"), STR_INIT("Chrome") },
	{ STR_INIT("Chrome/"), STR_INIT("Chrome") },
	{ STR_INIT("Safari/"), STR_INIT("Safari") },
};
static const struct family systems[] = {
	{ STR_INIT("Android"), STR_INIT("Android") },
	{ STR_INIT("iPhone"), STR_INIT("iOS") },
	{ STR_INIT("iPad"), STR_INIT("iPadOS") },
	{ STR_INIT("Windows"), STR_INIT("Windows") },
	{ STR_INIT("Mac OS X"), STR_INIT("macOS") },
	{ STR_INIT("CrOS"), STR_INIT("ChromeOS") },
	{ STR_INIT("Linux"), STR_INIT("Linux") },
};

static struct str find_family(struct str field, const struct family *families, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_find(field, families[i].word) < field.n)
			return families[i].name;
	return STR_NONE;
}

struct agent agent_of(struct str field)
{
	struct agent agent = { STR_NONE, STR_NONE };
	if (!str_starts(field, STR("Mozilla/")))
		return agent;
	agent.browser = find_family(field, browsers, COUNT_OF(browsers));
	if (agent.browser.p)
		agent.system = find_family(field, systems, COUNT_OF(systems));
	return agent;
}

struct str agent_text(struct agent agent, struct arena *a)
{
	if (!agent.browser.p)
		return STR("a program");
	if (!agent.system.p)
		return agent.browser;
	return str_join(a, (struct str[]){ agent.browser, agent.system }, 2, STR(" on "));
}
