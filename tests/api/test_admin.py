"""The admin server, which the master answers itself, and what the master says in the place of workers that are busy.

SPDX-License-Identifier: MIT
"""
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

import pytest
import requests
from jwcrypto.jwk import JWK
from jwcrypto.jwt import JWT

from harness.cluster import Cluster
from harness.process import BUILD, wait_until
from harness.server import FRONTS, SECRET, Server, free_port

SCHEMA = "processes.sql"
SQL = pathlib.Path(__file__).parent / "sql"


@pytest.fixture
def start(database):
    """start(**options): a server of the test's own, stopped at its end."""
    started = []

    def one(**options):
        server = Server(**({"uri": database.uri, "db_anon_role": "web_anon"} | options))
        started.append(server)
        return server
    yield one
    for server in started:
        if server.process.alive():
            server.stop()


def ask(port, path, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


class Sleepers:
    """with Sleepers(server, count, seconds): every one holds a worker in the database."""

    def __init__(self, server, count, seconds):
        self.answers = []
        self.threads = [threading.Thread(target=self.sleep, args=(server, seconds)) for _ in range(count)]

    def sleep(self, server, seconds):
        self.answers.append(server.post("/rpc/wait", json={"seconds": seconds}).status_code)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *how):
        for thread in self.threads:
            thread.join()


def busy(database, count):
    return lambda: database.value(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ~ 'wait' "
                                  "AND usename = 'authenticator' AND state = 'active'") == count


@pytest.mark.parametrize("front", FRONTS)
def test_O6_probes_are_answered_while_every_worker_sleeps(start, database, front):
    port = free_port()
    server = start(front=front, workers=2, admin_server_port=port).wait_ready()
    with Sleepers(server, 2, 1.5) as sleepers:
        wait_until(busy(database, 2), 5, "both workers sleep")
        assert [ask(port, path) for path in ("/live", "/ready", "/nothing")] == [200, 200, 404]
        assert ask(port, "/ready", "HEAD") == 200
        assert ask(port, "/ready", "POST") == 200  # as in PostgREST only the path counts
        assert busy(database, 2)()
    assert sleepers.answers == [200, 200]
    server.stop()
    with pytest.raises(OSError):
        ask(port, "/live")


def test_O6_a_unix_socket(start):
    # In a directory that whoever it runs as may write to.
    directory = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-admin-", dir="/tmp"))
    directory.chmod(0o777)
    path = directory / "admin.sock"
    server = start(admin_server_unix_socket=path, admin_server_unix_socket_mode=600).wait_ready()
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(path))
        probe.sendall(b"GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert probe.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")
    assert path.stat().st_mode & 0o777 == 0o600
    server.stop()
    assert not path.exists()
    directory.rmdir()


def test_O6_clients_that_say_nothing_keep_no_probe_waiting(start):
    port = free_port()
    start(admin_server_port=port).wait_ready()
    held = [socket.create_connection(("127.0.0.1", port)) for _ in range(50)]
    for number in range(3):
        held[number].sendall(b"GET /li")
    assert ask(port, "/live") == 200
    for connection in held:
        connection.close()


def test_O1_O6_ready_tells_whether_the_database_is_there(start):
    """The word of the admin server, and of `rowgate --ready` that asks it."""
    cluster, port = Cluster(), free_port()
    cluster.start()
    database = cluster.create("ready")
    database.run("CREATE ROLE web_anon; CREATE ROLE authenticator LOGIN NOINHERIT; GRANT web_anon TO authenticator")
    server = start(uri=database.uri, admin_server_port=port).wait_ready()
    config = server.directory / "asks"
    config.write_text(f'server-host = "127.0.0.1"\nadmin-server-port = {port}\n')

    def program():
        return subprocess.run([BUILD / "rowgate", "--ready", config], capture_output=True, text=True).returncode
    assert (ask(port, "/ready"), program()) == (200, 0)
    cluster.process.stop(signal.SIGINT)
    wait_until(lambda: ask(port, "/ready") == 503, 5, "it is not ready")
    assert (ask(port, "/live"), program()) == (200, 1)
    cluster.start()
    wait_until(lambda: ask(port, "/ready") == 200, 40, "it is ready again")
    server.stop()
    cluster.remove()


def test_O6_live_and_ready_look_whether_the_socket_is_there(start):
    port = free_port()
    server = start(admin_server_port=port).wait_ready()
    os.unlink(server.fastcgi_socket())
    assert [ask(port, path) for path in ("/live", "/ready")] == [500, 500]
    assert subprocess.run([BUILD / "rowgate", "--ready"], env={"PGRST_ADMIN_SERVER_PORT": str(port)},
                          capture_output=True, text=True).returncode == 1


