/* The workers of a host: started, replaced when a generation changes, restarted when they die, stopped; and never more
 * connections of theirs to the database than there are to be workers, see seat.h.
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
 * they listen on, channel what those of an earlier program speak on, or NULL; child is called in each new process. NULL
 * with errno set when the kernel refuses. */
struct supervisor *supervisor_new(const char *name, const struct slots_shared *shared, const int *channel,
	supervisor_child_fn *child, void *child_arg);
void supervisor_free(struct supervisor *s);
/* Closes its descriptors in a forked child; own: but for what a worker of this supervisor needs. */
void supervisor_forget(const struct supervisor *s, bool own);
/* Serves by this generation from now on, with count workers. Those of earlier generations finish what they are doing,
 * hand their kept connections on and leave, up to a half of all at a time; each is followed by another once its session
 * at the server has ended. So there are never more than count that have, or may make, a connection to the database.
 * Those that had no catalog, where there is one now, go at once. generation must stay valid until supervisor_uses()
 * denies it. */
void supervisor_follow(struct supervisor *s, const struct generation *generation, size_t count);
/* Takes over a worker that an earlier program of this process started, or what a dead one has left behind: it serves by
 * no generation of ours. Arguments as for supervisor_found_fn. */
void supervisor_adopt(struct supervisor *s, pid_t pid, bool parting, int session);
/* Is called with a worker. parting: see scoreboard_parting(); session: a copy of the socket of its session, or -1; pid
 * 0: it is dead, and the session is not yet. */
typedef void supervisor_found_fn(void *arg, pid_t pid, bool parting, int session);
void supervisor_each(const struct supervisor *s, supervisor_found_fn *found, void *arg);
/* What its workers speak on. */
const int *supervisor_channel(const struct supervisor *s);
/* A descriptor that is readable when supervisor_turn() has something to take note of. */
int supervisor_fd(const struct supervisor *s);
/* Whether there is a generation to serve by. */
bool supervisor_serving_any(const struct supervisor *s);
bool supervisor_uses(const struct supervisor *s, const struct generation *generation);
/* Takes note that a child of the master has ended, with a status of waitpid()'s; false when it was none of these. */
bool supervisor_bury(struct supervisor *s, pid_t pid, int status);
/* Takes note of what has happened, starts and stops what is due. Returns the monotonic time at which to call it again
 * at the latest. */
int64_t supervisor_turn(struct supervisor *s);
/* Tells every worker to finish and starts none any more; called again: to cancel what PostgreSQL still does. */
void supervisor_stop(struct supervisor *s);
/* Ends those that have not finished. */
void supervisor_kill(struct supervisor *s);
size_t supervisor_alive(const struct supervisor *s);
/* Whether there are workers, or will be at once: those that there were did not die of their start. */
bool supervisor_is_live(const struct supervisor *s);
/* What the workers tell; it stays the supervisor's. */
struct scoreboard *supervisor_scoreboard(const struct supervisor *s);

#endif
