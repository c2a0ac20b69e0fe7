/* CSV as what PostgreSQL takes: for a relation each column's values as one array literal, for a function JSON.
 * SPDX-License-Identifier: MIT */
#include "query/payload.h"

#include <string.h>

#include "base/jsonesc.h"
#include "base/name_set.h"
#include "base/tmpfile.h"
#include "base/utf8.h"
#include "query/csv.h"
#include "query/grammar.h"

/* The place of a field whose name a later field of the header has too: the later one counts. */
#define IGNORED SIZE_MAX

enum { SHOWN_MOST = 100 };

struct table {
	struct scan s; /* behind the header */
	struct name_set names;
	size_t *place; /* of each field of a line: its index in names, or IGNORED */
	size_t *field; /* of each name: the field that counts */
	struct watch_way way;
	size_t width; /* fields of a line */
	size_t rows;
	enum conf_csv dialect;
	struct arena *arena;
};

/* Text in quotes, what is not printable as an escape. */
static struct str quoted_text(struct str text, struct arena *a)
{
	struct buf b = buf_new(a, SIZE_MAX);
	buf_char(&b, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '"' || c == '\\')
			buf_printf(&b, "\\%c", c);
		else if (c == '\n' || c == '\r' || c == '\t')
			buf_put(&b, c == '\n' ? STR("\\n") : c == '\r' ? STR("\\r") : STR("\\t"));
		else if (c < ' ' || c >= 0x7f)
			buf_printf(&b, "\\%u", c);
		else
			buf_char(&b, (char)c);
	}
	buf_char(&b, '"');
	return buf_str(&b);
}

/* Says what was expected where, in the words of PostgREST's parser. */
static bool broken(const struct table *t, const char *expected, struct fault *f)
{
	struct str rest = scan_rest(&t->s), shown = utf8_cut(rest, SHOWN_MOST);
	if (rest.n <= SHOWN_MOST) {
		shown = quoted_text(rest, t->arena);
		return fault_printf(f, t->arena, 400, "PGRST102", "parse error (%s) at %.*s", expected, STR_ARG(shown));
	}
	return fault_printf(f, t->arena, 400, "PGRST102", "parse error (%s) at %.*s (truncated)", expected, STR_ARG(shown));
}

static bool too_large(struct fault *f)
{
	return fault_set(f, 413, "PGRST102", STR("The request body is too large"));
}

static bool behind_line_end(const struct scan *s)
{
	return s->cur > s->start && (s->cur[-1] == '\n' || s->cur[-1] == '\r');
}

/* Gives the field of the header its place; one before it with the same name loses it. */
static void add_name(struct table *t, size_t column, struct str name)
{
	bool fresh = name_set_add(&t->names, name);
	size_t place = fresh ? t->names.count - 1 : name_set_find(&t->names, name);
	if (!fresh)
		t->place[t->field[place]] = IGNORED;
	t->field[place] = column;
	t->place[column] = place;
}

static void take_names(struct table *t, const struct name_list *names)
{
	t->width = names->count;
	t->place = arena_make_array(t->arena, size_t, names->count);
	t->field = arena_make_array(t->arena, size_t, names->count);
	t->names = name_set_new(names->count, t->arena);
	for (size_t i = 0; i < names->count; i++)
		add_name(t, i, names->items[i]);
}

/* The first line, which must have an end. */
static bool read_header(struct table *t, struct fault *f)
{
	struct csv_field field;
	struct name_list names = { 0 };
	enum csv_end end;
	do {
		end = csv_next(&t->s, &field);
		if (end != CSV_BROKEN)
			name_list_add(&names, str_dup(t->arena, csv_value(&field, t->arena)), t->arena);
	} while (end == CSV_COMMA && names.count <= PAYLOAD_COLUMNS_MAX);
	if (names.count > PAYLOAD_COLUMNS_MAX)
		return payload_too_many(f, "columns", PAYLOAD_COLUMNS_MAX, t->arena);
	if (end == CSV_BROKEN || !behind_line_end(&t->s))
		return broken(t, scan_done(&t->s) ? "not enough input" : "Failed reading: satisfy", f);
	take_names(t, &names);
	return !arena_overflowed(t->arena) || too_large(f);
}

/* PostgREST knows the word only, and knows it in quotes, too. */
static bool is_null(const struct table *t, const struct csv_field *field)
{
	if (t->dialect == CONF_CSV_POSTGREST)
		return csv_is_null_word(field);
	return !field->quoted && (field->text.n == 0 || csv_is_null_word(field));
}

