/* rowgate mail: sends what is in the outbox, or a trial mail.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/command/commands.h"
#include "app/command/mailer.h"
#include "app/process/startup.h"
#include "app/serve/generation.h"
#include "mail/postman.h"

struct mail_wish {
	struct str to, template, language; /* to: of a trial mail, or STR_NONE */
	bool once, status;
};

#define AT(field) .offset = offsetof(struct mail_wish, field)
static const struct args_option mail_options[] = {
	{ ARGS_FLAG, "once", AT(once), .help = "end when nothing more is due" },
	{ ARGS_FLAG, "status", AT(status), .help = "print how many mails wait and how many were given up" },
	{ ARGS_TEXT, "try", "ADDRESS", AT(to), .help = "send a trial mail and say what became of it" },
	{ ARGS_TEXT, "template", "NAME", AT(template), .fallback = "trial", .help = "the text of the trial mail" },
	{ ARGS_TEXT, "language", "TAG", AT(language), .may_be_empty = true, .help = "its language" },
	{ .kind = ARGS_CONFIG },
	{ .kind = ARGS_END },
};

/* Values for what the templates name, as an account would have them. */
static const struct template_value mail_sample[] = {
	{ STR_INIT("email"), STR_INIT("somebody@example.com") },
	{ STR_INIT("hours"), STR_INIT("24") },
	{ STR_INIT("when"), STR_INIT("2000-01-01 12:00 UTC") },
	{ STR_INIT("ip"), STR_INIT("192.0.2.1") },
	{ STR_INIT("agent"), STR_INIT("a program") },
	{ STR_INIT("browser"), { NULL, 0 } },
	{ STR_INIT("system"), { NULL, 0 } },
	{ STR_INIT("program"), STR_INIT("") },
};

static const char *mail_check(const void *wish)
{
	const struct mail_wish *w = wish;
	return w->once + w->status + !!w->to.p < 2 ? NULL : "mail takes one of --once, --status and --try ADDRESS";
}

static int mail_try(const struct mail_wish *w, const struct postman *p, struct arena *a)
{
	struct postman_order order = { .to = w->to,
		.template = w->template,
		.language = w->language,
		.values = mail_sample,
		.value_count = COUNT_OF(mail_sample) };
	struct str reason = STR_NONE;
	transport_start();
	enum transport_verdict verdict = postman_send(p, &order, a, &reason);
	if (verdict == TRANSPORT_TAKEN) {
		puts("taken");
		return EXIT_SUCCESS;
	}
	log_error("%s: %.*s", verdict == TRANSPORT_REFUSED ? "refused" : "not now", STR_ARG(reason));
	return verdict == TRANSPORT_REFUSED ? EXIT_FAILURE : EX_TEMPFAIL;
}

static int mail_do(const struct mail_wish *w, struct generation *g)
{
	struct postman postman;
	struct fault f = { 0 };
	if (w->status)
		return mailer_status(g, &f) ? EXIT_SUCCESS : command_failed(&f);
	if (w->to.p)
		return postman_new(&postman, &g->conf, g->arena, &f) ? mail_try(w, &postman, g->arena) : command_failed(&f);
	startup_log(&g->conf, "mail");
	return mailer_run(g, w->once);
}

static int mail_run(const char *config, const void *wish)
{
	struct generation *g = generation_new();
	struct fault f = { 0 };
	int status = generation_configure_keyless(g, config, environ, &f) ? mail_do(wish, g) : command_failed(&f);
	generation_free(g);
	return status;
}

/* The exit status is 0 when all was taken, 75 when something was refused for now, else 1. */
const struct command mail_command = {
	.name = "mail",
	.what = "send the mails of accounts, as a daemon or --once from cron",
	.usage = "[--once | --status] [CONFIG]\n--try ADDRESS [--template NAME] [--language TAG] [CONFIG]",
	.options = mail_options,
	.wish_size = sizeof(struct mail_wish),
	.check = mail_check,
	.run = mail_run,
};
