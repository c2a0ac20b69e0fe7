/* A file of the state directory: written whole or not at all, mapped and judged before it is believed.
 * SPDX-License-Identifier: MIT */
#include "statedir_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define STATEDIR_MAGIC "rowgst1" /* with its NUL, eight bytes */
#define STATEDIR_ALIGNMENT 64    /* of the block, which wants eight */
#define STATEDIR_SETTINGS_MAX ((size_t)16 << 20)

struct statedir_header {
	char magic[8];
	uint64_t number;
	uint64_t setting_count;
	uint64_t settings;          /* bytes of them, from the end of the header: name, NUL, value, NUL */
	uint64_t block, block_size; /* offset, bytes */
};

static_assert(sizeof(struct statedir_header) == 48, "no padding: all of it is written");

bool statedir_file_write(int dir, const char *name, const struct str *parts, size_t count, struct arena *a,
	struct fault *f)
{
	const char *draft = str_printf(a, "%s.%ld", name, (long)getpid()).p;
	unlinkat(dir, draft, 0);
	int fd = openat(dir, draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool good = fd >= 0;
	for (size_t i = 0; good && i < count; i++)
		good = file_write(fd, parts[i]);
	good = good && renameat(dir, draft, dir, name) == 0;
	if (!good)
		fault_printf(f, a, 500, "RG500", "cannot write %s in state-dir: %s", name, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (!good)
		unlinkat(dir, draft, 0);
	return good;
}

bool statedir_file_save(int dir, const char *name, const struct statedir_content *content, struct arena *a,
	struct fault *f)
{
	static const char padding[STATEDIR_ALIGNMENT];
	struct buf settings = buf_new(a, STATEDIR_SETTINGS_MAX);
	for (size_t i = 0; i < content->setting_count; i++) {
		buf_put(&settings, content->settings[i].name);
		buf_char(&settings, 0);
		buf_put(&settings, content->settings[i].value);
		buf_char(&settings, 0);
	}
	if (settings.overflow)
		return fault_set(f, 500, "RG500", STR("the settings in the database are too long to be stored"));
	size_t end = sizeof(struct statedir_header) + settings.n;
	size_t gap = (STATEDIR_ALIGNMENT - end % STATEDIR_ALIGNMENT) % STATEDIR_ALIGNMENT;
	struct statedir_header header = { .magic = STATEDIR_MAGIC,
		.number = content->number,
		.setting_count = content->setting_count,
		.settings = settings.n,
		.block = end + gap,
		.block_size = content->block.n };
	struct str parts[] = { { (const char *)&header, sizeof header }, buf_str(&settings), { padding, gap },
		content->block };
	return statedir_file_write(dir, name, parts, COUNT_OF(parts), a, f);
}

/* Maps the whole file, as a view or STR_NONE. It must be ours, as the directory is. */
static struct str statedir_map_whole(int dir, const char *name, struct arena *a)
{
	struct stat st;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return STR_NONE;
	bool good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_uid == geteuid() || st.st_uid == 0)
		&& (size_t)st.st_size >= sizeof(struct statedir_header);
	const char *p = good ? file_map(a, fd, (size_t)st.st_size, false) : NULL;
	close(fd);
	return p ? (struct str){ p, (size_t)st.st_size } : STR_NONE;
}

/* Takes the next text up to its NUL; false when there is none. */
static bool statedir_take_text(struct str *rest, struct str *out_r)
{
	size_t end = str_index(*rest, 0);
	if (end == rest->n)
		return false;
	*out_r = str_sub(*rest, 0, end);
	*rest = str_from(*rest, end + 1);
	return true;
}

bool statedir_file_map(struct statedir_content *out_r, int dir, const char *name, struct arena *a)
{
	struct str file = statedir_map_whole(dir, name, a);
	struct statedir_header h;
	if (!file.p)
		return false;
	memcpy(&h, file.p, sizeof h);
	size_t room = file.n - sizeof h;
	if (memcmp(h.magic, STATEDIR_MAGIC, sizeof h.magic) != 0 || h.settings > room || h.setting_count > h.settings
		|| h.block % STATEDIR_ALIGNMENT || h.block > file.n || h.block_size != file.n - h.block)
		return false;
	struct str rest = str_sub(file, sizeof h, h.settings);
	struct conf_setting *settings = arena_make_array(a, struct conf_setting, h.setting_count);
	for (size_t i = 0; i < h.setting_count; i++)
		if (!statedir_take_text(&rest, &settings[i].name) || !statedir_take_text(&rest, &settings[i].value))
			return false;
	*out_r = (struct statedir_content){ .number = h.number,
		.settings = settings,
		.setting_count = h.setting_count,
		.block = { file.p + h.block, h.block_size } };
	return true;
}
