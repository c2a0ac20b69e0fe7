/* The log: levels, the line's form, escaping. Lines are read back through a file in place of standard error.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

static char captured[65536];

/* Runs fn with the descriptor pointing to a file, whose bytes are in captured afterwards. */
static void capture(int fd, void (*fn)(void))
{
	FILE *file = tmpfile();
	assert_non_null(file);
	fflush(NULL);
	int saved = dup(fd);
	dup2(fileno(file), fd);
	fn();
	dup2(saved, fd);
	close(saved);
	rewind(file);
	captured[fread(captured, 1, sizeof captured - 1, file)] = '\0';
	fclose(file);
}

static void say_all(void)
{
	log_crit("one");
	log_error("two");
	log_warn("three %d", 3);
	log_info("four");
	log_debug("five");
}

static void levels_filter(void **state)
{
	(void)state;
	log_to_stderr(LOG_LEVEL_WARN, "worker 2");
	capture(STDERR_FILENO, say_all);
	assert_non_null(strstr(captured, "worker 2: critical: one\n"));
	assert_non_null(strstr(captured, "worker 2: error: two\n"));
	assert_non_null(strstr(captured, "worker 2: warning: three 3\n"));
	assert_null(strstr(captured, "four"));
	char pid[32];
	snprintf(pid, sizeof pid, ": [%ld] worker 2: ", (long)getpid());
	assert_non_null(strstr(captured, pid));
	log_set_level(LOG_LEVEL_DEBUG);
	assert_true(log_enabled(LOG_LEVEL_DEBUG));
	capture(STDERR_FILENO, say_all);
	assert_non_null(strstr(captured, "debug: five\n"));
	log_set_level(LOG_LEVEL_CRIT);
	assert_false(log_enabled(LOG_LEVEL_ERROR));
	enum log_level level;
	assert_true(log_level_from(STR("info"), &level) && level == LOG_LEVEL_INFO);
	assert_false(log_level_from(STR("INFO"), &level));
	assert_false(log_level_from(STR(""), &level));
	log_set_level(LOG_LEVEL_ERROR);
}

static void say_event(void)
{
	log_event("Config %s", "reloaded\n");
}

static void events_have_no_level(void **state)
{
	(void)state;
	int day, year, hour, minute, second, zone, end = 0;
	char month[4];
	log_set_level(LOG_LEVEL_CRIT);
	capture(STDERR_FILENO, say_event);
	log_set_level(LOG_LEVEL_ERROR);
	assert_int_equal(sscanf(captured, "%2d/%3[A-Za-z]/%4d:%2d:%2d:%2d %d: Config reloaded\n%n", &day, month, &year,
						 &hour, &minute, &second, &zone, &end),
		7);
	assert_int_equal(end, strlen(captured));
}

static void put_context(void *arg, struct buf *out)
{
	buf_put(out, str_of(arg));
}

static void say_nasty(void)
{
	errno = ENOENT;
	log_error("a \r\n\tb\r \x1b[31m \xff \xc2\x9b \xe2\x80\xae \xc3\xa9 \"\\ %m");
	assert_int_equal(errno, ENOENT);
}

static void nothing_from_outside_breaks_a_line(void **state)
{
	(void)state;
	char context[] = "GET /x\r\n: ";
	log_set_context(put_context, context);
	capture(STDERR_FILENO, say_nasty);
	log_set_context(NULL, NULL);
	const char *message = strstr(captured, "error: ");
	assert_non_null(message);
	assert_string_equal(message,
		"error: GET /x\\x0d\\x0a: a b\\x0d \\x1b[31m \\xff \\xc2\\x9b \\xe2\\x80\\xae \xc3\xa9 "
		"\"\\ No such file or directory\n");
}

static void say_long(void)
{
	static char text[100000];
	memset(text, 'x', sizeof text - 1);
	log_error("%s", text);
	memset(text, '\r', sizeof text - 1);
	log_error("%s", text);
}

static void a_long_message_is_cut(void **state)
{
	(void)state;
	capture(STDERR_FILENO, say_long);
	char *first_end = strchr(captured, '\n');
	assert_non_null(first_end);
	assert_memory_equal(first_end - 4, "x...", 4);
	assert_in_range(first_end - captured, 8000, 9000);
	char *second_end = strchr(first_end + 1, '\n');
	assert_ptr_equal(second_end, captured + strlen(captured) - 1);
	assert_memory_equal(second_end - 4, "d...", 4);
	assert_in_range(second_end - first_end, 16000, 16384);
}

/* As if the file that stands in for the descriptor were the journal. */
static void say_in_journal(void)
{
	struct stat st;
	char stream[64];
	fstat(STDERR_FILENO, &st);
	snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	log_know_journal(stream);
	say_all();
	log_event("reloaded");
	log_access(STR("GET /a"));
	snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino + 1);
	log_know_journal(stream);
	log_error("elsewhere");
	log_know_journal(NULL);
}

static void the_journal_gets_levels_and_no_time(void **state)
{
	(void)state;
	log_to_stderr(LOG_LEVEL_WARN, "worker 2");
	capture(STDERR_FILENO, say_in_journal);
	const char wanted[] = "<2>worker 2: critical: one\n<3>worker 2: error: two\n<4>worker 2: warning: three 3\n"
						  "<5>reloaded\n";
	assert_memory_equal(captured, wanted, sizeof wanted - 1);
	assert_non_null(strstr(captured + sizeof wanted - 1, "] worker 2: error: elsewhere\n"));
}

static void say_access(void)
{
	log_access(STR("127.0.0.1 - web_anon \"GET /a\nb\" 200"));
}

static void access_lines_go_to_standard_output(void **state)
{
	(void)state;
	capture(STDOUT_FILENO, say_access);
	assert_string_equal(captured, "127.0.0.1 - web_anon \"GET /a\\x0ab\" 200\n");
}

static void untrusted_text(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct buf b = buf_new(a, 100);
	log_text(&b, STR("say \"hi\" \\ \0\t\xc3\x28 \xe2\x82\xac"));
	expect_text("escaped", buf_str(&b), "say \\\"hi\\\" \\\\ \\x00\\x09\\xc3( \xe2\x82\xac");
	arena_free(a);
}

static void warn_twice(void)
{
	for (int i = 0; i < 2; i++)
		log_warn_once("%s is no key", "FOO");
}

static void a_warning_is_given_once(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	capture(STDERR_FILENO, warn_twice);
	assert_string_equal(captured, "");
	log_set_level(LOG_LEVEL_WARN);
	capture(STDERR_FILENO, warn_twice);
	const char *first = strstr(captured, "warning: FOO is no key\n");
	assert_non_null(first);
	assert_null(strstr(first + 1, "warning"));
	capture(STDERR_FILENO, warn_twice);
	assert_string_equal(captured, "");
	log_set_level(LOG_LEVEL_ERROR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_filter),
		cmocka_unit_test(events_have_no_level),
		cmocka_unit_test(a_warning_is_given_once),
		cmocka_unit_test(nothing_from_outside_breaks_a_line),
		cmocka_unit_test(a_long_message_is_cut),
		cmocka_unit_test(the_journal_gets_levels_and_no_time),
		cmocka_unit_test(access_lines_go_to_standard_output),
		cmocka_unit_test(untrusted_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
