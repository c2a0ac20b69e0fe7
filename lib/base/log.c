/* The sink: levels, the line's head, and the escaping that every line passes.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"

enum {
	MESSAGE_MAX = 8192, /* before escaping; what is longer is cut, not split over lines */
	LINE_MAX_BYTES = 16384,
	TOLD_MAX = 256 /* warnings remembered; further ones are repeated */
};

static const struct {
	const char *name;  /* PostgREST's log-level */
	const char *label; /* what a line says */
	int priority;      /* syslog's */
} levels[] = {
	[LOG_LEVEL_CRIT] = { "crit", "critical", LOG_CRIT },
	[LOG_LEVEL_ERROR] = { "error", "error", LOG_ERR },
	[LOG_LEVEL_WARN] = { "warn", "warning", LOG_WARNING },
	[LOG_LEVEL_INFO] = { "info", "info", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", "debug", LOG_DEBUG },
};

static struct {
	enum log_level level;
	bool syslog;
	bool journal_out, journal_err; /* standard output and error lead to systemd's journal */
	const char *ident;
	log_context_fn *context;
	void *context_arg;
	uint64_t told[TOLD_MAX]; /* hashes of log_warn_once()'s */
	size_t told_count;
} sink = { .level = LOG_LEVEL_ERROR, .ident = "rowgate" };

void log_to_stderr(enum log_level level, const char *ident)
{
	if (sink.syslog)
		closelog();
	sink.syslog = false;
	sink.level = level;
	sink.ident = ident;
}

void log_to_syslog(enum log_level level, const char *ident)
{
	openlog("rowgate", LOG_PID, LOG_DAEMON);
	sink.syslog = true;
	sink.level = level;
	sink.ident = ident;
}

static bool is_stream(int fd, uint64_t device, uint64_t inode)
{
	struct stat st;
	return fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_know_journal(const char *journal_stream)
{
	struct str inode_text = str_of(journal_stream), device_text = str_cut(&inode_text, ':');
	uint64_t device, inode;
	bool known = str_to_u64(device_text, &device) && str_to_u64(inode_text, &inode);
	sink.journal_out = known && is_stream(STDOUT_FILENO, device, inode);
	sink.journal_err = known && is_stream(STDERR_FILENO, device, inode);
}

void log_set_level(enum log_level level)
{
	sink.level = level;
}

void log_set_context(log_context_fn *fn, void *arg)
{
	sink.context = fn;
	sink.context_arg = arg;
}

bool log_enabled(enum log_level level)
{
	return level <= sink.level;
}

bool log_level_from(struct str name, enum log_level *level_r)
{
	for (size_t i = 0; i < COUNT_OF(levels); i++)
		if (str_eq(name, str_of(levels[i].name))) {
			*level_r = (enum log_level)i;
			return true;
		}
	return false;
}

/* Controls, line and paragraph separators, and the marks that turn the direction of writing. */
static bool is_unprintable(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e)
		|| (code >= 0x2066 && code <= 0x2069);
}

/* Appends text; bytes that are no printable UTF-8 become \xNN, those of quoted get a backslash. */
static void put_escaped(struct buf *out, struct str text, struct str quoted)
{
	while (text.n) {
		size_t length = utf8_length(text);
		struct str sequence = str_sub(text, 0, length ? length : 1);
		if (length == 0 || is_unprintable(utf8_decode(sequence))) {
			for (size_t i = 0; i < sequence.n; i++)
				buf_printf(out, "\\x%02x", (unsigned char)sequence.p[i]);
		} else {
			if (str_has(quoted, *sequence.p))
				buf_char(out, '\\');
			buf_put(out, sequence);
		}
		text = str_from(text, sequence.n);
	}
}

void log_text(struct buf *out, struct str untrusted)
{
	put_escaped(out, untrusted, STR("\"\\"));
}

/* One write, so that lines of several processes do not mix; what a full disk or a closed pipe loses is lost. */
static void write_line(int fd, struct buf *line)
{
	bool is_cut = line->overflow;
	line->max = line->capacity;
	line->overflow = false;
	buf_put(line, is_cut ? STR("...") : STR(""));
	buf_char(line, '\n');
	while (write(fd, line->p, line->n) < 0 && errno == EINTR)
		;
}

static struct buf line_over(char *memory, size_t size)
{
	struct buf line = buf_over(memory, size);
	line.max = size - 8; /* room for the mark of a cut line and its end */
	return line;
}

static void put_time(struct buf *out)
{
	time_t now = (time_t)clock_wall_s();
	struct tm local;
	char text[64];
	if (localtime_r(&now, &local) && strftime(text, sizeof text, "%d/%b/%Y:%H:%M:%S %z", &local))
		buf_printf(out, "%s: ", text);
}

/* What a line begins with: the time, unless who reads it adds that. The journal wants the level (sd-daemon(3)). */
static void put_head(struct buf *out, int priority)
{
	if (sink.journal_err && !sink.syslog)
		buf_printf(out, "<%d>", priority);
	else if (!sink.syslog)
		put_time(out);
}

static size_t count_blanks(const char *text, size_t n)
{
	size_t i = 0;
	while (i < n && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n'))
		i++;
	return i;
}

/* Puts a message of several lines, as libpq's often are, on one: a blank for each break and what surrounds it, nothing
 * for the last. Returns the length of what is left. */
static size_t join_lines(char *text, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0, next; i < n; i = next) {
		size_t blanks = count_blanks(text + i, n - i);
		next = i + (blanks ? blanks : 1);
		if (!memchr(text + i, '\n', next - i)) {
			memmove(text + kept, text + i, next - i);
			kept += next - i;
		} else if (next < n) {
			text[kept++] = ' ';
		}
	}
	return kept;
}

/* Context and message, escaped as one. */
__attribute__((format(printf, 3, 0))) static void put_message(struct buf *out, log_context_fn *context,
	const char *format, va_list args)
{
	char raw[MESSAGE_MAX];
	struct buf text = buf_over(raw, sizeof raw);
	if (context)
		context(sink.context_arg, &text);
	size_t left = sizeof raw - text.n;
	int length = vsnprintf(raw + text.n, left, format, args);
	if (length > 0 && left > 0)
		text.n += join_lines(raw + text.n, (size_t)length < left ? (size_t)length : left - 1);
	put_escaped(out, buf_str(&text), STR(""));
	if (text.overflow || (length > 0 && (size_t)length >= left))
		out->overflow = true;
}

static void write_message(struct buf *line, int priority)
{
	if (sink.syslog)
		syslog(priority, "%.*s", STR_ARG(buf_str(line)));
	else
		write_line(STDERR_FILENO, line);
}

__attribute__((format(printf, 2, 0))) static void log_at(enum log_level level, const char *format, va_list args)
{
	if (!log_enabled(level))
		return;
	int saved_errno = errno;
	char memory[LINE_MAX_BYTES];
	struct buf line = line_over(memory, sizeof memory);
	put_head(&line, levels[level].priority);
	if (!sink.syslog && !sink.journal_err)
		buf_printf(&line, "[%ld] ", (long)getpid());
	buf_printf(&line, "%s: %s: ", sink.ident, levels[level].label);
	errno = saved_errno; /* for %m */
	put_message(&line, sink.context, format, args);
	write_message(&line, levels[level].priority);
	errno = saved_errno;
}

/* Whether it is said for the first time; keeps it in mind. */
static bool is_news(struct str text)
{
	uint64_t hash = str_hash(text);
	for (size_t i = 0; i < sink.told_count; i++)
		if (sink.told[i] == hash)
			return false;
	if (sink.told_count < TOLD_MAX)
		sink.told[sink.told_count++] = hash;
	return true;
}

void log_warn_once(const char *format, ...)
{
	va_list args;
	char text[MESSAGE_MAX];
	va_start(args, format);
	int length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (length > 0 && log_enabled(LOG_LEVEL_WARN) && is_news(str_of(text)))
		log_warn("%s", text);
}

void log_event(const char *format, ...)
{
	va_list args;
	char memory[LINE_MAX_BYTES];
	struct buf line = line_over(memory, sizeof memory);
	put_head(&line, LOG_NOTICE);
	va_start(args, format);
	put_message(&line, NULL, format, args);
	va_end(args);
	write_message(&line, LOG_NOTICE);
}

#define LOG_FUNCTION(name, level)                                                                                      \
	void name(const char *format, ...)                                                                                 \
	{                                                                                                                  \
		va_list args;                                                                                                  \
		va_start(args, format);                                                                                        \
		log_at(level, format, args);                                                                                   \
		va_end(args);                                                                                                  \
	}

LOG_FUNCTION(log_crit, LOG_LEVEL_CRIT)
LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)

void log_access(struct str line)
{
	char memory[LINE_MAX_BYTES];
	struct buf out = line_over(memory, sizeof memory);
	if (sink.journal_out && !sink.syslog)
		buf_printf(&out, "<%d>", LOG_INFO);
	put_escaped(&out, line, STR(""));
	if (sink.syslog)
		syslog(LOG_INFO, "%.*s", STR_ARG(buf_str(&out)));
	else
		write_line(STDOUT_FILENO, &out);
}
