/* Media types: what a client accepts, what a body is (RFC 9110 sections 8.3 and 12.5.1).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_HTTP_MEDIA_H
#define ROWGATE_HTTP_MEDIA_H

#include "request.h"

/* Kinds of media types; media_types says what each is. */
enum media_kind {
	MEDIA_ANY,
	MEDIA_JSON,
	MEDIA_JSON_STRIPPED,
	MEDIA_OBJECT,
	MEDIA_OBJECT_STRIPPED,
	MEDIA_CSV,
	MEDIA_GEOJSON,
	MEDIA_OPENAPI,
	MEDIA_TEXT,
	MEDIA_XML,
	MEDIA_OCTETS,
	MEDIA_FORM,
	MEDIA_PLAN,
	MEDIA_OTHER, /* anything else: see struct media.text */
	MEDIA_KIND_COUNT
};

enum { MEDIA_NAMES_MAX = 3 };

/* What is known of a kind. A new type is a kind, its row, and what encodes it: see media_forms in reply/rows.c. */
struct media_type {
	/* type/subtype in lower case; the first, which may have parameters, is how it is written in an answer */
	struct str names[MEDIA_NAMES_MAX];
	enum media_kind stripped; /* what nulls=stripped makes of it; MEDIA_ANY: that says nothing of it */
	bool binary;              /* answered without a charset */
	bool document;            /* the OpenAPI document can be had as it */
	bool rows;                /* any rows can be had as it; the rest says how */
	bool fixed;               /* by rowgate alone: no handler in the database takes its place */
	bool singular;            /* one object, and it is a fault if there is not exactly one row */
	bool strip_nulls;
	bool plain;    /* of values in PostgreSQL's own form, none as JSON */
	bool features; /* of GeoJSON features that PostGIS makes */
};
extern const struct media_type media_types[MEDIA_KIND_COUNT];

/* An option of MEDIA_PLAN; the i-th is the bit 1 << i of struct media.plan_options. */
struct media_plan_option {
	struct str name, sql; /* as in options=, and as in EXPLAIN (...) */
};
enum { MEDIA_PLAN_OPTION_COUNT = 5 };
extern const struct media_plan_option media_plan_options[MEDIA_PLAN_OPTION_COUNT];

struct media {
	enum media_kind kind;
	struct str text;       /* type/subtype in lower case, as asked for, parameters left out */
	struct str full;       /* as sent, with parameters */
	unsigned quality;      /* q in thousandths */
	bool plan_json;        /* MEDIA_PLAN: +json instead of +text */
	unsigned plan_options; /* MEDIA_PLAN: bits, by their place in media_plan_options */
	struct str plan_for;   /* MEDIA_PLAN: for="..." or STR_NONE */
};

/* Reads an Accept value into *list_r, best first: by q, then by order of appearance as PostgREST does; q=0 left
 * out. An absent value is one MEDIA_ANY, an empty value is none at all. What does not parse is MEDIA_OTHER, never a
 * fault. */
void media_accept(struct media **list_r, size_t *count_r, struct str value, struct arena *a);
/* Reads one Content-Type value; absent is MEDIA_JSON. */
struct media media_content(struct str value, struct arena *a);
/* The type as PostgREST names it: without a charset, of synonyms the one, with the parameters that have a meaning. */
struct str media_name(const struct media *m, struct arena *a);
/* A weight, "0.5" (RFC 9110 section 12.4.2), in thousandths; what is none counts as 1. */
unsigned media_quality(struct str text);
/* The Content-Type to answer with, `; charset=utf-8` on textual kinds. */
struct str media_text(const struct media *m, struct arena *a);

#endif
