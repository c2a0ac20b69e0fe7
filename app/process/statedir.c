/* The state directory: its place, its locks and the word to load anew.
 * SPDX-License-Identifier: MIT */
#include "statedir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/process/statedir_file.h"
#include "base/log.h"

enum { STATEDIR_BUILDER, STATEDIR_LIVING, STATEDIR_WAITING, STATEDIR_SEATS = 16 };
/* More seats than that are none: each is tried in turn. */
#define STATEDIR_SEATS_MAX 4096

struct statedir {
	struct arena *arena;
	const char *path;
	bool private; /* a temporary directory that goes with the process */
	bool alone;
	int dir, lock, watch;
	const char *name; /* of the instance */
	struct stat seen; /* of the number's file; zeroed: there was none */
	int seat;         /* its byte, 0: none; statedir_sit() to statedir_rise() */
	bool waiting;     /* for one; likewise */
};

static const char *statedir_default(struct arena *a)
{
	const char *given = getenv("RUNTIME_DIRECTORY"), *tmp = getenv("TMPDIR");
	struct str rest = str_of(given);
	if (rest.n)
		return str_cstr(a, str_cut(&rest, ':'));
	return str_printf(a, "%s/rowgate-%ld", tmp && *tmp ? tmp : "/tmp", (long)geteuid()).p;
}

/* Whether nobody else may write into such a directory: what stands there is believed. */
static bool statedir_is_ours(int dir)
{
	struct stat st;
	if (fstat(dir, &st) < 0)
		return false;
	errno = EPERM;
	return (st.st_uid == geteuid() || st.st_uid == 0) && !(st.st_mode & S_IWOTH)
		&& (st.st_uid == geteuid() || (st.st_mode & S_IWGRP));
}

static int statedir_directory(const char *path, int flags)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -1;
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
	if (dir < 0 || statedir_is_ours(dir))
		return dir;
	close(dir);
	errno = EPERM;
	return -1;
}

/* Makes a directory of this process alone, gone with it; false when that cannot be either. */
static bool statedir_private(struct statedir *s)
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

static bool statedir_lock(const struct statedir *s, short type, int byte, bool wait)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
	int done;
	do
		done = fcntl(s->lock, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock);
	while (done < 0 && errno == EINTR);
	return done == 0;
}

/* Removes the instance's catalogs. */
static void statedir_sweep(const struct statedir *s)
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

static bool statedir_join(struct statedir *s)
{
	s->lock = openat(s->dir, str_printf(s->arena, "%s.lock", s->name).p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		0600);
	if (s->lock < 0)
		return false;
	s->alone = statedir_lock(s, F_WRLCK, STATEDIR_LIVING, false);
	if (s->alone)
		statedir_sweep(s);
	return statedir_lock(s, F_RDLCK, STATEDIR_LIVING, true);
}

/* Where no file tells instances apart the database does, which libpq's variables may name. */
static struct str statedir_database(const struct conf *conf, struct arena *a)
{
	static const char *const variables[] = { "PGSERVICE", "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER" };
	struct str parts[1 + COUNT_OF(variables)] = { conf->db_uri };
	bool any = false;
	for (size_t i = 0; i < COUNT_OF(variables); i++) {
		parts[1 + i] = str_of(getenv(variables[i]));
		any = any || parts[1 + i].n;
	}
	return any ? str_join(a, parts, COUNT_OF(parts), STR("\n")) : conf->db_uri;
}

static const char *statedir_instance(const struct conf *conf, const char *file, struct arena *a)
{
	char *real = file ? realpath(file, NULL) : NULL;
	struct str what = real ? str_of(real) : file ? str_of(file) : statedir_database(conf, a);
	const char *name = str_printf(a, "%016llx", (unsigned long long)str_hash(what)).p;
	free(real);
	return name;
}

