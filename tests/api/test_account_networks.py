"""Whose request it is: nobody names the address of another, and nobody shares one with the world.

SPDX-License-Identifier: MIT
"""
import http.client
import socket

import pytest

from harness.accounts import PASSWORD, Person, migrate, settings_of
from harness.fcgi import Connection
from harness.server import FRONTS, SECRET, Server

LIMITS = {"auth_limit_login_ip": "3", "auth_limit_login": "1000", "auth_limit_period": "600"}
LOGIN = b'{"email": "nobody@example.com", "password": "not this one"}'
JSON = {"CONTENT_TYPE": "application/json"}


@pytest.fixture(scope="module")
def accounts(database):
    migrate(database)
    return database


@pytest.fixture(scope="module", params=FRONTS)
def front(request, serve, accounts):
    return serve(front=request.param, environment=settings_of(accounts, server_trusted_proxies="127.0.0.1"))


@pytest.fixture(scope="module")
def start(accounts, serve):
    return lambda **keys: serve(environment=settings_of(accounts, **keys))


def seen_from(accounts, person):
    return accounts.value("SELECT host(ip) FROM auth.activity_log WHERE user_id = %s AND action = 'login' "
                          "ORDER BY id DESC LIMIT 1", person.id)


def sign_in(front, person, *fields):
    body = f'{{"email": "{person.email}", "password": "{PASSWORD}"}}'.encode()
    return front.raw_request("POST", "/rpc/login", "Content-Type: application/json", *fields, body=body)


# Lines as sent, and whose address counts.
CHAINS = {
    "one line": (["X-Forwarded-For: 203.0.113.1"], "203.0.113.1"),
    "a client's line before the proxy's": (["X-Forwarded-For: 198.51.100.66", "X-Forwarded-For: 203.0.113.2"],
                                           "203.0.113.2"),
    "three lines": (["X-Forwarded-For: 198.51.100.66", "X-Forwarded-For: 198.51.100.67, 203.0.113.3",
                     "X-Forwarded-For: 127.0.0.1"], "203.0.113.3"),
    "another field between": (["X-Forwarded-For: 198.51.100.66", "Accept: */*", "x-forwarded-for: 203.0.113.4"],
                              "203.0.113.4"),
}


@pytest.mark.parametrize("name", CHAINS)
def test_several_lines_of_a_chain_are_one_read_from_the_right(front, accounts, name):
    fields, counted = CHAINS[name]
    person = Person(front)
    assert sign_in(front, person, *fields)[0] == 200
    assert seen_from(accounts, person) == counted


