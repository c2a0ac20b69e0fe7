/* The configuration: syntax, sources and their precedence, checks, and what is printed.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "conf/conf_database.h"
#include "conf/conf_dump.h"
#include "conf/conf_load.h"
#include "conf/conf_reference.h"
#include "conf/conf_table.h"

#define PATH_TEMPLATE "/tmp/rowgate-test-conf-XXXXXX"

struct loaded {
	struct arena *arena;
	char path[sizeof PATH_TEMPLATE];
	struct conf conf;
	struct fault fault;
	bool good;
};

static void write_file(char *path, struct str text)
{
	strcpy(path, PATH_TEMPLATE);
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), text.n);
	close(fd);
}

/* Loads text as a file (NULL: none) under an environment (NULL: none). */
static struct loaded load(const char *text, char *const *vars, const struct conf_setting *database, size_t count)
{
	struct loaded l = { .arena = arena_new(64 << 20) };
	struct conf_source source = { .environ = vars, .database = database, .database_count = count };
	if (text) {
		write_file(l.path, str_of(text));
		source.file = l.path;
	}
	l.good = conf_load(&l.conf, &source, l.arena, &l.fault);
	if (text)
		unlink(l.path);
	return l;
}

static void unload(struct loaded *l)
{
	arena_free(l->arena);
}

static const char *reason(const struct loaded *l)
{
	return l->good ? "" : str_cstr(l->arena, l->fault.message);
}

/* What conf_dump() says of one key. */
static struct str dumped(struct loaded *l, const char *key)
{
	struct buf out = buf_new(l->arena, 1 << 20);
	conf_dump(&l->conf, true, &out);
	struct str rest = buf_str(&out), name = str_of(key);
	while (rest.p) {
		struct str line = str_cut(&rest, '\n');
		if (str_starts(line, name) && str_starts(str_from(line, name.n), STR(" = ")))
			return str_from(line, name.n + 3);
	}
	return STR_NONE;
}

/* It is a parameter of SQL as it stands, whatever comes behind it in the arena. */
static void the_keys_of_the_database_end(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct str keys = conf_database_keys(a);
	memset(arena_bytes(a, 64), 'x', 64);
	expect_text("end", str_from(keys, keys.n - 1), "}");
	assert_int_equal(keys.p[keys.n], '\0');
	arena_free(a);
}

static void the_table_is_sound(void **state)
{
	(void)state;
	struct loaded l = load(NULL, NULL, NULL, 0);
	assert_true(l.good);
	for (size_t i = 0; i < conf_option_count; i++) {
		const struct conf_option *o = &conf_options[i];
		if (i > 0)
			assert_true(strcmp(conf_options[i - 1].name, o->name) < 0);
		assert_ptr_equal(conf_option_find(str_of(o->name)), o);
		if (o->alias)
			assert_ptr_equal(conf_option_find(str_of(o->alias)), o);
		assert_true(o->help && o->help[strlen(o->help) - 1] == '.');
		assert_int_equal(o->type == CONF_ENUM, o->words != NULL);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(conf_options[k].offset, o->offset);
	}
	unload(&l);
}

static void defaults(void **state)
{
	(void)state;
	struct loaded l = load(NULL, NULL, NULL, 0);
	const struct conf *c = &l.conf;
	assert_true(l.good);
	assert_int_equal(c->db_max_rows, -1);
	assert_int_equal(c->admin_server_port, -1);
	assert_int_equal(c->server_port, 3000);
	assert_int_equal(c->server_unix_socket_mode, 0660);
	assert_int_equal(c->log_level, LOG_LEVEL_ERROR);
	assert_int_equal(c->db_tx_end, CONF_TX_COMMIT);
	assert_int_equal(c->client_error_verbosity, CONF_VERBOSE);
	assert_int_equal(c->openapi_mode, CONF_OPENAPI_FOLLOW);
	assert_int_equal(c->server_max_url, 65536);
	assert_int_equal(c->server_max_body, 256 << 20);
	assert_true(c->db_prepared_statements && c->db_pass_authorization && !c->db_plan_enabled);
	assert_null(c->db_anon_role.p);
	assert_null(c->jwt_secret.p);
	assert_int_equal(c->server_cors_allowed_origins.count, 0);
	assert_int_equal(c->db_schemas.count, 1);
	assert_int_equal(c->db_hoisted_tx_settings.count, 3);
	expect_text("second hoisted setting", c->db_hoisted_tx_settings.items[1], "plan_filter.statement_cost_limit");
	expect_text("admin-server-host", c->admin_server_host, "127.0.0.1");
	expect_text("server-spool-dir", c->server_spool_dir, "/tmp");
	expect_text("db-uri", c->db_uri, "postgresql://");
	unload(&l);
}

