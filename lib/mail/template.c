/* Finding a template, and filling it in.
 * SPDX-License-Identifier: MIT */
#include "mail/template.h"

#include <assert.h>
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

/* What is looked for: a mail has a text and may have HTML, a page is HTML alone. */
struct wanted {
	const char *directory; /* the host's, or NULL */
	struct str name;
	bool page;
};

static bool is_found(const struct found *found, const struct wanted *w)
{
	return w->page ? found->html.p : found->text.p;
}

/* True with nothing found: not here. */
static bool look_in_directory(struct found *found, const struct wanted *w, struct str language, struct arena *a,
	struct fault *f)
{
	struct str base = str_printf(a, "%s/%.*s/%.*s", w->directory, STR_ARG(language), STR_ARG(w->name));
	*found = (struct found){ .language = language, .where = base };
	if (!w->page && !read_file(&found->text, str_printf(a, "%s.txt", base.p).p, a, f))
		return false;
	return !(w->page || found->text.p) || read_file(&found->html, str_printf(a, "%s.html", base.p).p, a, f);
}

static bool look_for(struct found *found, const struct wanted *w, struct str language, struct arena *a, struct fault *f)
{
	*found = (struct found){ 0 };
	if (w->directory && !look_in_directory(found, w, language, a, f))
		return false;
	if (!is_found(found, w))
		*found = (struct found){ language, find_shipped(language, w->name, STR("txt")),
			find_shipped(language, w->name, STR("html")),
			str_printf(a, "%.*s/%.*s", STR_ARG(language), STR_ARG(w->name)) };
	return true;
}

/* The language, then the same with one part less each time. */
static bool find_in(struct found *found, const struct wanted *w, struct str language, struct arena *a, struct fault *f)
{
	struct str tag = language_is_tag(language) ? language : STR_NONE;
	while (tag.n && !is_found(found, w)) {
		if (!look_for(found, w, tag, a, f))
			return false;
		size_t cut = str_rindex(tag, '-');
		tag = cut < tag.n ? str_sub(tag, 0, cut) : STR_NONE;
	}
	return true;
}

/* The first of the languages that there is, then English. */
static bool find_template(struct found *found, const struct wanted *w, const struct str *languages, size_t count,
	struct arena *a, struct fault *f)
{
	*found = (struct found){ 0 };
	for (size_t i = 0; i < count && !is_found(found, w); i++)
		if (!find_in(found, w, languages[i], a, f))
			return false;
	return is_found(found, w) || look_for(found, w, STR("en"), a, f);
}

/* A character of a value, a blank for controls. */
static struct str shown(struct str value, size_t i)
{
	unsigned char c = (unsigned char)value.p[i];
	return c < ' ' || c == 0x7f ? STR(" ") : str_sub(value, i, 1);
}

static void put_plain(struct buf *out, struct str value)
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

/* A text that is being filled in. */
struct filling {
	struct buf out;
	struct str rest; /* what is still to be read */
	bool html;
	const struct template_value *values;
	size_t count;
};

/* Skips what is not shown, its end included. */
static bool skip_section(struct filling *t, struct str name)
{
	struct str end = str_printf(t->out.arena, "{{/%.*s}}", STR_ARG(name));
	size_t at = str_find(t->rest, end);
	bool ends = at < t->rest.n;
	t->rest = str_from(t->rest, at + end.n);
	return ends;
}

/* What follows a "{{". */
static bool fill_place(struct filling *t, struct fault *f)
{
	size_t close = str_find(t->rest, STR("}}"));
	struct str word = str_trim(str_sub(t->rest, 0, close));
	bool opens = str_starts(word, STR("#")), closes = str_starts(word, STR("/"));
	struct str name = str_from(word, opens || closes);
	const struct template_value *value = find_value(name, t->values, t->count);
	if (!value || close == t->rest.n)
		return fault_printf(f, t->out.arena, 500, "RGA50", "{{%.*s}} has no value", STR_ARG(str_sub(word, 0, 40)));
	t->rest = str_from(t->rest, close + 2);
	if (opens && !value->value.p && !skip_section(t, name))
		return fault_printf(f, t->out.arena, 500, "RGA50", "{{#%.*s}} has no end", STR_ARG(name));
	if (!opens && !closes)
		(t->html ? put_html : put_plain)(&t->out, value->value);
	return true;
}

bool template_text(struct str *out_r, struct str text, bool html, const struct template_value *values, size_t count,
	struct arena *a, struct fault *f)
{
	struct filling t = { buf_new(a, TEMPLATE_MAX), text, html, values, count };
	for (size_t open; (open = str_find(t.rest, STR("{{"))) < t.rest.n;) {
		buf_put(&t.out, str_sub(t.rest, 0, open));
		t.rest = str_from(t.rest, open + 2);
		if (!fill_place(&t, f))
			return false;
	}
	buf_put(&t.out, t.rest);
	*out_r = buf_str(&t.out);
	return !t.out.overflow || fault_printf(f, a, 500, "RGA50", "the text grows too large");
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

/* The fault, with where it is. */
static bool template_fault(struct fault *f, const struct found *found, struct arena *a)
{
	struct str reason = f->message;
	return fault_printf(f, a, 500, "RGA50", "the mail template %.*s: %.*s", STR_ARG(found->where), STR_ARG(reason));
}

bool template_fill(struct template_mail *out_r, const char *directory, struct str name, struct str language,
	const struct template_value *values, size_t count, struct arena *a, struct fault *f)
{
	struct found found;
	const struct wanted wanted = { directory, name, false };
	if (!template_exists(name))
		return fault_printf(f, a, 500, "RGA50", "there is no mail template \"%.*s\"", STR_ARG(str_sub(name, 0, 40)));
	if (!find_template(&found, &wanted, &language, 1, a, f))
		return false;
	return fill_found(out_r, &found, values, count, a, f) || template_fault(f, &found, a);
}

bool template_page(struct template_page *out_r, const char *directory, struct str name,
	const struct template_languages *languages, const struct template_value *values, size_t count, struct arena *a,
	struct fault *f)
{
	struct found found;
	const struct wanted wanted = { directory, name, true };
	assert(find_shipped(STR("en"), name, STR("html")).p);
	if (!find_template(&found, &wanted, languages->tags, languages->count, a, f))
		return false;
	out_r->language = found.language;
	return template_text(&out_r->html, found.html, true, values, count, a, f) || template_fault(f, &found, a);
}
