/* Host fields against DNS rebinding.
 * SPDX-License-Identifier: MIT */
#include "app/process/admin_host.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_address(int family, struct str s)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct in6_addr address;
	if (!s.n || s.n >= sizeof text)
		return false;
	memcpy(text, s.p, s.n);
	return strlen(text) == s.n && inet_pton(family, text, &address) == 1;
}

static bool is_port(struct str s)
{
	uint64_t port;
	return !s.p || (str_to_u64(s, &port) && port <= UINT16_MAX);
}

static bool is_v6(struct str value)
{
	struct str rest = str_from(value, 1), address = str_cut(&rest, ']');
	if (!rest.p || !is_address(AF_INET6, address))
		return false;
	return !rest.n || (rest.p[0] == ':' && is_port(str_from(rest, 1)));
}

static bool is_known(struct str value, struct str configured)
{
	if (str_starts(value, STR("[")))
		return is_v6(value);
	struct str port = value, name = str_cut(&port, ':');
	bool known = is_address(AF_INET, name) || str_eq_nocase(name, STR("localhost"))
		|| (name.n && str_eq_nocase(name, configured));
	return known && is_port(port);
}

bool admin_host_known(struct str head, struct str configured)
{
	bool known = true;
	str_cut(&head, '\n');
	while (known && head.p) {
		struct str value = str_cut(&head, '\n');
		struct str name = str_trim(str_cut(&value, ':'));
		if (str_eq_nocase(name, STR("host")))
			known = is_known(str_trim(value), configured);
	}
	return known;
}
