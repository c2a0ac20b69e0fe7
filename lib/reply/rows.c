/* Rows to body, as they arrive.
 * SPDX-License-Identifier: MIT */
#include "rows.h"

#include <inttypes.h>
#include <string.h>

#include "csv.h"
#include "explained.h"
#include "json.h"
#include "nested.h"
#include "plan/read.h"

/* One shape of body: what stands before, between and behind the rows, what stands for none, how a row is written. */
struct form {
	struct str open, separator, close, empty;
	void (*put)(struct reply_rows *rows, const struct row *r);
	bool single;                                                 /* only the first row is written */
	void (*begin)(struct reply_rows *rows, const struct row *r); /* when the columns are known, or NULL */
	void (*end)(struct reply_rows *rows);                        /* when all rows are written, or NULL */
};

static void add_object(struct reply_rows *rows, const struct row *r)
{
	json_object(&rows->body, rows->shape, r);
}

static void add_value(struct reply_rows *rows, const struct row *r)
{
	json_value(&rows->body, rows->shape, r, 0);
}

static void add_csv(struct reply_rows *rows, const struct row *r)
{
	csv_row(&rows->body, r, (enum conf_csv)rows->plan->conf->csv_dialect);
}

static void begin_csv(struct reply_rows *rows, const struct row *r)
{
	csv_header(&rows->body, r, (enum conf_csv)rows->plan->conf->csv_dialect);
	spool_put(&rows->body, STR("\n"));
}

/* PostgREST takes the names from a row: there is none to take them from, but of a function that returns one row, be it
 * filtered away. */
static void end_csv(struct reply_rows *rows)
{
	const struct plan *p = rows->plan;
	bool has_row = rows->count > 0 || (p->routine && !p->routine->returns_set);
	if (p->conf->csv_dialect != CONF_CSV_POSTGREST || has_row)
		return;
	spool_clear(&rows->body);
	spool_put(&rows->body, STR("\n"));
}

static void add_line(struct reply_rows *rows, const struct row *r)
{
	explained_put(&rows->body, row_value(r, 0), rows->plan, rows->arena);
}

/* PostgreSQL writes hex in lower case. */
static unsigned hex_digit(char c)
{
	return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10) & 15u;
}

static size_t decode_hex(char *to, struct str piece)
{
	for (size_t i = 0; i + 1 < piece.n; i += 2)
		*to++ = (char)(hex_digit(piece.p[i]) << 4 | hex_digit(piece.p[i + 1]));
	return piece.n / 2;
}

/* The byte that text starts with in bytea's escape form: as it is, \\ or \ooo; returns how long it was. */
static size_t decode_escape(char *to, struct str text)
{
	bool octal = text.n >= 4 && text.p[0] == '\\' && text.p[1] != '\\';
	if (octal)
		*to = (char)((text.p[1] & 3) << 6 | (text.p[2] & 7) << 3 | (text.p[3] & 7));
	else
		*to = text.p[0];
	return octal ? 4 : text.p[0] == '\\' ? 2 : 1;
}

static void put_hex(struct spool *out, struct str hex)
{
	while (hex.n >= 2) {
		struct str piece = str_sub(hex, 0, SPOOL_RESERVE_MOST);
		char *to = spool_room(out, SPOOL_RESERVE_MOST);
		if (!to)
			return;
		out->n += decode_hex(to, piece);
		hex = str_from(hex, piece.n);
	}
}

static void put_unescaped(struct spool *out, struct str text)
{
	while (text.n > 0) {
		char byte;
		text = str_from(text, decode_escape(&byte, text));
		spool_char(out, byte);
	}
}

/* The bytes of a bytea, whichever its bytea_output: \x00ff, or with \000 for single bytes. Other types go as text. */
static void put_bytes(struct reply_rows *rows, const struct row *r)
{
	enum { BYTEA = 17 };
	struct str text = row_value(r, 0);
	if (row_type(r, 0) != BYTEA)
		spool_put(&rows->body, text);
	else if (str_starts(text, STR("\\x")))
		put_hex(&rows->body, str_from(text, 2));
	else
		put_unescaped(&rows->body, text);
}

/* The body as an aggregate made it, and how many rows it was made of. */
static void put_gathered(struct reply_rows *rows, const struct row *r)
{
	put_bytes(rows, r);
	if (!str_to_i64(row_value(r, 1), &rows->count))
		rows->count = 0;
}

