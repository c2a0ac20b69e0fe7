/* The examination as one value: findings and areas are added behind each other.
 * SPDX-License-Identifier: MIT */
#include "app/doctor/doctor.h"

#include <assert.h>
#include <poll.h>

#include "base/arena.h"

enum { WAIT_MS = 15000 };

void doctor_begin(struct doctor *d, struct generation *g)
{
	*d = (struct doctor){ .arena = g->arena, .g = g, .conf = &g->conf, .written = &g->conf };
	d->last = &d->first;
	d->last_area = &d->areas;
}

void doctor_report(struct doctor *d, const char *id, struct str subject, struct str command)
{
	struct doctor_finding *found = arena_make(d->arena, struct doctor_finding);
	found->check = checks_find(id);
	assert(found->check);
	found->subject = str_dup(d->arena, subject);
	found->command = command.p ? str_dup(d->arena, command) : STR_NONE;
	*d->last = found;
	d->last = &found->next;
}

void doctor_found(struct doctor *d, const char *id, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct str subject = str_vprintf(d->arena, format, args);
	va_end(args);
	doctor_report(d, id, subject, STR_NONE);
}

static void add_area(struct doctor *d, struct doctor_area area)
{
	struct doctor_area *added = arena_make(d->arena, struct doctor_area);
	*added = area;
	*d->last_area = added;
	d->last_area = &added->next;
}

void doctor_looked(struct doctor *d, struct str area, struct str what)
{
	add_area(d, (struct doctor_area){ .name = area, .what = what });
}

void doctor_not_looked(struct doctor *d, struct str area, struct str why, bool failed)
{
	add_area(d, (struct doctor_area){ .name = area, .why = why, .failed = failed });
}

bool doctor_wait(void *arg, int fd, bool for_write)
{
	struct pollfd p = { .fd = fd, .events = for_write ? POLLIN | POLLOUT : POLLIN };
	(void)arg;
	return poll(&p, 1, WAIT_MS) > 0;
}

size_t doctor_count(const struct doctor *d, enum doctor_severity severity)
{
	size_t count = 0;
	for (const struct doctor_finding *f = d->first; f; f = f->next)
		count += f->check->severity == severity;
	return count;
}
