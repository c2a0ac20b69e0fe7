"""Fields that every answer carries, whatever stage made it: parsing, planning, tokens, PostgreSQL, the web server's
own.

SPDX-License-Identifier: MIT
"""
import concurrent.futures
import pathlib
import re

import pytest

from harness.process import wait_until
from harness.server import FRONTS, SECRET, Server
from harness.token import token

SQL = pathlib.Path(__file__).parent / "sql"

SCHEMA = "parity.sql"
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra", "server_timing_enabled": True,
           "server_trace_header": "X-Trace"}
ASKED = {"Origin": "https://app.example", "X-Trace": "abc 123"}

# name: method, path, more of the request, status, code of the error
ANSWERS = {
    "rows": ("GET", "/items?id=eq.1", {}, 200, None), "none": ("GET", "/no_rows", {}, 200, None),
    "head": ("HEAD", "/items", {}, 200, None),
    "root": ("GET", "/", {}, 200, None), "options": ("OPTIONS", "/items", {}, 200, None),
    "call": ("GET", "/rpc/add?a=1&b=2", {}, 200, None),
    "void": ("POST", "/rpc/nothing", {"json": {}}, 204, None),
    "csv": ("GET", "/items?select=id", {"headers": {"Accept": "text/csv"}}, 200, None),
    "part": ("GET", "/items?limit=1", {"headers": {"Prefer": "count=exact"}}, 206, None),
    "created": ("POST", "/auto", {"json": {"name": "every"}}, 201, None),
    "changed": ("PATCH", "/auto?name=eq.every", {"json": {"name": "answer"}}, 204, None),
    "deleted": ("DELETE", "/auto?name=eq.answer", {}, 204, None),
    "grammar": ("GET", "/items?id=nonsense.1", {}, 400, "PGRST100"),
    "body": ("POST", "/auto", {"data": "{", "headers": {"Content-Type": "application/json"}}, 400, "PGRST102"),
    "range": ("GET", "/items?offset=1000", {"headers": {"Prefer": "count=exact"}}, 416, "PGRST103"),
    "schema": ("GET", "/items", {"headers": {"Accept-Profile": "no"}}, 406, "PGRST106"),
    "media": ("GET", "/items", {"headers": {"Accept": "image/png"}}, 406, "PGRST107"),
    "single": ("GET", "/items", {"headers": {"Accept": "application/vnd.pgrst.object+json"}}, 406, "PGRST116"),
    "method": ("PROPFIND", "/items", {}, 405, "PGRST117"),
    "relation": ("GET", "/items?select=id,nowhere(*)", {}, 400, "PGRST200"),
    "function": ("GET", "/rpc/nowhere", {}, 404, "PGRST202"),
    "column": ("POST", "/auto?columns=nowhere", {"json": {}}, 400, "PGRST204"),
    "table": ("GET", "/nowhere_at_all", {}, 404, "PGRST205"),
    "token": ("GET", "/items", {"token": "x.y.z"}, 401, "PGRST301"),
    "expired": ("GET", "/items", {"token": token({"role": "web_anon", "exp": 1})}, 401, "PGRST303"),
    "strangers": ("GET", "/members_only", {}, 401, "42501"),
    "others": ("GET", "/members_only", {"token": token({"role": "other_user"})}, 403, "42501"),
    "raised": ("POST", "/rpc/raise", {"json": {"state": "XX000", "says": "broken"}}, 500, "XX000"),
    "no memory": ("POST", "/rpc/raise", {"json": {"state": "53200", "says": "out of memory"}}, 503, "53200"),
    "own status": ("POST", "/rpc/raise", {"json": {"state": "PT502", "says": "upstream"}}, 502, "PT502"),
    "bad headers": ("POST", "/rpc/say", {"json": {"setting": "headers", "value": "{}"}}, 500, "PGRST111"),
    "bad status": ("POST", "/rpc/say", {"json": {"setting": "status", "value": "x"}}, 500, "PGRST112"),
    "bad raise": ("POST", "/rpc/raise", {"json": {"state": "PGRST", "says": "x"}}, 500, "PGRST121"),
    "value": ("GET", "/items?id=eq.x", {}, 400, "22P02"),
    "head of an error": ("HEAD", "/nowhere_at_all", {}, 404, "PGRST205"),
}

# What the answers with rows say of them; no other says anything.
RANGES = {"rows": "0-0/*", "none": "*/*", "head": "0-5/*", "call": "0-0/*", "void": "0-0/*", "csv": "0-5/*",
          "part": "0-0/6", "changed": "0-0/*", "deleted": "*/*", "created": "*/*", "range": "*/6"}


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


