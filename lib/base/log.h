/* Diagnostics: one line an event, to standard error or syslog, with the time as PostgREST writes it and its context in
 * front.
 *
 * The sink and level are the only mutable globals of lib/. A message of several lines is put on one. Every other
 * byte that is not printable UTF-8 is escaped as \xNN, so nothing from outside can break a line or colour a terminal;
 * secrets are never passed here at all. The context (method and path of the request) comes from one callback.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_LOG_H
#define ROWGATE_BASE_LOG_H

#include "str.h"

/* PostgREST's log-level, least first. */
enum log_level { LOG_LEVEL_CRIT, LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

struct buf;
/* Writes what the current work is, for example "GET /items: ", or nothing. */
typedef void log_context_fn(void *arg, struct buf *out);

/* What goes on from now on. ident names the process kind ("master", "worker 2") and must stay valid. */
void log_to_stderr(enum log_level level, const char *ident);
void log_to_syslog(enum log_level level, const char *ident);
/* $JOURNAL_STREAM, or NULL: a stream that is systemd's journal gets the level in front of a line, and neither time nor
 * process, which the journal adds by itself. */
void log_know_journal(const char *journal_stream);
void log_set_level(enum log_level level);
void log_set_context(log_context_fn *fn, void *arg);
bool log_enabled(enum log_level level);
bool log_level_from(struct str name, enum log_level *level_r);

void log_crit(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A warning that this process has not given yet, nor one that it was forked from: a configuration is read several times
 * on the way to being served by. */
void log_warn_once(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What happens to the server as a whole, whatever the level, as a bare line: PostgREST's, which people look for. */
void log_event(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* An access line on standard output, as it is but escaped. */
void log_access(struct str line);
/* Appends untrusted with control bytes, invalid UTF-8, quotes and backslashes escaped. */
void log_text(struct buf *out, struct str untrusted);

#endif
