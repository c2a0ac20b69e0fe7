/* Mails as files: for trying things out, and for hosts whose own program delivers them.
 *
 * A mail is one file NAME.eml that appears complete or not at all.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "mail/transports.h"

static enum transport_verdict failed(struct letter *l, const char *path)
{
	l->reason = str_printf(l->arena, "%s: %s", path, strerror(errno));
	return TRANSPORT_LATER;
}

/* Named by time, so that they sort as they came; the process id keeps two daemons apart. */
enum transport_verdict maildrop_send(const struct transport *t, struct letter *l)
{
	struct str name = str_printf(l->arena, "%s/%jd-%jd", t->target, (intmax_t)clock_wall_us(), (intmax_t)getpid());
	const char *draft = str_printf(l->arena, "%s.new", name.p).p, *path = str_printf(l->arena, "%s.eml", name.p).p;
	int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return failed(l, draft);
	bool good = file_write(fd, transport_unix_lines(l->mail, l->arena)) && fsync(fd) == 0;
	if (close(fd) == 0 && good && rename(draft, path) == 0)
		return TRANSPORT_TAKEN;
	enum transport_verdict verdict = failed(l, path);
	unlink(draft);
	return verdict;
}

enum transport_probe maildrop_try(const struct transport *t, struct arena *a, struct str *reason_r)
{
	if (access(t->target, W_OK | X_OK) == 0)
		return TRANSPORT_PROBE_GOOD;
	*reason_r = str_printf(a, "%s: %s", t->target, strerror(errno));
	return TRANSPORT_PROBE_UNREACHABLE;
}
