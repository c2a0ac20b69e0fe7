/* The state directory: catalogs that were loaded, for every process of an instance to map, and the word to load anew.
 *
 * An instance is all that serve by one configuration file or, without a file, by one database. Its files, NAME being a
 * hash of that and CONF one of all that the configuration says:
 *
 *     NAME.number         how often `rowgate reload` has spoken; replaced, never changed, so that a stat() tells
 *     NAME-CONF.catalog   settings from the database and the catalog block: good while it bears that number
 *     NAME.admin          the admin server's unix socket, where none is configured: for `rowgate --ready`
 *     NAME.lock           byte 0 is locked by who builds a catalog, byte 1 is shared by all who live, byte 2 by all who
 *                         wait for a seat; each from byte 16 on is a seat, locked by who has it
 *
 * Nothing survives the last process: whoever comes to an instance of which nobody lives begins anew, as after a
 * restart. The directory must be its user's own.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_STATEDIR_H
#define ROWGATE_APP_PROCESS_STATEDIR_H

#include "app/serve/generation.h"

struct statedir;

/* Takes a place among the living in state-dir; without that setting in RUNTIME_DIRECTORY (systemd) or
 * TMPDIR/rowgate-UID, or, where somebody else has taken that name, in a temporary directory of its own. file: the
 * configuration file or NULL. False with the fault's message, in g, when the directory that was set is of no use. */
MUST_CHECK bool statedir_open(struct statedir **out_r, const struct generation *g, const char *file, struct fault *f);
/* The directory that an instance which serves now has taken, for who is not a part of it: that setting,
 * RUNTIME_DIRECTORY, our own under TMPDIR, or the one that systemd made for a unit (/run/rowgate...). STR_NONE: there
 * is no such instance. */
struct str statedir_find(const struct conf *conf, const char *file, struct arena *a);
/* The path of the instance's admin socket in that directory. */
struct str statedir_admin(struct str directory, const struct conf *conf, const char *file, struct arena *a);
/* The directory that was taken. */
struct str statedir_path(const struct statedir *s);
/* Gives the place up; the last one leaves nothing. NULL is allowed. Not in forked children: they share the place. */
void statedir_close(struct statedir *s);
/* Whether nobody else lived when it was opened. */
bool statedir_alone(const struct statedir *s);

/* How often a reload was asked for; statedir_changed() compares with what was last read here. */
uint64_t statedir_number(struct statedir *s);
bool statedir_changed(const struct statedir *s);
/* Asks every process of the instance for a reload, by a number that they have not seen. */
MUST_CHECK bool statedir_announce(struct statedir *s, uint64_t number, struct arena *a, struct fault *f);
/* A descriptor that is readable when statedir_changed() may have become true, or -1; statedir_heard() empties it. */
int statedir_watch(struct statedir *s);
void statedir_heard(struct statedir *s);

/* Stores what a loaded generation got from the database, under that number. */
MUST_CHECK bool statedir_save(struct statedir *s, const struct generation *g, uint64_t number, struct arena *a,
	struct fault *f);
/* Gives a generation that is only configured what was stored for just this configuration under that number. False when
 * there is nothing of use; then g may be half filled: free it. */
bool statedir_map(struct statedir *s, struct generation *g, const char *file, char *const *vars, uint64_t number);
/* True for one process of the instance until it calls statedir_retire() or ends: it is to build. */
bool statedir_elect(struct statedir *s);
void statedir_retire(struct statedir *s);

/* Processes without a master have at most so many seats together: true when this one has one, then or before. Who gets
 * none is to ask again soon, and waits until then. */
bool statedir_sit(struct statedir *s, size_t seats);
/* Gives the seat up, or the wait for one. The end of the process does too. */
void statedir_rise(struct statedir *s);
/* Whether it has a seat, and whether it has one that another process waits for. */
bool statedir_seated(const struct statedir *s);
bool statedir_seat_wanted(const struct statedir *s);

#endif
