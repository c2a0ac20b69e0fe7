/* The client's side of /ready: one request over TCP or a unix socket, of which only the status matters.
 * SPDX-License-Identifier: MIT */
#include "ready.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/process/statedir.h"
#include "base/arena.h"
#include "conf/conf_load.h"

enum { READY_MEMORY = 16 << 20, READY_SECONDS = 10 };

static int say_not_ready(struct str line)
{
	fprintf(stderr, "%.*s\n", STR_ARG(line));
	return EXIT_FAILURE;
}

/* A host that stands for every address of the machine is none that could be asked. */
static bool is_any_address(struct str host)
{
	static const struct str names[] = {
		STR_INIT("*"),
		STR_INIT("*4"),
		STR_INIT("!4"),
		STR_INIT("*6"),
		STR_INIT("!6"),
	};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(host, names[i]))
			return true;
	return false;
}

/* Where no admin server is configured, an instance has one in its state directory. */
static void find_private(struct conf *c, const char *file, struct arena *a)
{
	struct str directory = STR_NONE, path;
	struct stat st;
	if (!c->admin_server_unix_socket.n && c->admin_server_port < 0)
		directory = statedir_find(c, file, a);
	if (!directory.n)
		return;
	path = statedir_admin(directory, c, file, a);
	if (lstat(path.p, &st) == 0 && S_ISSOCK(st.st_mode))
		c->admin_server_unix_socket = path;
}

/* The URL as PostgREST prints it: the path of a socket stands where the host does. */
static struct str url_of(const struct conf *c, struct arena *a)
{
	if (c->admin_server_unix_socket.n)
		return str_printf(a, "http://%.*s/ready", STR_ARG(c->admin_server_unix_socket));
	bool is_v6 = str_has(c->admin_server_host, ':');
	return str_printf(a, "http://%s%.*s%s:%lld/ready", is_v6 ? "[" : "", STR_ARG(c->admin_server_host),
		is_v6 ? "]" : "", (long long)c->admin_server_port);
}

/* Drops the body, which nobody reads; for CURLOPT_WRITEFUNCTION. */
static size_t drop_body(char *from, size_t size, size_t count, void *arg)
{
	(void)from;
	(void)arg;
	return size * count;
}

/* Sets the request, for nobody but the admin server: no proxy of the environment, no place that an answer points to. */
static void set_request(CURL *curl, const struct conf *c, struct str url, struct arena *a)
{
	bool by_socket = c->admin_server_unix_socket.n;
	curl_easy_setopt(curl, CURLOPT_URL, by_socket ? "http://localhost/ready" : str_cstr(a, url));
	if (by_socket)
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, str_cstr(a, c->admin_server_unix_socket));
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
#else
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)CURLPROTO_HTTP);
#endif
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)READY_SECONDS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_body);
}

/* The status of the answer, 0 when there is none, -1 when it is no URL that could be asked. */
static long status_of(const struct conf *c, struct str url, struct arena *a)
{
	CURL *curl = curl_easy_init();
	long status = 0;
	if (!curl)
		return 0;
	set_request(curl, c, url, a);
	CURLcode code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	return code == CURLE_URL_MALFORMAT ? -1 : status;
}

static int ask_server(const struct conf *c, struct arena *a)
{
	bool by_socket = c->admin_server_unix_socket.n;
	if (!by_socket && c->admin_server_port < 0)
		return say_not_ready(STR("ERROR: Admin server is not running. Please check admin-server-port config."));
	if (!by_socket && is_any_address(c->admin_server_host))
		return say_not_ready(str_printf(a,
			"ERROR: The `--ready` flag cannot be used when server-host is configured as \"%.*s\". "
			"Please update your server-host config to \"localhost\".",
			STR_ARG(c->admin_server_host)));
	struct str url = url_of(c, a);
	long status = status_of(c, url, a);
	const char *said = status < 0 ? "invalid url - " : status == 0 ? "connection refused to " : "";
	if (status < 200 || status > 299)
		return say_not_ready(str_printf(a, "ERROR: %s%.*s", said, STR_ARG(url)));
	printf("OK: %.*s\n", STR_ARG(url));
	return EXIT_SUCCESS;
}

int ready_ask(const char *file, char *const *vars)
{
	struct arena *a = arena_new(READY_MEMORY);
	struct conf conf;
	struct fault f = { 0 };
	struct conf_source source = { .file = file, .environ = vars, .without_keys = true };
	int status;
	if (conf_load(&conf, &source, a, &f)) {
		find_private(&conf, file, a);
		status = ask_server(&conf, a);
	} else {
		status = say_not_ready(str_printf(a, "rowgate: %.*s", STR_ARG(f.message)));
	}
	arena_free(a);
	return status;
}
