/* rowgate user import: accounts of another system, with the hashes of their passwords.
 * SPDX-License-Identifier: MIT */
#include "import.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/calls.h"
#include "account/database.h"
#include "account/email.h"
#include "account/password.h"
#include "account/schema.h"
#include "base/arena.h"
#include "base/file.h"
#include "base/jsonc.h"
#include "base/log.h"
#include "query/csv.h"
#include "token/tokenjson.h"

enum { IMPORT_COLUMNS = 32, ROW_MEMORY = 1024 * 1024 };

enum member { EMAIL, PASSWORD_HASH, ROLE, ACTIVE, MEMBERS };

static const char *const member_names[] = { "email", "password_hash", "role", "active" };
static_assert(COUNT_OF(member_names) == MEMBERS, "a name for each member");

struct import {
	struct account_call *c; /* its arena is emptied after each row */
	struct arena *whole;
	size_t taken, refused, mailed;
};

struct import_row {
	struct str values[MEMBERS]; /* STR_NONE: not there */
};

static bool row_refused(struct import *im, const struct import_row *row, size_t number, const char *why)
{
	struct str email = row->values[EMAIL].p ? row->values[EMAIL] : STR("");
	log_error("row %zu, %.*s: %s", number, STR_ARG(email), why);
	im->refused++;
	return true;
}

static bool is_yes(struct str s)
{
	return str_eq_nocase(s, STR("true")) || str_eq_nocase(s, STR("t")) || str_eq(s, STR("1"));
}

static bool is_no(struct str s)
{
	return str_eq_nocase(s, STR("false")) || str_eq_nocase(s, STR("f")) || str_eq(s, STR("0"));
}

/* Whoever comes without a password gets a link to choose one. */
static bool ask_for_password(struct import *im, const struct registration *r, struct fault *f)
{
	if (!im->c->conf->mail_from.n)
		return true;
	im->mailed++;
	struct looked_up known;
	return call_look_up(&known, im->c, r->email, f) && call_request_mail(im->c, STR("reset"), known.email_key, f);
}

/* Deactivates, or mails, where the row says so. */
static bool finish_user(struct import *im, const struct import_row *row, const struct registration *r,
	struct str user_id, struct fault *f)
{
	struct database_row done;
	if (is_no(row->values[ACTIVE]))
		return database_call(&done, im->c, f, "set_user", user_id, STR_NONE, STR("false"));
	return row->values[PASSWORD_HASH].n || ask_for_password(im, r, f);
}

/* Takes an account over, or counts it as refused. False when no further row can be tried. */
static bool take_user(struct import *im, const struct import_row *row, size_t number, struct fault *f)
{
	struct account_call *c = im->c;
	struct registered made;
	struct str role = row->values[ROLE].n ? row->values[ROLE] : STR("regular_user"), active = row->values[ACTIVE];
	struct registration r = {
		.email = row->values[EMAIL],
		.password_hash = row->values[PASSWORD_HASH],
		.role = schema_role(c->conf, role, c->arena),
	};
	if (!r.email.p || !email_address(&r.email, r.email, c->arena))
		return row_refused(im, row, number, "no e-mail address");
	if (r.password_hash.n && !password_importable(r.password_hash))
		return row_refused(im, row, number, "no password hash that can be taken over, or too dear to check");
	if (active.n && !is_yes(active) && !is_no(active))
		return row_refused(im, row, number, "active is true or false");
	if (!r.password_hash.n)
		r.password_hash = STR(PASSWORD_NONE);
	if (!call_register(&made, c, &r, f)) {
		if (!str_eq(f->code, STR("RGA04")))
			return false;
		*f = (struct fault){ 0 };
		return row_refused(im, row, number, "this role cannot be given to an account");
	}
	if (made.taken)
		return row_refused(im, row, number, "there is an account already");
	im->taken++;
	return finish_user(im, row, &r, made.user_id, f);
}

static bool take_user_and_forget(struct import *im, const struct import_row *row, size_t number, struct fault *f)
{
	im->c->arena = arena_new(ROW_MEMORY);
	struct fault own = { 0 };
	bool good = take_user(im, row, number, &own);
	if (!good)
		fault_printf(f, im->whole, own.http_status, "RG500", "row %zu: %.*s", number, STR_ARG(own.message));
	arena_free(im->c->arena);
	im->c->arena = im->whole;
	return good;
}

