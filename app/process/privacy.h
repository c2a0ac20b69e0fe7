/* Keeps what a process knows to itself.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_PRIVACY_H
#define ROWGATE_APP_PROCESS_PRIVACY_H

struct signer;

/* Begins a process: no core file, no debugger but root's, and an environment that /proc does not show.
 * The variables stay as they are for getenv(), environ and programs that are started. */
void privacy_begin(void);
/* Keeps the whole process out of swap where RLIMIT_MEMLOCK sets no bound; elsewhere arena_lock() is what can be had. */
void privacy_lock(void);
/* Wipes what the signer signs with, and every copy of it that reading the configuration has left in this process's
 * memory. NULL: there is none. */
void privacy_forget(struct signer *s);

#endif
