"""Fields that every answer carries, whatever stage made it: parsing, planning, tokens, PostgreSQL, the web server's own.

SPDX-License-Identifier: MIT
"""
import time

import pytest

from harness.server import FRONTS
from harness.token import token

SCHEMA = "parity.sql"
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra", "server_timing_enabled": True, "server_trace_header": "X-Trace"}
ASKED = {"Origin": "https://app.example", "X-Trace": "abc 123"}

# name: method, path, more of the request, status, code of the error
ANSWERS = {
    "rows": ("GET", "/items?id=eq.1", {}, 200, None), "none": ("GET", "/no_rows", {}, 200, None), "head": ("HEAD", "/items", {}, 200, None),
    "root": ("GET", "/", {}, 200, None), "options": ("OPTIONS", "/items", {}, 200, None), "call": ("GET", "/rpc/add?a=1&b=2", {}, 200, None),
    "void": ("POST", "/rpc/nothing", {"json": {}}, 204, None), "csv": ("GET", "/items?select=id", {"headers": {"Accept": "text/csv"}}, 200, None),
    "part": ("GET", "/items?limit=1", {"headers": {"Prefer": "count=exact"}}, 206, None), "created": ("POST", "/auto", {"json": {"name": "every"}}, 201, None),
    "changed": ("PATCH", "/auto?name=eq.every", {"json": {"name": "answer"}}, 204, None), "deleted": ("DELETE", "/auto?name=eq.answer", {}, 204, None),
    "grammar": ("GET", "/items?id=nonsense.1", {}, 400, "PGRST100"), "body": ("POST", "/auto", {"data": "{", "headers": {"Content-Type": "application/json"}}, 400, "PGRST102"),
    "range": ("GET", "/items?offset=1000", {"headers": {"Prefer": "count=exact"}}, 416, "PGRST103"), "schema": ("GET", "/items", {"headers": {"Accept-Profile": "no"}}, 406, "PGRST106"),
    "media": ("GET", "/items", {"headers": {"Accept": "image/png"}}, 406, "PGRST107"), "single": ("GET", "/items", {"headers": {"Accept": "application/vnd.pgrst.object+json"}}, 406, "PGRST116"),
    "method": ("PROPFIND", "/items", {}, 405, "PGRST117"), "relation": ("GET", "/items?select=id,nowhere(*)", {}, 400, "PGRST200"),
    "function": ("GET", "/rpc/nowhere", {}, 404, "PGRST202"), "column": ("POST", "/auto?columns=nowhere", {"json": {}}, 400, "PGRST204"), "table": ("GET", "/nowhere_at_all", {}, 404, "PGRST205"),
    "token": ("GET", "/items", {"token": "x.y.z"}, 401, "PGRST301"), "expired": ("GET", "/items", {"token": token({"role": "web_anon", "exp": 1})}, 401, "PGRST303"),
    "strangers": ("GET", "/members_only", {}, 401, "42501"), "others": ("GET", "/members_only", {"token": token({"role": "other_user"})}, 403, "42501"),
    "value": ("GET", "/items?id=eq.x", {}, 400, "22P02"), "head of an error": ("HEAD", "/nowhere_at_all", {}, 404, "PGRST205"),
}


@pytest.fixture(scope="module", params=FRONTS)
def server(request, serve):
    return serve(front=request.param, **OPTIONS)


@pytest.fixture(scope="module", params=FRONTS)
def minimal(request, serve):
    return serve(front=request.param, client_error_verbosity="minimal", **OPTIONS)


def ask(server, name):
    method, path, more, status, code = ANSWERS[name]
    more = dict(more)
    answer = server.request(method, path, headers=ASKED | more.pop("headers", {}), **more)
    assert answer.status_code == status, answer.text
    return answer, method, code


@pytest.mark.parametrize("name", ANSWERS)
def test_fields_of_every_answer_H2_H3_H4_H6(server, name):
    began = time.monotonic()
    answer, method, code = ask(server, name)
    fields = answer.headers
    assert fields["X-Trace"] == "abc 123" and fields["Access-Control-Allow-Origin"] == "*"
    assert all(";dur=" in part for part in fields["Server-Timing"].split(", ")) and time.monotonic() - began < 30
    if method != "HEAD" and answer.status_code != 204:
        assert int(fields["Content-Length"]) == len(answer.content)
    if answer.status_code == 204:
        assert "Content-Type" not in fields and not answer.content
    assert ("WWW-Authenticate" in fields) == (answer.status_code == 401)
    assert "Retry-After" not in fields
    assert fields.get("Proxy-Status") == (code and f"PostgREST; error={code}")
    if method != "OPTIONS":
        # httpd writes the list anew, without blanks.
        assert fields["Vary"].replace(", ", ",") == "Accept,Prefer,Range"
    if code and method != "HEAD":
        assert fields["Content-Type"] == "application/json; charset=utf-8"
        assert list(answer.json()) == ["code", "details", "hint", "message"] and answer.json()["code"] == code


@pytest.mark.parametrize("name", [name for name, answer in ANSWERS.items() if answer[4] and answer[0] != "HEAD"])
def test_minimal_errors_say_code_and_message_only(minimal, name):
    answer, _, code = ask(minimal, name)
    assert list(answer.json()) == ["code", "message"] and answer.json()["code"] == code