static void one_line_of_a_file(void **state)
{
	(void)state;
	static const struct {
		const char *line, *key, *want;
	} rows[] = {
		{ "db-pool = 5", "db-pool", "5" },
		{ "  db-pool=5# comment", "db-pool", "5" },
		{ "db-pool\t=\t\"5\" # comment\r", "db-pool", "5" },
		{ "\xef\xbb\xbf"
		  "db-pool = 5",
			"db-pool", "5" },
		{ "db-pool = 5\ndb-pool = 6", "db-pool", "6" },
		{ "# db-pool = 5", "db-pool", "10" },
		{ "db-anon-role = \"we # b\"", "db-anon-role", "\"we # b\"" },
		{ "db-anon-role = \"a\\\"b\\\\c\"", "db-anon-role", "\"a\\\"b\\\\c\"" },
		{ "db-anon-role = \"\\u00e9\\u20ac\\ud83d\\ude00\"", "db-anon-role",
			"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ "db-anon-role = \"a\\nb\"", "db-anon-role", "\"a\\u000ab\"" },
		{ "db-anon-role = \"p$w$$x\"", "db-anon-role", "\"p$w$x\"" },
		{ "db-anon-role = \"$$(HOME)\"", "db-anon-role", "\"$$(HOME)\"" },
		{ "db-anon-role = \"<$(ROLE)>\"", "db-anon-role", "\"<from env>\"" },
		{ "db-anon-role = \"\"", "db-anon-role", "\"\"" },
		{ "db-schemas = \"api, v2 ,\"", "db-schemas", "\"api,v2\"" },
		{ "db-schema = \"api\"", "db-schemas", "\"api\"" },
		{ "db-schema = \"old\"\ndb-schemas = \"new\"", "db-schemas", "\"new\"" },
		{ "db-schemas = \"new\"\ndb-schema = \"old\"", "db-schemas", "\"new\"" },
		{ "max-rows = 7", "db-max-rows", "7" },
		{ "db-max-rows = \"\"", "db-max-rows", "\"\"" },
		{ "pre-request = \"f\"", "db-pre-request", "\"f\"" },
		{ "root-spec = \"f\"", "db-root-spec", "\"f\"" },
		{ "secret-is-base64 = true", "jwt-secret-is-base64", "true" },
		{ "db-pool-timeout = 3", "db-pool-max-idletime", "3" },
		{ "db-pool-timeout = 3\ndb-pool-max-idletime = 4", "db-pool-max-idletime", "3" },
		{ "role-claim-key = \".role\"", "jwt-role-claim-key", "\".role\"" },
		{ "jwt-role-claim-key = \"$$.a\"", "jwt-role-claim-key", "\"$$.a\"" },
		{ "jwt-role-claim-key = \"$.a\"", "jwt-role-claim-key", "\"$$.a\"" },
		{ "db-extra-search-path = \"\"", "db-extra-search-path", "\"\"" },
		{ "db-plan-enabled = TRUE", "db-plan-enabled", "true" },
		{ "db-plan-enabled = \"True\"", "db-plan-enabled", "true" },
		{ "db-plan-enabled = on", "db-plan-enabled", "true" },
		{ "db-plan-enabled = 1", "db-plan-enabled", "true" },
		{ "db-config = 0", "db-config", "false" },
		{ "db-plan-enabled = \"'tRuE'\"", "db-plan-enabled", "true" },
		{ "db-plan-enabled = \" 1 \"", "db-plan-enabled", "true" },
		{ "db-pool = \" 7 \"", "db-pool", "7" },
		{ "app.settings { a = \"x\" }\ndb-pool = 5", "app.settings.a", "\"x\"" },
		{ "app {\n  settings { # two\n a = \"x\"\n b = \"y\"\n}\n}", "app.settings.b", "\"y\"" },
		{ "app { settings { a = 5 } }\ndb-pool = 6", "db-pool", "6" },
		{ "import \"/dev/null\" # nothing\ndb-pool = 6", "db-pool", "6" },
		{ "jwt-aud = \"urn:a:b%20c?d#e\"", "jwt-aud", "\"urn:a:b%20c?d#e\"" },
		{ "jwt-aud = \"http://u:p@[::1]:80/x\"", "jwt-aud", "\"http://u:p@[::1]:80/x\"" },
		{ "server-max-body = \"64k\"", "server-max-body", "\"64k\"" },
		{ "server-max-body = 1048576", "server-max-body", "\"1M\"" },
		{ "server-max-body = 1500", "server-max-body", "\"1500\"" },
		{ "server-unix-socket-mode = \"777\"", "server-unix-socket-mode", "\"777\"" },
		{ "server-unix-socket-mode = 600", "server-unix-socket-mode", "\"600\"" },
		{ "jwt-aud = \"https://example.com/x\"", "jwt-aud", "\"https://example.com/x\"" },
		{ "openapi-server-proxy-uri = \"https://[::1]:8443/base\"", "openapi-server-proxy-uri",
			"\"https://[::1]:8443/base\"" },
		{ "app.settings.Foo_1 = \"x\"", "app.settings.Foo_1", "\"x\"" },
		{ "app.settings.n = \"5\"", "app.settings.n", "\"5\"" },
		{ "app.settings.n = 5", "app.settings.n", "\"Number 5.0\"" },
		{ "app.settings.n = -1.50", "app.settings.n", "\"Number (-1.5)\"" },
		{ "app.settings.n = 0", "app.settings.n", "\"Number 0.0\"" },
		{ "app.settings.n = 0.05", "app.settings.n", "\"Number 5.0e-2\"" },
		{ "app.settings.n = 120", "app.settings.n", "\"Number 120.0\"" },
		{ "app.settings.n = 9999999", "app.settings.n", "\"Number 9999999.0\"" },
		{ "app.settings.n = 12000000", "app.settings.n", "\"Number 1.2e7\"" },
		{ "app.settings.n = 1.5e3", "app.settings.n", "\"Number 1500.0\"" },
		{ "app.settings.b = true", "app.settings.b", "\"Bool True\"" },
		{ "app.settings.b = off", "app.settings.b", "\"Bool False\"" },
		{ "db-anon-role = 7", "db-anon-role", "\"Number 7.0\"" },
		{ "raw-media-types = \"image/png\"", "db-pool", "10" },
	};
	char *vars[] = { (char[]){ "ROLE=from env" }, NULL };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct loaded l = load(rows[i].line, vars, NULL, 0);
		expect_text(rows[i].line, str_of(reason(&l)), "");
		expect_text(rows[i].line, dumped(&l, rows[i].key), rows[i].want);
		unload(&l);
	}
}

