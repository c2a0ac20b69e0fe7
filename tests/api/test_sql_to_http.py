"""What SQL learns of a request and what it may say to HTTP (PARITY.md 1.8 H8, 1.9 T2, T3 and T5, 1.11).

SPDX-License-Identifier: MIT
"""
import json

import pytest

from harness.cases import case, fault, table
from harness.token import token

SCHEMA = "functions.sql"
OPTIONS = {"db_schemas": "api,other"}
HEADERS = fault("PGRST111",
                "response.headers guc must be a JSON array composed of objects with a single key and a string value")
STATUS = fault("PGRST112", "response.status guc must be a valid status code")
PGRST = "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error"
MESSAGE_HINT = ("MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', "
                "'hint'.")
DETAIL_HINT = "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'."
GOOD = json.dumps({"code": "x", "message": "m"})


@pytest.fixture(scope="module")
def http(serve):
    return serve(front="nginx", **OPTIONS)


def say(name, expected, says, fields=None, **body):
    return case("H8 " + name, "POST /rpc/say", expected, says, fields, body)


def bad_headers(name, value):
    return say(name, 500, HEADERS, headers=value)


def raise_it(name, status, expected, fields=None, **body):
    return case("T5 " + name, "POST /rpc/raise_it", status, expected, fields, body)


def plain(name, state, status, fields=None):
    return raise_it(name, status, fault(state, "words"), fields, state=state, says="words")


def seen(name, setting, value, path="/rpc/seen", **send):
    return case("T2 " + name, f"GET {path}?name={setting}", 200, json.dumps(value), **send)


