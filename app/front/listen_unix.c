/* Taking the place of a unix socket: under a lock on its directory, so that of two who start together one wins.
 * SPDX-License-Identifier: MIT */
#include "listen_unix.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"

#define LISTEN_BACKLOG 1024
/* Whoever can read a directory can lock it, for ever: so often, and so long in between, it is tried, and then done
 * without. */
#define LOCK_TRIES 100
#define LOCK_PAUSE_NS 20000000

/* errno says why. Always returns false. */
static bool listen_unix_fault(struct fault *f, struct arena *a, const char *key, struct str path, const char *what)
{
	return fault_printf(f, a, 500, "RG500", "%s %.*s: %s: %s", key, STR_ARG(path), what, strerror(errno));
}

static bool set_address(struct sockaddr_un *out_r, struct str path)
{
	*out_r = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (path.n == 0 || path.n >= sizeof out_r->sun_path)
		return false;
	memcpy(out_r->sun_path, path.p, path.n);
	return true;
}

static void lock_for_a_while(int fd)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	for (int i = 0; i < LOCK_TRIES && flock(fd, LOCK_EX | LOCK_NB) < 0; i++)
		nanosleep(&pause, NULL);
}

/* Opens the directory of a path, which it may make, and locks it; -1: it cannot, and then nothing is locked. */
static int lock_directory(const struct sockaddr_un *address, bool make)
{
	char path[sizeof address->sun_path];
	memcpy(path, address->sun_path, sizeof path);
	char *slash = strrchr(path, '/');
	if (slash)
		slash[slash == path] = '\0';
	const char *directory = slash ? path : ".";
	/* There already, or bind() says what is wrong. The web server must get in, whatever the umask. */
	if (make && mkdir(directory, 0755) == 0)
		chmod(directory, 0755);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		lock_for_a_while(fd);
	return fd;
}

/* Whether nobody listens on a socket. A refused connection says so, and nothing else does: where the queue is full
 * or we may not connect, somebody may well be there. */
static bool is_stale(const struct sockaddr_un *address)
{
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return false;
	bool refused = connect(probe, (const struct sockaddr *)address, sizeof *address) < 0 && errno == ECONNREFUSED;
	close(probe);
	errno = EADDRINUSE;
	return refused;
}

/* Removes a socket nobody listens on, nothing else; errno says why not. */
static bool clear_place(const struct sockaddr_un *address)
{
	struct stat st;
	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT;
	errno = EEXIST;
	return S_ISSOCK(st.st_mode) && is_stale(address) && unlink(address->sun_path) == 0;
}

static bool give_to_group(const char *path, struct str group, struct arena *a)
{
	uint64_t number;
	if (!group.n)
		return true;
	errno = ENOENT;
	const struct group *entry = getgrnam(str_cstr(a, group));
	if (!entry && !str_to_u64(group, &number)) {
		errno = errno ? errno : ENOENT;
		return false;
	}
	return chown(path, (uid_t)-1, entry ? entry->gr_gid : (gid_t)number) == 0;
}

static int make_socket(const struct sockaddr_un *address, const struct listen_access *access, struct arena *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)address, sizeof *address) < 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (give_to_group(address->sun_path, access->group, a) && chmod(address->sun_path, (mode_t)access->mode) == 0
		&& listen(fd, LISTEN_BACKLOG) == 0)
		return fd;
	int error = errno;
	unlink(address->sun_path);
	close(fd);
	errno = error;
	return -1;
}

int listen_unix(const char *key, struct str path, const struct listen_access *access, struct arena *a, struct fault *f)
{
	struct sockaddr_un address;
	if (!set_address(&address, path)) {
		errno = ENAMETOOLONG;
		listen_unix_fault(f, a, key, path, "the path of a unix socket has 1 to 107 bytes");
		return -1;
	}
	int fd = -1, lock = lock_directory(&address, true);
	if (!clear_place(&address))
		listen_unix_fault(f, a, key, path, "cannot take the place");
	else if ((fd = make_socket(&address, access, a)) < 0)
		listen_unix_fault(f, a, key, path, "cannot listen");
	if (lock >= 0)
		close(lock);
	return fd;
}

void listen_unix_remove(struct str path)
{
	struct sockaddr_un address;
	if (!set_address(&address, path))
		return;
	int lock = lock_directory(&address, false);
	clear_place(&address);
	if (lock >= 0)
		close(lock);
}