static void what_is_no_key_is_ignored(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"db-poool = 5",
		"x = 5",
		"app.settings. = 5",
		"db { pool = 5 }",
		"x = \"text\"",
		"db-pool.x = true",
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct loaded l = load(rows[i], NULL, NULL, 0);
		expect_text(rows[i], str_of(reason(&l)), "");
		expect_int(rows[i], l.conf.db_pool, 10);
		expect_int(rows[i], (int64_t)l.conf.app_setting_count, 0);
		unload(&l);
	}
}

#define ACCOUNTS "auth-enabled = true\nauth-listen = \"unix:/a\"\njwt-secret = \"01234567890123456789012345678901\"\n"
#define OWN_CLAIMS "claims that the tokens of accounts have: aud among them only when jwt-aud is set"

static void mistakes_in_a_file_name_their_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want; /* behind the file's name */
	} rows[] = {
		{ "\n\ndb-pool = 5\nx 5", ":4: expected = after x" },
		{ "db-pool 5", ":1: expected = after db-pool" },
		{ "= 5", ":1: expected a key" },
		{ "db-pool = ", ":1: expected a value: a text in double quotes, a number, true or false" },
		{ "db-pool = five", ":1: expected a value: a text in double quotes, a number, true or false" },
		{ "db-pool = 'five'", ":1: expected a value: a text in double quotes, a number, true or false" },
		{ "db-pool = 5 6", ":1: something follows the value" },
		{ "db-pool = \"5\"6", ":1: something follows the value" },
		{ "db-anon-role = \"a", ":1: the closing quote is missing" },
		{ "db-anon-role = \"a\nb\"", ":1: the closing quote is missing" },
		{ "db-anon-role = \"\\x\"",
			":1: unknown escape after a backslash; known are \\n \\r \\t \\\" \\\\ and \\uXXXX" },
		{ "db-anon-role = \"\\u12\"", ":1: \\u wants four hexadecimal digits, not 0000" },
		{ "db-anon-role = \"\\u0000\"", ":1: \\u wants four hexadecimal digits, not 0000" },
		{ "db-anon-role = \"\\ud83d\"", ":1: \\u names half a pair of surrogates" },
		{ "db-anon-role = \"\\ude00\"", ":1: \\u names half a pair of surrogates" },
		{ "db-anon-role = \"$(NOPE)\"", ":1: the environment has no variable NOPE" },
		{ "db-anon-role = \"$(NOPE\"", ":1: $( without its closing parenthesis; a dollar sign before ( is written $$" },
		{ "db-anon-role = \"\xff\"", ": is not UTF-8 text" },
		{ "db-pool = \"five\"", ":1: db-pool must be a whole number from 1 to 2147483647, not \"five\"" },
		{ "db-pool = 0", ":1: db-pool must be a whole number from 1 to 2147483647, not \"0\"" },
		{ "db-max-rows = -1", ":1: db-max-rows must be a whole number from 0 up, not \"-1\"" },
		{ "db-config = \"maybe\"", ":1: db-config must be true or false, not \"maybe\"" },
		{ "log-level = \"loud\"",
			":1: log-level must be one of crit, error, warn, info, debug, not \"loud\": "
			"Invalid logging level. Check your configuration." },
		{ "openapi-mode = \"x\"",
			":1: openapi-mode must be one of follow-privileges, ignore-privileges, disabled, not "
			"\"x\": Invalid openapi-mode. Check your configuration." },
		{ "db-tx-end = \"x\"",
			":1: db-tx-end must be one of commit, commit-allow-override, rollback, "
			"rollback-allow-override, not \"x\": Invalid transaction termination. Check your configuration." },
		{ "client-error-verbosity = \"x\"",
			":1: client-error-verbosity must be one of verbose, minimal, not \"x\": "
			"Invalid client-error-verbosity. Check your configuration." },
		{ "server-unix-socket-mode = \"599\"",
			":1: server-unix-socket-mode must be an octal file mode from 600 to 777, "
			"not \"599\": Invalid server-unix-socket-mode: needs to be between 600 and 777" },
		{ "admin-server-unix-socket-mode = \"1777\"",
			":1: admin-server-unix-socket-mode must be an octal file mode from "
			"600 to 777, not \"1777\": Invalid admin-server-unix-socket-mode: needs to be between 600 and 777" },
		{ "server-unix-socket-mode = \"rwx\"",
			":1: server-unix-socket-mode must be an octal file mode from 600 to 777, "
			"not \"rwx\": Invalid server-unix-socket-mode: not an octal" },
		{ "server-max-body = \"2G\"",
			":1: server-max-body must be a number of bytes (k, M and G are understood) from "
			"1k to 1023M, not \"2G\"" },
		{ "server-max-body = \"99999999999G\"",
			":1: server-max-body must be a number of bytes (k, M and G are "
			"understood) from 1k to 1023M, not \"99999999999G\"" },
		{ "server-max-body = \"k\"",
			":1: server-max-body must be a number of bytes (k, M and G are understood) from "
			"1k to 1023M, not \"k\"" },
		{ "db-schemas = \"api,pg_catalog\"",
			":1: db-schemas must be schemas of your own: db-schemas does not allow "
			"schema: 'pg_catalog'" },
		{ "db-schemas = \"information_schema\"",
			":1: db-schemas must be schemas of your own: db-schemas does not allow "
			"schema: 'information_schema'" },
		{ "db-schemas = \",\"", ":1: db-schemas must be at least one schema" },
		{ "server-port = 3000\nadmin-server-port = 3000",
			":2: admin-server-port must be another port: "
			"admin-server-port cannot be the same as server-port" },
		{ "jwt-aud = \"a b:c\"",
			":1: jwt-aud must be a text without a colon, or a URI: jwt-aud should be a "
			"string or a valid URI" },
		{ "jwt-aud = \"https://%%\"",
			":1: jwt-aud must be a text without a colon, or a URI: jwt-aud should be a "
			"string or a valid URI" },
		{ "jwt-aud = \"urn:a%2\"",
			":1: jwt-aud must be a text without a colon, or a URI: jwt-aud should be a "
			"string or a valid URI" },
		{ "jwt-aud = \"http://a:b:80\"",
			":1: jwt-aud must be a text without a colon, or a URI: jwt-aud should be a "
			"string or a valid URI" },
		{ "jwt-aud = \"http://a:x\"",
			":1: jwt-aud must be a text without a colon, or a URI: jwt-aud should be a "
			"string or a valid URI" },
		{ "jwt-aud = \"http://[::1\"",
			":1: jwt-aud must be a text without a colon, or a URI: jwt-aud should be a "
			"string or a valid URI" },
		{ "jwt-aud = \"a:b#c#d\"",
			":1: jwt-aud must be a text without a colon, or a URI: jwt-aud should be a "
			"string or a valid URI" },
		{ "jwt-aud = \"1a:b\"",
			":1: jwt-aud must be a text without a colon, or a URI: jwt-aud should be a "
			"string or a valid URI" },
		{ "jwt-aud = \"caf\xc3\xa9:x\"",
			":1: jwt-aud must be a text without a colon, or a URI: jwt-aud should be a "
			"string or a valid URI" },
		{ "jwt-aud = \"a:[b]\"",
			":1: jwt-aud must be a text without a colon, or a URI: jwt-aud should be a "
			"string or a valid URI" },
		{ "app { settings {\na = 5\n}", ": a group lacks its }" },
		{ "db-pool = 5\n}", ":2: } closes nothing" },
		{ "db-schemas = [\"a\"]", ":1: expected a value: a text in double quotes, a number, true or false" },
		{ "openapi-server-proxy-uri = \"ftp://x\"",
			":1: openapi-server-proxy-uri must be a URI by http or https: Malformed proxy uri, a correct example: "
			"https://example.com:8443/basePath" },
		{ "openapi-server-proxy-uri = \"http://x:0\"",
			":1: openapi-server-proxy-uri must be a URI by http or https: Malformed proxy uri, a correct example: "
			"https://example.com:8443/basePath" },
		{ "server-path-prefix = \"/api/\"",
			":1: server-path-prefix must be a path that starts with a slash and does not end with one" },
		{ "auth-return-url = \"//evil.example\"",
			":1: auth-return-url must be a path that starts with one slash, or an "
			"address by http(s)" },
		{ "auth-return-url = \"javascript:alert(1)\"",
			":1: auth-return-url must be a path that starts with one slash, or "
			"an address by http(s)" },
		{ "auth-return-url = \"/a b\"",
			":1: auth-return-url must be a path that starts with one slash, or an address by "
			"http(s)" },
		{ "server-listen = \"9000\"", ":1: server-listen must be unix:/path or host:port" },
		{ "server-buffer = \"1M\"\nrequest-memory = \"3M\"",
			":2: request-memory must be at least four times server-buffer" },
		{ ACCOUNTS "jwt-require = \"aud\"", ":4: jwt-require must be " OWN_CLAIMS },
		{ ACCOUNTS "jwt-require = \"nbf\"\nauth-claims-hook = \"a.b\"", ":4: jwt-require must be " OWN_CLAIMS },
		{ ACCOUNTS "jwt-require = \"exp, tenant\"", ":4: jwt-require must be " OWN_CLAIMS },
		{ "db-uri = \"@/does/not/exist\"", ":1: db-uri: /does/not/exist cannot be opened: No such file or directory" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct loaded l = load(rows[i].text, NULL, NULL, 0);
		expect_int(rows[i].text, l.good, false);
		struct str got = str_from(l.fault.message, strlen("Error in config ") + strlen(l.path));
		expect_text(rows[i].text, got, rows[i].want);
		unload(&l);
	}
	struct loaded l = load("db-pool = 1\0", NULL, NULL, 0);
	struct conf_source source = { .file = "/does/not/exist" };
	assert_false(conf_load(&l.conf, &source, l.arena, &l.fault));
	expect_text("no file", l.fault.message,
		"Error in config /does/not/exist: cannot be opened: No such file or directory");
	unload(&l);
}

