/* Keeps what a process knows to itself.
 * SPDX-License-Identifier: MIT */
#include "privacy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "token/signer.h"

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

/* AddressSanitizer keeps books on memory in memory, and lets nobody read what is freed. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { MEMORY_IS_READABLE = false };
#else
enum { MEMORY_IS_READABLE = true };
#endif

/* The next part of our memory that is ours alone and was written, as proc(5) tells it in /proc/PID/maps. */
static bool next_memory(FILE *maps, char **begin_r, size_t *n_r)
{
	char line[512], rights[5];
	uintptr_t begin, end;
	while (fgets(line, sizeof line, maps))
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &begin, &end, rights) == 3 && strcmp(rights, "rw-p") == 0) {
			*begin_r = (char *)begin;
			*n_r = end - begin;
			return true;
		}
	return false;
}

void privacy_forget(struct signer *s)
{
	char *begin;
	size_t n;
	bool wanted = MEMORY_IS_READABLE && s && signer_traces(s)->count;
	FILE *maps = wanted ? fopen("/proc/self/maps", "re") : NULL;
	while (maps && next_memory(maps, &begin, &n))
		traces_wipe(signer_traces(s), begin, n);
	if (maps)
		fclose(maps);
	else if (wanted)
		log_warn("copies of the key that signs may be left in a worker of the API: no /proc/self/maps");
	if (s)
		signer_forget(s);
}
