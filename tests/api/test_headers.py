"""Headers, schemas, CORS and OPTIONS (PARITY.md 1.8).

SPDX-License-Identifier: MIT
"""
import signal

import pytest

from harness.cases import case, fault, table
from harness.process import wait_until
from harness.server import FRONTS, Server
from harness.token import token

SCHEMA = "parity.sql"
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra"}
ORIGIN = {"Origin": "http://example.com"}
EXPOSED = ("Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, "
           "Transfer-Encoding, "
           "Range-Unit")


@pytest.fixture(scope="module", params=["nginx", "lighttpd"])
def parity(request, serve):
    return serve(front=request.param, **OPTIONS)


SCHEMAS = fault("PGRST106", "Invalid schema: hidden", None, "Only the following schemas are exposed: api, other")
ALL = "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"
HEADERS = [
    case("H1 read", "GET /items?select=id&order=id&limit=1", 200,
         fields={"Content-Type": "application/json; charset=utf-8", "Content-Range": "0-0/*",
         "Content-Location": "/items?limit=1&order=id&select=id", "Content-Profile": "api",
         "Vary": "Accept, Prefer, Range"}),
    case("H1 no query", "GET /no_rows", 200, fields={"Content-Location": "/no_rows"}),
    case("H2 error", "GET /no_such_thing_here", 404, fields={"Proxy-Status": "PostgREST; error=PGRST205"}),
    case("H2 401", "GET /members_only", 401, fault("42501", "permission denied for table members_only"),
         {"WWW-Authenticate": "Bearer"}),
    case("H2 403", "GET /members_only", 403, fields={"WWW-Authenticate": None}, token=token({"role": "other_user"})),
    case("H5 default", "GET /items?id=eq.1&select=name", 200, [{"name": "apple"}], {"Content-Profile": "api"}),
    case("H5 other", "GET /items", 200, [{"id": 1, "other": "elsewhere"}], {"Content-Profile": "other"},
         Accept_Profile="other"),
    case("H5 only there", "GET /only_here", 200, "[]", Accept_Profile="other"),
    case("H5 not here", "GET /only_here", 404),
    case("H5 function", "GET /rpc/here", 200, '"other"', Accept_Profile="other"),
    case("H5 function by POST", "POST /rpc/here", 200, '"other"', body={}, Content_Profile="other"),
    case("H5 unknown", "GET /items", 406, SCHEMAS, Accept_Profile="hidden"),
    case("H5 unknown to write", "POST /items", 406, SCHEMAS, body={}, Content_Profile="hidden"),
    case("H7 table", "OPTIONS /items", 200, b"", {"Allow": ALL, "Access-Control-Allow-Origin": "*"}),
    case("H7 no key", "OPTIONS /keyless", 200, b"", {"Allow": "OPTIONS,GET,HEAD,POST,PATCH,DELETE"}),
    case("H7 view of groups", "OPTIONS /loud_items", 200, b"", {"Allow": "OPTIONS,GET,HEAD"}),
    case("H7 view with a trigger", "OPTIONS /task_titles", 200, b"", {"Allow": "OPTIONS,GET,HEAD,POST"}),
    case("H7 unknown", "OPTIONS /nowhere_at_all", 404), case("H7 bad token", "OPTIONS /items", 401, token="x"),
    case("H8 all", "POST /rpc/teapot", 418, '"short and stout"',
         {"X-Tea": "green", "Cache-Control": "no-store", "Set-Cookie": "a=1, b=2"}, body={}),
    case("H8 bad headers", "POST /rpc/say", 500, fault("PGRST111",
         "response.headers guc must be a JSON array composed of objects with a single key and a string value"),
         body={"setting": "headers", "value": "{}"}),
    case("H8 bad status", "POST /rpc/say", 500, fault("PGRST112", "response.status guc must be a valid status code"),
         body={"setting": "status", "value": "x"}),
    case("H8 content type", "POST /rpc/say", 200, fields={"Content-Type": "text/x"},
         body={"setting": "headers", "value": '[{"Content-Type": "text/x"}]'}),
    case("H6 simple", "GET /items", 200,
         fields={"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}, **ORIGIN),
    case("H6 preflight", "OPTIONS /items", 200, b"",
         {"Access-Control-Allow-Origin": "*", "Access-Control-Max-Age": "86400",
         "Access-Control-Allow-Methods": "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD",
         "Access-Control-Allow-Headers": "Authorization, Foo, Bar, Accept, Accept-Language, Content-Language"},
         **ORIGIN,
         Access_Control_Request_Method="POST", Access_Control_Request_Headers="Foo, Bar"),
]


@table(HEADERS)
def test_headers(parity, case):
    case.check(parity)


LISTED = {"Access-Control-Allow-Origin": "http://example.com", "Access-Control-Allow-Credentials": "true"}
NOT_ONE = {"Access-Control-Allow-Origin": None, "Access-Control-Allow-Credentials": None,
           "Access-Control-Expose-Headers": None}
NO_PREFLIGHT = {"Access-Control-Allow-Methods": None, "Access-Control-Allow-Headers": None,
                "Access-Control-Max-Age": None}
PREFLIGHT = {"Access-Control-Allow-Methods": "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD",
             "Access-Control-Max-Age": "86400", "Allow": None, "Access-Control-Expose-Headers": None}
SIMPLE = "Accept, Accept-Language, Content-Language"
EVIL = {"Origin": "http://evil.example"}
ORIGINS = [
    case("read", "GET /items", 200, fields=LISTED | {"Access-Control-Expose-Headers": EXPOSED}, **ORIGIN),
    case("write", "POST /rpc/add", 200, "3", fields=LISTED, body={"a": 1, "b": 2}, **ORIGIN),
    case("error", "GET /nowhere_at_all", 404, fields=LISTED | {"Access-Control-Expose-Headers": EXPOSED}, **ORIGIN),
    case("bad token", "GET /items", 401, fields=LISTED, token="x", **ORIGIN),
    case("read by another", "GET /items", 200, fields=NOT_ONE, **EVIL),
    case("error for another", "GET /nowhere_at_all", 404, fields=NOT_ONE, **EVIL),
    case("no origin", "GET /items", 200, fields=NOT_ONE),
    case("a part of one", "GET /items", 200, fields=NOT_ONE, Origin="http://example.co"),
    case("more than one", "GET /items", 200, fields=NOT_ONE, Origin="http://example.com.evil.example"),
    case("null", "GET /items", 200, fields=NOT_ONE, Origin="null"),
    # Nobody is asked for a token before a preflight, and no path is wrong.
    *(case(f"preflight of {method}", "OPTIONS /items", 200, b"",
           LISTED | PREFLIGHT | {"Access-Control-Allow-Headers": None}, **ORIGIN, Access_Control_Request_Method=method)
      for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")),
    case("preflight anywhere", "OPTIONS /nowhere/at/all", 200, b"", LISTED | PREFLIGHT, **ORIGIN,
         Access_Control_Request_Method="GET"),
    case("preflight with a bad token", "OPTIONS /items", 200, b"", LISTED | PREFLIGHT, token="x", **ORIGIN,
         Access_Control_Request_Method="GET"),
    *(case(f"fields {asked}", "OPTIONS /items", 200, b"",
           LISTED | PREFLIGHT | {"Access-Control-Allow-Headers": f"Authorization, {allowed}"}, **ORIGIN,
           Access_Control_Request_Method="POST",
           Access_Control_Request_Headers=asked)
      for asked, allowed in (("Foo,Bar", f"Foo, Bar, {SIMPLE}"), ("content-type", f"content-type, {SIMPLE}"),
                             ("authorization,apikey", f"authorization, apikey, {SIMPLE}"),
                             ("accept, x-client-info", "accept, x-client-info, Accept-Language, Content-Language"))),
    # These are asked as any OPTIONS is.
    case("preflight of a method nobody has", "OPTIONS /items", 200, b"", NO_PREFLIGHT | {"Allow": ALL},
         **ORIGIN, Access_Control_Request_Method="PROPFIND"),
    case("preflight by another", "OPTIONS /items", 200, b"", NO_PREFLIGHT
         | {"Allow": ALL, "Access-Control-Allow-Credentials": None}, **EVIL, Access_Control_Request_Method="GET"),
    case("preflight by another with a bad token", "OPTIONS /items", 401, fields=NO_PREFLIGHT | NOT_ONE,
         token="x", **EVIL, Access_Control_Request_Method="GET"),
    case("options", "OPTIONS /items", 200, b"", NO_PREFLIGHT | {"Allow": ALL}, **ORIGIN),
]


@pytest.fixture(scope="module", params=FRONTS)
def listed(request, serve):
    return serve(front=request.param, server_cors_allowed_origins="http://other.example, http://example.com", **OPTIONS)


@table(ORIGINS)
def test_H6_listed_origins(listed, case):
    case.check(listed)


def test_H6_the_list_of_origins_is_read_again_on_a_reload(database):
    def config(origins):
        return f'db-uri = "{database.uri}"\ndb-schemas = "api"\ndb-anon-role = "web_anon"\n' + (
            f'server-cors-allowed-origins = "{origins}"\n' if origins else "")

    def allowed(origin):
        return server.get("/items", headers={"Origin": origin}).headers.get("Access-Control-Allow-Origin")
    server = Server(server_host="127.0.0.1", config=config("http://a.example")).wait_ready()
    assert (allowed("http://a.example"), allowed("http://b.example")) == ("http://a.example", None)
    for origins, seen in (("http://b.example", (None, "http://b.example")), (None, ("*", "*")),
                          ("http://a.example,http://b.example", ("http://a.example", "http://b.example"))):
        server.directory.joinpath("config").write_text(config(origins))
        server.process.send(signal.SIGUSR2)
        wait_until(lambda: (allowed("http://a.example"), allowed("http://b.example")) == seen, 10,
                   f"{origins} are allowed")
    server.stop()


def test_H3_H4_timing_and_trace(serve):
    server = serve(front="nginx", server_timing_enabled=True, server_trace_header="X-Request-Id", **OPTIONS)
    for path in ("/items", "/no_such_thing"):
        answer = server.get(path, headers={"X-Request-Id": "42"})
        assert answer.headers["X-Request-Id"] == "42"
        assert all(stage + ";dur=" in answer.headers["Server-Timing"]
                   for stage in ("jwt", "parse", "plan", "transaction", "response")), answer.headers