def test_O6_not_ready_while_reloads_fail(start, cluster):
    own = cluster.create("admin_unreadable")
    own.load(SQL / "roles.sql", SQL / "processes.sql")
    port = free_port()
    server = start(uri=own.uri, admin_server_port=port).wait_ready()
    own.run("REVOKE SELECT ON pg_catalog.pg_proc FROM PUBLIC; NOTIFY pgrst")
    wait_until(lambda: ask(port, "/ready") == 503, 10, "it is not ready")
    assert ask(port, "/live") == 200 and server.get("/things?id=eq.1").status_code == 200
    assert "permission denied for table pg_proc" in server.process.log
    own.run("GRANT SELECT ON pg_catalog.pg_proc TO PUBLIC; NOTIFY pgrst")
    wait_until(lambda: ask(port, "/ready") == 200, 20, "it is ready again")


def test_O6_ready_asks_the_database_where_nobody_listens(start):
    """Also when no request has come that could have found out."""
    cluster, port = Cluster(), free_port()
    cluster.start()
    database = cluster.create("ready")
    database.run("CREATE ROLE web_anon; CREATE ROLE authenticator LOGIN NOINHERIT CONNECTION LIMIT 1; "
                 "GRANT web_anon TO authenticator")
    server = start(uri=database.uri, admin_server_port=port, db_channel_enabled=False).wait_listening()
    wait_until(lambda: ask(port, "/ready") == 200, 10, "it is ready")
    assert database.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'authenticator'") == 0
    cluster.process.stop(signal.SIGINT)
    wait_until(lambda: ask(port, "/ready") == 503, 3, "it is not ready")
    assert ask(port, "/live") == 200
    cluster.start()
    wait_until(lambda: ask(port, "/ready") == 200, 3, "it is ready again")
    server.stop()
    cluster.remove()


ACCOUNTS = {"jwt_secret": SECRET, "environment": {"ROWGATE_AUTH_ENABLED": "true", "PGRST_DB_SCHEMAS": "public"}}
BEHIND = "COMMENT ON SCHEMA auth_private IS 'rowgate accounts, migration 2'"
# What is missing, and what the log says of it.
MISSING = {
    "a schema": ("SELECT", {"db_schemas": "nowhere,public"},
                 'using db-schemas=nowhere,public and db-extra-search-path=public. {"code":"3F000","details":null,'
                 '"hint":null,"message":"schema \\"nowhere\\" does not exist"}'),
    "a schema of the search path": ("SELECT", {"db_extra_search_path": "Nowhere"},
                                    'message":"schema \\"Nowhere\\" does not exist"}'),
    "the accounts": ("SELECT", ACCOUNTS,
                     'The schema of the accounts, \\"auth_private\\", is missing: run rowgate migrate'),
    "a migration": (f"CREATE SCHEMA IF NOT EXISTS auth_private; {BEHIND}", ACCOUNTS,
                    'The schema of the accounts, \\"auth_private\\", is at 2 of '),
}


@pytest.mark.parametrize("what", MISSING)
def test_PGRST002_names_what_is_missing(start, database, what):
    before, options, says = MISSING[what]
    database.run(before)
    port = free_port()
    server = start(front="nginx", admin_server_port=port, **options).wait_listening()
    wait_until(lambda: says in server.process.log, 10, "the log says it")
    answer = server.get("/things")
    assert (answer.status_code, answer.json()["code"]) == (503, "PGRST002") and int(answer.headers["Retry-After"]) >= 1
    assert [ask(port, path) for path in ("/live", "/ready")] == [200, 503]
    database.run("DROP SCHEMA IF EXISTS auth_private")


def test_O5_live_but_not_ready_before_the_first_catalog(start):
    port = free_port()
    server = start(uri="host=/nonexistent dbname=none user=authenticator", admin_server_port=port).wait_listening()
    wait_until(lambda: ask(port, "/live") == 200, 5, "it lives")
    assert ask(port, "/ready") == 503
    answer = server.get("/")
    assert answer.status_code == 503 and answer.json()["code"] == "PGRST002" and int(answer.headers["Retry-After"]) >= 1


def get(port, path):
    return requests.get(f"http://127.0.0.1:{port}{path}", timeout=30)


def test_O6_schema_cache_is_what_is_in_force(start, database):
    """The text of --dump-schema, of the running one."""
    port = free_port()
    server = start(admin_server_port=port).wait_ready()
    cache = get(port, "/schema_cache")
    assert cache.status_code == 200
    assert {"relations", "foreignKeys", "functions"} <= set(cache.json())
    assert "many" in cache.text and "novel" not in cache.text
    database.run("CREATE TABLE novel (id integer)")
    server.process.send(signal.SIGUSR1)
    wait_until(lambda: "novel" in get(port, "/schema_cache").text, 10, "the new table is told of")
    head = requests.head(f"http://127.0.0.1:{port}/schema_cache", timeout=5)
    assert int(head.headers["Content-Length"]) == len(get(port, "/schema_cache").content) and not head.content
    database.run("DROP TABLE novel")


