"""Headers, schemas, CORS and OPTIONS (PARITY 1.8).

SPDX-License-Identifier: MIT
"""
import pytest

from harness.cases import case, fault, table
from harness.token import token

SCHEMA = "parity.sql"
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra"}
ORIGIN = {"Origin": "http://example.com"}
EXPOSED = ("Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, "
           "Range-Unit")


@pytest.fixture(scope="module", params=["nginx", "lighttpd"])
def parity(request, serve):
    return serve(front=request.param, **OPTIONS)


SCHEMAS = fault("PGRST106", "Invalid schema: hidden", None, "Only the following schemas are exposed: api, other")
ALL = "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"
HEADERS = [
    case("H1 read", "GET /items?select=id&order=id&limit=1", 200, fields={"Content-Type": "application/json; charset=utf-8", "Content-Range": "0-0/*",
         "Content-Location": "/items?limit=1&order=id&select=id", "Content-Profile": "api", "Vary": "Accept, Prefer, Range"}),
    case("H1 no query", "GET /no_rows", 200, fields={"Content-Location": "/no_rows"}),
    case("H2 error", "GET /no_such_thing_here", 404, fields={"Proxy-Status": "PostgREST; error=PGRST205"}),
    case("H2 401", "GET /members_only", 401, fault("42501", "permission denied for table members_only"), {"WWW-Authenticate": "Bearer"}),
    case("H2 403", "GET /members_only", 403, fields={"WWW-Authenticate": None}, token=token({"role": "other_user"})),
    case("H5 default", "GET /items?id=eq.1&select=name", 200, [{"name": "apple"}], {"Content-Profile": "api"}),
    case("H5 other", "GET /items", 200, [{"id": 1, "other": "elsewhere"}], {"Content-Profile": "other"}, Accept_Profile="other"),
    case("H5 only there", "GET /only_here", 200, "[]", Accept_Profile="other"), case("H5 not here", "GET /only_here", 404),
    case("H5 function", "GET /rpc/here", 200, '"other"', Accept_Profile="other"),
    case("H5 function by POST", "POST /rpc/here", 200, '"other"', body={}, Content_Profile="other"),
    case("H5 unknown", "GET /items", 406, SCHEMAS, Accept_Profile="hidden"), case("H5 unknown to write", "POST /items", 406, SCHEMAS, body={}, Content_Profile="hidden"),
    case("H7 table", "OPTIONS /items", 200, b"", {"Allow": ALL, "Access-Control-Allow-Origin": "*"}),
    case("H7 no key", "OPTIONS /keyless", 200, b"", {"Allow": "OPTIONS,GET,HEAD,POST,PATCH,DELETE"}),
    case("H7 view of groups", "OPTIONS /loud_items", 200, b"", {"Allow": "OPTIONS,GET,HEAD"}),
    case("H7 view with a trigger", "OPTIONS /task_titles", 200, b"", {"Allow": "OPTIONS,GET,HEAD,POST"}),
    case("H7 unknown", "OPTIONS /nowhere_at_all", 404), case("H7 bad token", "OPTIONS /items", 401, token="x"),
    case("H8 all", "POST /rpc/teapot", 418, '"short and stout"', {"X-Tea": "green", "Cache-Control": "no-store", "Set-Cookie": "a=1, b=2"}, body={}),
    case("H8 bad headers", "POST /rpc/say", 500, fault("PGRST111",
         "response.headers guc must be a JSON array composed of objects with a single key and a string value"), body={"setting": "headers", "value": "{}"}),
    case("H8 bad status", "POST /rpc/say", 500, fault("PGRST112", "response.status guc must be a valid status code"), body={"setting": "status", "value": "x"}),
    case("H8 content type", "POST /rpc/say", 200, fields={"Content-Type": "text/x"}, body={"setting": "headers", "value": '[{"Content-Type": "text/x"}]'}),
    case("H6 simple", "GET /items", 200, fields={"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}, **ORIGIN),
    case("H6 preflight", "OPTIONS /items", 200, b"", {"Access-Control-Allow-Origin": "*", "Access-Control-Max-Age": "86400",
         "Access-Control-Allow-Methods": "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD", "Access-Control-Allow-Headers": "Authorization, Foo, Bar, Accept, Accept-Language, Content-Language"}, **ORIGIN,
         Access_Control_Request_Method="POST", Access_Control_Request_Headers="Foo, Bar"),
]


@table(HEADERS)
def test_headers(parity, case):
    case.check(parity)


def test_H6_listed_origins(serve):
    server = serve(front="nginx", server_cors_allowed_origins="http://example.com, http://other.example", **OPTIONS)
    case("H6", "GET /items", 200, fields={"Access-Control-Allow-Origin": "http://example.com", "Access-Control-Allow-Credentials": "true"},
         **ORIGIN).check(server)
    case("H6", "GET /items", 200, fields={"Access-Control-Allow-Origin": None}, Origin="http://evil.example").check(server)


def test_H3_H4_timing_and_trace(serve):
    server = serve(front="nginx", server_timing_enabled=True, server_trace_header="X-Request-Id", **OPTIONS)
    for path in ("/items", "/no_such_thing"):
        answer = server.get(path, headers={"X-Request-Id": "42"})
        assert answer.headers["X-Request-Id"] == "42"
        assert all(stage + ";dur=" in answer.headers["Server-Timing"] for stage in ("jwt", "parse", "plan", "transaction", "response")), answer.headers
