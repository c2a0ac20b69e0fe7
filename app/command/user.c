/* rowgate user: looks after accounts from the command line.
 *
 * A password comes by standard input: in an argument every user of the machine could read it.
 * SPDX-License-Identifier: MIT */
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
#include "account/password_rules.h"
#include "account/schema.h"
#include "app/command/commands.h"
#include "app/command/import.h"
#include "stmt/routine.h"

struct user_wish {
	struct str subject; /* an e-mail address or a file, where the command wants one */
	struct str role;    /* STR_NONE: none was named */
};

#define AT(field) .offset = offsetof(struct user_wish, field)
static const struct args_option add_options[] = {
	{ ARGS_OPERAND, "EMAIL", AT(subject) },
	{ ARGS_TEXT, "role", "ROLE", AT(role), .help = "regular_user when not given" },
	{ .kind = ARGS_CONFIG },
	{ .kind = ARGS_END },
};
static const struct args_option email_options[] = {
	{ ARGS_OPERAND, "EMAIL", AT(subject) },
	{ .kind = ARGS_CONFIG },
	{ .kind = ARGS_END },
};
static const struct args_option set_role_options[] = {
	{ ARGS_OPERAND, "EMAIL", AT(subject) },
	{ ARGS_OPERAND, "ROLE", AT(role), .wants = "a role" },
	{ .kind = ARGS_CONFIG },
	{ .kind = ARGS_END },
};
static const struct args_option import_options[] = {
	{ ARGS_OPERAND, "FILE", AT(subject) },
	{ .kind = ARGS_CONFIG },
	{ .kind = ARGS_END },
};

/* Asks for a password without showing what is typed; reads a line where nobody types. */
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

static bool user_add(struct account_call *c, const void *wish, struct fault *f)
{
	const struct user_wish *w = wish;
	struct registration r = {
		.email = w->subject,
		.role = schema_role(c->conf, w->role.p ? w->role : STR("regular_user"), c->arena),
	};
	struct registered made;
	struct str password;
	if (!email_address(&r.email, w->subject, c->arena))
		return fault_printf(f, c->arena, 500, "RG500", "%.*s: no e-mail address", STR_ARG(w->subject));
	if (!read_password(&password, c->arena, f) || !password_allowed(c, password, w->subject, f)
		|| !password_hash(&r.password_hash, password, c->conf, c->arena, f) || !call_register(&made, c, &r, f))
		return false;
	if (made.taken)
		return fault_printf(f, c->arena, 500, "RG500", "%.*s: there is an account already", STR_ARG(w->subject));
	printf("%.*s\n", STR_ARG(made.user_id));
	return true;
}

/* Prints an account as conn_run() brings it. */
static bool print_user(void *arg, const struct row *r)
{
	(void)arg;
	for (size_t i = 0; i < row_columns(r); i++)
		printf("%s%.*s", i ? "\t" : "", STR_ARG(row_value(r, i)));
	putchar('\n');
	return true;
}

static bool user_list(struct account_call *c, const void *wish, struct fault *f)
{
	struct stmt call;
	(void)wish;
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

static bool user_set_role(struct account_call *c, const void *wish, struct fault *f)
{
	const struct user_wish *w = wish;
	return set_user(c, w, schema_role(c->conf, w->role, c->arena), STR_NONE, f);
}

static bool user_activate(struct account_call *c, const void *wish, struct fault *f)
{
	const struct user_wish *w = wish;
	return set_user(c, w, STR_NONE, STR("true"), f);
}

static bool user_deactivate(struct account_call *c, const void *wish, struct fault *f)
{
	const struct user_wish *w = wish;
	return set_user(c, w, STR_NONE, STR("false"), f);
}

static bool user_end_sessions(struct account_call *c, const void *wish, struct fault *f)
{
	const struct user_wish *w = wish;
	struct database_row row;
	struct str id;
	if (!accounts_find(c, w->subject, &id, f) || !database_call(&row, c, f, "end_sessions", id, STR_NONE))
		return false;
	printf("%.*s sessions ended\n", STR_ARG(row.values[0]));
	return true;
}

static bool user_import(struct account_call *c, const void *wish, struct fault *f)
{
	const struct user_wish *w = wish;
	return import_users(c, w->subject, f);
}

static const struct command user_add_command = {
	.name = "add",
	.what = "make an account; its password comes by standard input",
	.usage = "EMAIL [--role ROLE] [CONFIG]",
	.options = add_options,
	.wish_size = sizeof(struct user_wish),
	.run_with_accounts = user_add,
};
static const struct command user_list_command = {
	.name = "list",
	.what = "print all accounts",
	.usage = "[CONFIG]",
	.options = args_config_only,
	.run_with_accounts = user_list,
};
static const struct command user_set_role_command = {
	.name = "set-role",
	.what = "give an account another role",
	.usage = "EMAIL ROLE [CONFIG]",
	.options = set_role_options,
	.wish_size = sizeof(struct user_wish),
	.run_with_accounts = user_set_role,
};
static const struct command user_activate_command = {
	.name = "activate",
	.what = "let an account sign in",
	.usage = "EMAIL [CONFIG]",
	.options = email_options,
	.wish_size = sizeof(struct user_wish),
	.run_with_accounts = user_activate,
};
static const struct command user_deactivate_command = {
	.name = "deactivate",
	.what = "let an account sign in no more, and end its sessions",
	.usage = "EMAIL [CONFIG]",
	.options = email_options,
	.wish_size = sizeof(struct user_wish),
	.run_with_accounts = user_deactivate,
};
static const struct command user_end_sessions_command = {
	.name = "end-sessions",
	.what = "end all sessions of an account",
	.usage = "EMAIL [CONFIG]",
	.options = email_options,
	.wish_size = sizeof(struct user_wish),
	.run_with_accounts = user_end_sessions,
};
static const struct command user_import_command = {
	.name = "import",
	.what = "take over accounts from CSV or JSON: email, password_hash, role, active",
	.usage = "FILE [CONFIG]",
	.options = import_options,
	.wish_size = sizeof(struct user_wish),
	.run_with_accounts = user_import,
};

static const struct command *const user_commands[] = {
	&user_add_command,
	&user_list_command,
	&user_set_role_command,
	&user_activate_command,
	&user_deactivate_command,
	&user_end_sessions_command,
	&user_import_command,
	NULL,
};

const struct command user_command = {
	.name = "user",
	.what = "look after accounts",
	.commands = user_commands,
};
