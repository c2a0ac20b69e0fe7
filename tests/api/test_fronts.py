"""Every web server passes the same things on: methods, names, sizes, connections.

SPDX-License-Identifier: MIT
"""
import http.client
import json
import urllib.parse

import pytest

from harness.server import FRONTS

SCHEMA = "fronts.sql"
LIMITS = {"server_max_url": "4k", "server_max_header": "8k", "server_max_body": "2M"}


@pytest.fixture(scope="module", params=FRONTS)
def front(request, serve):
    return serve(front=request.param, **LIMITS)


def code(answer):
    return answer.json()["code"]


# id, method, path as sent, status, what the body says
TARGETS = [
    ("R2 table", "GET", "/things?id=eq.2", 200, '[{"id":2,"name":"two"}]'),
    ("R6 encoded slash in a name", "GET", "/a%2Fb", 200, '[{"id":7}]'),
    ("R6 space in a name", "GET", "/two%20words", 200, '[{"id":8}]'),
    ("R6 plus is itself in a path", "GET", "/a+b", 200, '[{"id":9}]'),
    ("R6 unicode in a name", "GET", "/gr%C3%B6%C3%9Fe?select=l%C3%A4nge", 200, '[{"länge":5}]'),
    ("R6 decoded once", "GET", "/a%252Fb", 404, "PGRST205"),
    ("R4 slash is a step deeper", "GET", "/a/b", 404, "PGRST125"),
    ("U1 plus is a space in a query", "GET", "/things?name=eq.o+ne", 200, "[]"),
    ("U1 encoded query", "GET", "/things?select=id&name=%65q.one", 200, '[{"id":1}]'),
    ("R3 RPC by an unknown name", "GET", "/rpc/nothing", 404, "PGRST202"),
    ("R7 unknown relation", "GET", "/nothing", 404, "PGRST205"),
]


@pytest.mark.parametrize("method, path, status, says", [row[1:] for row in TARGETS], ids=[row[0] for row in TARGETS])
def test_target(front, method, path, status, says):
    got, answer = front.raw_request(method, path)
    assert got == status, answer
    assert says in answer.decode()


# id, path, the web servers that answer it themselves (Apache says 404 to %00)
@pytest.mark.parametrize("path", ["/things%00", "/things?name=eq.%00", "/things?name=eq.%e2%28"],
                         ids=["NUL in the path", "NUL in the query", "invalid UTF-8"])
def test_bad_encoding_is_refused_and_the_worker_lives(front, path):
    status, answer = front.raw_request("GET", path)
    own_answer = front.front == "apache" and status == 404 and b"text/html" in answer
    assert status == 400 or own_answer, answer
    assert front.get("/things?id=eq.1").json() == [{"id": 1, "name": "one"}]


METHODS = [("GET", 200), ("HEAD", 200), ("OPTIONS", 200), ("POST", 401), ("PATCH", 401), ("DELETE", 401)]


@pytest.mark.parametrize("method, status", METHODS, ids=["R2 " + row[0] for row in METHODS])
def test_method(front, method, status):
    answer = front.request(method, "/things?id=eq.1", json={"name": "other"} if method in ("POST", "PATCH") else None)
    assert answer.status_code == status, answer.text


