/* rowgate doctor: looks at everything between the web server and the database, and says what is wrong and what to do.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <unistd.h>

#include "app/command/commands.h"
#include "app/doctor/looks.h"
#include "app/doctor/print.h"
#include "base/log.h"
#include "mail/transport.h"

#define TEXT_MAX ((size_t)64 << 20)

enum { DOCTOR_COULD_NOT_LOOK = 2 };

struct doctor_wish {
	struct str url;
	bool json, strict, offline, list;
};

#define AT(field) .offset = offsetof(struct doctor_wish, field)
static const struct args_option doctor_options[] = {
	{ ARGS_TEXT, "url", "URL", AT(url), .help = "ask the web server at this address of the API, too" },
	{ ARGS_FLAG, "offline", AT(offline), .help = "ask neither web server nor mail server" },
	{ ARGS_FLAG, "json", AT(json), .help = "print findings as JSON" },
	{ ARGS_FLAG, "strict", AT(strict), .help = "exit with 1 for warnings, too" },
	{ ARGS_FLAG, "list", AT(list), .help = "print what can be found, one line for each id" },
	{ .kind = ARGS_CONFIG },
	{ .kind = ARGS_END },
};

static const char *doctor_check(const void *wish)
{
	const struct doctor_wish *w = wish;
	return !w->url.p || str_starts(w->url, STR("http://")) || str_starts(w->url, STR("https://"))
		? NULL
		: "--url wants an address that begins with http:// or https://";
}

/* Where the API is seen from outside: what was asked for, or what the configuration tells clients. */
static struct str doctor_url(const struct doctor_wish *w, const struct conf *c)
{
	struct str url = w->url.n           ? w->url
		: c->openapi_server_proxy_uri.n ? c->openapi_server_proxy_uri
		: c->auth_enabled               ? c->auth_site_url
										: STR_NONE;
	while (str_ends(url, STR("/")))
		url.n--;
	return url;
}

static int doctor_status(const struct doctor_wish *w, const struct doctor *d)
{
	for (const struct doctor_area *a = d->areas; a; a = a->next)
		if (a->failed)
			return DOCTOR_COULD_NOT_LOOK;
	return doctor_count(d, DOCTOR_ERROR) || (w->strict && doctor_count(d, DOCTOR_WARNING)) ? EXIT_FAILURE
																						   : EXIT_SUCCESS;
}

/* The configuration as it is written, with the keys in it, and with what the database says of it. */
struct doctor_sources {
	struct generation *written, *full, *settled;
};

/* With the keys in it where they can be read; else as it is written, with the reason as a finding. */
static void doctor_configure(struct doctor *d, struct doctor_sources *s)
{
	struct fault f = { 0 };
	if (generation_configure(s->full, d->file, environ, &f))
		d->conf = &s->full->conf;
	else
		doctor_report(d, "RGD01", f.message, STR_NONE);
}

/* Connects, and takes over what the database says of the configuration. */
static void doctor_settle(struct doctor *d, struct doctor_sources *s)
{
	struct fault f = { 0 };
	if (!doctor_connect(d) || d->conf == d->written)
		return;
	if (generation_configure(s->settled, d->file, environ, &f)
		&& generation_settle(s->settled, d->file, environ, d->conn, &f))
		d->conf = &s->settled->conf;
	else
		doctor_found(d, "RGD01", "settings in the database: %.*s", STR_ARG(f.message));
}

static void doctor_look(struct doctor *d)
{
	transport_start();
	doctor_look_settings(d);
	doctor_look_files(d);
	doctor_look_database(d);
	doctor_look_accounts(d);
	doctor_look_mail(d);
	doctor_look_web(d);
}

static int doctor_do(const struct doctor_wish *w, const char *config, struct doctor_sources *s)
{
	struct doctor d;
	struct buf out = buf_new(s->written->arena, TEXT_MAX);
	doctor_begin(&d, s->written);
	d.file = config;
	d.offline = w->offline;
	doctor_configure(&d, s);
	doctor_settle(&d, s);
	d.url = doctor_url(w, d.conf);
	doctor_look(&d);
	(w->json ? doctor_print_json : doctor_print_text)(&d, &out);
	int printed = command_print(buf_str(&out));
	return printed == EXIT_SUCCESS ? doctor_status(w, &d) : printed;
}

static int doctor_list(struct generation *g)
{
	struct buf out = buf_new(g->arena, TEXT_MAX);
	checks_list(&out);
	return command_print(buf_str(&out));
}

static int doctor_run(const char *config, const void *wish)
{
	const struct doctor_wish *w = wish;
	struct doctor_sources s = { generation_new(), generation_new(), generation_new() };
	struct fault f = { 0 };
	int status = DOCTOR_COULD_NOT_LOOK;
	log_set_level(LOG_LEVEL_CRIT); /* what would be logged is found and said here */
	if (w->list)
		status = doctor_list(s.written);
	else if (generation_configure_keyless(s.written, config, environ, &f))
		status = doctor_do(w, config, &s);
	else
		command_failed(&f);
	generation_free(s.written);
	generation_free(s.full);
	generation_free(s.settled);
	return status;
}

/* The exit status is 0 when no error was found, 1 when one was, 2 when something could not be looked at. */
const struct command doctor_command = {
	.name = "doctor",
	.what = "look for what is wrong between web server and database",
	.usage = "[--url URL | --offline] [--json] [--strict] [CONFIG]\n--list",
	.options = doctor_options,
	.wish_size = sizeof(struct doctor_wish),
	.check = doctor_check,
	.run = doctor_run,
};