static bool statedir_has(struct str directory, const char *name, struct arena *a)
{
	struct stat st;
	return lstat(str_printf(a, "%.*s/%s.lock", STR_ARG(directory), name).p, &st) == 0 && S_ISREG(st.st_mode);
}

/* The runtime directory of a unit whose environment we do not have. Only root makes directories in /run. */
static struct str statedir_of_unit(const char *name, struct arena *a)
{
	glob_t found;
	struct str directory = STR_NONE;
	if (glob("/run/rowgate*", GLOB_ONLYDIR | GLOB_NOSORT, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc && !directory.p; i++)
			if (statedir_has(str_of(found.gl_pathv[i]), name, a))
				directory = str_dup(a, str_of(found.gl_pathv[i]));
		globfree(&found);
	}
	return directory;
}

struct str statedir_find(const struct conf *conf, const char *file, struct arena *a)
{
	struct stat st;
	const char *name = statedir_instance(conf, file, a);
	struct str usual = conf->state_dir.n ? conf->state_dir : str_of(statedir_default(a));
	if (statedir_has(usual, name, a)
		&& (conf->state_dir.n || getenv("RUNTIME_DIRECTORY") || (lstat(usual.p, &st) == 0 && st.st_uid == geteuid())))
		return usual;
	return conf->state_dir.n ? STR_NONE : statedir_of_unit(name, a);
}

struct str statedir_admin(struct str directory, const struct conf *conf, const char *file, struct arena *a)
{
	return str_printf(a, "%.*s/%s.admin", STR_ARG(directory), statedir_instance(conf, file, a));
}

struct str statedir_path(const struct statedir *s)
{
	return str_of(s->path);
}