static void later_sources_win(void **state)
{
	(void)state;
	static const struct conf_setting database[] = {
		{ STR_INIT("pgrst.db_anon_role"), STR_INIT("database") },
		{ STR_INIT("jwt_aud"), STR_INIT("database") },
		{ STR_INIT("pgrst.db_pool"), STR_INIT("99") },
		{ STR_INIT("pgrst.nonsense"), STR_INIT("99") },
	};
	char *vars[] = { (char[]){ "PGRST_DB_ANON_ROLE=environment" }, (char[]){ "PGRST_DB_POOL=20" },
		(char[]){ "ROWGATE_DB_POOL=30" }, (char[]){ "PGRST_DB_CHANNEL=environment" },
		(char[]){ "PGRST_DB_PRE_REQUEST=" }, (char[]){ "PGRST_NONSENSE=1" }, (char[]){ "PGRST_DB_SCHEMA=alias" },
		(char[]){ "PGRST_APP_SETTINGS_FOO=environment" }, (char[]){ "PGRST_ROLE_CLAIM_KEY=.a" },
		(char[]){ "TMPDIR=/var/tmp" }, (char[]){ "UNRELATED" }, NULL };
	struct loaded l =
		load("db-anon-role = \"file\"\ndb-channel = \"file\"\ndb-pool = 1\ndb-pre-request = \"file\"\n"
			 "db-schemas = \"name\"\napp.settings.foo = \"file\"\napp.settings.bar = \"file\"\njwt-aud = \"file\"\n",
			vars, database, COUNT_OF(database));
	expect_text("loads", str_of(reason(&l)), "");
	expect_text("database over all", l.conf.db_anon_role, "database");
	expect_text("database without prefix", l.conf.jwt_aud, "database");
	expect_int("not a key of the database; ROWGATE_ over PGRST_", l.conf.db_pool, 30);
	expect_text("environment over file", l.conf.db_channel, "environment");
	expect_text("an empty variable takes the file's value back", l.conf.db_pre_request, NULL);
	expect_text("an alias never beats the name", l.conf.db_schemas.items[0], "name");
	expect_text("alias alone", l.conf.jwt_role_claim_key, ".a");
	expect_text("TMPDIR", l.conf.server_spool_dir, "/var/tmp");
	expect_int("app.settings", (int64_t)l.conf.app_setting_count, 2);
	expect_text("sorted", l.conf.app_settings[0].name, "app.settings.bar");
	expect_text("environment over file", l.conf.app_settings[1].value, "environment");
	unload(&l);

	char *bad[] = { (char[]){ "PGRST_DB_POOL=many" }, NULL };
	l = load(NULL, bad, NULL, 0);
	expect_text("bad variable", str_of(reason(&l)),
		"Error in config environment variable PGRST_DB_POOL: db-pool must be a whole number from 1 to 2147483647, "
		"not \"many\"");
	unload(&l);
	char *not_text[] = { (char[]){ "PGRST_DB_ANON_ROLE=\xff" }, NULL };
	l = load(NULL, not_text, NULL, 0);
	expect_text("not text", str_of(reason(&l)),
		"Error in config environment variable "
		"PGRST_DB_ANON_ROLE: is not UTF-8 text");
	unload(&l);
	const struct conf_setting bad_setting = { STR_INIT("pgrst.db_schemas"), STR_INIT("pg_catalog") };
	l = load(NULL, NULL, &bad_setting, 1);
	expect_text("bad setting", str_of(reason(&l)),
		"Error in config database setting pgrst.db_schemas: db-schemas must be schemas of your own: db-schemas does "
		"not allow schema: 'pg_catalog'");
	unload(&l);
}