def test_O6_the_admin_server_tells_no_secret(start, database):
    """/config did, and PostgREST took it away for that; `--dump-config` is for who can read the file anyway."""
    port = free_port()
    start(admin_server_port=port, jwt_secret=SECRET).wait_ready()
    for path in ("/config", "/config/", "/config?x=1", "//config", "/schema_cache", "/metrics", "/live", "/ready", "/"):
        answer = get(port, path)
        assert answer.status_code == (404 if "config" in path or path == "/" else 200)
        assert SECRET not in answer.text and database.name not in answer.text and "authenticator" not in answer.text


@pytest.mark.parametrize("host", [None, "*", "!4", "127.0.0.3"])
def test_O6_it_listens_on_127_0_0_1_unless_told_otherwise(start, host):
    """Wherever the API is published."""
    port = free_port()
    start(admin_server_port=port, server_host=host).wait_listening()
    wait_until(lambda: ask(port, "/live") == 200, 5, "it lives")
    for other in ("127.0.0.2", "127.0.0.3", "::1"):
        with pytest.raises(OSError):
            socket.create_connection((other, port), timeout=5).close()


# Where one can be reached that listens on a name.
REACHED = {"*": {"127.0.0.1"}, "*4": {"127.0.0.1"}, "!4": {"127.0.0.1"}, "*6": {"127.0.0.1", "::1"}, "!6": {"::1"},
           "::1": {"::1"}, "127.0.0.1": {"127.0.0.1"}}


@pytest.mark.parametrize("host", REACHED)
def test_O6_admin_server_host_as_PostgREST_takes_it(start, host):
    port = free_port()
    server = start(admin_server_port=port, admin_server_host=host).wait_listening()
    bracket = "[" if "6" in host or ":" in host else ""
    wait_until(lambda: "Admin server listening on " + bracket in server.process.log, 5, "it listens")
    reached = set()
    for address in ("127.0.0.1", "::1"):
        with contextlib.suppress(OSError):
            socket.create_connection((address, port), timeout=5).close()
            reached.add(address)
    assert reached == REACHED[host]


HOSTS = {"127.0.0.1": True, "localhost": True, "[::1]": True, "evil.example": False, "localhost.evil.example": False}


def test_O6_foreign_host_fields_are_refused(start):
    """A page of the web can let its own name mean 127.0.0.1, but not hide it (DNS rebinding)."""
    port = free_port()
    start(admin_server_port=port, admin_server_host="localhost").wait_ready()
    for path in ("/live", "/ready", "/schema_cache", "/metrics", "/nothing"):
        for host, known in HOSTS.items():
            answer = requests.get(f"http://127.0.0.1:{port}{path}", headers={"Host": f"{host}:{port}"}, timeout=5)
            assert (answer.status_code == 421) != known, (path, host, answer.status_code)
            assert known or answer.text.startswith("The Host field names another server: ask by address,")


def test_O6_who_sends_drop_by_drop_is_given_up(start):
    port = free_port()
    start(admin_server_port=port).wait_ready()
    with socket.create_connection(("127.0.0.1", port)) as slow:
        for sent in b"GET /ready HTTP/1.1\r\nX: " + b"y" * 200:
            try:
                slow.send(bytes([sent]))
                slow.settimeout(0.05)
                assert slow.recv(1) == b""
                break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            pytest.fail("it was let go on")
    assert ask(port, "/ready") == 200


