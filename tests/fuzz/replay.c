/* Runs a fuzz target over its corpus: in place of a fuzzer's main, or inside libFuzzer when make check starts it.
 *
 * Without arguments the corpus is tests/fuzz/corpus/X for the program fuzz_X, below $srcdir, which make check sets.
 * Arguments are files or directories. Each file is named before it is run, so the last line tells which one broke.
 * SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PATH_LENGTH = 4096 };

static int replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat about;
	if (!file || fstat(fileno(file), &about) != 0) {
		perror(path);
		return 1;
	}
	/* Of the exact size, so that a sanitizer sees a read behind the end. */
	size_t size = (size_t)about.st_size;
	uint8_t *data = malloc(size ? size : 1);
	size_t got = data ? fread(data, 1, size, file) : 0;
	fclose(file);
	printf("%s\n", path);
	fflush(stdout);
	if (data && got == size)
		LLVMFuzzerTestOneInput(data, size);
	free(data);
	return got == size ? 0 : 1;
}

static int replay(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort), failures = 0;
	if (count < 0)
		return replay_file(path);
	for (int i = 0; i < count; i++) {
		char entry[PATH_LENGTH];
		snprintf(entry, sizeof entry, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			failures += replay_file(entry);
		free(entries[i]);
	}
	free(entries);
	return failures + (count <= 2); /* an empty corpus proves nothing */
}

static int replay_own(const char *program)
{
	const char *name = strstr(program, "fuzz_"), *srcdir = getenv("srcdir");
	for (const char *next = name; next; next = strstr(next + 1, "fuzz_"))
		name = next;
	char path[PATH_LENGTH];
	snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name ? name + 5 : "");
	return replay(path);
}

#ifdef ROWGATE_FUZZERS

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (*argc == 1 && getenv("srcdir"))
		exit(replay_own((*argv)[0]) ? 1 : 0);
	return 0;
}

#else

int main(int argc, char **argv)
{
	int failures = argc == 1 ? replay_own(argv[0]) : 0;
	for (int i = 1; i < argc; i++)
		failures += replay(argv[i]);
	return failures ? 1 : 0;
}

#endif