/* By a whole path and by one beside the importing file, in a group too; a file that imports itself comes to an end. */
static void a_file_imports_others(void **state)
{
	(void)state;
	char other[sizeof PATH_TEMPLATE], text[200];
	write_file(other, STR("db-pool = 7\napp.settings.x = \"other\"\n"));
	snprintf(text, sizeof text, "db-pool = 6\nimport \"%s\"\napp.settings.y = \"own\"", strrchr(other, '/') + 1);
	struct loaded l = load(text, NULL, NULL, 0);
	expect_text("loads", str_of(reason(&l)), "");
	expect_int("the later wins", l.conf.db_pool, 7);
	expect_int("both", (int64_t)l.conf.app_setting_count, 2);
	unload(&l);
	snprintf(text, sizeof text, "app { import \"%s\" }", other);
	l = load(text, NULL, NULL, 0);
	expect_text("the group holds in it", str_of(reason(&l)), "");
	expect_int("so that this is no key", l.conf.db_pool, 10);
	unload(&l);
	unlink(other);
	l = load(text, NULL, NULL, 0);
	expect_text("none there", str_from(l.fault.message, strlen("Error in config ") + strlen(other)),
		": cannot be opened: No such file or directory");
	unload(&l);
	write_file(other, STR(""));
	snprintf(text, sizeof text, "import \"%s\"", other);
	FILE *file = fopen(other, "w");
	fputs(text, file);
	fclose(file);
	l = load(text, NULL, NULL, 0);
	unlink(other);
	expect_text("in circles", str_from(l.fault.message, strlen("Error in config ") + strlen(other)),
		":1: files import each other too deeply");
	unload(&l);
}

