/* The generations of a master: the one in force, those before it that some worker still serves by, and the loading of
 * the next.
 *
 * A load asks the database over the listening connection, stores what it got for all processes of the instance to map,
 * and has the workers replaced. One that fails changes nothing: it is told in the log and, where that can help, tried
 * again after a pause.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_LOADING_H
#define ROWGATE_APP_PROCESS_LOADING_H

#include "app/process/metrics.h"
#include "app/process/notify.h"
#include "app/process/statedir.h"
#include "app/serve/backoff.h"

/* Generations that workers may still serve by; more in a row than this and the oldest are waited for. */
enum { LOADING_GENERATIONS = 16 };

struct loading {
	const char *file; /* of the configuration, or NULL */
	char *const *environ;
	struct statedir *state;
	struct notify *notify;
	struct pools *pools;
	struct generation *current;
	struct generation *before[LOADING_GENERATIONS]; /* those that some worker still serves by */
	struct metrics metrics;
	struct backoff pause;
	bool wanted; /* a load is due, or failed and is to be tried again */
};

enum loading_outcome {
	LOADING_GOES_ON,    /* the next generation is in force, or the one before goes on: see loading_due_us() */
	LOADING_REFUSED,    /* the database does not let us in: no use in trying again */
	LOADING_UNRECOVERED /* the database is gone, and db-pool-automatic-recovery is off */
};

/* Asks for a load at once, whatever pause there was to be. */
void loading_want(struct loading *l);
/* The monotonic time from which on loading_run() should run, INT64_MAX: nothing asks for it. */
int64_t loading_due_us(const struct loading *l);
/* Whether the last load failed, and another attempt is due. */
bool loading_fails(const struct loading *l);
/* Loads configuration and catalog anew and has them served by. May wait for the database as l->notify does. */
enum loading_outcome loading_run(struct loading *l);
/* In a child that signs nothing: wipes the keys that sign. */
void loading_forget(const struct loading *l);
/* Frees the generations that no worker serves by any more. */
void loading_release(struct loading *l);
/* Frees all of them, at the end. */
void loading_free(struct loading *l);

#endif
