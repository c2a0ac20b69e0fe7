/* Records as text.
 * SPDX-License-Identifier: MIT */
#include "reply/csv.h"

static bool is_special(char c)
{
	return c == '"' || c == '\\' || c == '(' || c == ')' || c == ',' || c == ' ' || (c >= '\t' && c <= '\r');
}

static bool needs_quotes(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (is_special(text.p[i]))
			return true;
	}
	return text.n == 0;
}

static void put_field_quoted(struct spool *out, struct str text, enum conf_csv dialect)
{
	const char *doubled = dialect == CONF_CSV_POSTGREST ? "\"\\" : "\"";
	spool_put(out, STR("\""));
	while (text.n > 0) {
		size_t n = 0;
		while (n < text.n && text.p[n] != doubled[0] && (!doubled[1] || text.p[n] != doubled[1]))
			n++;
		if (n < text.n) {
			/* Up to the byte in question and with it; the next run begins with it once more. */
			spool_put(out, str_sub(text, 0, n + 1));
			spool_put(out, str_sub(text, n, 1));
			n++;
		} else {
			spool_put(out, text);
		}
		text = str_from(text, n);
	}
	spool_put(out, STR("\""));
}

/* Only names that would be read as something else: PostgREST quotes none. */
static bool name_needs_quotes(struct str name, enum conf_csv dialect)
{
	static const char special[] = ",\"\r\n";
	bool found = name.n == 0;
	for (size_t i = 0; special[i] && !found; i++)
		found = str_has(name, special[i]);
	return found && dialect != CONF_CSV_POSTGREST;
}

void csv_header(struct spool *out, const struct row *r, enum conf_csv dialect)
{
	for (size_t i = 0; i < row_columns(r); i++) {
		struct str name = str_of(row_name(r, i));
		if (i > 0)
			spool_put(out, STR(","));
		if (name_needs_quotes(name, dialect))
			put_field_quoted(out, name, dialect);
		else
			spool_put(out, name);
	}
}

static void put_null(struct spool *out, const struct row *r, enum conf_csv dialect)
{
	if (row_columns(r) == 1 && dialect != CONF_CSV_POSTGREST)
		spool_put(out, STR("NULL"));
}

void csv_row(struct spool *out, const struct row *r, enum conf_csv dialect)
{
	for (size_t i = 0; i < row_columns(r); i++) {
		struct str text = row_value(r, i);
		bool is_word = dialect != CONF_CSV_POSTGREST && str_eq(text, STR("NULL"));
		if (i > 0)
			spool_put(out, STR(","));
		if (!text.p)
			put_null(out, r, dialect);
		else if (is_word || needs_quotes(text))
			put_field_quoted(out, text, dialect);
		else
			spool_put(out, text);
	}
}
