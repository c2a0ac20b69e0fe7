/* The state directory: catalogs that were loaded, for every process of an instance to map, and the word to load anew.
 *
 * An instance is all that serve by one configuration file or, without a file, by one db-uri. Its files, NAME being a
 * hash of that and CONF one of all that the configuration says:
 *
 *     NAME.number         how often `rowgate reload` has spoken; replaced, never changed, so that a stat() tells
 *     NAME-CONF.catalog   settings from the database and the catalog block: good while it bears that number
 *     NAME.lock           byte 0 is locked by who builds a catalog, byte 1 is shared by all who live
 *
 * Nothing survives the last process: whoever comes to an instance of which nobody lives begins anew, as after a
 * restart. The directory must be its user's own.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_STATE_H
#define ROWGATE_APP_PROCESS_STATE_H

#include "app/serve/generation.h"

struct state;

/* Takes a place among the living in state-dir; without that setting in RUNTIME_DIRECTORY (systemd) or
 * TMPDIR/rowgate-UID, or, where somebody else has taken that name, in a temporary directory of its own. file: the
 * configuration file or NULL. False with the fault's message, in g, when the directory that was set is of no use. */
bool state_open(struct state **out_r, const struct generation *g, const char *file, struct fault *f);
/* NULL is allowed. Not in forked children: they share the place. */
void state_close(struct state *s);
/* Whether nobody else lived when it was opened. */
bool state_alone(const struct state *s);

/* How often a reload was asked for; state_changed() compares with what was last read here. */
uint64_t state_number(struct state *s);
bool state_changed(const struct state *s);
/* Asks every process of the instance for a reload, by a number that they have not seen. */
bool state_announce(struct state *s, uint64_t number, struct arena *a, struct fault *f);
/* A descriptor that is readable when state_changed() may have become true, or -1; state_heard() empties it. */
int state_watch(struct state *s);
void state_heard(struct state *s);

/* Stores what a loaded generation got from the database, under that number. */
bool state_save(struct state *s, const struct generation *g, uint64_t number, struct arena *a, struct fault *f);
/* Gives a generation that is only configured what was stored for just this configuration under that number. False when
 * there is nothing of use; then g may be half filled: free it. */
bool state_map(struct state *s, struct generation *g, const char *file, char *const *vars, uint64_t number);
/* True for one process of the instance until it calls state_retire() or ends: it is to build. */
bool state_elect(struct state *s);
void state_retire(struct state *s);

#endif
