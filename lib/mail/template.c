/* Finding a template, and filling it in.
 * SPDX-License-Identifier: MIT */
#include "mail/template.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/html.h"
#include "base/language.h"

static const struct shipped {
	const char *language, *name, *kind;
	struct str content;
} shipped[] = {
#include "mail/templates.h"
};

struct found {
	struct str language;
	struct str text, html; /* html: STR_NONE when there is none */
	struct str where;      /* for faults */
};

static struct str find_shipped(struct str language, struct str name, struct str kind)
{
	for (size_t i = 0; i < COUNT_OF(shipped); i++)
		if (str_eq(str_of(shipped[i].language), language) && str_eq(str_of(shipped[i].name), name)
			&& str_eq(str_of(shipped[i].kind), kind))
			return shipped[i].content;
	return STR_NONE;
}

bool template_exists(struct str name)
{
	return find_shipped(STR("en"), name, STR("txt")).p;
}

/* A file that is not there is STR_NONE; one that is there and cannot be read is a fault. */
static bool read_file(struct str *out_r, const char *path, struct arena *a, struct fault *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	*out_r = STR_NONE;
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR
			|| fault_printf(f, a, 500, "RGA50", "the mail template %s: %s", path, strerror(errno));
	bool good = file_read(out_r, fd, TEMPLATE_MAX, a);
	int reason = errno;
	close(fd);
	return good || fault_printf(f, a, 500, "RGA50", "the mail template %s: %s", path, strerror(reason));
}

/* True with text STR_NONE: not here. */
static bool look_in_directory(struct found *found, const char *directory, struct str language, struct str name,
	struct arena *a, struct fault *f)
{
	struct str base = str_printf(a, "%s/%.*s/%.*s", directory, STR_ARG(language), STR_ARG(name));
	*found = (struct found){ .language = language, .where = base };
	return read_file(&found->text, str_printf(a, "%s.txt", base.p).p, a, f)
		&& (!found->text.p || read_file(&found->html, str_printf(a, "%s.html", base.p).p, a, f));
}

static bool look_for(struct found *found, const char *directory, struct str language, struct str name, struct arena *a,
	struct fault *f)
{
	*found = (struct found){ 0 };
	if (directory && !look_in_directory(found, directory, language, name, a, f))
		return false;
	if (!found->text.p)
		*found = (struct found){ language, find_shipped(language, name, STR("txt")),
			find_shipped(language, name, STR("html")), str_printf(a, "%.*s/%.*s", STR_ARG(language), STR_ARG(name)) };
	return true;
}

/* The language, then the same with one part less each time, then English. */
static bool find(struct found *found, const char *directory, struct str name, struct str language, struct arena *a,
	struct fault *f)
{
	*found = (struct found){ 0 };
	struct str tag = language_is_tag(language) ? language : STR_NONE;
	while (tag.n && !found->text.p) {
		if (!look_for(found, directory, tag, name, a, f))
			return false;
		size_t cut = str_rindex(tag, '-');
		tag = cut < tag.n ? str_sub(tag, 0, cut) : STR_NONE;
	}
	return found->text.p || look_for(found, directory, STR("en"), name, a, f);
}

/* A character of a value, a blank for controls. */
static struct str shown(struct str value, size_t i)
{
	unsigned char c = (unsigned char)value.p[i];
	return c < ' ' || c == 0x7f ? STR(" ") : str_sub(value, i, 1);
}

static void put_text(struct buf *out, struct str value)
{
	for (size_t i = 0; i < value.n; i++)
		buf_put(out, shown(value, i));
}

static void put_html(struct buf *out, struct str value)
{
	for (size_t i = 0; i < value.n; i++)
		html_escape(out, shown(value, i));
}

static const struct template_value *find_value(struct str name, const struct template_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(values[i].name, name))
			return &values[i];
	return NULL;
}

bool template_text(struct str *out_r, struct str text, bool html, const struct template_value *values, size_t count,
	struct arena *a, struct fault *f)
{
	struct buf out = buf_new(a, TEMPLATE_MAX);
	struct str rest = text;
	for (size_t open = str_find(rest, STR("{{")); open < rest.n; open = str_find(rest, STR("{{"))) {
		buf_put(&out, str_sub(rest, 0, open));
		rest = str_from(rest, open + 2);
		size_t close = str_find(rest, STR("}}"));
		struct str name = str_trim(str_sub(rest, 0, close));
		const struct template_value *value = find_value(name, values, count);
		if (!value || close == rest.n)
			return fault_printf(f, a, 500, "RGA50", "{{%.*s}} has no value", STR_ARG(str_sub(name, 0, 40)));
		(html ? put_html : put_text)(&out, value->value);
		rest = str_from(rest, close + 2);
	}
	buf_put(&out, rest);
	*out_r = buf_str(&out);
	return !out.overflow || fault_printf(f, a, 500, "RGA50", "the text grows too large");
}

/* "Subject: ..." and the text behind an empty line. */
static bool split(struct str *subject_r, struct str *text_r, struct str content)
{
	struct str rest = content, subject = str_trim(str_cut(&rest, '\n'));
	*text_r = rest;
	*subject_r = str_trim(str_from(subject, sizeof "Subject:" - 1));
	bool empty_line = rest.p && !str_trim(str_cut(text_r, '\n')).n;
	return str_starts_nocase(subject, STR("Subject:")) && empty_line && text_r->p;
}

static bool fill_found(struct template_mail *m, const struct found *found, const struct template_value *values,
	size_t count, struct arena *a, struct fault *f)
{
	struct str subject, text;
	m->html = STR_NONE;
	m->language = found->language;
	if (!split(&subject, &text, found->text))
		return fault_printf(f, a, 500, "RGA50", "it must start with \"Subject: ...\" and an empty line");
	return template_text(&m->subject, subject, false, values, count, a, f)
		&& template_text(&m->text, text, false, values, count, a, f)
		&& (!found->html.p || template_text(&m->html, found->html, true, values, count, a, f));
}

bool template_fill(struct template_mail *out_r, const char *directory, struct str name, struct str language,
	const struct template_value *values, size_t count, struct arena *a, struct fault *f)
{
	struct found found;
	if (!template_exists(name))
		return fault_printf(f, a, 500, "RGA50", "there is no mail template \"%.*s\"", STR_ARG(str_sub(name, 0, 40)));
	if (!find(&found, directory, name, language, a, f))
		return false;
	if (fill_found(out_r, &found, values, count, a, f))
		return true;
	struct str reason = f->message;
	return fault_printf(f, a, 500, "RGA50", "the mail template %.*s: %.*s", STR_ARG(found.where), STR_ARG(reason));
}