static void values_in_files_of_their_own(void **state)
{
	(void)state;
	char uri[sizeof PATH_TEMPLATE], secret[sizeof PATH_TEMPLATE], text[200];
	write_file(uri, STR("\n postgresql://x/y \n\n"));
	write_file(secret, STR(" a secret of more than 32 characters\n\n"));
	snprintf(text, sizeof text, "db-uri = \"@%s\"\njwt-secret = \"@%s\"\njwt-aud = \"@x\"", uri, secret);
	struct loaded l = load(text, NULL, NULL, 0);
	unlink(uri);
	unlink(secret);
	expect_text("loads", str_of(reason(&l)), "");
	expect_text("db-uri", l.conf.db_uri, "postgresql://x/y");
	expect_text("jwt-secret", l.conf.jwt_secret, " a secret of more than 32 characters\n");
	expect_text("others are taken as they are", l.conf.jwt_aud, "@x");
	unload(&l);
}

static void only_a_secret_may_be_raw_bytes(void **state)
{
	(void)state;
	static const char bytes[] = "\xff\x00\x80 thirty-two bytes or more, and\r\n";
	static const char *const texts[] = { "db-uri", "auth-signing-key", "mail-password" };
	char path[sizeof PATH_TEMPLATE], text[200];
	write_file(path, (struct str){ bytes, sizeof bytes - 1 });
	snprintf(text, sizeof text, "jwt-secret = \"@%s\"", path);
	struct loaded l = load(text, NULL, NULL, 0);
	expect_text("loads", str_of(reason(&l)), "");
	assert_true(str_eq(l.conf.jwt_secret, (struct str){ bytes, sizeof bytes - 2 }));
	unload(&l);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		snprintf(text, sizeof text, "%s = \"@%s\"", texts[i], path);
		l = load(text, NULL, NULL, 0);
		assert_true(str_ends(l.fault.message, STR("is not UTF-8 text")));
		unload(&l);
	}
	unlink(path);
}