# What the README lists. Sent, then what each web server answers: a code is rowgate's, a number alone its own.
OWN_ANSWERS = [
    ("a method nobody knows", "BREW /things HTTP/1.1", {"lighttpd": 501, "nginx": "PGRST117", "apache": "PGRST117"}),
    ("a method of WebDAV", "PROPFIND /things HTTP/1.1",
     {"lighttpd": "PGRST117", "nginx": "PGRST117", "apache": "PGRST117"}),
    ("TRACE", "TRACE /things HTTP/1.1", {"lighttpd": "PGRST117", "nginx": 405, "apache": "PGRST117"}),
    ("CONNECT", "CONNECT localhost:1 HTTP/1.1", {"lighttpd": 400, "nginx": 400, "apache": "PGRST117"}),
    ("a method in lower case", "get /things HTTP/1.1", {"lighttpd": 501, "nginx": 400, "apache": "PGRST117"}),
    ("%00 in the path", "GET /things%00 HTTP/1.1", {"lighttpd": "PGRST100", "nginx": 400, "apache": 404}),
    ("%zz in the path", "GET /%zz HTTP/1.1", {"lighttpd": "PGRST205", "nginx": 400, "apache": 400}),
    ("%zz in the query", "GET /things?a=%zz HTTP/1.1",
     {"lighttpd": "PGRST100", "nginx": "PGRST100", "apache": "PGRST100"}),
    ("a control character", "GET /things?a=\x01 HTTP/1.1", {"lighttpd": "PGRST100", "nginx": 400, "apache": 400}),
    ("POST without a length", "POST /things HTTP/1.1", {"lighttpd": 411, "nginx": "PGRST102", "apache": "PGRST102"}),
    ("above the root", "GET /../things HTTP/1.1", {"lighttpd": "PGRST125", "nginx": 400, "apache": 400}),
    ("a doubled slash", "GET //things HTTP/1.1", {"lighttpd": "PGRST125", "nginx": "PGRST125", "apache": "PGRST125"}),
    ("a URL of 20 kB", f"GET /things?a={'a' * 20000} HTTP/1.1", {"lighttpd": "RG414", "nginx": "RG414", "apache": 414}),
    ("a URL of 40 kB", f"GET /things?a={'a' * 40000} HTTP/1.1", {"lighttpd": 431, "nginx": "RG414", "apache": 414}),
    ("a field of 20 kB", f"GET /things HTTP/1.1\r\nX-Long: {'a' * 20000}",
     {"lighttpd": "RG431", "nginx": "RG431", "apache": 400}),
    ("no Host", "GET /things HTTP/1.1\r\n", {"lighttpd": 400, "nginx": 400, "apache": 400}),
    ("a length that is no number", "POST /things HTTP/1.1\r\nContent-Length: x",
     {"lighttpd": 400, "nginx": 400, "apache": 400}),
    ("a field of 40 kB", f"GET /things HTTP/1.1\r\nX-Long: {'a' * 40000}",
     {"lighttpd": 431, "nginx": "RG431", "apache": 400}),
]


@pytest.mark.parametrize("line, answers", [row[1:] for row in OWN_ANSWERS], ids=["R5 " + row[0] for row in OWN_ANSWERS])
def test_who_answers_what_is_no_request(front, line, answers):
    expected = answers[front.front]
    host = "" if line.endswith("\r\n") else "\r\nHost: localhost\r\n"
    status, answer = front.raw(f"{line}{host}Connection: close\r\n\r\n".encode())
    body = answer.partition(b"\r\n\r\n")[2]
    if isinstance(expected, int):
        assert (status, body[:1]) == (expected, b"" if expected == 405 and not body else b"<"), answer
    else:
        assert json.loads(body)["code"] == expected, answer


@pytest.mark.parametrize("path", ["/things", "/things?id=eq.77", "/nothing", "/"])
def test_h1_content_length_is_that_of_the_body_and_absent_without_one(front, path):
    answer = front.get(path, headers={"Accept-Encoding": "identity"})
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert "Transfer-Encoding" not in answer.headers
    head = front.request("HEAD", path, headers={"Accept-Encoding": "identity"})
    assert head.status_code == answer.status_code and "Content-Length" not in head.headers


def test_r6_head_has_the_fields_of_get_and_no_body(front):
    head, get = front.request("HEAD", "/things"), front.get("/things")
    assert head.content == b"" and get.content != b""
    assert head.headers["Content-Range"] == get.headers["Content-Range"] == "0-2/*"
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


@pytest.mark.parametrize("wanted", ["bytes=0-3", "bytes=-1", "bytes=0-0,2-3", "rows=0-3"])
def test_a_range_of_another_unit_cuts_nothing(front, wanted):
    answer = front.get("/things?order=id", headers={"Range": wanted})
    assert answer.status_code == 200 and answer.content == front.get("/things?order=id").content
    assert answer.headers["Content-Range"] == "0-2/*"


def test_long_url_is_refused(front):
    answer = front.get("/things?name=eq." + "a" * 5000)
    assert answer.status_code == 414 and code(answer) == "RG414"


