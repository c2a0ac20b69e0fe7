/* The configuration file: `key = value` lines as PostgREST reads them.
 *
 * A value is a quoted text, a number, or a boolean word. In a text the escapes are those of JSON less a few, $(NAME)
 * is a variable of the environment and $$ a dollar sign. `import "file"` reads another file in its place, and
 * `name { key = value }` stands for name.key = value. Lists are refused: PostgREST has no key that takes one.
 * SPDX-License-Identifier: MIT */
#include "conf/conf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json_scan.h"
#include "base/log.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "conf/conf_environ.h"
#include "conf/conf_shown.h"
#include "conf/conf_table.h"

enum { FILE_MAX = 1024 * 1024, KEY_MAX = 200, IMPORTS_MAX = 8 };

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

bool conf_slurp(struct str *out_r, const char *path, bool raw, struct arena *a, struct str *reason_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		*reason_r = str_printf(a, "cannot be opened: %s", strerror(errno));
		return false;
	}
	bool good = file_read(out_r, fd, FILE_MAX, a);
	int reason = errno;
	close(fd);
	if (!good) {
		*reason_r = reason == EFBIG ? STR("is larger than a megabyte")
									: str_printf(a, "cannot be read: %s", strerror(reason));
		return false;
	}
	if (raw || str_is_text(*out_r))
		return true;
	*reason_r = STR("is not UTF-8 text");
	return false;
}

/* A group, name { ... }: what stands before the keys inside. */
struct group {
	struct str prefix;   /* with its dot */
	struct group *outer; /* NULL: the file itself */
};

struct file {
	struct str path;
	struct group *group;
	int depth; /* how many imports led here */
};

/* One line being read. */
struct line {
	struct scan scan;
	struct conf_draft *draft;
	struct file *file;
	struct buf value;
	bool bare;          /* the value stood without quotes */
	struct str problem; /* filled by what failed */
};

static bool problem(struct line *l, struct str what)
{
	l->problem = what;
	return false;
}

/* At the u of \u: four digits, or two times four for a pair of surrogates. NUL is refused: no value holds one. */
static bool take_unicode(struct line *l)
{
	size_t length;
	char bytes[UTF8_MOST];
	int32_t code = json_escaped(scan_rest(&l->scan), &length);
	if (code == 0 || code == JSON_BAD_ESCAPE)
		return problem(l, STR("\\u wants four hexadecimal digits, not 0000"));
	if (code == JSON_HALF_PAIR)
		return problem(l, STR("\\u names half a pair of surrogates"));
	l->scan.cur += length;
	buf_put(&l->value, (struct str){ bytes, utf8_encode(bytes, (uint32_t)code) });
	return true;
}

static bool take_escape(struct line *l)
{
	static const char from[] = "nrt\"\\", to[] = "\n\r\t\"\\";
	int c = scan_peek(&l->scan);
	const char *found = c > 0 ? strchr(from, c) : NULL;
	if (c == 'u')
		return take_unicode(l);
	if (!found)
		return problem(l, STR("unknown escape after a backslash; known are \\n \\r \\t \\\" \\\\ and \\uXXXX"));
	l->scan.cur++;
	buf_char(&l->value, to[found - from]);
	return true;
}

/* Takes what follows a dollar sign. One that stands alone is kept, so that passwords need no care. */
static bool take_dollar(struct line *l)
{
	if (!scan_char(&l->scan, '(')) {
		scan_char(&l->scan, '$');
		buf_char(&l->value, '$');
		return true;
	}
	struct str name = scan_until(&l->scan, ")\"");
	if (!scan_char(&l->scan, ')'))
		return problem(l, STR("$( without its closing parenthesis; a dollar sign before ( is written $$"));
	struct str value = conf_environ_get(l->draft->environ, name);
	if (!value.p)
		return problem(l, str_printf(l->draft->arena, "the environment has no variable %.*s", STR_ARG(name)));
	buf_put(&l->value, value);
	return true;
}

/* Takes a text behind its opening quote. */
static bool take_quoted(struct line *l)
{
	for (;;) {
		buf_put(&l->value, scan_until(&l->scan, "\"\\$"));
		if (scan_char(&l->scan, '"'))
			return true;
		if (scan_done(&l->scan))
			return problem(l, STR("the closing quote is missing"));
		bool good = scan_char(&l->scan, '$') ? take_dollar(l) : (l->scan.cur++, take_escape(l));
		if (!good)
			return false;
	}
}

static bool take_sign(struct scan *s)
{
	return scan_char(s, '-') || scan_char(s, '+');
}

/* Takes a number: 5, -5, 0.5, 5e3. */
static bool take_number(struct scan *s)
{
	take_sign(s);
	if (!scan_set(s, DIGITS, KEY_MAX, NULL) || (scan_char(s, '.') && !scan_set(s, DIGITS, KEY_MAX, NULL)))
		return false;
	if (!scan_lit_nocase(s, STR("e")))
		return true;
	take_sign(s);
	return scan_set(s, DIGITS, 4, NULL);
}

static bool is_bare_value(struct str word)
{
	static const struct str words[] = {
		STR_INIT("true"),
		STR_INIT("false"),
		STR_INIT("on"),
		STR_INIT("off"),
	};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq_nocase(word, words[i]))
			return true;
	struct scan s = scan_of(word);
	return take_number(&s) && scan_done(&s);
}

