/* The floor: a FastCGI program that says hello and nothing else. It stands in for rowgate under deploy/serve, so that
 * the web server and its configuration are the same; threads, so that every kept connection is served.
 * SPDX-License-Identifier: MIT */
#include <fcgiapp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS 64

static void *answer(void *listener)
{
	FCGX_Request request;
	FCGX_InitRequest(&request, *(int *)listener, 0);
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_PutS("Content-Type: application/json; charset=utf-8\r\n\r\n{\"hello\":\"world\"}", request.out);
		FCGX_Finish_r(&request);
	}
	return NULL;
}

/* What deploy/serve asks first. */
static int dump_config(void)
{
	const char *port = getenv("PGRST_SERVER_PORT");
	printf("server-host = \"127.0.0.1\"\nserver-port = %s\nserver-unix-socket = \"\"\n", port ? port : "3000");
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const char *listen = getenv("ROWGATE_SERVER_LISTEN");
	if (argc > 1 && strncmp(argv[1], "--dump-config", sizeof("--dump-config") - 1) == 0)
		return dump_config();
	if (!listen || strncmp(listen, "unix:", 5) != 0 || FCGX_Init() != 0)
		return EXIT_FAILURE;
	umask(0);
	static int listener;
	listener = FCGX_OpenSocket(listen + 5, 1024);
	pthread_t thread;
	for (int i = 0; listener >= 0 && i < THREADS; i++)
		if (pthread_create(&thread, NULL, answer, &listener) != 0)
			return EXIT_FAILURE;
	pause();
	return EXIT_FAILURE;
}