SAID = [
    say("fields", 200, '"said"', {"X-A": "1", "x-b": "2", "Vary": "X"},
        headers='[{"X-A": "1"}, {"x-b": "2"}, {"vary": "X"}]'),
    say("framing is the server's", 200, '"said"', {"Content-Length": "6", "Transfer-Encoding": None},
        headers='[{"Content-Length": "1"}, {"Transfer-Encoding": "chunked"}, {"Status": "500"}]'),
    say("none", 200, '"said"', headers="[]"), say("blanks", 200, '"said"', headers=" [ ] "),
    say("unset again", 200, '"said"', headers="", status=""),
    bad_headers("object", "{}"), bad_headers("null", "null"), bad_headers("no objects", "[1]"),
    bad_headers("a number", '[{"a": 1}]'), bad_headers("two keys", '[{"a": "1", "b": "2"}]'),
    bad_headers("no key", "[{}]"),
    bad_headers("null value", '[{"a": null}]'), bad_headers("more behind", '[{"a": "1"}] x'),
    bad_headers("no JSON", "nope"), bad_headers("CR LF in a value", '[{"X-A": "1\\r\\nX-B: 2"}]'),
    bad_headers("LF in a value", '[{"X-A": "1\\nX-B: 2"}]'),
    bad_headers("CR LF in a name", '[{"X-A: 1\\r\\nX-B": "2"}]'), bad_headers("colon in a name", '[{"a:": "1"}]'),
    bad_headers("blank in a name", '[{"a b": "1"}]'),
    bad_headers("empty name", '[{"": "1"}]'), bad_headers("NUL", '[{"a": "\\u0000"}]'),
    say("status", 299, '"said"', status="299"), say("status with more behind", 201, '"said"', status="201x"),
    say("status 204", 204, b"", {"Content-Length": None}, status="204"),
    say("status no number", 500, STATUS, status="abc"), say("status too low", 500, STATUS, status="99"),
    say("status too high", 500, STATUS, status="1000"), say("interim status", 500, STATUS, status="100"),
    say("status before headers", 500, STATUS, headers="nope", status="x"),
    case("H8 not on an error", "POST /rpc/many", 404, fields={"X-A": None}, body={}),
]
RAISED = [
    raise_it("PT", 402, fault("PT402", "Pay", "why", "how"), state="PT402", says="Pay", detail="why", hint="how"),
    raise_it("PT401", 401, fault("PT401", "No"), {"WWW-Authenticate": "Bearer"}, state="PT401", says="No"),
    raise_it("PT interim", 500, fault("PT100", "x"), state="PT100", says="x"),
    raise_it("PT no number", 500, fault("PTABC", "x"), state="PTABC", says="x"),
    raise_it("PT lines", 404, fault("PT404", "a\r\nX-B: y"), {"X-B": None}, state="PT404", says="a\r\nX-B: y"),
    raise_it("PGRST", 418, fault("x", "m"), {"X-A": "1"}, state="PGRST", says=GOOD,
             detail=json.dumps({"status": 418, "headers": {"X-A": "1"}, "status_text": "Tea"})),
    raise_it("PGRST all", 333, fault("c", "m", "d", "h"), state="PGRST",
             says=json.dumps({"code": "c", "message": "m", "details": "d", "hint": "h"}),
             detail=json.dumps({"status": 333, "headers": {}})),
    raise_it("PGRST lines in a header", 418, fault("x", "m"), {"X-A": None, "X-B": None}, state="PGRST",
             says=GOOD, detail=json.dumps({"status": 418, "headers": {"X-A": "1\r\nX-B: 2"}})),
    raise_it("PGRST lines in the status text", 418, fault("x", "m"), {"X-B": None}, state="PGRST", says=GOOD,
             detail=json.dumps({"status": 418, "headers": {}, "status_text": "a\r\nX-B: 2"})),
    raise_it("PGRST no JSON", 500, fault("PGRST121", PGRST, "Invalid JSON value for MESSAGE: 'x'", MESSAGE_HINT),
             state="PGRST", says="x", detail="{}"),
    raise_it("PGRST no message", 500, fault("PGRST121", PGRST, "Invalid JSON value for MESSAGE: '{\"code\": \"1\"}'",
                                            MESSAGE_HINT), state="PGRST", says='{"code": "1"}', detail="{}"),
    raise_it("PGRST number for a code", 500,
             fault("PGRST121", PGRST, "Invalid JSON value for MESSAGE: '{\"code\": 1, \"message\": \"\"}'",
                   MESSAGE_HINT), state="PGRST", says='{"code": 1, "message": ""}', detail="{}"),
    raise_it("PGRST no detail", 500, fault("PGRST121", PGRST, "DETAIL is missing in the RAISE statement", DETAIL_HINT),
             state="PGRST", says=GOOD),
    raise_it("PGRST bad detail", 500, fault("PGRST121", PGRST, "Invalid JSON value for DETAIL: 'x'", DETAIL_HINT),
             state="PGRST", says=GOOD, detail="x"),
    raise_it("PGRST no headers", 500, fault("PGRST121", PGRST, "Invalid JSON value for DETAIL: '{\"status\": 400}'",
                                            DETAIL_HINT), state="PGRST", says=GOOD, detail='{"status": 400}'),
    raise_it("PGRST text for a status", 500,
             fault("PGRST121", PGRST, "Invalid JSON value for DETAIL: '{\"status\": \"400\", \"headers\": {}}'",
                   DETAIL_HINT), state="PGRST", says=GOOD,
             detail='{"status": "400", "headers": {}}'),
    *(plain(f"1.11 {state}", state, status) for state, status in {
        "08006": 503, "09000": 500, "0L000": 403, "0P000": 403, "21000": 500, "22023": 400, "23503": 409,
        "23505": 409, "23514": 400, "25006": 405, "25001": 500, "28000": 403, "2D000": 500, "38000": 500,
        "39000": 500, "3B000": 500, "40001": 500, "40P01": 500, "42883": 404, "42P01": 404, "42P17": 500,
        "53100": 503, "53400": 500, "54000": 500, "55000": 500, "57000": 500, "57P01": 503, "58000": 500,
        "F0000": 500, "HV000": 500, "P0001": 400, "P0002": 500, "XX000": 500, "22P02": 400, "42703": 400,
        "ZZZZZ": 400}.items()),
    plain("1.11 anonymous", "42501", 401, {"WWW-Authenticate": "Bearer"}),
    raise_it("1.11 WHERE", 400, fault("21000", "UPDATE requires a WHERE clause"), state="21000",
             says="UPDATE requires a WHERE clause"),
    raise_it("1.11 unknown role", 401, fault("22023", 'role "x" does not exist'), {"WWW-Authenticate": "Bearer"},
             state="22023", says='role "x" does not exist'),
    raise_it("1.11 xmlagg", 406, fault("42883", "function xmlagg(text) does not exist"), state="42883",
             says="function xmlagg(text) does not exist"),
]
CLAIMS = {"role": "regular_user", "sub": "größe \"x\"", "n": 1.5, "list": [1, None]}
SEEN = [
    seen("method", "request.method", "GET"), seen("path", "request.path", "/rpc/seen"),
    seen("raw path", "request.path", "/rpc/gr%C3%B6%C3%9Fe%20%25", "/rpc/gr%C3%B6%C3%9Fe%20%25"),
    seen("cookies", "request.cookies", '{"a":"2","b":""}', Cookie="a=1; a=2; b"),
    seen("no cookies", "request.cookies", "{}"), seen("role", "role", "regular_user", token=token(CLAIMS)),
    seen("own setting of a function", "work_mem", "8MB", "/rpc/hoisted"),
    seen("hoisted", "statement_timeout", "7s", "/rpc/hoisted"), seen("not hoisted", "statement_timeout", "0"),
    case("T2 HEAD", "HEAD /rpc/seen?name=request.method", 200, b""),
    case("T1 isolation of a function", "GET /rpc/repeatable", 200, '"repeatable read on"'),
    case("T1 stable by POST", "POST /rpc/repeatable", 200, '"repeatable read on"', body={}),
    case("T1 isolation else", "GET /rpc/isolation", 200, '"read committed"'),
]


