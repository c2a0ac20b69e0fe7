/* The JSON writer: commas, keys and values.
 * SPDX-License-Identifier: MIT */
#include "base/jsonw.h"

#include "base/jsonesc.h"

static void separate(struct jsonw *w)
{
	if (w->comma)
		buf_char(w->out, ',');
	w->comma = true;
}

void jsonw_open(struct jsonw *w, char bracket)
{
	separate(w);
	buf_char(w->out, bracket);
	w->comma = false;
}

void jsonw_close(struct jsonw *w, char bracket)
{
	buf_char(w->out, bracket);
	w->comma = true;
}

void jsonw_key(struct jsonw *w, struct str key)
{
	separate(w);
	json_escape(w->out, key);
	buf_char(w->out, ':');
	w->comma = false;
}

void jsonw_text(struct jsonw *w, struct str text)
{
	separate(w);
	if (text.p)
		json_escape(w->out, text);
	else
		buf_lit(w->out, "null");
}

void jsonw_int(struct jsonw *w, int64_t value)
{
	separate(w);
	buf_i64(w->out, value);
}

void jsonw_bool(struct jsonw *w, bool value)
{
	jsonw_raw(w, value ? STR("true") : STR("false"));
}

void jsonw_raw(struct jsonw *w, struct str json)
{
	separate(w);
	buf_put(w->out, json);
}

void jsonw_member(struct jsonw *w, struct str key, struct str text)
{
	if (!text.p)
		return;
	jsonw_key(w, key);
	jsonw_text(w, text);
}
