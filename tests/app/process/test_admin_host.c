/* By which names the admin server may be asked.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"
#include "app/process/admin_host.h"

static void names(void **state)
{
	static const struct {
		const char *fields;
		bool known;
	} rows[] = {
		{ "", true },
		{ "Accept: */*\r\n", true },
		{ "Host: 127.0.0.1:3001\r\n", true },
		{ "Host: 127.0.0.1\r\n", true },
		{ "host:10.0.0.7:65535\r\n", true },
		{ "Host: [::1]:3001\r\n", true },
		{ "Host: [fe80::1]\r\n", true },
		{ "Host: localhost\r\n", true },
		{ "HOST: LocalHost:3001 \r\n", true },
		{ "Host: admin.example:3001\r\n", true },
		{ "Accept: */*\r\nHost: ADMIN.example\r\n", true },
		{ "Host: evil.example\r\n", false },
		{ "Host: evil.example:3001\r\n", false },
		{ "Host: localhost.evil.example\r\n", false },
		{ "Host: 127.0.0.1.evil.example\r\n", false },
		{ "Host: xlocalhost\r\n", false },
		{ "Host: admin.example.\r\n", false },
		{ "Host: \r\n", false },
		{ "Host:\r\n", false },
		{ "Host: :3001\r\n", false },
		{ "Host: localhost:\r\n", false },
		{ "Host: localhost:3001:1\r\n", false },
		{ "Host: localhost:99999\r\n", false },
		{ "Host: localhost@evil.example\r\n", false },
		{ "Host: localhost, evil.example\r\n", false },
		{ "Host: [::1\r\n", false },
		{ "Host: [::1]evil.example\r\n", false },
		{ "Host: [evil.example]\r\n", false },
		{ "Host: []\r\n", false },
		{ "Host: ::1\r\n", false },
		{ "Host: localhost\r\nHost: evil.example\r\n", false },
		{ "Host: evil.example\r\nHost: localhost\r\n", false },
		{ "Host : evil.example\r\n", false },
		{ "hOsT:\tevil.example\r\n", false },
		{ "Host:\r\n evil.example\r\n", false },
		{ "Host: evil.example\nHost: localhost\n", false },
		{ "X: y\nHost: evil.example\n\n", false },
		{ "Host: 0000000000000000000000000000000000000000000000000000000000000000000000127.0.0.1\r\n", false },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char head[200];
		int n = snprintf(head, sizeof head, "GET /ready HTTP/1.1\r\n%s\r\n", rows[i].fields);
		struct str request = { head, (size_t)n };
		expect_int(rows[i].fields, admin_host_known(request, STR("admin.example")), rows[i].known);
	}
}

static void all_addresses_are_no_name(void **state)
{
	(void)state;
	assert_false(admin_host_known(STR("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"), STR("*")));
	assert_false(admin_host_known(STR("GET / HTTP/1.1\r\nHost: 127.0.0.1\0.evil.example\r\n\r\n"), STR("!4")));
	assert_true(admin_host_known(STR("GET / HTTP/1.1\r\nHost: 192.168.0.1\r\n\r\n"), STR("*")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(all_addresses_are_no_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
