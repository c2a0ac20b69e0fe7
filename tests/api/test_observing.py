"""What an answer and the log tell about a request: Server-Timing, the trace field, the access line and its SQL.

SPDX-License-Identifier: MIT
"""
import os
import re
import signal
import socket
import threading

import pytest

from harness.accounts import rowgate
from harness.process import wait_until
from harness.server import FRONTS, SECRET, Server, free_port
from harness.token import token

SCHEMA = "observing.sql"
STAGES = ["jwt", "parse", "plan", "transaction", "response"]


def durations(answer):
    """Milliseconds of each stage."""
    parts = answer.headers["Server-Timing"].split(", ")
    return {stage: float(ms) for stage, ms in (re.fullmatch(r"(\w+);dur=(\d+\.\d+)", part).groups() for part in parts)}


def test_H3_server_timing_when_enabled(serve):
    server = serve(server_timing_enabled=True)
    for path in "/", "/no_such_table":
        assert list(durations(server.get(path))) == STAGES


def test_H3_time_goes_to_the_stage_that_failed(serve):
    """A transaction that is slow and fails is no slow response."""
    server = serve(server_timing_enabled=True)
    late = durations(server.get("/rpc/fails_late"))
    assert late["transaction"] >= 50 > late["response"], late
    for stage, path in ("plan", "/no_such_table"), ("parse", "/notes?order=id.up"):
        failed = durations(server.get(path))
        assert failed[stage] > 0 and failed["transaction"] == 0, failed


def test_H3_none_by_default(serve):
    assert "Server-Timing" not in serve().get("/").headers


def test_H4_trace_header_is_echoed_on_every_answer(serve):
    server = serve(server_trace_header="X-Request-Id")
    for path in "/", "/no_such_table":
        assert server.get(path, headers={"X-Request-Id": "a b"}).headers["X-Request-Id"] == "a b"
        assert "X-Request-Id" not in server.get(path).headers


def test_O8_access_line_and_sql(serve):
    server = serve(log_level="info", log_query=True)
    answer = server.get("/no_such_table?order=x", headers={"User-Agent": 'a"b'})
    assert answer.status_code == 404
    assert (server.get("/", token=token({"role": "regular_user"}), headers={"Referer": "http://a.example/"}).status_code
            == 200)
    started = r'(?m)^127\.0\.0\.1 - %s \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] '
    line = started % "web_anon" + r'"GET /no_such_table\?order=x HTTP/1\.1" 404 \d+ "" "a\\"b"$'
    wait_until(lambda: re.search(line, server.process.out.read_text()), 5, "the line is there")
    line = started % "regular_user" + r'"GET / HTTP/1\.1" 200 \d+ "http://a\.example/" "python-requests/[\d.]+"$'
    wait_until(lambda: re.search(line, server.process.out.read_text()), 5, "the line is there")
    wait_until(lambda: "has_any_column_privilege" in server.process.err.read_text(), 5, "the statement is there")


def test_O8_sql_only_of_what_the_level_shows(serve):
    server = serve(log_level="error", log_query=True)
    assert server.get("/").status_code == 200
    assert "has_any_column_privilege" not in server.process.log


MOMENT = r"(?m)^\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}: "
SERVER = r"PostgreSQL \d+\.\d+(?: \(.+\))?"
EVENTS = [r"Starting PostgREST \d+ \(rowgate [\d.]+\)\.\.\.$", f"Successfully connected to {SERVER}$",
          r"Connection Pool initialized with a maximum size of \d+ connections$",
          f'Listener connected to {SERVER} on "[^"]+:\\d+" and listening for database notifications on the "pgrst" '
          "channel$",
          r"Schema cache queried in \d+\.\d milliseconds$", r"Schema cache loaded in \d+\.\d milliseconds$",
          r"Schema cache loaded \d+ Relations, \d+ Relationships, \d+ Functions, \d+ Domain Representations, \d+ Media "
          r"Type Handlers$"]


def test_O8_what_becomes_of_the_server_is_told_whatever_the_level(serve, database):
    server = serve(log_level="crit")

    def told(event):
        wait_until(lambda: re.search(MOMENT + event, server.process.err.read_text()), 5, event)
    for event in EVENTS:
        told(event)
    database.run("NOTIFY pgrst, 'reload config'")
    told(r'Received a config reload message on the "pgrst" channel$')
    told("Config reloaded$")
    database.run("NOTIFY pgrst, 'reload schema'")
    told(r'Received a schema cache reload message on the "pgrst" channel$')