/* Hands every field over with its place among the names. */
static bool each_field(struct table *t, void (*put)(void *arg, size_t row, size_t place, const struct csv_field *field),
	void *arg, struct fault *f)
{
	struct scan first = t->s;
	struct csv_field field;
	for (t->rows = 0; csv_more(&t->s); t->rows++) {
		size_t column = 0;
		enum csv_end end = CSV_COMMA;
		for (; end == CSV_COMMA && !watch_left(&t->way, t->s.cur); column++) {
			end = csv_next(&t->s, &field);
			field.is_null = is_null(t, &field);
			if (end != CSV_BROKEN && column < t->width && t->place[column] != IGNORED)
				put(arg, t->rows, t->place[column], &field);
		}
		if (t->way.left)
			return watch_fault(f);
		if (end == CSV_BROKEN)
			return broken(t, scan_done(&t->s) ? "not enough input" : "endOfInput", f);
		if (column != t->width)
			return fault_set(f, 400, "PGRST102", STR("All lines must have same number of fields"));
	}
	t->s = first;
	t->way.next = t->way.next ? (uintptr_t)first.cur : 0;
	return true;
}

/* One array literal for each name: first only their lengths, then, when there is room for them, their bytes. */
struct arrays {
	struct str *literals;
	char **to; /* where the next byte of each goes; NULL: lengths only */
};

static void put_element(void *arg, size_t row, size_t place, const struct csv_field *field)
{
	struct arrays *arrays = arg;
	if (!arrays->to) {
		arrays->literals[place].n += 1 + csv_element(NULL, field);
		return;
	}
	char *to = arrays->to[place];
	*to++ = row == 0 ? '{' : ',';
	arrays->to[place] = to + csv_element(to, field);
}

/* Room for all literals, each with its closing brace and the NUL byte behind it. */
static bool grow_arrays(struct arrays *arrays, const struct table *t, const struct conf *c, struct fault *f)
{
	size_t size = 0;
	for (size_t i = 0; i < t->names.count; i++)
		size += ++arrays->literals[i].n + 1;
	char *room = tmpfile_room(t->arena, size, (size_t)c->server_buffer, c->server_spool_dir);
	if (!room)
		return fault_set(f, 507, "RG507", STR("The server has no room for the request body"));
	arrays->to = arena_make_array(t->arena, char *, t->names.count);
	for (size_t i = 0; i < t->names.count; i++) {
		arrays->literals[i].p = arrays->to[i] = room;
		room += arrays->literals[i].n + 1;
	}
	return true;
}

/* The lines are read twice: what they become is as large as they are, and must not grow in memory. */
static bool read_arrays(struct payload *out_r, struct table *t, const struct conf *c, struct fault *f)
{
	struct arrays arrays = { .literals = arena_make_array(t->arena, struct str, t->names.count) };
	if (!each_field(t, put_element, &arrays, f))
		return false;
	if (t->rows == 0)
		return true;
	if (!grow_arrays(&arrays, t, c, f) || !each_field(t, put_element, &arrays, f))
		return false;
	for (size_t i = 0; i < t->names.count; i++)
		memcpy(arrays.to[i], "}", 2);
	out_r->kind = PAYLOAD_ARRAYS;
	out_r->arrays = arrays.literals;
	return true;
}

/* The rows as a JSON array of objects of strings. */
struct objects {
	struct buf out;
	size_t row; /* the one being written, from 1; 0: none */
	const struct table *table;
};

static void put_member(void *arg, size_t row, size_t place, const struct csv_field *field)
{
	struct objects *objects = arg;
	bool first = objects->row != row + 1;
	buf_put(&objects->out, !first ? STR(",") : row ? STR("},{") : STR("[{"));
	objects->row = row + 1;
	json_escape(&objects->out, objects->table->names.names[place]);
	buf_char(&objects->out, ':');
	if (field->is_null)
		buf_lit(&objects->out, "null");
	else
		json_escape(&objects->out, csv_value(field, objects->table->arena));
}

static bool read_objects(struct payload *out_r, struct table *t, struct fault *f)
{
	struct objects objects = { .out = buf_new(t->arena, arena_left(t->arena)), .table = t };
	if (!each_field(t, put_member, &objects, f))
		return false;
	if (t->rows == 0)
		return true;
	buf_lit(&objects.out, "}]");
	out_r->body = buf_str(&objects.out);
	return !(objects.out.overflow || arena_overflowed(t->arena)) || too_large(f);
}

bool payload_csv(struct payload *out_r, const struct request *r, bool for_call, const struct conf *c, struct arena *a,
	struct fault *f)
{
	struct table t = {
		.s = csv_scan(r->body),
		.way = watch_begin(&r->watch, r->body),
		.dialect = (enum conf_csv)c->csv_dialect,
		.arena = a,
	};
	if (!str_is_text(r->body))
		return fault_set(f, 400, "PGRST102", STR("The request body is not UTF-8 text or contains a NUL byte"));
	*out_r = (struct payload){ .kind = PAYLOAD_JSON, .media = out_r->media, .is_array = true, .body = STR("[]") };
	if (!read_header(&t, f) || !(for_call ? read_objects(out_r, &t, f) : read_arrays(out_r, &t, c, f)))
		return false;
	out_r->row_count = t.rows;
	if (t.rows > 0) {
		out_r->keys = t.names.names;
		out_r->key_count = t.names.count;
	}
	return true;
}