static bool take_value(struct line *l)
{
	if (scan_char(&l->scan, '"'))
		return take_quoted(l);
	struct str word;
	if (!scan_set(&l->scan, LETTERS DIGITS "+-._", KEY_MAX, &word) || !is_bare_value(word))
		return problem(l, STR("expected a value: a text in double quotes, a number, true or false"));
	buf_put(&l->value, word);
	l->bare = true;
	return true;
}

/* Whether nothing but blanks and a comment is left. */
static bool at_end(struct scan *s)
{
	scan_blanks(s);
	return scan_done(s) || scan_peek(s) == '#';
}

/* Enters a value; a key that does not exist is only warned of, for PostgREST ignores it. */
static void enter(struct line *l, struct str key, struct str where)
{
	bool is_setting = str_starts(key, STR("app.settings.")) && key.n > 13;
	const struct conf_option *o = conf_option_find(key);
	bool wants_text = is_setting || (o && (o->type == CONF_TEXT || o->type == CONF_LIST));
	struct str value = buf_str(&l->value);
	if (l->bare && wants_text)
		value = conf_shown(value, l->draft->arena);
	if (is_setting) {
		conf_draft_app_setting(l->draft, key, value, where, CONF_FROM_FILE);
		return;
	}
	if (!conf_draft_offer(l->draft, key, value, where, CONF_FROM_FILE))
		log_warn_once("%.*s: %.*s is no configuration key, ignored", STR_ARG(where), STR_ARG(key));
}

static struct str join2(struct arena *a, struct str first, struct str second)
{
	return str_join(a, (const struct str[]){ first, second }, 2, STR(""));
}

static void open_group(struct line *l, struct str name)
{
	struct group *inner = arena_make(l->draft->arena, struct group);
	struct str prefix = join2(l->draft->arena, l->file->group->prefix, name);
	*inner = (struct group){ join2(l->draft->arena, prefix, STR(".")), l->file->group };
	l->file->group = inner;
}

static bool close_group(struct line *l)
{
	if (!l->file->group->outer)
		return problem(l, STR("} closes nothing"));
	l->file->group = l->file->group->outer;
	return true;
}

static bool read_file(struct conf_draft *d, struct file *file);

/* A relative path starts at the directory of the file that imports. Its faults name their own place. */
static bool import(struct line *l, struct str path)
{
	struct arena *a = l->draft->arena;
	size_t slash = str_rindex(l->file->path, '/');
	bool beside = !str_starts(path, STR("/")) && slash < l->file->path.n;
	struct file imported = {
		.path = beside ? join2(a, str_sub(l->file->path, 0, slash + 1), path) : path,
		.group = &(struct group){ l->file->group->prefix, NULL },
		.depth = l->file->depth + 1,
	};
	if (imported.depth > IMPORTS_MAX)
		return problem(l, STR("files import each other too deeply"));
	return read_file(l->draft, &imported);
}

static bool read_value(struct line *l, struct str key, struct str where)
{
	l->value = buf_new(l->draft->arena, FILE_MAX);
	l->bare = false;
	scan_blanks(&l->scan);
	if (str_eq(key, STR("import")) && scan_char(&l->scan, '"'))
		return take_quoted(l) && import(l, str_dup(l->draft->arena, buf_str(&l->value)));
	if (!scan_char(&l->scan, '='))
		return problem(l, str_printf(l->draft->arena, "expected = after %.*s", STR_ARG(key)));
	scan_blanks(&l->scan);
	if (!take_value(l))
		return false;
	if (!at_end(&l->scan) && scan_peek(&l->scan) != '}')
		return problem(l, STR("something follows the value"));
	enter(l, join2(l->draft->arena, l->file->group->prefix, key), where);
	return true;
}

static bool read_line(struct line *l, struct str where)
{
	while (!at_end(&l->scan)) {
		struct str key;
		if (scan_char(&l->scan, '}')) {
			if (!close_group(l))
				return false;
			continue;
		}
		if (!scan_set(&l->scan, LETTERS DIGITS "-_.", KEY_MAX, &key))
			return problem(l, STR("expected a key"));
		scan_blanks(&l->scan);
		if (scan_char(&l->scan, '{'))
			open_group(l, key);
		else if (!read_value(l, key, where))
			return false;
	}
	return true;
}

static bool read_file(struct conf_draft *d, struct file *file)
{
	struct str content, reason;
	if (!conf_slurp(&content, str_cstr(d->arena, file->path), false, d->arena, &reason))
		return conf_draft_fault(d, file->path, reason);
	if (str_starts(content, UTF8_MARK))
		content = str_from(content, 3);
	for (int number = 1; content.p; number++) {
		struct str text = str_cut(&content, '\n');
		struct str where = str_printf(d->arena, "%.*s:%d", STR_ARG(file->path), number);
		struct line l = { .scan = scan_of(str_trim(text)), .draft = d, .file = file };
		if (!read_line(&l, where))
			return l.problem.p && conf_draft_fault(d, where, l.problem);
	}
	return !file->group->outer || conf_draft_fault(d, file->path, STR("a group lacks its }"));
}

bool conf_file_read(struct conf_draft *d, const char *path)
{
	struct file file = { .path = str_of(path), .group = &(struct group){ STR(""), NULL } };
	return read_file(d, &file);
}