def test_O8_a_configuration_that_cannot_be_reloaded(serve, database):
    server = serve(config=f'db-uri = "{database.uri}"\nlog-level = "crit"\n', uri=None)
    file = server.directory / "config"
    file.write_text(file.read_text().replace("crit", "loud"))
    server.process.send(signal.SIGUSR2)
    wait_until(lambda: re.search(MOMENT + "Failed reloading config: .*Invalid logging level",
                                 server.process.err.read_text()), 5, "told so")
    assert server.get("/").status_code == 200


def test_O9_application_name(serve, database):
    assert serve().get("/").status_code == 200
    names = database.run("SELECT DISTINCT application_name FROM pg_stat_activity WHERE usename = 'authenticator' AND "
                         "datname = current_database()")
    assert [re.fullmatch(r"PostgREST 16 \(rowgate [\d.]+\)", name) is not None for name, in names] == [True]
    assert re.search(r"Starting PostgREST 16 \(rowgate [\d.]+\)\.\.\.\n", serve().process.log)
    named = serve(uri=database.uri + " application_name=mine")
    assert named.get("/").status_code == 200
    assert database.run("SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'mine'") == [(True,)]


def test_O8_only_server_errors_by_default(serve):
    server = serve()
    assert server.get("/no_such_table").status_code == 404
    assert "no_such_table" not in server.process.log


# What an operator of PostgREST looks for in the log, by level (PARITY.md, O8).

LEVELS = ["crit", "error", "warn", "info", "debug"]


@pytest.fixture(scope="module")
def observed(database):
    """A server of one level each, asked the same by all, and what it wrote about it."""
    port, asked = {}, {}

    def start(level):
        if level not in asked:
            port[level] = free_port()
            server = Server(front="nginx", uri=database.uri, workers=1, db_anon_role="web_anon", jwt_secret=SECRET,
                            log_level=level, log_query=True, jwt_role_claim_key=".role", foo=1, db_pre_request="checks",
                            admin_server_port=port[level]).wait_ready()
            for path, more in ASKED.items():
                server.request(**{"method": "GET", "path": path} | more)
            server.process.send(signal.SIGUSR2)
            wait_until(lambda: "Config reloaded" in server.process.log, 10, "it was reloaded")
            asked[level] = server
        return asked[level]
    yield start
    for server in asked.values():
        server.stop()


ASKED = {
    "/rpc/broken": {},
    "/rpc/bad_headers": {},
    "/rpc/refused": {},
    "/rpc/raised": {"token": token({"role": "regular_user"})},
    "/notes?select=id,a:authors(id)&authors.id=eq.1": {"headers": {"Prefer": "count=planned"}},
    "/notes?limit=1": {"headers": {"Prefer": "count=exact"}},
    "/notes?id=eq.7": {"method": "OPTIONS",
                       "headers": {"Origin": "http://a.example", "Access-Control-Request-Method": "GET"}},
    "/notes?id=eq.8": {"method": "OPTIONS"},
}
WHERE = r"\[\d+\] worker: error: "
# What, the least level that shows it (PostgREST's), and how often.
TOLD = [
    ("the JSON of a 5xx of PostgreSQL", "error", 1,
     WHERE + r'GET /rpc/broken: \{"code":"XX001","details":"some detail","hint":null,"message":"it broke"\}$'),
    ("the JSON of a 5xx of ours", "error", 1, WHERE + r'GET /rpc/bad_headers: \{"code":"PGRST111",.*\}$'),
    ("the SQLSTATE behind another code", "error", 1,
     WHERE + r'GET /rpc/raised: \{"code":"mine",.*"message":"my error"\} SQLSTATE PGRST$'),
    ("no JSON of a 4xx", "never", 0, r'.*/rpc/refused: .*\{'),
    ("a deprecated jwt-role-claim-key, at start and reload", "crit", 2,
     r"WARNING: The `\.role` syntax for jwt-role-claim-key config is deprecated\.$"),
    ("what to write instead", "crit", 2,
     r"Update `\.role` to the new syntax, `\$\.role`, as support for this syntax will be removed in a future "
     r"release\.$"),
    ("a legacy target name", "crit", 1,
     r"WARNING: Embedded resource was referenced by relation name even though it has an alias\. This is deprecated and "
     r"will stop working in a future release\.$"),
    ("and where", "crit", 1, r"Update filters, orders or limits that use `authors` to `a` in "
     r"`GET /notes\?select=id,a:authors\(id\)&authors\.id=eq\.1`$"),
    ("an unknown variable", "crit", 1, r"\[\d+\] rowgate: warning: environment variable PGRST_FOO: no such "
     r"configuration key, ignored$"),
    ("the settings of a flight that failed", "error", 3, r"SELECT .*set_config\('request\.path', \$\d+, true\).*$"),
    ("its pre-request", "error", 3, r'SELECT "checks"\(\)$'),
    ("its main statement", "error", 1, r'SELECT .*"public"\."broken"\(\).*$'),
    ("of one refused", "warn", 1, r'SELECT .*"public"\."refused"\(\).*$'),
    ("of one that succeeded", "info", 1, r'SELECT .* FROM "public"\."notes" LIMIT \d+$'),
    ("its count", "info", 1, r'SELECT pg_catalog\.count\(\*\) FROM \(SELECT 1 FROM "public"\."notes"\).*$'),
    ("its plan", "info", 1, r'EXPLAIN \(FORMAT JSON\) SELECT .*"public"\."notes".*$'),
    ("the cache of tokens", "debug", 1, r"\[\d+\] worker: debug: GET /rpc/raised: Looked up a JWT in JWT cache$"),
    ("a connection", "debug", 1,
     r"\[\d+\] worker: debug: HEAD /: Connection \d+ is available due to connection establishment$"),
]
MORE_WITH_LEVEL = {"the settings of a flight that failed", "its pre-request"}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("what, least, times, line", TOLD, ids=[row[0] for row in TOLD])
def test_O8_what_the_log_tells(observed, level, what, least, times, line):
    log = observed(level).process.err.read_text()
    found = re.findall(MOMENT + line, log)
    if least == "never" or LEVELS.index(level) < LEVELS.index(least):
        assert not found
    else:
        assert len(found) == times or (what in MORE_WITH_LEVEL and len(found) > times), log


