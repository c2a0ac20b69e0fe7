/* rowgate mail: sends what is in the outbox, or a trial mail.
 * SPDX-License-Identifier: MIT */
#include "mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/command/mailer.h"
#include "app/process/startup.h"
#include "app/serve/generation.h"
#include "mail/postman.h"

struct mail_wish {
	struct str to, template, language; /* to: of a trial mail, else NULL */
	bool trial, once, status;
	const char *config;
};

/* What the templates name, as an account would have it. */
static const struct template_value mail_sample[] = {
	{ STR_INIT("email"), STR_INIT("somebody@example.com") },
	{ STR_INIT("hours"), STR_INIT("24") },
	{ STR_INIT("when"), STR_INIT("2000-01-01 12:00 UTC") },
	{ STR_INIT("ip"), STR_INIT("192.0.2.1") },
	{ STR_INIT("agent"), STR_INIT("a trial") },
};

static bool mail_read(struct mail_wish *w, struct args *args, struct fault *f)
{
	*w = (struct mail_wish){ .template = STR("trial") };
	for (struct str word; args_next(args, &word);) {
		if (str_eq(word, STR("--try"))) {
			w->trial = true;
			w->to = args_value(args);
		} else if (str_eq(word, STR("--once"))) {
			w->once = true;
		} else if (str_eq(word, STR("--status"))) {
			w->status = true;
		} else if (str_eq(word, STR("--template"))) {
			w->template = args_value(args);
		} else if (str_eq(word, STR("--language"))) {
			w->language = args_value(args);
		} else if (!args_config(args, word, &w->config, f)) {
			return false;
		}
	}
	return (w->trial + w->once + w->status < 2 && (!w->trial || w->to.n))
		|| fault_set(f, 500, "RG500", STR("mail takes one of --once, --status and --try ADDRESS"));
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

static int mail_run(const struct mail_wish *w, struct generation *g)
{
	struct postman postman;
	struct fault f = { 0 };
	if (w->status)
		return mailer_status(g, &f) ? EXIT_SUCCESS : args_complain(&f);
	if (w->trial)
		return postman_new(&postman, &g->conf, g->arena, &f) ? mail_try(w, &postman, g->arena) : args_complain(&f);
	startup_log(&g->conf, "mail");
	return mailer_run(g, w->once);
}

int mail_main(struct args args)
{
	struct generation *g = generation_new();
	struct mail_wish wish;
	struct fault f = { 0 };
	bool good = mail_read(&wish, &args, &f) && generation_configure(g, wish.config, environ, &f);
	int status = good ? mail_run(&wish, g) : args_complain(&f);
	generation_free(g);
	return status;
}