static const char golden_dump[] =
	"admin-server-host = \"127.0.0.1\"\n"
	"admin-server-port = 3001\n"
	"admin-server-unix-socket = \"\"\n"
	"admin-server-unix-socket-mode = \"660\"\n"
	"app.settings.dollar = \"$$(x) $$$ \\\\ \\u000a\"\n"
	"app.settings.jwt_secret = \"s\"\n"
	"auth-accept-sessionless = false\n"
	"auth-activation = false\n"
	"auth-claims-hook = \"\"\n"
	"auth-confirm-ttl = 86400\n"
	"auth-cookie = false\n"
	"auth-db-uri = \"\"\n"
	"auth-enabled = false\n"
	"auth-install-uri = \"\"\n"
	"auth-issuer = \"rowgate\"\n"
	"auth-limit-login = 10\n"
	"auth-limit-login-ip = 100\n"
	"auth-limit-mail = 5\n"
	"auth-limit-mail-day = 20\n"
	"auth-limit-mail-ip = 50\n"
	"auth-limit-period = 900\n"
	"auth-limit-refresh = 900\n"
	"auth-limit-register = 100\n"
	"auth-listen = \"\"\n"
	"auth-log-retention = 7776000\n"
	"auth-max-sessions = 100\n"
	"auth-password-breached = \"\"\n"
	"auth-password-memory = \"19M\"\n"
	"auth-password-passes = 2\n"
	"auth-password-words = \"\"\n"
	"auth-reauth-sessions = \"\"\n"
	"auth-refresh-grace = 60\n"
	"auth-reset-ttl = 3600\n"
	"auth-return-url = \"\"\n"
	"auth-role-prefix = \"\"\n"
	"auth-roles = \"regular_user,editor,viewer,admin_user\"\n"
	"auth-schema = \"auth\"\n"
	"auth-self-service-roles = \"regular_user\"\n"
	"auth-session-check = true\n"
	"auth-session-idle = 604800\n"
	"auth-session-max = 2592000\n"
	"auth-signing-key = \"\"\n"
	"auth-site-url = \"\"\n"
	"auth-token-ttl = 3600\n"
	"auth-undo-ttl = 604800\n"
	"auth-workers = 0\n"
	"client-error-verbosity = \"minimal\"\n"
	"csv-dialect = \"rfc4180\"\n"
	"db-aggregates-enabled = true\n"
	"db-anon-role = \"web_anon\"\n"
	"db-channel = \"pgrst\"\n"
	"db-channel-enabled = true\n"
	"db-config = true\n"
	"db-extra-search-path = \"public\"\n"
	"db-hoisted-tx-settings = \"statement_timeout,plan_filter.statement_cost_limit,default_transaction_isolation\"\n"
	"db-max-rows = 1000\n"
	"db-pass-authorization = true\n"
	"db-plan-enabled = false\n"
	"db-pool = 10\n"
	"db-pool-acquisition-timeout = 10\n"
	"db-pool-automatic-recovery = true\n"
	"db-pool-max-idletime = 30\n"
	"db-pool-max-lifetime = 1800\n"
	"db-pre-config = \"\"\n"
	"db-pre-request = \"\"\n"
	"db-prepared-statements = true\n"
	"db-root-spec = \"\"\n"
	"db-schemas = \"public,auth\"\n"
	"db-single-role = false\n"
	"db-statement-cache = 256\n"
	"db-statement-cache-bytes = \"192k\"\n"
	"db-tx-end = \"rollback-allow-override\"\n"
	"db-uri = \"postgresql://authenticator:p\\\"w@localhost:5432/workshop\"\n"
	"jwt-aud = \"postgrest\"\n"
	"jwt-cache-max-entries = 1000\n"
	"jwt-require = \"\"\n"
	"jwt-role-claim-key = \".role\"\n"
	"jwt-secret = \"{\\\"kty\\\":\\\"oct\\\"}\"\n"
	"jwt-secret-is-base64 = false\n"
	"log-level = \"error\"\n"
	"log-query = false\n"
	"log-syslog = false\n"
	"mail-ca-file = \"\"\n"
	"mail-db-uri = \"\"\n"
	"mail-from = \"\"\n"
	"mail-password = \"\"\n"
	"mail-templates = \"\"\n"
	"mail-timeout = 30\n"
	"mail-tls = \"required\"\n"
	"mail-transport = \"sendmail\"\n"
	"mail-user = \"\"\n"
	"openapi-mode = \"follow-privileges\"\n"
	"openapi-security-active = false\n"
	"openapi-server-proxy-uri = \"\"\n"
	"request-memory = \"32M\"\n"
	"server-buffer = \"1M\"\n"
	"server-cors-allowed-origins = \"https://a.example,https://b.example\"\n"
	"server-host = \"!4\"\n"
	"server-listen = \"unix:/run/rowgate.sock\"\n"
	"server-listen-group = \"\"\n"
	"server-listen-mode = \"660\"\n"
	"server-max-body = \"256M\"\n"
	"server-max-header = \"64k\"\n"
	"server-max-response = \"1G\"\n"
	"server-max-url = \"64k\"\n"
	"server-path-prefix = \"\"\n"
	"server-peer-timeout = 10\n"
	"server-port = 3000\n"
	"server-reuseport = false\n"
	"server-slots = 64\n"
	"server-spool-dir = \"/tmp\"\n"
	"server-timing-enabled = false\n"
	"server-trace-header = \"\"\n"
	"server-trusted-proxies = \"\"\n"
	"server-unix-socket = \"\"\n"
	"server-unix-socket-mode = \"660\"\n"
	"state-dir = \"\"\n"
	"url-allow-reg-casts = true\n"
	"url-max-embeds = 100\n"
	"url-use-legacy-target-names = true\n"
	"workers = 0\n";