def test_O8_preflights_are_not_in_it(observed):
    lines = observed("info").process.out.read_text()
    assert "OPTIONS /notes?id=eq.8 " in lines and "OPTIONS /notes?id=eq.7 " not in lines


# Apache has no unix sockets.
@pytest.mark.parametrize("front", [front for front in FRONTS if front != "apache"])
def test_O8_who_comes_by_a_unix_socket_has_no_address(database, front):
    path = f"/tmp/rowgate-test-observing-{os.getpid()}-{front}.sock"
    server = Server(front=front, uri=database.uri, db_anon_role="web_anon", log_level="info",
                    server_unix_socket=path, server_unix_socket_mode="777").wait_listening()

    def ask():
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            client.sendall(b"GET /notes HTTP/1.0\r\nHost: a.example\r\n\r\n")
            return b"".join(iter(lambda: client.recv(4096), b""))
    wait_until(lambda: b" 200 " in ask(), 20, "it answers")
    wait_until(lambda: re.search(r'(?m)^- - web_anon \[[^]]+\] "GET /notes HTTP/1\.\d" 200 ',
                                 server.process.out.read_text()), 5, "the line is there")
    server.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_O8_the_signal_that_ends_it(database, number):
    server = Server(uri=database.uri, db_anon_role="web_anon").wait_ready()
    server.process.stop(number)
    assert f"Received termination unix signal {number.name}\n" in server.process.log


def old_postgres(listener):
    """A server that lets everybody in and says that it is PostgreSQL 13.4."""
    def message(kind, body):
        return kind + (len(body) + 4).to_bytes(4, "big") + body
    hello = (message(b"R", bytes(4)) + message(b"S", b"server_version\x0013.4\0") +
             message(b"S", b"client_encoding\0UTF8\0") + message(b"K", bytes(8)) + message(b"Z", b"I"))
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(4096)
            connection.sendall(hello)
            connection.settimeout(5)
            while connection.recv(4096):
                pass


def test_O5_O8_a_server_that_is_too_old(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=old_postgres, args=(listener,), daemon=True).start()
        uri = f"host=127.0.0.1 port={listener.getsockname()[1]} user=a sslmode=disable gssencmode=disable"
        done = rowgate(db_uri=uri, db_channel_enabled="false", server_listen=f"unix:{tmp_path}/socket",
                       state_dir=tmp_path / "state")
        listener.shutdown(socket.SHUT_RDWR)
    assert done.returncode == 1
    assert re.search(MOMENT + r"Cannot run in this PostgreSQL version \(13\.4\), rowgate needs at least 14\.0$",
                     done.stderr)
