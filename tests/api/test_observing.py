"""What an answer and the log tell about a request: Server-Timing, the trace field, the access line and its SQL.

SPDX-License-Identifier: MIT
"""
import re
import signal

from harness.process import wait_until
from harness.token import token

SCHEMA = "auth.sql"
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
    for stage, path in ("plan", "/no_such_table"), ("parse", "/anyone?order=id.up"):
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
EVENTS = [r"Starting rowgate [\d.]+", r"Successfully connected to PostgreSQL \d+\.\d+$",
          r'Listener connected to PostgreSQL \d+\.\d+ on "[^"]+:\d+" and listening for database notifications on the '
          r'"pgrst" channel$',
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
    assert [re.fullmatch(r"PostgREST \d+ \(rowgate [\d.]+\)", name) is not None for name, in names] == [True]
    named = serve(uri=database.uri + " application_name=mine")
    assert named.get("/").status_code == 200
    assert database.run("SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'mine'") == [(True,)]


def test_O8_only_server_errors_by_default(serve):
    server = serve()
    assert server.get("/no_such_table").status_code == 404
    assert "no_such_table" not in server.process.log