SPELLINGS = ["X_Forwarded_For", "X-Forwarded_For", "X_Forwarded-For", "x_forwarded_for"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_spelling_is_no_chain(front, accounts, spelling):
    person = Person(front)
    assert sign_in(front, person, f"{spelling}: 198.51.100.66")[0] == 200
    assert seen_from(accounts, person) == "127.0.0.1"


@pytest.mark.parametrize("spelling", [*SPELLINGS, "X.Forwarded.For", "X~Forwarded-For"])
@pytest.mark.parametrize("proxy_first", [True, False])
def test_another_spelling_never_stands_before_the_proxys(front, accounts, spelling, proxy_first):
    """What lighttpd leaves of it is refused."""
    person = Person(front)
    fields = ["X-Forwarded-For: 203.0.113.5", f"{spelling}: 198.51.100.66"]
    status, answer = sign_in(front, person, *(fields if proxy_first else reversed(fields)))
    if status == 200:
        assert seen_from(accounts, person) == "203.0.113.5"
    else:
        assert (status, front.front) == (400, "lighttpd") and b"RG400" in answer


def test_two_spellings_of_one_param_are_refused(start):
    server = start(server_trusted_proxies="unix")
    with Connection(server.fastcgi_socket("accounts.sock")) as connection:
        more = {"HTTP_X_FORWARDED_FOR": "203.0.113.5", "HTTP_X-FORWARDED-FOR": "198.51.100.66"}
        status, body = connection.ask("/rpc/login", method="POST", body=LOGIN, **JSON, **more)
    assert status == 400 and '"RG400"' in body


# What a web server says of who asks over a unix socket: nginx, lighttpd, nothing, nonsense.
NOBODY = ["unix:", "/run/lighttpd.sock", "", "somebody"]


@pytest.mark.parametrize("address", NOBODY)
def test_without_an_address_nobody_is_counted_as_everybody(start, address):
    server = start(**LIMITS)
    with Connection(server.fastcgi_socket("accounts.sock")) as connection:
        for _ in range(5):
            status, body = connection.ask("/rpc/login", method="POST", body=LOGIN, REMOTE_ADDR=address, **JSON)
            assert status == 500 and '"RGA18"' in body
        # Who can be told apart is not concerned, and the keys are for everybody.
        known = f"203.0.113.{NOBODY.index(address)}"
        assert connection.ask("/rpc/login", method="POST", body=LOGIN, REMOTE_ADDR=known, **JSON)[0] == 401
        assert connection.ask("/.well-known/jwks.json", REMOTE_ADDR=address)[0] == 200
    assert "REMOTE_ADDR holds no address" in server.process.log


@pytest.mark.parametrize("address", NOBODY[:3])
def test_a_trusted_unix_socket_names_the_client_in_the_chain(start, address):
    server = start(server_trusted_proxies="unix, 10.0.0.0/8", **LIMITS)
    with Connection(server.fastcgi_socket("accounts.sock")) as connection:
        def ask(chain=None):
            more = {"HTTP_X_FORWARDED_FOR": chain} if chain else {}
            return connection.ask("/rpc/login", method="POST", body=LOGIN, REMOTE_ADDR=address, **JSON, **more)[0]
        at = f"198.51.100.{NOBODY.index(address)}"
        assert [ask(f"203.0.113.9, {at}, 10.1.2.3") for _ in range(5)] == [401] * 3 + [429] * 2
        assert ask("198.51.100.200, 10.1.2.3") in (401, 429) and ask("10.9.9.9") in (401, 429)
        assert (ask(), ask("10.1.2.3, unknown"), ask("_hidden, 10.1.2.3")) == (500, 400, 400)


def test_an_unreadable_member_of_the_chain_is_refused(start):
    server = start(server_trusted_proxies="127.0.0.1")
    for chain in ("203.0.113.5, garbage", "unknown", "203.0.113.5, 1.2.3", "203.0.113.5, ::g", "a" * 200):
        answer = server.post("/rpc/login", json={"email": "nobody@example.com", "password": "x"},
                             headers={"X-Forwarded-For": chain})
        assert (answer.status_code, answer.json()["code"]) == (400, "RGA18"), chain
    assert "X-Forwarded-For holds no address" in server.process.log


@pytest.mark.parametrize("name", ["nginx", "lighttpd"])
def test_behind_a_web_server_on_a_unix_socket(accounts, tmp_path, name):
    """Bad sign-ins of one client shut nobody else out."""
    tmp_path.chmod(0o755)
    path = tmp_path / "front.sock"
    server = Server(front=name, uri=accounts.uri, db_anon_role="web_anon", jwt_secret=SECRET,
                    server_unix_socket=str(path), server_unix_socket_mode="666",
                    environment=settings_of(accounts, server_trusted_proxies="unix", **LIMITS)).wait_listening()
    bad, good = (f"203.0.113.{20 + 2 * len(name) + n}" for n in range(2))
    assert [ask_over(path, bad) for _ in range(5)] == [401] * 3 + [429] * 2
    assert ask_over(path, good) == 401 and ask_over(path, None) == 500
    server.stop()


def ask_over(path, client):
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(path))
    chain = {"X-Forwarded-For": client} if client else {}
    connection.request("POST", "/rpc/login", LOGIN, {"Content-Type": "application/json"} | chain)
    status = connection.getresponse().status
    connection.close()
    return status


def test_neighbours_do_not_keep_an_owner_out_of_a_known_network(start):
    server = start(server_trusted_proxies="127.0.0.1", **LIMITS)
    home, away = {"X-Forwarded-For": "198.51.100.50"}, {"X-Forwarded-For": "198.51.100.51"}
    owner, newcomer = Person(server), Person(server)
    owner.sign_in(headers=home)
    neighbours = [Person(server, f"neighbour{n}@example.com", register=False) for n in range(6)]
    tries = [neighbour.try_to_sign_in(headers=home).status_code for neighbour in neighbours]
    assert tries == [401] * 3 + [429] * 3
    assert owner.try_to_sign_in(headers=home).status_code == 200
    # Who was never there waits with the neighbours, there only.
    assert newcomer.try_to_sign_in(headers=home).status_code == 429
    assert newcomer.try_to_sign_in(headers=away).status_code == 200


def test_an_owners_own_failures_in_a_known_network_are_counted(start):
    server = start(server_trusted_proxies="127.0.0.1", auth_limit_login="3", auth_limit_period="600")
    home = {"X-Forwarded-For": "198.51.100.60"}
    owner = Person(server)
    owner.sign_in(headers=home)
    assert [owner.try_to_sign_in("wrong", headers=home).status_code for _ in range(5)] == [401] * 3 + [429] * 2
    assert owner.try_to_sign_in(headers=home).status_code == 429


def test_ipv4_written_as_ipv6_is_not_one_network(start):
    server = start(server_trusted_proxies="127.0.0.1", **LIMITS)

    def tries(address):
        people = [Person(server, f"mapped{n}@example.com", register=False) for n in range(4)]
        return [person.try_to_sign_in(headers={"X-Forwarded-For": address}).status_code for person in people]
    assert tries("::ffff:198.51.100.70") == [401] * 3 + [429]
    assert tries("::ffff:198.51.100.71") == [401] * 3 + [429]
    # The same client, however it is written.
    assert tries("198.51.100.71") == [429] * 4
