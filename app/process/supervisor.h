/* The workers of a host: started, replaced one at a time when a generation changes, restarted when they die, stopped.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_SUPERVISOR_H
#define ROWGATE_APP_PROCESS_SUPERVISOR_H

#include <sys/types.h>

#include "app/process/worker.h"

struct supervisor;

/* What a new worker's process does: gives the master's own descriptors back, then serves by the generation from its
 * place. The result is its exit status. */
typedef int supervisor_child_fn(void *arg, const struct generation *generation, const struct worker_place *place);

/* No worker yet; a host may have several supervisors. name is what its workers are called in the log, shared what
 * they listen on; child is called in each new process. NULL with errno set when the kernel refuses. */
struct supervisor *supervisor_new(const char *name, const struct slots_shared *shared, supervisor_child_fn *child,
	void *child_arg);
void supervisor_free(struct supervisor *s);
/* Serves by this generation from now on, with count workers. Those of earlier generations are replaced one at a time,
 * so that there is never more than one worker above the count, those not counted that are parting; they finish what
 * they are doing and hand their kept connections on. Those that had no catalog, where there is one now, go at once.
 * generation must stay valid until supervisor_uses() denies it. */
void supervisor_follow(struct supervisor *s, const struct generation *generation, size_t count);
/* Takes over a worker that an earlier program of this process started: it serves by no generation of ours. */
void supervisor_adopt(struct supervisor *s, pid_t pid, bool parting);
/* Calls back with each worker that is there. parting: see scoreboard_parting(). */
void supervisor_each(const struct supervisor *s, void (*found)(void *arg, pid_t pid, bool parting), void *arg);
/* Whether there is a generation to serve by. */
bool supervisor_serving_any(const struct supervisor *s);
bool supervisor_uses(const struct supervisor *s, const struct generation *generation);
/* Takes note that a child of the master has ended, with a status of waitpid()'s; false when it was none of these. */
bool supervisor_bury(struct supervisor *s, pid_t pid, int status);
/* Starts and stops what is due. Returns the monotonic time at which to call it again at the latest. */
int64_t supervisor_turn(struct supervisor *s);
/* Tells every worker to finish and starts none any more; called again: to cancel what PostgreSQL still does. */
void supervisor_stop(struct supervisor *s);
/* Ends those that have not finished. */
void supervisor_kill(struct supervisor *s);
size_t supervisor_alive(const struct supervisor *s);
/* What the workers tell; it stays the supervisor's. */
struct scoreboard *supervisor_scoreboard(const struct supervisor *s);

#endif