@table(SAID, RAISED, SEEN)
def test_said(http, case):
    case.check(http)


def test_T2_claims_and_headers(http):
    answer = http.get("/rpc/seen?name=request.jwt.claims", token=token(CLAIMS))
    assert json.loads(answer.json()) == CLAIMS
    headers = json.loads(http.get("/rpc/seen?name=request.headers",
                                  headers={"X-Up-Per": "Größe".encode(), "Cookie": "a=1"}).json())
    assert (headers["x-up-per"] == "Größe" and "cookie" not in headers
            and {"host", "user-agent", "accept"} <= set(headers))
    posted = json.loads(http.post("/rpc/seen_writing", json={"name": "request.headers"}).json())
    assert posted["content-type"] == "application/json"


def lines(answer):
    """Field lines as they came over the wire."""
    return answer.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]


def post_raw(server, function, body):
    data = json.dumps(body).encode()
    return server.raw_request("POST", "/rpc/" + function, "Content-Type: application/json", body=data)


@pytest.mark.parametrize("front", ["nginx", "lighttpd"])
def test_H8_on_the_wire(serve, front):
    server = serve(front=front, **OPTIONS)
    status, answer = post_raw(server, "say", {"headers": '[{"Set-Cookie": "a=1"}, {"Set-Cookie": "b=2"}]'})
    assert status == 200 and [line for line in lines(answer)
                              if line.lower().startswith(b"set-cookie")] == [b"Set-Cookie: a=1", b"Set-Cookie: b=2"]
    status, answer = post_raw(server, "say_many", {"n": 1000})
    many = [line for line in lines(answer) if line.startswith(b"X-") and line.endswith(b": vvvvvvvv")]
    assert status == 200 and len(many) == len(set(many)) == 1000
    for evil in ('[{"X-A": "1\\r\\nX-B: 2"}]', '[{"X-A\\r\\nX-B": "2"}]', '[{"X-A": "\\r\\n\\r\\n<script>"}]',
                 '[{"X-A": "1"}, {"X-B": "a\\u000d"}]'):
        status, answer = post_raw(server, "say", {"headers": evil})
        assert status == 500 and not [line for line in lines(answer) if line.startswith((b"X-A", b"X-B", b"<"))], answer
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "PGRST111"
    for body in ({"state": "PT404", "says": "a\r\nX-B: 2"},
                 {"state": "PGRST", "says": json.dumps({"code": "a\r\nX-B: 2", "message": ""}),
                  "detail": json.dumps({"status": 400, "headers": {"X-A": "\r\nX-B: 2"},
                                        "status_text": "x\r\nX-B: 2"})}):
        status, answer = post_raw(server, "raise_it", body)
        injected = [line for line in lines(answer) if line.startswith((b"X-A", b"X-B"))]
        assert status in (404, 400) and not injected, answer


