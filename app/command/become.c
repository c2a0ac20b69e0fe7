/* Taking on another user's rights, for the rest of the process.
 * SPDX-License-Identifier: MIT */
#include "become.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

bool become_user(struct str name, struct arena *a, struct fault *f)
{
	if (!name.p)
		return true;
	const char *text = str_cstr(a, name);
	const struct passwd *user = getpwnam(text);
	if (!user)
		return fault_printf(f, a, 500, "RG500", "%s: there is no such user on this machine", text);
	if (user->pw_uid == geteuid())
		return true;
	uid_t uid = user->pw_uid;
	gid_t gid = user->pw_gid;
	if (initgroups(text, gid) == 0 && setgid(gid) == 0 && setuid(uid) == 0)
		return true;
	return fault_printf(f, a, 500, "RG500", "cannot become %s: %s", text, strerror(errno));
}

bool become_owner(uid_t owner, gid_t group, struct arena *a, struct fault *f)
{
	if (setgroups(1, &group) == 0 && setgid(group) == 0 && setuid(owner) == 0)
		return true;
	return fault_printf(f, a, 500, "RG500", "cannot become user %ld: %s", (long)owner, strerror(errno));
}
