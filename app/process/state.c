/* The state directory: its place, its locks and the word to load anew.
 * SPDX-License-Identifier: MIT */
#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/process/state_file.h"
#include "base/log.h"

enum { STATE_BUILDER, STATE_LIVING };

struct state {
	struct arena *arena;
	const char *path;
	bool private;          /* a temporary directory that goes with the process */
	bool alone;
	int dir, lock, watch;
	const char *name;      /* of the instance */
	struct stat seen;      /* of the number's file; zeroed: there was none */
};

static const char *state_default(struct arena *a)
{
	const char *given = getenv("RUNTIME_DIRECTORY"), *tmp = getenv("TMPDIR");
	struct str rest = str_of(given);
	if (rest.n)
		return str_cstr(a, str_cut(&rest, ':'));
	return str_printf(a, "%s/rowgate-%ld", tmp && *tmp ? tmp : "/tmp", (long)geteuid()).p;
}

/* What stands in such a directory is believed, so nobody else may write there. */
static bool state_is_ours(int dir)
{
	struct stat st;
	if (fstat(dir, &st) < 0)
		return false;
	errno = EPERM;
	return (st.st_uid == geteuid() || st.st_uid == 0) && !(st.st_mode & S_IWOTH)
		&& (st.st_uid == geteuid() || (st.st_mode & S_IWGRP));
}

static int state_directory(const char *path, int flags)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -1;
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
	if (dir < 0 || state_is_ours(dir))
		return dir;
	close(dir);
	errno = EPERM;
	return -1;
}

/* A directory of this process alone, gone with it. */
static bool state_private(struct state *s)
{
	int why = errno;
	const char *tmp = getenv("TMPDIR"), *taken = s->path;
	struct str made = str_printf(s->arena, "%s/rowgate-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	char *path = arena_bytes(s->arena, made.n + 1);
	memcpy(path, made.p, made.n + 1);
	s->path = mkdtemp(path);
	s->dir = s->path ? open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	s->private = s->dir >= 0;
	if (s->private)
		log_warn("%s cannot be used (%s): the catalog is not shared; set state-dir", taken, strerror(why));
	return s->private;
}

static bool state_lock(const struct state *s, short type, int byte, bool wait)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
	int done;
	do
		done = fcntl(s->lock, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock);
	while (done < 0 && errno == EINTR);
	return done == 0;
}

/* Removes the instance's catalogs. */
static void state_sweep(const struct state *s)
{
	int fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
	if (!listing)
		return;
	size_t n = strlen(s->name);
	for (const struct dirent *e; (e = readdir(listing));)
		if (strncmp(e->d_name, s->name, n) == 0 && e->d_name[n] == '-')
			unlinkat(s->dir, e->d_name, 0);
	closedir(listing);
}

static bool state_join(struct state *s)
{
	s->lock = openat(s->dir, str_printf(s->arena, "%s.lock", s->name).p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		0600);
	if (s->lock < 0)
		return false;
	s->alone = state_lock(s, F_WRLCK, STATE_LIVING, false);
	if (s->alone)
		state_sweep(s);
	return state_lock(s, F_RDLCK, STATE_LIVING, true);
}

static const char *state_instance(const struct generation *g, const char *file, struct arena *a)
{
	char *real = file ? realpath(file, NULL) : NULL;
	struct str what = real ? str_of(real) : file ? str_of(file) : g->conf.db_uri;
	const char *name = str_printf(a, "%016llx", (unsigned long long)str_hash(what)).p;
	free(real);
	return name;
}

bool state_open(struct state **out_r, const struct generation *g, const char *file, struct fault *f)
{
	struct arena *a = arena_new(1 << 20);
	struct state *s = arena_make(a, struct state);
	struct str set = g->conf.state_dir;
	*s = (struct state){ .arena = a, .lock = -1, .watch = -1, .name = state_instance(g, file, a) };
	s->path = set.n ? str_cstr(a, set) : state_default(a);
	s->dir = state_directory(s->path, set.n ? 0 : O_NOFOLLOW);
	if ((s->dir >= 0 || (!set.n && state_private(s))) && state_join(s)) {
		*out_r = s;
		return true;
	}
	fault_printf(f, g->arena, 500, "RG500", "state-dir %s: %s", s->path ? s->path : "", strerror(errno));
	if (s->dir >= 0)
		close(s->dir);
	if (s->lock >= 0)
		close(s->lock);
	arena_free(a);
	return false;
}

