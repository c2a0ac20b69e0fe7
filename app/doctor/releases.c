/* PostgreSQL's releases, as its project has announced them.
 * SPDX-License-Identifier: MIT */
#include "app/doctor/releases.h"

enum { MAJOR = 10000 };

struct release {
	int major, minor; /* the last that closes a hole */
	struct str hole;  /* the worst one that it closes */
	struct str ends;
};

static const struct release releases[] = {
	{ 13, 23, STR_INIT("CVE-2025-12818"), STR_INIT("2025-11-13") },
	{ 14, 24, STR_INIT("CVE-2026-16239"), STR_INIT("2026-11-12") },
	{ 15, 19, STR_INIT("CVE-2026-16239"), STR_INIT("2027-11-11") },
	{ 16, 15, STR_INIT("CVE-2026-16239"), STR_INIT("2028-11-09") },
	{ 17, 11, STR_INIT("CVE-2026-16239"), STR_INIT("2029-11-08") },
	{ 18, 6, STR_INIT("CVE-2026-16239"), STR_INIT("2030-11-14") },
};

static const struct release *release_of(int version)
{
	for (size_t i = 0; i < COUNT_OF(releases); i++)
		if (releases[i].major == version / MAJOR)
			return &releases[i];
	return NULL;
}

struct str releases_hole(int version, struct arena *a)
{
	const struct release *r = release_of(version);
	if (!r || version % MAJOR >= r->minor)
		return STR_NONE;
	return str_printf(a, "%d.%d closes %.*s and others", r->major, r->minor, STR_ARG(r->hole));
}

struct str releases_ended(int version, struct str today)
{
	const struct release *r = release_of(version);
	return r && str_cmp(r->ends, today) < 0 ? r->ends : STR_NONE;
}
