/* An examination as text for people, and as JSON for programs: in the order of the table of checks.
 * SPDX-License-Identifier: MIT */
#include "app/doctor/print.h"

#include "base/jsonw.h"

enum { SHOWN = 10, AREA_WIDTH = 14 };

/* What comes from the database or a server must not move the terminal's cursor. */
static void put_line(struct buf *out, const char *indent, struct str text)
{
	buf_put(out, str_of(indent));
	for (size_t i = 0; i < text.n; i++)
		buf_char(out, (unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f ? ' ' : text.p[i]);
	buf_char(out, '\n');
}

static void put_areas(const struct doctor *d, struct buf *out)
{
	for (const struct doctor_area *a = d->areas; a; a = a->next) {
		buf_printf(out, "%-*.*s ", AREA_WIDTH, STR_ARG(a->name));
		put_line(out, a->why.p ? "not looked at: " : "", a->why.p ? a->why : a->what);
	}
}

/* The findings of one check; false when there is none. */
static bool put_check(const struct doctor *d, const struct doctor_check *check, struct buf *out)
{
	size_t count = 0;
	for (const struct doctor_finding *f = d->first; f; f = f->next) {
		if (f->check != check)
			continue;
		if (!count++)
			buf_printf(out, "\n%s %.*s: %s\n", check->id, STR_ARG(checks_word(check->severity)), check->title);
		if (count > SHOWN)
			continue;
		put_line(out, "    ", f->subject);
		if (f->command.p)
			put_line(out, "        ", f->command);
	}
	if (count > SHOWN)
		buf_printf(out, "    and %zu more, which --json lists\n", count - SHOWN);
	if (count)
		buf_printf(out, "  %s\n", check->cure);
	return count;
}

static void put_count(struct buf *out, size_t count, const char *word, const char *end)
{
	buf_printf(out, "%zu %s%s%s", count, word, count == 1 ? "" : "s", end);
}

void doctor_print_text(const struct doctor *d, struct buf *out)
{
	bool found = false;
	put_areas(d, out);
	for (const struct doctor_check *c = checks; c->id; c++)
		found |= put_check(d, c, out);
	buf_char(out, '\n');
	if (!found) {
		buf_lit(out, "Nothing is wrong with what was looked at.\n");
		return;
	}
	put_count(out, doctor_count(d, DOCTOR_ERROR), "error", ", ");
	put_count(out, doctor_count(d, DOCTOR_WARNING), "warning", ", ");
	put_count(out, doctor_count(d, DOCTOR_NOTE), "note",
		". reference/doctor.md of the documentation explains each id.\n");
}

static void put_finding_json(struct jsonw *w, const struct doctor_finding *f)
{
	jsonw_open(w, '{');
	jsonw_member(w, STR("id"), str_of(f->check->id));
	jsonw_member(w, STR("severity"), checks_word(f->check->severity));
	jsonw_member(w, STR("title"), str_of(f->check->title));
	jsonw_member(w, STR("subject"), f->subject);
	jsonw_member(w, STR("cure"), str_of(f->check->cure));
	jsonw_key(w, STR("command"));
	jsonw_text(w, f->command);
	jsonw_close(w, '}');
}

static void put_areas_json(struct jsonw *w, const struct doctor *d)
{
	jsonw_key(w, STR("looked_at"));
	jsonw_open(w, '[');
	for (const struct doctor_area *a = d->areas; a; a = a->next) {
		jsonw_open(w, '{');
		jsonw_member(w, STR("area"), a->name);
		jsonw_key(w, STR("looked"));
		jsonw_bool(w, !a->why.p);
		jsonw_member(w, STR("what"), a->what);
		jsonw_member(w, STR("why_not"), a->why);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void put_count_json(struct jsonw *w, const struct doctor *d, struct str key, enum doctor_severity severity)
{
	jsonw_key(w, key);
	jsonw_int(w, (int64_t)doctor_count(d, severity));
}

void doctor_print_json(const struct doctor *d, struct buf *out)
{
	struct jsonw w = { .out = out };
	jsonw_open(&w, '{');
	jsonw_key(&w, STR("findings"));
	jsonw_open(&w, '[');
	for (const struct doctor_check *c = checks; c->id; c++)
		for (const struct doctor_finding *f = d->first; f; f = f->next)
			if (f->check == c)
				put_finding_json(&w, f);
	jsonw_close(&w, ']');
	put_areas_json(&w, d);
	put_count_json(&w, d, STR("errors"), DOCTOR_ERROR);
	put_count_json(&w, d, STR("warnings"), DOCTOR_WARNING);
	put_count_json(&w, d, STR("notes"), DOCTOR_NOTE);
	jsonw_close(&w, '}');
	buf_char(out, '\n');
}