void state_close(struct state *s)
{
	if (!s)
		return;
	/* The last one: what it leaves would not be believed by the next. */
	if (state_lock(s, F_WRLCK, STATE_LIVING, false))
		state_sweep(s);
	if (s->private) {
		unlinkat(s->dir, str_printf(s->arena, "%s.lock", s->name).p, 0);
		rmdir(s->path);
	}
	close(s->dir);
	close(s->lock);
	if (s->watch >= 0)
		close(s->watch);
	arena_free(s->arena);
}

bool state_alone(const struct state *s)
{
	return s->alone;
}

bool state_elect(struct state *s)
{
	return state_lock(s, F_WRLCK, STATE_BUILDER, false);
}

void state_retire(struct state *s)
{
	state_lock(s, F_UNLCK, STATE_BUILDER, false);
}

static void state_number_name(const struct state *s, char name_r[static 64])
{
	struct buf name = buf_over(name_r, 63);
	buf_put(&name, str_of(s->name));
	buf_lit(&name, ".number");
	name_r[name.n] = 0;
}

static struct stat state_look(const struct state *s)
{
	struct stat st = { 0 };
	char name[64];
	state_number_name(s, name);
	if (fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		st = (struct stat){ 0 };
	return st;
}

bool state_changed(const struct state *s)
{
	struct stat now = state_look(s);
	return now.st_ino != s->seen.st_ino || now.st_mtim.tv_sec != s->seen.st_mtim.tv_sec
		|| now.st_mtim.tv_nsec != s->seen.st_mtim.tv_nsec;
}

uint64_t state_number(struct state *s)
{
	char name[64], digits[32];
	uint64_t number = 0;
	state_number_name(s, name);
	s->seen = state_look(s);
	int fd = openat(s->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return 0;
	ssize_t n = read(fd, digits, sizeof digits);
	close(fd);
	return n > 0 && str_to_u64((struct str){ digits, (size_t)n }, &number) ? number : 0;
}

bool state_announce(struct state *s, uint64_t number, struct arena *a, struct fault *f)
{
	char name[64];
	state_number_name(s, name);
	struct str digits = str_printf(a, "%llu", (unsigned long long)number);
	return state_file_write(s->dir, name, &digits, 1, a, f);
}

int state_watch(struct state *s)
{
	if (s->watch < 0) {
		s->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
		if (s->watch >= 0 && inotify_add_watch(s->watch, s->path, IN_MOVED_TO) < 0)
			log_warn("rowgate reload will not be heard: %s: %s", s->path, strerror(errno));
	}
	return s->watch;
}

void state_heard(struct state *s)
{
	char events[4096];
	while (read(s->watch, events, sizeof events) > 0)
		continue;
}

static struct str state_catalog_name(const struct state *s, const struct generation *g, struct arena *a)
{
	return str_printf(a, "%s-%016llx.catalog", s->name, (unsigned long long)g->fingerprint);
}

bool state_save(struct state *s, const struct generation *g, uint64_t number, struct arena *a, struct fault *f)
{
	struct state_content content = {
		.number = number, .settings = g->settings, .setting_count = g->setting_count,
		.block = catalog_block(g->catalog)
	};
	return state_file_save(s->dir, state_catalog_name(s, g, a).p, &content, a, f);
}

bool state_map(struct state *s, struct generation *g, const char *file, char *const *vars, uint64_t number)
{
	struct state_content content;
	struct fault f = { 0 };
	if (!state_file_map(&content, s->dir, state_catalog_name(s, g, g->arena).p, g->arena)
		|| content.number != number)
		return false;
	if (generation_adopt(g, file, vars, content.settings, content.setting_count, content.block, &f))
		return true;
	log_warn("the catalog in %s is of no use: %.*s", s->path, STR_ARG(f.message));
	return false;
}
