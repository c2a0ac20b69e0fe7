/* CSV (RFC 4180) rewritten as a JSON array of objects, in one pass.
 * SPDX-License-Identifier: MIT */
#include "query/payload.h"

#include "base/jsonesc.h"
#include "base/scan.h"
#include "query/grammar.h"
#include "query/name_set.h"

struct csv {
	struct scan s;
	struct str *keys;        /* the header's fields, written as JSON `"key":` */
	size_t column_count;
	struct buf out;
	size_t rows;
	struct arena *arena;
};

/* What reading one thing found. */
enum csv_result { CSV_OK, CSV_UNEVEN, CSV_BROKEN };

/* CR, LF or both; false at neither. */
static bool line_end(struct scan *s)
{
	bool cr = scan_char(s, '\r');
	return scan_char(s, '\n') || cr;
}

static void blank_lines(struct scan *s)
{
	while (line_end(s))
		;
}

/* The rest of a quoted field; "" within stands for one quote. */
static bool quoted_field(struct scan *s, struct arena *a, struct str *out_r)
{
	const char *from = s->cur;
	bool doubled = false;
	for (;; doubled = true) {
		scan_until(s, "\"");
		if (!scan_char(s, '"'))
			return false;
		if (!scan_char(s, '"'))
			break;
	}
	*out_r = (struct str){ from, (size_t)(s->cur - 1 - from) };
	if (!doubled)
		return true;
	char *to = arena_bytes(a, out_r->n);
	size_t n = 0;
	for (size_t i = 0; i < out_r->n; i++) {
		to[n++] = out_r->p[i];
		i += out_r->p[i] == '"';
	}
	*out_r = (struct str){ to, n };
	return true;
}

/* One field; what must follow it, a comma or the line's end, is the caller's. A quote within a bare field is wrong. */
static bool field(struct csv *csv, struct str *out_r)
{
	if (scan_char(&csv->s, '"'))
		return quoted_field(&csv->s, csv->arena, out_r);
	*out_r = scan_until(&csv->s, ",\r\n\"");
	return scan_peek(&csv->s) != '"';
}

/* True behind a field that is the last of its line. */
static bool is_last(struct csv *csv, enum csv_result *result)
{
	if (scan_char(&csv->s, ','))
		return false;
	if (!scan_done(&csv->s) && !line_end(&csv->s))
		*result = CSV_BROKEN;
	return true;
}

static struct str key_text(struct str name, struct arena *a)
{
	struct buf b = buf_new(a, SIZE_MAX);
	json_escape(&b, name);
	buf_char(&b, ':');
	return buf_str(&b);
}

/* The first line that is not blank. */
static enum csv_result header(struct csv *csv, struct name_set *names)
{
	enum csv_result result = CSV_OK;
	struct name_list keys = { 0 };
	struct str name;
	do {
		if (!field(csv, &name))
			return CSV_BROKEN;
		name = str_dup(csv->arena, name);
		name_set_add(names, name);
		name_list_add(&keys, key_text(name, csv->arena), csv->arena);
	} while (!is_last(csv, &result));
	csv->keys = keys.items;
	csv->column_count = keys.count;
	return result;
}

static void put_member(struct csv *csv, size_t column, struct str value)
{
	buf_put(&csv->out, column ? STR(",") : STR("{"));
	buf_put(&csv->out, csv->keys[column]);
	if (str_eq(value, STR("NULL")))
		buf_lit(&csv->out, "null");
	else
		json_escape(&csv->out, value);
}

static enum csv_result row(struct csv *csv)
{
	enum csv_result result = CSV_OK;
	size_t column = 0;
	struct str value;
	buf_put(&csv->out, csv->rows++ ? STR(",") : STR("["));
	do {
		if (!field(csv, &value))
			return CSV_BROKEN;
		if (column < csv->column_count)
			put_member(csv, column, value);
		column++;
	} while (!is_last(csv, &result));
	buf_char(&csv->out, '}');
	return result == CSV_OK && column != csv->column_count ? CSV_UNEVEN : result;
}

static enum csv_result table(struct csv *csv, struct name_set *names)
{
	blank_lines(&csv->s);
	enum csv_result result = scan_done(&csv->s) ? CSV_BROKEN : header(csv, names);
	for (blank_lines(&csv->s); result == CSV_OK && !scan_done(&csv->s); blank_lines(&csv->s))
		result = row(csv);
	buf_put(&csv->out, csv->rows ? STR("]") : STR("[]"));
	return result;
}

/* Spreadsheets put a byte order mark in front. */
static struct str without_mark(struct str body)
{
	return str_starts(body, STR("\xef\xbb\xbf")) ? str_from(body, 3) : body;
}

bool payload_csv(struct payload *out_r, struct str body, struct arena *a, struct fault *f)
{
	struct csv csv = { .s = scan_of(without_mark(body)), .out = buf_new(a, arena_left(a)), .arena = a };
	struct name_set names = name_set_new(16, a);
	if (!str_is_text(body))
		return fault_set(f, 400, "PGRST102", STR("The request body is not UTF-8 text or contains a NUL byte"));
	enum csv_result result = table(&csv, &names);
	if (result == CSV_BROKEN)
		return fault_printf(f, a, 400, "PGRST102", "Invalid CSV at byte %zu", scan_at(&csv.s));
	if (result == CSV_UNEVEN)
		return fault_set(f, 400, "PGRST102", STR("All lines must have same number of fields"));
	if (csv.out.overflow || arena_overflowed(a))
		return fault_set(f, 413, "PGRST102", STR("The request body is too large"));
	out_r->kind = PAYLOAD_JSON;
	out_r->is_array = true;
	out_r->row_count = csv.rows;
	out_r->body = buf_str(&csv.out);
	out_r->keys = csv.rows ? names.names : NULL;
	out_r->key_count = csv.rows ? names.count : 0;
	return true;
}