bool statedir_open(struct statedir **out_r, const struct generation *g, const char *file, struct fault *f)
{
	struct arena *a = arena_new(1 << 20);
	struct statedir *s = arena_make(a, struct statedir);
	struct str set = g->conf.state_dir;
	*s = (struct statedir){ .arena = a, .lock = -1, .watch = -1, .name = statedir_instance(&g->conf, file, a) };
	s->path = set.n ? str_cstr(a, set) : statedir_default(a);
	s->dir = statedir_directory(s->path, set.n ? 0 : O_NOFOLLOW);
	if ((s->dir >= 0 || (!set.n && statedir_private(s))) && statedir_join(s)) {
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

void statedir_close(struct statedir *s)
{
	if (!s)
		return;
	/* The last one: what it leaves would not be believed by the next. */
	if (statedir_lock(s, F_WRLCK, STATEDIR_LIVING, false))
		statedir_sweep(s);
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

bool statedir_alone(const struct statedir *s)
{
	return s->alone;
}

bool statedir_elect(struct statedir *s)
{
	return statedir_lock(s, F_WRLCK, STATEDIR_BUILDER, false);
}

void statedir_retire(struct statedir *s)
{
	statedir_lock(s, F_UNLCK, STATEDIR_BUILDER, false);
}

/* Whether another process keeps us from locking the byte. */
static bool statedir_locked(const struct statedir *s, int byte)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
	return fcntl(s->lock, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* A seat that nobody has; 0: there is none. */
static int statedir_free_seat(const struct statedir *s, size_t seats)
{
	size_t count = seats < STATEDIR_SEATS_MAX ? seats : STATEDIR_SEATS_MAX;
	for (size_t i = 0; i < count; i++)
		if (statedir_lock(s, F_WRLCK, STATEDIR_SEATS + (int)i, false))
			return STATEDIR_SEATS + (int)i;
	return 0;
}

bool statedir_sit(struct statedir *s, size_t seats)
{
	if (s->seat)
		return true;
	/* Who comes later must not be faster than who waits. */
	if (s->waiting || !statedir_locked(s, STATEDIR_WAITING))
		s->seat = statedir_free_seat(s, seats);
	if (s->seat && s->waiting)
		statedir_lock(s, F_UNLCK, STATEDIR_WAITING, false);
	else if (!s->seat && !s->waiting)
		statedir_lock(s, F_RDLCK, STATEDIR_WAITING, false);
	s->waiting = !s->seat;
	return s->seat;
}

void statedir_rise(struct statedir *s)
{
	if (s->seat)
		statedir_lock(s, F_UNLCK, s->seat, false);
	if (s->waiting)
		statedir_lock(s, F_UNLCK, STATEDIR_WAITING, false);
	s->seat = 0;
	s->waiting = false;
}

bool statedir_seated(const struct statedir *s)
{
	return s->seat;
}

bool statedir_seat_wanted(const struct statedir *s)
{
	return s->seat && statedir_locked(s, STATEDIR_WAITING);
}

static void statedir_number_name(const struct statedir *s, char name_r[static 64])
{
	struct buf name = buf_over(name_r, 63);
	buf_put(&name, str_of(s->name));
	buf_lit(&name, ".number");
	name_r[name.n] = 0;
}

static struct stat statedir_look(const struct statedir *s)
{
	struct stat st = { 0 };
	char name[64];
	statedir_number_name(s, name);
	if (fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		st = (struct stat){ 0 };
	return st;
}

bool statedir_changed(const struct statedir *s)
{
	struct stat now = statedir_look(s);
	return now.st_ino != s->seen.st_ino || now.st_mtim.tv_sec != s->seen.st_mtim.tv_sec
		|| now.st_mtim.tv_nsec != s->seen.st_mtim.tv_nsec;
}

uint64_t statedir_number(struct statedir *s)
{
	char name[64], digits[32];
	uint64_t number = 0;
	statedir_number_name(s, name);
	s->seen = statedir_look(s);
	int fd = openat(s->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return 0;
	ssize_t n = read(fd, digits, sizeof digits);
	close(fd);
	return n > 0 && str_to_u64((struct str){ digits, (size_t)n }, &number) ? number : 0;
}

bool statedir_announce(struct statedir *s, uint64_t number, struct arena *a, struct fault *f)
{
	char name[64];
	statedir_number_name(s, name);
	struct str digits = str_printf(a, "%llu", (unsigned long long)number);
	return statedir_file_write(s->dir, name, &digits, 1, a, f);
}

int statedir_watch(struct statedir *s)
{
	if (s->watch < 0) {
		s->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
		if (s->watch >= 0 && inotify_add_watch(s->watch, s->path, IN_MOVED_TO) < 0)
			log_warn("rowgate reload will not be heard: %s: %s", s->path, strerror(errno));
	}
	return s->watch;
}

void statedir_heard(struct statedir *s)
{
	char events[4096];
	while (read(s->watch, events, sizeof events) > 0)
		continue;
}

static struct str statedir_catalog_name(const struct statedir *s, const struct generation *g, struct arena *a)
{
	return str_printf(a, "%s-%016llx.catalog", s->name, (unsigned long long)g->fingerprint);
}

bool statedir_save(struct statedir *s, const struct generation *g, uint64_t number, struct arena *a, struct fault *f)
{
	struct statedir_content content = { .number = number,
		.settings = g->settings,
		.setting_count = g->setting_count,
		.block = catalog_block(g->catalog) };
	return statedir_file_save(s->dir, statedir_catalog_name(s, g, a).p, &content, a, f);
}

bool statedir_map(struct statedir *s, struct generation *g, const char *file, char *const *vars, uint64_t number)
{
	struct statedir_content content;
	struct fault f = { 0 };
	if (!statedir_file_map(&content, s->dir, statedir_catalog_name(s, g, g->arena).p, g->arena)
		|| content.number != number)
		return false;
	if (generation_adopt(g, file, vars, content.settings, content.setting_count, content.block, &f))
		return true;
	log_warn("the catalog in %s is of no use: %.*s", s->path, STR_ARG(f.message));
	return false;
}