/* The key's columns as a filter that finds the row again. */
static void put_location(struct reply_rows *rows, const struct row *r)
{
	struct arena *a = rows->arena;
	struct buf out = buf_new(a, arena_left(a));
	for (size_t i = 0; i < row_columns(r); i++) {
		struct str value = json_plain(rows->shape, r, i, a);
		buf_char(&out, i == 0 ? '?' : '&');
		buf_put(&out, http_encode(a, str_of(row_name(r, i))));
		buf_put(&out, value.p ? STR("=eq.") : STR("=is.null"));
		if (value.p)
			buf_put(&out, http_encode(a, value));
	}
	rows->location = buf_str(&out);
}

static void put_nothing(struct reply_rows *rows, const struct row *r)
{
	(void)rows;
	(void)r;
}

static const struct form
	form_nothing = { .put = put_nothing },
	form_location = { .put = put_location, .single = true },
	form_objects = { STR_INIT("["), STR_INIT(", \n "), STR_INIT("]"), STR_INIT("[]"), .put = add_object },
	form_stripped = { STR_INIT("["), STR_INIT(","), STR_INIT("]"), STR_INIT("[]"), .put = add_object },
	form_values = { STR_INIT("["), STR_INIT(", "), STR_INIT("]"), STR_INIT("[]"), .put = add_value },
	form_structures = { STR_INIT("["), STR_INIT(", \n "), STR_INIT("]"), STR_INIT("[]"), .put = add_value },
	form_stripped_values = { STR_INIT("["), STR_INIT(","), STR_INIT("]"), STR_INIT("[]"), .put = add_value },
	form_object = { .empty = STR_INIT("null"), .put = add_object, .single = true },
	form_value = { .empty = STR_INIT("null"), .put = add_value, .single = true },
	form_csv = { .separator = STR_INIT("\n"), .put = add_csv, .begin = begin_csv, .end = end_csv },
	form_bytes = { .put = put_bytes, .single = true }, form_gathered = { .put = put_gathered, .single = true },
	form_lines = { .separator = STR_INIT("\n"), .close = STR_INIT("\n"), .put = add_line },
	form_geojson = { STR_INIT("{\"type\" : \"FeatureCollection\", \"features\" : ["), STR_INIT(", "), STR_INIT("]}"),
		STR_INIT("{\"type\" : \"FeatureCollection\", \"features\" : []}"), .put = add_value };

/* json_agg puts arrays and composite values on lines of their own, nothing else. */
static bool returns_structures(const struct plan *p)
{
	const struct cat_type *t = p->routine ? catalog_type(p->catalog, p->routine->return_type) : NULL;
	const struct cat_type *base = t ? catalog_type(p->catalog, t->base_type) : NULL;
	return base && (base->element_type || base->kind == 'c' || p->routine->returns_record);
}

static const struct form *json_form(const struct plan *p)
{
	bool value = p->result == RESULT_VALUE || p->result == RESULT_VALUES || p->objects;
	if (p->singular || p->result == RESULT_OBJECT || p->result == RESULT_VALUE)
		return value ? &form_value : &form_object;
	if (p->strip_nulls)
		return value ? &form_stripped_values : &form_stripped;
	if (value)
		return p->result == RESULT_ROWS || returns_structures(p) ? &form_structures : &form_values;
	return &form_objects;
}

/* The encoders of media types that are not JSON. */
static const struct form *const media_forms[MEDIA_KIND_COUNT] = {
	[MEDIA_CSV] = &form_csv,
	[MEDIA_GEOJSON] = &form_geojson,
};

static const struct form *form_for(const struct plan *p)
{
	bool explain = p->media.kind == MEDIA_PLAN; /* whatever the statement itself would return */
	if (p->result == RESULT_LOCATION && !explain)
		return &form_location;
	if ((p->result == RESULT_NOTHING && !explain) || p->query->head_only)
		return &form_nothing;
	if (explain)
		return &form_lines;
	if (p->handler)
		return &form_gathered;
	if (p->raw)
		return &form_bytes;
	const struct form *form = media_forms[p->media.kind];
	return form ? form : json_form(p);
}

struct reply_rows *reply_rows_new(const struct plan *p, struct arena *a)
{
	struct reply_rows *rows = arena_make(a, struct reply_rows);
	rows->plan = p;
	rows->arena = a;
	rows->form = form_for(p);
	rows->body = spool_new(a, (size_t)p->conf->server_buffer, p->conf->server_spool_dir, p->conf->server_max_response);
	return rows;
}

