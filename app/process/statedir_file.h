/* A file of the state directory: written whole or not at all, mapped and judged before it is believed.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_STATEDIR_FILE_H
#define ROWGATE_APP_PROCESS_STATEDIR_FILE_H

#include "base/arena.h"
#include "base/fault.h"
#include "conf/conf.h"

/* What the database has said: settings and the catalog's block, and the number it was asked under. */
struct statedir_content {
	uint64_t number;
	struct conf_setting *settings;
	size_t setting_count;
	struct str block;
};

/* Writes the parts to a file of that name in the directory, in the place of what was there. */
MUST_CHECK bool statedir_file_write(int dir, const char *name, const struct str *parts, size_t count, struct arena *a,
	struct fault *f);
/* Writes what the database has said, in the same way. */
MUST_CHECK bool statedir_file_save(int dir, const char *name, const struct statedir_content *content, struct arena *a,
	struct fault *f);
/* Maps such a file until the arena's reset; false when there is none or it is damaged. The block is only known to lie
 * within the file. */
bool statedir_file_map(struct statedir_content *out_r, int dir, const char *name, struct arena *a);

#endif
