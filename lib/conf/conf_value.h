/* Values of options: text to field of struct conf and back; private to lib/conf.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_VALUE_H
#define ROWGATE_CONF_CONF_VALUE_H

#include "base/buf.h"
#include "base/fault.h"
#include "conf/conf_table.h"

/* Puts a value into its field of c. False with what was expected instead. */
MUST_CHECK bool conf_value_read(struct conf *c, const struct conf_option *o, struct str text, struct arena *a,
	struct str *expected_r);
/* PostgREST's words for a value like that, STR_NONE when it has none. */
struct str conf_value_complaint(const struct conf_option *o, struct str text, struct arena *a);
/* Makes the field what it is before anything is read: "not set". */
void conf_value_unset(struct conf *c, const struct conf_option *o);
/* Appends the field's value in the file's syntax; "" when not set. */
void conf_value_write(struct buf *out, const struct conf_option *o, const struct conf *c);
/* Appends text as a quoted value of the file's syntax. */
void conf_value_quote(struct buf *out, struct str text);

#endif