def test_h1_a_long_url_is_answered_without_repeating_it(front):
    """Encoded it would be a line that nginx, Apache and clients refuse."""
    answer = front.get("/things?name=in.(" + "," * 3900 + ")")
    assert (answer.status_code, answer.text) == (200, "[]") and "Content-Location" not in answer.headers
    assert "Content-Location" in front.get("/things?name=in.(" + "," * 2600 + ")").headers


def test_long_header_is_refused(front):
    answer = front.get("/things", headers={"X-Long": "a" * 9000})
    assert answer.status_code == 431 and code(answer) == "RG431"


def test_large_body_is_refused(front):
    answer = front.post("/notes", json={"body": "a" * 3_000_000})
    assert answer.status_code == 413 and code(answer) == "RG413"


def test_body_of_a_megabyte_arrives_whole(front, database):
    text = "".join(chr(0x20 + i % 90) for i in range(1_000_000))
    answer = front.post("/notes", json={"body": text})
    assert answer.status_code == 201, answer.text
    assert database.run("DELETE FROM notes RETURNING body") == [(text,)]


def test_chunked_body_arrives_whole(front, database):
    parts = (b'{"body":"', b"a" * 100_000, b"b" * 100_000, b'"}')
    answer = front.post("/notes", data=iter(parts), headers={"Content-Type": "application/json"})
    assert answer.status_code == 201, answer.text
    assert database.value("DELETE FROM notes RETURNING length(body)") == 200_000


def test_large_answer_arrives_whole(front):
    answer = front.get("/many")
    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()] == list(range(1, 20001))


def test_authorization_arrives(front):
    answer = front.get("/things", token="no.token.atall")
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_several_lines_of_one_field_are_one(front):
    """nginx before 1.23 passes each by itself."""
    status, answer = front.raw_request("GET", "/things", "Prefer: handling=strict", "Accept: */*", "Prefer: nonsense=1")
    assert status == 400 and b"PGRST122" in answer
    status, answer = front.raw_request("GET", "/things?limit=1", "Prefer: tx=commit", "Prefer: count=exact")
    assert status == 206 and b"0-0/3" in answer
    status, answer = front.raw_request("GET", "/things", "Authorization: Bearer a.b.c", "Authorization: Bearer a.b.c")
    # nginx before 1.23 refuses that by itself.
    assert (status == 401 and b"PGRST301" in answer) or (front.front == "nginx" and status == 400), answer


@pytest.mark.parametrize("method, lines, status, says", [
    ("GET", ["Accept-Profile: public", "Accept-Profile: nowhere"], 200, b'"one"'),
    ("GET", ["Accept-Profile: nowhere", "Accept-Profile: public"], 406, b"Invalid schema: nowhere\""),
    ("POST", ["Content-Type: text/evil", "Content-Type: application/json"], 400,
     b"Content-Type not acceptable: text/evil\""),
])
def test_of_a_field_that_names_one_thing_the_first_line_counts(front, method, lines, status, says):
    answer = front.raw_request(method, "/things", *lines)
    own_answer = front.front == "lighttpd" and method == "POST" and b"text/html" in answer[1]
    assert answer[0] == status and (says in answer[1] or own_answer), answer


def test_no_spelling_stands_for_another(front):
    status, answer = front.raw_request("GET", "/things", "Accept_Profile: nowhere", "Content_Type: text/evil")
    assert status == 200, answer


def test_many_requests_on_one_connection(front):
    """Answers of every kind one after the other: none may leave bytes behind for the next."""
    address = urllib.parse.urlsplit(front.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    rounds = [("GET", "/things?id=eq.1", None, 200), ("HEAD", "/things", None, 200), ("GET", "/nothing", None, 404),
              ("POST", "/things", b'{"id":9}', 401), ("POST", "/nothing", b"[" + b" " * 100_000 + b"]", 404),
              ("GET", "/many?limit=1", None, 200)]
    for method, path, body, status in rounds * 5:
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        received = answer.read()
        assert answer.status == status, (method, path, received)
    connection.close()


def test_a_client_that_leaves_harms_nobody(front):
    for _ in range(5):
        with front.connect() as connection:
            connection.sendall(b"GET /many HTTP/1.1\r\nHost: localhost\r\n\r\n")
            connection.recv(1000)
    for _ in range(5):
        with front.connect() as connection:
            connection.sendall(b"POST /notes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
    assert front.get("/things?id=eq.1").status_code == 200