def test_H8_more_than_an_answer_may_carry(http):
    """Nothing is cut off: it is refused as a whole."""
    case("H8", "POST /rpc/say_many", 500, HEADERS, body={"n": 40000}).check(http)


PRE_REQUEST = [
    case("T3 reads", "GET /films?id=eq.1&select=id", 200, [{"id": 1}], {"X-Checked": "web_anon GET"}),
    case("T3 calls", "GET /rpc/seen?name=app.checked", 200, '"/rpc/seen"', {"X-Checked": "web_anon GET"}),
    case("T3 writes", "POST /films", 201, b"", {"X-Checked": "regular_user POST"}, {"id": 9, "title": "t"},
         token({"role": "regular_user"})),
         case("T3 document", "GET /", 200, fields={"Content-Type": "application/openapi+json; charset=utf-8"}),
    case("T3 refuses", "GET /films", 429, fault("PT429", "Slow Down", "too many", "later"), {"X-Checked": None},
         X_Refuse="1"), case("T3 status", "GET /films?id=eq.1&select=id", 203, [{"id": 1}], X_Status="203"),
    case("T3 becomes another", "GET /rpc/whoami", 200, '["regular_user", "regular_user"]', X_Become="regular_user"),
    case("T3 and is back", "GET /rpc/whoami", 200, '["web_anon", "web_anon"]'),
    case("T3 cannot become", "GET /rpc/whoami", 401, fault("42501", 'permission denied to set role "postgres"'),
         X_Become="postgres"), case("T3 not for OPTIONS", "OPTIONS /films", 200, b"", {"X-Checked": None},
                                    X_Refuse="1"),
]


@pytest.fixture(scope="module")
def checked(serve):
    return serve(front="nginx", db_pre_request="private.check_request", db_tx_end="rollback", **OPTIONS)


@table(PRE_REQUEST)
def test_pre_request(checked, case):
    case.check(checked)


def test_T2_settings_of_the_role(serve, database):
    """ALTER ROLE ... SET of the impersonated role, its isolation level, and what app.settings say."""
    database.run("ALTER ROLE other_user SET statement_timeout = '9s'")
    database.run("ALTER ROLE other_user SET default_transaction_isolation = 'serializable'")
    database.run("ALTER ROLE other_user SET log_statement = 'all'")
    try:
        server = serve(front="nginx", app_settings_colour="green", app_settings_quote="it's \"so\"",
                       openapi_mode="ignore-privileges", **OPTIONS)
        who = token({"role": "other_user"})
        seen("role", "statement_timeout", "9s", token=who).check(server)
        seen("superuser's", "log_statement", "none", token=who).check(server)
        case("T1", "GET /rpc/isolation", 200, '"serializable"', token=who).check(server)
        case("T1 function's own", "GET /rpc/repeatable", 200, '"repeatable read on"', token=who).check(server)
        seen("function's own", "statement_timeout", "7s", "/rpc/hoisted", token=who).check(server)
        seen("nobody else's", "statement_timeout", "0").check(server)
        case("T1 nobody else's", "GET /rpc/isolation", 200, '"read committed"').check(server)
        seen("app", "app.settings.colour", "green").check(server)
        seen("app", "app.settings.quote", "it's \"so\"").check(server)
    finally:
        database.run("ALTER ROLE other_user RESET ALL")


def test_F9_hoisted_settings_are_chosen(http, serve):
    """A timeout set by the function itself comes too late for the statement that calls it."""
    case("F9", "GET /rpc/brief", 500, fault("57014", "canceling statement due to statement timeout")).check(http)
    others = serve(front="nginx", db_hoisted_tx_settings="work_mem", **OPTIONS)
    case("F9 not hoisted", "GET /rpc/brief", 204, b"").check(others)
    case("F9 isolation all the same", "GET /rpc/repeatable", 200, '"repeatable read on"').check(others)