/* Whether the rows can be encoded; else the catalog is not what the database is. */
static bool fits(struct reply_rows *rows, const struct row *r)
{
	const struct plan *p = rows->plan;
	if (!p->read || p->objects || p->features || (rows->form->put != add_object && rows->form->put != add_value))
		return true;
	struct json_star star;
	return nested_lay(rows->shape, &star, p, r) && json_shape_fit(rows->shape, r, &star, p->catalog);
}

bool reply_rows_columns(void *arg, const struct row *r, struct fault *f)
{
	struct reply_rows *rows = arg;
	spool_clear(&rows->body);
	rows->count = rows->arrived = 0;
	rows->location = STR_NONE;
	rows->shape = json_shape_new(r, rows->plan->strip_nulls, rows->arena);
	rows->unfit = !fits(rows, r);
	if (rows->unfit)
		return fault_set(f, 500, "RG500", STR("The rows have types that the schema cache does not know"));
	if (rows->form->begin)
		rows->form->begin(rows, r);
	return true;
}

/* rowgate's own codes: PostgREST knows neither failure. */
bool rows_spool_holds(struct spool *body, struct arena *a, struct fault *f)
{
	if (!spool_broken(body))
		return true;
	if (body->overflow)
		return fault_set(f, 500, "RG500", STR("The response is larger than server-max-response allows"));
	fault_set(f, 500, "RG500", STR("The response could not be held in server-spool-dir"));
	return fault_details(f, str_printf(a, "%s", strerror(body->error)));
}

/* Whether the row that has arrived is one of those asked for. */
static bool within_range(const struct reply_rows *rows)
{
	const struct plan *p = rows->plan;
	if (!p->passes_over)
		return true;
	return rows->arrived > p->range.offset && (p->range.limit < 0 || rows->count < p->range.limit);
}

bool reply_rows_add(void *arg, const struct row *r, struct fault *f)
{
	struct reply_rows *rows = arg;
	const struct form *form = rows->form;
	rows->arrived++;
	if (!within_range(rows))
		return true;
	rows->count++;
	if (form->single && rows->count > 1)
		return true;
	spool_put(&rows->body, rows->count == 1 ? form->open : form->separator);
	form->put(rows, r);
	if (json_shape_malformed(rows->shape))
		return fault_set(f, 500, "RG500", STR("PostgreSQL sent an array that is none"));
	return rows_spool_holds(&rows->body, rows->arena, f);
}

bool rows_end(struct reply_rows *rows, struct fault *f)
{
	spool_put(&rows->body, rows->count == 0 ? rows->form->empty : rows->form->close);
	if (rows->form->end)
		rows->form->end(rows);
	return rows_spool_holds(&rows->body, rows->arena, f);
}

int64_t rows_total(const struct reply_rows *rows, const struct flight_outcome *outcome)
{
	const struct plan *p = rows->plan;
	if (p->routine && !p->routine->returns_set)
		return 1;
	if (p->result == RESULT_NOTHING)
		return (int64_t)outcome->affected;
	return rows->count;
}

bool reply_rows_unfit(const struct reply_rows *rows)
{
	return rows->unfit;
}

bool reply_rows_wanted(const struct plan *p)
{
	return p->result != RESULT_NOTHING || p->media.kind == MEDIA_PLAN;
}

bool reply_rows_must_judge(const struct plan *p)
{
	bool bounded = p->singular || p->max_affected != MAX_AFFECTED_NONE || p->kind == PLAN_UPSERT_ONE;
	return bounded && !p->read_only && p->media.kind != MEDIA_PLAN;
}

bool reply_rows_judge(void *arg, const struct flight_outcome *so_far, struct arena *a, struct fault *f)
{
	struct reply_rows *rows = arg;
	const struct plan *p = rows->plan;
	int64_t total = rows_total(rows, so_far);
	if (p->kind == PLAN_UPSERT_ONE && total != 1)
		return fault_set(f, 400, "PGRST115", STR("Payload values do not match URL in primary key column(s)"));
	if (p->singular && p->kind != PLAN_UPSERT_ONE && total != 1) {
		fault_set(f, 406, "PGRST116", STR("Cannot coerce the result to a single JSON object"));
		return fault_details(f, str_printf(a, "The result contains %" PRId64 " rows", total));
	}
	if (total > p->max_affected) {
		fault_set(f, 400, "PGRST124", STR("Query result exceeds max-affected preference constraint"));
		return fault_details(f, str_printf(a, "The query affects %" PRId64 " rows", total));
	}
	return true;
}