/* Which member each column of the header is; MEMBERS: none. */
static bool csv_header(struct scan *s, enum member columns[IMPORT_COLUMNS], size_t *count_r, struct arena *a,
	struct fault *f)
{
	enum csv_end end = CSV_COMMA;
	bool found[MEMBERS] = { false };
	for (*count_r = 0; end == CSV_COMMA && *count_r < IMPORT_COLUMNS; (*count_r)++) {
		struct csv_field field;
		end = csv_next(s, &field);
		size_t m = 0;
		while (m < MEMBERS && !str_eq_nocase(csv_value(&field, a), str_of(member_names[m])))
			m++;
		columns[*count_r] = (enum member)m;
		if (m < MEMBERS)
			found[m] = true;
	}
	return (end == CSV_LINE && found[EMAIL])
		|| fault_set(f, 500, "RG500", STR("neither CSV with email in its header nor a JSON array"));
}

static bool import_csv(struct import *im, struct str text, struct fault *f)
{
	struct scan s = csv_scan(text);
	enum member columns[IMPORT_COLUMNS];
	size_t count;
	if (!csv_header(&s, columns, &count, im->c->arena, f))
		return false;
	for (size_t number = 1; csv_more(&s); number++) {
		struct import_row row = { { STR_NONE, STR_NONE, STR_NONE, STR_NONE } };
		enum csv_end end = CSV_COMMA;
		size_t column = 0;
		for (; end == CSV_COMMA; column++) {
			struct csv_field field;
			end = csv_next(&s, &field);
			if (column < count && columns[column] < MEMBERS)
				row.values[columns[column]] = csv_value(&field, im->c->arena);
		}
		if (end == CSV_BROKEN || column != count)
			return fault_printf(f, im->c->arena, 500, "RG500", "row %zu has not the fields of the header", number);
		if (!take_user_and_forget(im, &row, number, f))
			return false;
	}
	return true;
}

static struct str json_text(struct json_object *value)
{
	if (json_object_is_type(value, json_type_boolean))
		return json_object_get_boolean(value) ? STR("true") : STR("false");
	return jsonc_text(value);
}

/* The reader of tokens takes objects, and is strict: the array becomes a member of one. */
static bool import_json(struct import *im, struct str text, struct fault *f)
{
	struct arena *a = im->c->arena;
	struct str whole = str_join(a, (struct str[]){ STR("{\"users\":"), text, STR("}") }, 3, STR(""));
	struct json_object *tree = tokenjson_parse(whole, a), *users = NULL;
	if (tree)
		users = json_object_object_get(tree, "users");
	if (!json_object_is_type(users, json_type_array))
		return fault_set(f, 500, "RG500", STR("the file is no JSON array"));
	for (size_t i = 0; i < json_object_array_length(users); i++) {
		struct json_object *user = json_object_array_get_idx(users, i);
		struct import_row row = { { STR_NONE, STR_NONE, STR_NONE, STR_NONE } };
		for (size_t m = 0; json_object_is_type(user, json_type_object) && m < MEMBERS; m++)
			row.values[m] = json_text(json_object_object_get(user, member_names[m]));
		if (!take_user_and_forget(im, &row, i + 1, f))
			return false;
	}
	return true;
}

static bool map_file(struct str *text_r, struct str file, struct arena *a, struct fault *f)
{
	const char *path = str_cstr(a, file);
	struct stat st = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool opened = fd >= 0 && fstat(fd, &st) == 0;
	const char *p = opened && st.st_size > 0 ? file_map(a, fd, (size_t)st.st_size, false) : NULL;
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (!p)
		return fault_printf(f, a, 500, "RG500", "%s: %s", path, opened && st.st_size == 0 ? "empty" : strerror(error));
	*text_r = (struct str){ p, (size_t)st.st_size };
	return true;
}

bool import_users(struct account_call *c, struct str file, struct fault *f)
{
	struct import im = { .c = c, .whole = c->arena };
	struct str text;
	if (!map_file(&text, file, c->arena, f))
		return false;
	bool good = str_starts(str_trim(text), STR("[")) ? import_json(&im, text, f) : import_csv(&im, text, f);
	log_event("%zu accounts taken over, %zu refused, %zu asked by mail to choose a password", im.taken, im.refused,
		im.mailed);
	return good && (!im.refused || fault_printf(f, c->arena, 500, "RG500", "%zu rows were refused", im.refused));
}
