/* Chooses how a body is read, by what it is sent to and as what.
 * SPDX-License-Identifier: MIT */
#include "query/payload.h"

#include "base/jsonesc.h"
#include "base/name_set.h"

/* columns= says which keys count, so that the body need not be read; not for PUT, which compares keys. */
static bool read_json(struct query *q, const struct request *r, const struct conf *c, struct arena *a, struct fault *f)
{
	(void)c;
	struct str body = r->body;
	if (q->has_columns && q->action != ACTION_UPSERT_ONE) {
		q->payload.kind = PAYLOAD_JSON_UNREAD;
		q->payload.body = body;
		q->payload.keys = q->columns;
		q->payload.key_count = q->column_count;
		return true;
	}
	if (body.n == 0 && q->action == ACTION_CALL)
		body = STR("{}");
	/* A function may take an object whole: how many keys are too many is for the plan to say. */
	size_t most = q->action == ACTION_CALL ? SIZE_MAX : PAYLOAD_COLUMNS_MAX;
	return payload_json(&q->payload, body, most, &r->watch, a, f);
}

/* A form as one object of strings. Of a name given twice PostgreSQL takes the last, as it does of a JSON key. */
static bool form_as_json(struct payload *p, struct arena *a, struct fault *f)
{
	struct buf out = buf_new(a, arena_left(a));
	buf_char(&out, '{');
	for (size_t i = 0; i < p->pair_count; i++) {
		if (i > 0)
			buf_char(&out, ',');
		json_escape(&out, p->pairs[i].name);
		buf_char(&out, ':');
		json_escape(&out, p->pairs[i].value);
	}
	buf_char(&out, '}');
	p->kind = PAYLOAD_JSON;
	p->row_count = 1;
	p->body = buf_str(&out);
	return !out.overflow || fault_set(f, 413, "PGRST102", STR("The request body is too large"));
}

/* The names of the pairs, each once. */
static bool name_pairs(struct query *q, struct http_pair *pairs, struct arena *a, struct fault *f)
{
	struct payload *p = &q->payload;
	size_t most = q->action == ACTION_CALL ? SIZE_MAX : PAYLOAD_COLUMNS_MAX;
	struct name_set names = name_set_new(0, a);
	for (size_t i = 0; i < p->pair_count; i++) {
		if (!pairs[i].value.p)
			pairs[i].value = STR("");
		name_set_add(&names, pairs[i].name);
		if (names.count > most)
			return payload_too_many(f, "keys", PAYLOAD_COLUMNS_MAX, a);
	}
	p->pairs = pairs;
	p->keys = names.names;
	p->key_count = names.count;
	return true;
}

static bool read_form(struct query *q, const struct request *r, const struct conf *c, struct arena *a, struct fault *f)
{
	(void)c;
	struct payload *p = &q->payload;
	struct http_pair *pairs;
	if (http_form_count(r->body) > PAYLOAD_PAIRS_MAX)
		return payload_too_many(f, "pairs", PAYLOAD_PAIRS_MAX, a);
	if (!http_form(&pairs, &p->pair_count, r->body, a, f)) {
		f->code = STR("PGRST102");
		return false;
	}
	p->kind = PAYLOAD_FORM;
	return name_pairs(q, pairs, a, f) && (q->action == ACTION_CALL || form_as_json(p, a, f));
}

static bool read_csv(struct query *q, const struct request *r, const struct conf *c, struct arena *a, struct fault *f)
{
	return payload_csv(&q->payload, r, q->action == ACTION_CALL, c, a, f);
}

static bool read_raw(struct query *q, const struct request *r, const struct conf *c, struct arena *a, struct fault *f)
{
	(void)c;
	(void)a;
	(void)f;
	q->payload.kind = PAYLOAD_RAW;
	q->payload.body = r->body;
	return true;
}

static const struct {
	enum media_kind media;
	bool calls_only;
	bool (*read)(struct query *q, const struct request *r, const struct conf *c, struct arena *a, struct fault *f);
} readers[] = {
	{ MEDIA_JSON, false, read_json },
	{ MEDIA_JSON_STRIPPED, false, read_json },
	{ MEDIA_CSV, false, read_csv },
	{ MEDIA_FORM, false, read_form },
	{ MEDIA_TEXT, true, read_raw },
	{ MEDIA_XML, true, read_raw },
	{ MEDIA_OCTETS, true, read_raw },
};

bool payload_read(struct query *q, const struct request *r, const struct conf *c, struct arena *a, struct fault *f)
{
	struct str type = request_field(r, STR("content-type"));
	struct media media = media_content(type.n ? type : STR_NONE, a);
	q->payload = (struct payload){ .media = media };
	if (!query_has_body(q))
		return true;
	for (size_t i = 0; i < COUNT_OF(readers); i++)
		if (readers[i].media == media.kind && (!readers[i].calls_only || q->action == ACTION_CALL))
			return readers[i].read(q, r, c, a, f);
	return fault_printf(f, a, 400, "PGRST102", "Content-Type not acceptable: %.*s", STR_ARG(media.text));
}
