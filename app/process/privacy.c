/* Keeps what a process knows to itself.
 * SPDX-License-Identifier: MIT */
#include "privacy.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Moves the environment from where /proc/PID/environ shows it: settings come by it, secrets among them. */
static void move_environment(void)
{
	size_t count = 0, size = sizeof(char *);
	for (char **var = environ; *var; var++, count++)
		size += sizeof(char *) + strlen(*var) + 1;
	char **moved = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (moved == MAP_FAILED)
		return;
	char *text = (char *)(moved + count + 1);
	mlock(moved, size);
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(environ[i]) + 1;
		memcpy(text, environ[i], n);
		explicit_bzero(environ[i], n);
		moved[i] = text;
		text += n;
	}
	environ = moved;
}

void privacy_lock(void)
{
	struct rlimit bound;
	if (getrlimit(RLIMIT_MEMLOCK, &bound) == 0 && bound.rlim_cur == RLIM_INFINITY)
		mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

void privacy_begin(void)
{
	struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	if (environ)
		move_environment();
}
