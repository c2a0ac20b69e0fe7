/* Whose request it is: REMOTE_ADDR and X-Forwarded-For, read from the right.
 * SPDX-License-Identifier: MIT */
#include "account/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/log.h"

/* The word for a web server that listens on a unix socket. */
#define ADDRESS_UNIX "unix"

/* An address as 16 bytes, IPv4 mapped into IPv6. */
static bool address_bytes(unsigned char out[16], struct str text)
{
	char copy[INET6_ADDRSTRLEN];
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	if (text.n >= sizeof copy || !text.n)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (inet_pton(AF_INET6, copy, out) == 1)
		return true;
	memcpy(out, mapped, sizeof mapped);
	return inet_pton(AF_INET, copy, out + sizeof mapped) == 1;
}

/* The address of "192.0.2.1:443", "[2001:db8::1]:443" and "fe80::1%eth0", as some proxies and web servers write it. */
static struct str address_bare(struct str written)
{
	if (written.n && written.p[0] == '[')
		return str_sub(written, 1, str_index(written, ']') - 1);
	size_t colon = str_index(written, ':');
	if (colon < written.n && str_rindex(written, ':') == colon)
		return str_sub(written, 0, colon);
	return str_sub(written, 0, str_index(written, '%'));
}

/* Whoever speaks to a web server over a unix socket: nginx says "unix:", lighttpd the socket's path. */
static bool is_unix(struct str address)
{
	return !address.n || address.p[0] == '/' || str_starts(address, STR("unix:"));
}

static bool is_in_network(const unsigned char bytes[16], struct str network)
{
	unsigned char of_network[16];
	struct str length = network, base = str_cut(&length, '/');
	int64_t bits;
	if (!address_bytes(of_network, base))
		return false;
	bool v4 = !str_has(base, ':');
	bits = length.p && str_to_i64(length, &bits) ? bits + (v4 ? 96 : 0) : 128;
	size_t whole = (size_t)bits / 8, rest = (size_t)bits % 8;
	unsigned mask = rest ? 0xffu << (8 - rest) & 0xffu : 0;
	return memcmp(bytes, of_network, whole) == 0 && (!rest || ((bytes[whole] ^ of_network[whole]) & mask) == 0);
}

static bool is_trusted(const struct conf_list *proxies, struct str address)
{
	unsigned char bytes[16];
	bool has_address = address_bytes(bytes, address);
	for (size_t i = 0; i < proxies->count; i++) {
		struct str proxy = proxies->items[i];
		if (str_eq(proxy, STR(ADDRESS_UNIX)) ? is_unix(address) : has_address && is_in_network(bytes, proxy))
			return true;
	}
	return false;
}

/* Takes the last address of the chain; false when there is none. Empty members of a list mean nothing (RFC 9110 section
 * 5.6.1). */
static bool take_last(struct str *out_r, struct str *chain)
{
	while (chain->n) {
		size_t comma = str_rindex(*chain, ',');
		bool first = comma >= chain->n;
		struct str last = str_trim(first ? *chain : str_from(*chain, comma + 1));
		*chain = first ? STR("") : str_sub(*chain, 0, comma);
		if (last.n) {
			*out_r = address_bare(last);
			return true;
		}
	}
	return false;
}

/* A web server that does not say who asks is set up wrongly; what a proxy says wrongly came with the request. */
static bool refuse_unreadable(bool in_chain, struct fault *f)
{
	const char *where = in_chain ? "X-Forwarded-For" : "REMOTE_ADDR";
	log_error("accounts: %s holds no address that can be read", where);
	if (in_chain)
		return fault_set(f, 400, "RGA18", STR("X-Forwarded-For does not say whose request it is"));
	fault_set(f, 500, "RGA18", STR("The web server does not say whose request it is"));
	return fault_hint(f,
		STR("Behind a unix socket set server-trusted-proxies = \"unix\", and have who connects to it send "
			"X-Forwarded-For."));
}

bool address_of(struct str *out_r, const struct conf *conf, const struct request *r, struct fault *f)
{
	const struct conf_list *trusted = &conf->server_trusted_proxies;
	struct str chain = request_field(r, STR("x-forwarded-for"));
	unsigned char bytes[16];
	bool in_chain = false;
	*out_r = is_unix(r->remote_addr) ? r->remote_addr : address_bare(r->remote_addr);
	while (is_trusted(trusted, *out_r) && take_last(out_r, &chain))
		in_chain = true;
	return address_bytes(bytes, *out_r) || refuse_unreadable(in_chain, f);
}
