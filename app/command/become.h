/* Becoming another user of the machine: root may read every file, but PostgreSQL lets in whoever a role belongs to.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_BECOME_H
#define ROWGATE_APP_COMMAND_BECOME_H

#include <sys/types.h>

#include "base/fault.h"

/* Becomes a user by name, with all groups; STR_NONE: stays as it is. */
MUST_CHECK bool become_user(struct str name, struct arena *a, struct fault *f);
/* Becomes the owner of something, with its group alone. */
MUST_CHECK bool become_owner(uid_t owner, gid_t group, struct arena *a, struct fault *f);

#endif