static struct str dump_of(struct loaded *l)
{
	struct buf out = buf_new(l->arena, 1 << 20);
	expect_text("loads", str_of(reason(l)), "");
	conf_dump(&l->conf, true, &out);
	return buf_str(&out);
}

static void a_dump_is_a_file_that_loads_to_itself(void **state)
{
	(void)state;
	struct loaded l = load(
		"server-listen = \"unix:/run/rowgate.sock\"\n"
		"db-uri = \"postgresql://authenticator:p\\\"w@localhost:5432/workshop\"\n"
		"db-schemas = \"public,auth\"\ndb-anon-role = \"web_anon\"\njwt-aud = \"postgrest\"\nadmin-server-port = 3001\n"
		"jwt-secret = \"{\\\"kty\\\":\\\"oct\\\"}\"\nrole-claim-key = \".role\"\ndb-max-rows = 1000\n"
		"db-tx-end = \"rollback-allow-override\"\nclient-error-verbosity = \"minimal\"\n"
		"server-cors-allowed-origins = \"https://a.example, https://b.example\"\ndb-aggregates-enabled = true\n"
		"app.settings.jwt_secret = \"s\"\napp.settings.dollar = \"$$(x) $$$ \\\\ \\n\"\n",
		NULL, NULL, 0);
	expect_text("golden", dump_of(&l), golden_dump);
	unload(&l);
	l = load(golden_dump, NULL, NULL, 0);
	expect_text("again", dump_of(&l), golden_dump);
	unload(&l);
}

/* The sample with every key uncommented is the configuration by default, but for what it sets to be safer. */
static void the_example_loads_to_the_defaults(void **state)
{
	(void)state;
	struct loaded defaults = load(NULL, NULL, NULL, 0);
	struct buf example = buf_new(defaults.arena, 1 << 20), file = buf_new(defaults.arena, 1 << 20);
	conf_example(&example);
	struct str rest = buf_str(&example);
	while (rest.p) {
		struct str line = str_cut(&rest, '\n');
		bool is_key = str_starts(line, STR("# ")) && str_find(line, STR(" = ")) < line.n;
		buf_put(&file, is_key ? str_from(line, 2) : line);
		buf_char(&file, '\n');
	}
	struct str wanted = dump_of(&defaults);
	struct loaded l = load(str_cstr(defaults.arena, buf_str(&file)), NULL, NULL, 0);
	l.conf.app_setting_count = 0; /* the sample's app.settings.NAME */
	assert_false(l.conf.url_allow_reg_casts);
	l.conf.url_allow_reg_casts = true;
	expect_int("auth-reauth-sessions", l.conf.auth_reauth_sessions, 600);
	l.conf.auth_reauth_sessions = -1;
	expect_text("server-listen", l.conf.server_listen, "unix:/run/rowgate/rowgate.sock");
	expect_text("auth-listen", l.conf.auth_listen, "unix:/run/rowgate/accounts.sock");
	l.conf.server_listen = l.conf.auth_listen = STR_NONE;
	expect_text("same", dump_of(&l), str_cstr(defaults.arena, wanted));
	unload(&l);
	unload(&defaults);
}

static void the_reference_has_a_row_for_every_key(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct buf out = buf_new(a, 1 << 20);
	conf_reference(&out);
	struct str text = buf_str(&out);
	for (size_t i = 0; i < conf_option_count; i++)
		assert_true(str_find(text, str_printf(a, "\n| `%s`", conf_options[i].name)) < text.n);
	assert_true(str_find(text, STR("\n| `db-max-rows` (`max-rows`) | yes | number | not set | yes | yes | Most rows"))
		< text.n);
	assert_true(str_find(text, STR("\n| `auth-token-ttl` | no | seconds | `3600` (1 hour) | yes | no | ")) < text.n);
	arena_free(a);
}

int main(void)
{
	log_set_level(LOG_LEVEL_CRIT);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_keys_of_the_database_end),
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(defaults),
		cmocka_unit_test(one_line_of_a_file),
		cmocka_unit_test(what_is_no_key_is_ignored),
		cmocka_unit_test(mistakes_in_a_file_name_their_line),
		cmocka_unit_test(later_sources_win),
		cmocka_unit_test(a_file_imports_others),
		cmocka_unit_test(values_in_files_of_their_own),
		cmocka_unit_test(only_a_secret_may_be_raw_bytes),
		cmocka_unit_test(a_dump_is_a_file_that_loads_to_itself),
		cmocka_unit_test(the_example_loads_to_the_defaults),
		cmocka_unit_test(the_reference_has_a_row_for_every_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
