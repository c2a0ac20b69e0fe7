/* The files that a service lives by: who may read and change them, and whether they are there.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/doctor/looks.h"
#include "base/arena.h"
#include "base/clock.h"

enum { YEAR_S = 366 * 24 * 60 * 60 };

static bool is_secret_literal(struct str value)
{
	return value.n && !str_starts(value, STR("@"));
}

static bool has_password(struct str uri)
{
	struct str authority = str_from(uri, str_find(uri, STR("://")) + 3);
	size_t at = str_index(authority, '@');
	return str_find(uri, STR("password=")) < uri.n || (at < authority.n && str_index(authority, ':') < at);
}

/* Whether whoever reads the configuration learns something with which he can act. */
static bool holds_secret(const struct conf *c)
{
	return is_secret_literal(c->jwt_secret) || is_secret_literal(c->auth_signing_key)
		|| is_secret_literal(c->mail_password) || has_password(c->db_uri) || has_password(c->auth_db_uri)
		|| has_password(c->mail_db_uri) || has_password(c->auth_install_uri);
}

static void look_at_mode(struct doctor *d, const char *id, const char *path, mode_t forbidden)
{
	struct stat st;
	if (stat(path, &st) == 0 && st.st_mode & forbidden)
		doctor_report(d, id, str_printf(d->arena, "%s (mode %03o)", path, (unsigned)st.st_mode & 0777),
			str_printf(d->arena, "chmod 640 %s", path));
}

static void look_at_key(struct doctor *d, struct str value)
{
	struct stat st;
	if (!str_starts(value, STR("@")))
		return;
	const char *path = str_cstr(d->arena, str_from(value, 1));
	look_at_mode(d, "RGD03", path, S_IROTH | S_IWOTH | S_IWGRP);
	if (stat(path, &st) == 0 && clock_wall_s() - st.st_mtime > YEAR_S)
		doctor_report(d, "RGD09", str_of(path), STR_NONE);
}

/* What a directory lacks to be the service's own, or NULL. */
static const char *directory_fault(const char *path, mode_t forbidden)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return strerror(errno);
	if (!S_ISDIR(st.st_mode))
		return "it is no directory";
	return st.st_mode & forbidden ? "others may write there" : NULL;
}

static void look_at_directory(struct doctor *d, const char *id, struct str path, mode_t forbidden)
{
	const char *fault = path.n ? directory_fault(str_cstr(d->arena, path), forbidden) : NULL;
	if (fault)
		doctor_found(d, id, "%.*s: %s", STR_ARG(path), fault);
}

/* Whether a unix socket is missing or has lost its server; one that we may not use tells nothing. */
static bool nobody_serves(struct str path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = path.n < sizeof address.sun_path ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
	if (fd < 0)
		return false;
	memcpy(address.sun_path, path.p, path.n);
	bool dead = connect(fd, (const struct sockaddr *)&address, sizeof address) < 0
		&& (errno == ENOENT || errno == ECONNREFUSED);
	close(fd);
	return dead;
}

static void look_at_listener(struct doctor *d, struct str listen)
{
	static const struct str unix_prefix = STR_INIT("unix:");
	if (!str_starts(listen, unix_prefix))
		return;
	if (nobody_serves(str_from(listen, unix_prefix.n)))
		doctor_report(d, "RGD19", listen, STR_NONE);
	if (d->conf->server_listen_mode & S_IWOTH)
		doctor_found(d, "RGD06", "%.*s (server-listen-mode %03o)", STR_ARG(listen),
			(unsigned)d->conf->server_listen_mode);
}

static void look_at_readable(struct doctor *d, struct str path, const char *key)
{
	if (path.n && access(str_cstr(d->arena, path), R_OK) != 0)
		doctor_found(d, "RGD15", "%s: %.*s: %s", key, STR_ARG(path), strerror(errno));
}

void doctor_look_files(struct doctor *d)
{
	const struct conf *c = d->conf;
	if (d->file)
		look_at_mode(d, "RGD02", d->file, S_IWOTH | (holds_secret(d->written) ? S_IROTH : 0));
	look_at_key(d, d->written->jwt_secret);
	look_at_key(d, d->written->auth_signing_key);
	look_at_directory(d, "RGD04", c->state_dir, S_IWGRP | S_IWOTH);
	look_at_directory(d, "RGD05", c->server_spool_dir, 0);
	look_at_listener(d, c->server_listen);
	look_at_listener(d, c->auth_listen);
	look_at_readable(d, c->auth_password_breached, "auth-password-breached");
	look_at_readable(d, c->mail_ca_file, "mail-ca-file");
	look_at_readable(d, c->mail_templates, "mail-templates");
}
