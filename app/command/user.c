/* rowgate user: looks after accounts from the command line.
 *
 * A password comes by standard input: in an argument every user of the machine could read it.
 * SPDX-License-Identifier: MIT */
#include "user.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "account/calls.h"
#include "account/database.h"
#include "account/email.h"
#include "account/password.h"
#include "account/schema.h"
#include "app/command/accounts.h"
#include "app/command/import.h"
#include "stmt/routine.h"

struct user_wish {
	struct str subject; /* an e-mail address or a file, where the word wants one */
	struct str role;    /* STR_NONE: none was named */
	const char *config;
};

/* Asks without showing what is typed; reads a line where nobody types. */
static bool read_password(struct str *password_r, struct arena *a, struct fault *f)
{
	char line[PASSWORD_MAX_BYTES + 3];
	struct termios shown, hidden;
	bool terminal = tcgetattr(STDIN_FILENO, &shown) == 0;
	if (terminal) {
		hidden = shown;
		hidden.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
		fputs("Password: ", stderr);
	}
	bool read = fgets(line, sizeof line, stdin);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
		fputc('\n', stderr);
	}
	line[read ? strcspn(line, "\r\n") : 0] = '\0';
	*password_r = str_dup(a, str_of(line));
	explicit_bzero(line, sizeof line);
	return password_r->n || fault_set(f, 500, "RG500", STR("the password comes by standard input, on a line"));
}

static bool user_add(struct account_call *c, const struct user_wish *w, struct fault *f)
{
	struct registration r = {
		.email = w->subject,
		.role = schema_role(c->conf, w->role.p ? w->role : STR("regular_user"), c->arena),
	};
	struct registered made;
	struct str password;
	if (!email_key(&r.email_key, w->subject, c->arena))
		return fault_printf(f, c->arena, 500, "RG500", "%.*s: no e-mail address", STR_ARG(w->subject));
	if (!read_password(&password, c->arena, f) || !password_acceptable(password, w->subject, c->arena, f)
		|| !password_hash(&r.password_hash, password, c->conf, c->arena, f) || !call_register(&made, c, &r, f))
		return false;
	if (made.taken)
		return fault_printf(f, c->arena, 500, "RG500", "%.*s: there is an account already", STR_ARG(w->subject));
	printf("%.*s\n", STR_ARG(made.user_id));
	return true;
}

/* conn_run's row. */
static bool print_user(void *arg, const struct row *r)
{
	(void)arg;
	for (size_t i = 0; i < row_columns(r); i++)
		printf("%s%.*s", i ? "\t" : "", STR_ARG(row_value(r, i)));
	putchar('\n');
	return true;
}

static bool user_list(struct account_call *c, const struct user_wish *w, struct fault *f)
{
	struct stmt call;
	(void)w;
	puts("id\temail\trole\tactive\tcreated_at\tsessions");
	return stmt_routine(&call, schema_private(c->conf, c->arena), STR("list_users"), NULL, 0, c->arena, f)
		&& conn_run(c->conn, &call, print_user, NULL, c->arena, f);
}

static bool set_user(struct account_call *c, const struct user_wish *w, struct str role, struct str active,
	struct fault *f)
{
	struct database_row row;
	struct str id;
	return accounts_find(c, w->subject, &id, f) && database_call(&row, c, f, "set_user", id, role, active);
}

static bool user_set_role(struct account_call *c, const struct user_wish *w, struct fault *f)
{
	return set_user(c, w, schema_role(c->conf, w->role, c->arena), STR_NONE, f);
}

static bool user_activate(struct account_call *c, const struct user_wish *w, struct fault *f)
{
	return set_user(c, w, STR_NONE, STR("true"), f);
}

static bool user_deactivate(struct account_call *c, const struct user_wish *w, struct fault *f)
{
	return set_user(c, w, STR_NONE, STR("false"), f);
}

static bool user_end_sessions(struct account_call *c, const struct user_wish *w, struct fault *f)
{
	struct database_row row;
	struct str id;
	if (!accounts_find(c, w->subject, &id, f) || !database_call(&row, c, f, "end_sessions", id, STR_NONE))
		return false;
	printf("%.*s sessions ended\n", STR_ARG(row.values[0]));
	return true;
}

static bool user_import(struct account_call *c, const struct user_wish *w, struct fault *f)
{
	return import_users(c, w->subject, f);
}

static const struct {
	struct str name, subject; /* subject: what it is called, or STR_NONE */
	bool wants_role;
	bool (*run)(struct account_call *c, const struct user_wish *w, struct fault *f);
} user_words[] = {
	{ STR_INIT("add"), STR_INIT("EMAIL"), false, user_add },
	{ STR_INIT("list"), { NULL, 0 }, false, user_list },
	{ STR_INIT("set-role"), STR_INIT("EMAIL"), true, user_set_role },
	{ STR_INIT("activate"), STR_INIT("EMAIL"), false, user_activate },
	{ STR_INIT("deactivate"), STR_INIT("EMAIL"), false, user_deactivate },
	{ STR_INIT("end-sessions"), STR_INIT("EMAIL"), false, user_end_sessions },
	{ STR_INIT("import"), STR_INIT("FILE"), false, user_import },
};

enum { USER_WORDS = COUNT_OF(user_words) };

static bool user_read(struct user_wish *w, size_t word, struct args *args, struct arena *a, struct fault *f)
{
	*w = (struct user_wish){ .subject = STR_NONE, .role = STR_NONE };
	if (user_words[word].subject.p && !(w->subject = args_value(args)).n)
		return fault_printf(f, a, 500, "RG500", "user %s wants %s", user_words[word].name.p,
			user_words[word].subject.p);
	if (user_words[word].wants_role && !(w->role = args_value(args)).n)
		return fault_printf(f, a, 500, "RG500", "user %s wants a role", user_words[word].name.p);
	for (struct str next; args_next(args, &next);) {
		if (str_eq(next, STR("--role")) && user_words[word].run == user_add)
			w->role = args_value(args);
		else if (!args_config(args, next, &w->config, f))
			return false;
	}
	return true;
}

static bool user_run(struct args *args, struct generation *g, struct fault *f)
{
	struct str name = args_value(args);
	struct user_wish wish;
	struct account_call c;
	size_t i = 0;
	while (i < USER_WORDS && !str_eq(name, user_words[i].name))
		i++;
	if (i == USER_WORDS)
		return fault_set(f, 500, "RG500",
			STR("user wants add, list, set-role, activate, deactivate, end-sessions or import"));
	return user_read(&wish, i, args, g->arena, f) && accounts_open(&c, g, wish.config, f)
		&& user_words[i].run(&c, &wish, f);
}

int user_main(struct args args)
{
	struct generation *g = generation_new();
	struct fault f = { 0 };
	bool good = user_run(&args, g, &f)
		&& (fflush(stdout) == 0 || fault_printf(&f, g->arena, 500, "RG500", "standard output: %s", strerror(errno)));
	int status = good ? EXIT_SUCCESS : args_complain(&f);
	generation_free(g);
	return status;
}
