/* Media types: what a client accepts, what a body is (RFC 9110 sections 8.3 and 12.5.1).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_HTTP_MEDIA_H
#define ROWGATE_HTTP_MEDIA_H

#include "request.h"

enum media_kind {
	MEDIA_ANY,             /* * / * */
	MEDIA_JSON,            /* application/json */
	MEDIA_JSON_STRIPPED,   /* application/vnd.pgrst.array+json;nulls=stripped */
	MEDIA_OBJECT,          /* application/vnd.pgrst.object+json */
	MEDIA_OBJECT_STRIPPED, /* ... ;nulls=stripped */
	MEDIA_CSV,
	MEDIA_GEOJSON,
	MEDIA_OPENAPI,
	MEDIA_TEXT,
	MEDIA_XML,
	MEDIA_OCTETS,
	MEDIA_FORM,
	MEDIA_PLAN,
	MEDIA_OTHER /* anything else: see text */
};

enum media_plan_option { PLAN_ANALYZE = 1, PLAN_VERBOSE = 2, PLAN_SETTINGS = 4, PLAN_BUFFERS = 8, PLAN_WAL = 16 };

struct media {
	enum media_kind kind;
	struct str text;       /* type/subtype in lower case, as asked for, parameters left out */
	struct str full;       /* as sent, with parameters */
	unsigned quality;      /* q in thousandths */
	bool plan_json;        /* MEDIA_PLAN: +json instead of +text */
	unsigned plan_options; /* MEDIA_PLAN: bits of enum media_plan_option */
	struct str plan_for;   /* MEDIA_PLAN: for="..." or STR_NONE */
};

/* Reads an Accept value into *list_r, best first: by q, then by order of appearance as PostgREST does; q=0 left
 * out. An absent or empty value is one MEDIA_ANY. What does not parse is MEDIA_OTHER, never a fault. */
void media_accept(struct media **list_r, size_t *count_r, struct str value, struct arena *a);
/* Reads one Content-Type value; absent is MEDIA_JSON. */
struct media media_content(struct str value, struct arena *a);
/* The type as PostgREST names it: without a charset, of synonyms the one, with the parameters that have a meaning. */
struct str media_name(const struct media *m, struct arena *a);
/* The Content-Type to answer with, `; charset=utf-8` on textual kinds. */
struct str media_text(const struct media *m, struct arena *a);

#endif