def has_every_field(answer, method, code):
    fields = answer.headers
    assert fields["X-Trace"] == "abc 123"
    # An OPTIONS without Access-Control-Request-Method is no preflight: only what it says itself is said.
    if method != "OPTIONS" or not code:
        assert (fields["Access-Control-Allow-Origin"] == "*"
                and ("Access-Control-Expose-Headers" in fields) == (method != "OPTIONS"))
    assert fields["X-Content-Type-Options"] == "nosniff"
    assert "Date" in fields and "Server" in fields and "Cache-Control" not in fields and "Set-Cookie" not in fields
    if method != "HEAD" and answer.status_code != 204:
        assert int(fields["Content-Length"]) == len(answer.content)
    if answer.status_code == 204:
        assert "Content-Type" not in fields and not answer.content
    assert ("WWW-Authenticate" in fields) == (answer.status_code == 401)
    assert fields.get("Proxy-Status") == (code and f"PostgREST; error={code}")
    if method != "OPTIONS":
        # httpd writes the list anew, without blanks.
        assert fields["Vary"].replace(", ", ",") == "Accept,Prefer,Range"
    if code and method != "HEAD":
        assert fields["Content-Type"] == "application/json; charset=utf-8"
        assert list(answer.json()) == ["code", "details", "hint", "message"] and answer.json()["code"] == code


@pytest.mark.parametrize("name", ANSWERS)
def test_fields_of_every_answer_H2_H3_H4_H6(server, name):
    answer, method, code = ask(server, name)
    has_every_field(answer, method, code)
    assert re.fullmatch(r"[a-z]+;dur=[0-9.]+(, [a-z]+;dur=[0-9.]+)*", answer.headers["Server-Timing"])
    assert answer.headers.get("Content-Range") == RANGES.get(name)
    assert ("Retry-After" in answer.headers) == (answer.status_code == 503)


# What cannot be answered for now: the database was never there, has gone, or all workers are busy.

def has_gone_away(answer, method, status, code):
    assert answer.status_code == status, answer.text
    has_every_field(answer, method, code)
    assert status == 504 or int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("front", FRONTS)
def test_fields_when_there_is_no_database_H2(front):
    server = Server(front=front, uri="host=/nonexistent dbname=none user=authenticator", jwt_secret=SECRET,
                    **OPTIONS).wait_listening()
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        has_gone_away(server.request(method, "/items", headers=ASKED, token=token({"role": "web_anon"})),
                      method, 503, "PGRST002")
    # A bad token is found before that (J0).
    answer = server.get("/items", headers=ASKED, token="x.y.z")
    assert answer.status_code == 401
    has_every_field(answer, "GET", "PGRST301")
    server.stop()


@pytest.mark.parametrize("front", FRONTS)
def test_fields_when_the_database_has_gone_H2(cluster, front):
    made = cluster.create(f"gone_{front}")
    made.load(SQL / "roles.sql", SQL / SCHEMA)
    server = Server(front=front, uri=made.uri, db_anon_role="web_anon", **OPTIONS).wait_ready()
    has_every_field(server.get("/items", headers=ASKED), "GET", None)
    made.go_away()
    for method, body in (("GET", None), ("HEAD", None), ("POST", {"id": 1}), ("GET", None)):
        has_gone_away(server.request(method, "/items", headers=ASKED, json=body), method, 503, "PGRST000")
    server.stop()


@pytest.mark.parametrize("front", FRONTS)
def test_fields_when_every_worker_is_busy_H2(database, front):
    server = Server(front=front, uri=database.uri, db_anon_role="web_anon", workers=1, db_pool_acquisition_timeout=1,
                    **OPTIONS).wait_ready()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        nap = pool.submit(server.post, "/rpc/sleep", json={"seconds": 4})
        wait_until(lambda: database.value("SELECT count(*) FROM pg_stat_activity WHERE query ~ 'sleep' AND state = "
                                          "'active' AND wait_event = 'PgSleep'"), 5, "the worker sleeps")
        for method in ("GET", "HEAD"):
            has_gone_away(server.request(method, "/items", headers=ASKED), method, 504, "PGRST003")
        assert nap.result().status_code == 204
    server.stop()


@pytest.mark.parametrize("name", [name for name, answer in ANSWERS.items() if answer[4] and answer[0] != "HEAD"])
def test_minimal_errors_say_code_and_message_only(minimal, name):
    answer, _, code = ask(minimal, name)
    assert list(answer.json()) == ["code", "message"] and answer.json()["code"] == code
