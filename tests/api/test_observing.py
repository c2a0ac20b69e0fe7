"""What an answer and the log tell about a request: Server-Timing, the trace field, the access line and its SQL.

SPDX-License-Identifier: MIT
"""
import re

from harness.process import wait_until

SCHEMA = "auth.sql"
STAGES = ["jwt", "parse", "plan", "transaction", "response"]


def stages(answer):
    return [re.fullmatch(r"(\w+);dur=\d+\.\d+", part)[1] for part in answer.headers["Server-Timing"].split(", ")]


def test_H3_server_timing_when_enabled(serve):
    server = serve(server_timing_enabled=True)
    assert stages(server.get("/")) == STAGES
    assert stages(server.get("/no_such_table")) == STAGES


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
    assert server.get("/").status_code == 200
    line = r'- web_anon \[[^]]+\] "GET /no_such_table\?order=x HTTP/1\.1" 404 \d+ "-" "a\\"b"'
    wait_until(lambda: re.search(line, server.process.log), 5, "the line is there")
    wait_until(lambda: "has_any_column_privilege" in server.process.log, 5, "the statement is there")


def test_O8_only_server_errors_by_default(serve):
    server = serve()
    assert server.get("/no_such_table").status_code == 404
    assert "no_such_table" not in server.process.log