def test_O6_a_large_answer_keeps_no_probe_waiting(start, cluster):
    large = cluster.create("admin_large")
    large.load(SQL / "roles.sql")
    large.run("DO $$ BEGIN FOR n IN 1..1000 LOOP EXECUTE format('CREATE TABLE t%s (a integer, b text, c text, d "
              "text)', n); END LOOP; END $$")
    port = free_port()
    start(uri=large.uri, admin_server_port=port).wait_ready()
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        slow.sendall(b"GET /schema_cache HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = slow.recv(1000)
        for _ in range(3):
            assert ask(port, "/ready") == 200
        while part := slow.recv(1 << 20):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    assert len(body) > 300_000 and f"Content-Length: {len(body)}".encode() in head
    assert len(json.loads(body)["relations"]) == 1000


def metrics(port):
    """Values by name; every one is described first."""
    answer = get(port, "/metrics")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    kinds, values = {}, {}
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kinds[name] = line.split(" ")
        elif not line.startswith("# HELP "):
            name, value = line.rsplit(" ", 1)
            assert name.partition("{")[0] in kinds
            assert (kinds[name.partition("{")[0]] == "counter") == name.partition("{")[0].endswith("_total")
            values[name] = float(value)
    return values


LOADS = 'pgrst_schema_cache_loads_total{status="SUCCESS"}'


def test_O7_metrics(start, database):
    port = free_port()
    server = start(front="nginx", admin_server_port=port, workers=2, db_pool_acquisition_timeout=2).wait_ready()
    first = metrics(port)
    assert set(first) == {"pgrst_schema_cache_query_time_seconds", LOADS} | {"pgrst_" + name for name in (
        "db_pool_timeouts_total", "db_pool_available", "db_pool_waiting", "db_pool_max", "jwt_cache_requests_total",
        "jwt_cache_hits_total",
        "jwt_cache_evictions_total")}
    assert first["pgrst_db_pool_max"] == 2 and first[LOADS] == 1 and first["pgrst_db_pool_timeouts_total"] == 0
    assert 0 < first["pgrst_schema_cache_query_time_seconds"] < 60
    wait_until(lambda: server.get("/things?id=eq.1").ok and metrics(port)["pgrst_db_pool_available"] in (1, 2),
               5, "a connection is there")
    with Sleepers(server, 2, 4) as sleepers:
        wait_until(busy(database, 2), 5, "both workers sleep")
        assert metrics(port)["pgrst_db_pool_available"] == 0
        with Sleepers(server, 3, 0) as refused:
            wait_until(lambda: metrics(port)["pgrst_db_pool_waiting"] == 3, 1, "three wait")
        assert refused.answers == [504, 504, 504]
        assert metrics(port)["pgrst_db_pool_timeouts_total"] == 3
    assert sleepers.answers == [200, 200]
    wait_until(lambda: metrics(port)["pgrst_db_pool_available"] == 2, 5, "both are free again")


KEYS = {"ES256": {"kty": "EC", "crv": "P-256"}, "HS256": {"kty": "oct", "size": 256}}


@pytest.mark.parametrize("alg", KEYS)
def test_O7_tokens(start, alg):
    port, key = free_port(), JWK.generate(**KEYS[alg])
    server = start(admin_server_port=port, workers=1, jwt_cache_max_entries=1,
                   jwt_secret=key.export_public() if alg == "ES256" else key.export()).wait_ready()

    def ask_with(number):
        signed = JWT({"alg": alg}, {"role": "web_anon", "number": number})
        signed.make_signed_token(key)
        tokens.setdefault(number, signed.serialize())
        assert server.get("/things?id=eq.1", token=tokens[number]).status_code == 200
    tokens = {}
    for number in (1, 1, 2, 1):
        ask_with(number)
    wait_until(lambda: [metrics(port)[f"pgrst_jwt_cache_{what}_total"]
                        for what in ("requests", "hits", "evictions")] == [4, 1, 2], 5, "they are counted")
    server.process.send(signal.SIGUSR2)
    wait_until(lambda: metrics(port)[LOADS] == 2, 10, "the reload is counted")
    wait_until(lambda: (ask_with(1), metrics(port)["pgrst_jwt_cache_hits_total"] >= 2)[1], 5,
               "the next worker's are added")
    assert metrics(port)["pgrst_jwt_cache_requests_total"] > 4


def test_O7_loads_that_failed(start):
    port = free_port()
    start(uri="host=/nonexistent dbname=none user=authenticator", admin_server_port=port).wait_listening()
    failed = wait_until(lambda: metrics(port).get('pgrst_schema_cache_loads_total{status="FAIL"}'),
                        5, "a failure is counted")
    assert failed >= 1 and LOADS not in metrics(port)
    assert get(port, "/schema_cache").content == b""


@pytest.mark.parametrize("front", FRONTS)
def test_PGRST003_when_every_worker_is_busy_too_long(start, database, front):
    server = start(front=front, workers=2, db_pool_acquisition_timeout=1).wait_ready()
    with Sleepers(server, 2, 4) as sleepers:
        wait_until(busy(database, 2), 5, "both workers sleep")
        began = time.monotonic()
        answer = server.get("/things?id=eq.1", headers={"Origin": "https://elsewhere.example"})
        assert answer.status_code == 504, answer.text
        assert answer.json() == {"code": "PGRST003", "details": None, "hint": None,
                                 "message": "Timed out acquiring connection from connection pool."}
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert 0.5 < time.monotonic() - began
        assert busy(database, 2)()
        assert server.request("HEAD", "/things").status_code == 504
        # A line of each for who counts them, and the error once in five seconds.
        wait_until(lambda: len(re.findall(r'(?m)^127\.0\.0\.1 - - \[.*\] "(?:GET|HEAD) /things\S* HTTP/1\.1" 504 ',
                                          server.process.out.read_text())) == 2, 5, "both are in the log")
        assert len(re.findall(r'(?m)\] master: error: \{"code":"PGRST003",.*\} to 1 of those who waited$',
                              server.process.err.read_text())) == 1
    assert sleepers.answers == [200, 200]
    assert server.get("/things?id=eq.1").status_code == 200
