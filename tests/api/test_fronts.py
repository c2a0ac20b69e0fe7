"""Every web server passes the same things on: methods, names, sizes, connections.

SPDX-License-Identifier: MIT
"""
import hashlib
import http.client
import io
import json
import re
import subprocess
import urllib.parse
import uuid

import pytest

from harness.process import BUILD, TOP
from harness.server import FRONTS, WEB_SERVERS
from harness.token import token

SCHEMA = "fronts.sql"
LIMITS = {"server_max_url": "4k", "server_max_header": "8k", "server_max_body": "2M"}


@pytest.fixture(scope="module", params=FRONTS)
def front(request, serve):
    return serve(front=request.param, **LIMITS)


@pytest.fixture(scope="module", params=FRONTS)
def default(request, serve):
    """With rowgate's own limits."""
    return serve(front=request.param, db_tx_end="commit-allow-override")


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


@pytest.mark.parametrize("path", ["/things%00", "/things?name=eq.%00", "/things?name=eq.%e2%28"],
                         ids=["NUL in the path", "NUL in the query", "invalid UTF-8"])
def test_bad_encoding_is_refused_and_the_worker_lives(front, path):
    status, answer = front.raw_request("GET", path)
    own_answer = front.front == "apache" and status == 404 and b"RG404" in answer
    assert status == 400 or own_answer, answer
    assert front.get("/things?id=eq.1").json() == [{"id": 1, "name": "one"}]


METHODS = [("GET", 200), ("HEAD", 200), ("OPTIONS", 200), ("POST", 401), ("PATCH", 401), ("DELETE", 401)]


@pytest.mark.parametrize("method, status", METHODS, ids=["R2 " + row[0] for row in METHODS])
def test_method(front, method, status):
    answer = front.request(method, "/things?id=eq.1", json={"name": "other"} if method in ("POST", "PATCH") else None)
    assert answer.status_code == status, answer.text


HOST = "\r\nHost: localhost\r\nConnection: close\r\nOrigin: https://app.example"
NOTE = HOST + "\r\nContent-Type: application/json"
CHUNKED = NOTE + "\r\nTransfer-Encoding: chunked\r\n\r\n"
BODY = '{"body":"x"}'

# What the web servers answer alike, whoever answers it: what is sent, then a code or a status.
ALIKE = {
    "R5 a method of WebDAV": ("PROPFIND /things HTTP/1.1" + HOST, "PGRST117"),
    "R5 QUERY": ("QUERY /things HTTP/1.1" + HOST, "PGRST117"),
    "R4 a doubled slash": ("GET //things HTTP/1.1" + HOST, "PGRST125"),
    "R4 a doubled slash within": ("GET /rpc//x HTTP/1.1" + HOST, "PGRST125"),
    "R4 a slash behind": ("GET /things/ HTTP/1.1" + HOST, "PGRST125"),
    "R4 dots in the path": ("GET /x/../things HTTP/1.1" + HOST, "PGRST125"),
    "R6 a semicolon in the path": ("GET /things;x=1 HTTP/1.1" + HOST, "PGRST205"),
    "R6 %2f": ("GET /a%2fb HTTP/1.1" + HOST, "200"),
    "R6 %3F": ("GET /a%3Fb HTTP/1.1" + HOST, "PGRST205"),
    "R6 a backslash": ("GET /a\\b HTTP/1.1" + HOST, "PGRST205"),
    "R6 a name like a backup file": ("GET /x~ HTTP/1.1" + HOST, "PGRST205"),
    "R6 a name like a program": ("GET /x.php HTTP/1.1" + HOST, "PGRST205"),
    "R6 a name like a hidden file": ("GET /.htaccess HTTP/1.1" + HOST, "PGRST205"),
    "R6 bytes that are not encoded": ("GET /gr\xc3\xb6\xc3\x9fe HTTP/1.1" + HOST, "200"),
    "R6 bytes that are no UTF-8": ("GET /things?name=eq.\xe4 HTTP/1.1" + HOST, "PGRST100"),
    "R6 bytes that are no UTF-8, far behind": (f"GET /things?name=eq.{'a' * 2000}\xe4 HTTP/1.1" + HOST, "PGRST100"),
    "R6 what web servers keep for themselves": ("GET /rowgate-refused HTTP/1.1" + HOST, "RG404 PGRST205"),
    "U1 an empty query": ("GET /things? HTTP/1.1" + HOST, "200"),
    "U1 a semicolon in the query": ("GET /things?name=eq.a;b HTTP/1.1" + HOST, "200"),
    "U1 %zz in the query": ("GET /things?a=%zz HTTP/1.1" + HOST, "PGRST100"),
    "U1 what should be encoded": ("GET /things?name=in.(\"a\",<b>|^`[]{c}) HTTP/1.1" + HOST, "200"),
    "an absolute URL": ("GET http://localhost/things?id=eq.1 HTTP/1.1" + HOST, "200"),
    "no path": ("GET things HTTP/1.1" + HOST, "RG400"),
    "HTTP/1.0": ("GET /things HTTP/1.0", "200"),
    "HTTP/1.0 with a host": ("GET /things HTTP/1.0" + HOST, "200"),
    "no host": ("GET /things HTTP/1.1", "RG400"),
    "two hosts": ("GET /things HTTP/1.1\r\nHost: other" + HOST, "RG400"),
    "POST without length and body": ("POST /things HTTP/1.1" + HOST, "PGRST102"),
    "POST without them in HTTP/1.0": ("POST /things HTTP/1.0" + HOST, "PGRST102"),
    "PATCH without them": ("PATCH /things HTTP/1.1" + HOST, "PGRST102"),
    "DELETE without them": ("DELETE /things HTTP/1.1" + HOST, "42501"),
    "GET with a body": ("GET /things HTTP/1.1" + HOST + "\r\nContent-Length: 2\r\n\r\n{}", "200"),
    "100-continue": ("POST /notes HTTP/1.1" + NOTE + f"\r\nExpect: 100-continue\r\nContent-Length: {len(BODY)}"
                     + "\r\n\r\n" + BODY, "201"),
    "chunks with a trailer": ("POST /notes HTTP/1.1" + CHUNKED + f"{len(BODY):x}\r\n{BODY}\r\n0\r\nX-A: b\r\n\r\n",
                              "201"),
    "chunks with an extension": ("POST /notes HTTP/1.1" + CHUNKED + f"{len(BODY):x};a=b\r\n{BODY}\r\n0\r\n\r\n",
                                 "201"),
    "chunks of no size": ("POST /notes HTTP/1.1" + CHUNKED + "zz\r\n", "RG400"),
    "two lengths": ("POST /notes HTTP/1.1" + NOTE + "\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "RG400"),
    "a length that is no number": ("POST /notes HTTP/1.1" + NOTE + "\r\nContent-Length: x", "RG400"),
    "a length beyond all measure": ("POST /notes HTTP/1.1" + NOTE + f"\r\nContent-Length: {'9' * 20}", "RG400"),
    "a blank before the colon": ("GET /things HTTP/1.1" + HOST + "\r\nX-A : b", "RG400"),
    "no text in a field": ("GET /things HTTP/1.1" + HOST + "\r\nX-A: \xe4", "200"),
    "a condition on what is there": ("GET /things HTTP/1.1" + HOST + "\r\nIf-None-Match: *", "200"),
    "a condition on time": ("GET /things HTTP/1.1" + HOST + "\r\nIf-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT",
                            "200"),
    "900 fields": ("GET /things HTTP/1.1" + HOST + "".join(f"\r\nX-{i}: b" for i in range(900)), "200"),
    "no HTTP": ("\x16\x03\x01", "RG400"),
}

# The rows of the table in the documentation, which says what each web server answers.
DIFFERENT = {
    "a method nobody knows": "BREW /things HTTP/1.1" + HOST,
    "a method in lower case": "get /things HTTP/1.1" + HOST,
    "`TRACE`": "TRACE /things HTTP/1.1" + HOST,
    "`CONNECT`": "CONNECT localhost:1 HTTP/1.1" + HOST,
    "`OPTIONS *`": "OPTIONS * HTTP/1.1" + HOST,
    "`%00` in the path": "GET /things%00 HTTP/1.1" + HOST,
    "`%zz` in the path": "GET /%zz HTTP/1.1" + HOST,
    "a control character in the query": "GET /things?a=\x01 HTTP/1.1" + HOST,
    "a blank in the query": "GET /things?name=eq.a b HTTP/1.1" + HOST,
    "a fragment (`#x`)": "GET /things#x HTTP/1.1" + HOST,
    "a path that climbs above the root": "GET /../things HTTP/1.1" + HOST,
    "a path of 30 kB": f"GET /{'a' * 30_000} HTTP/1.1" + HOST,
    "a URL of 63.5 kB": f"GET /things?name=neq.{'a' * 64_980} HTTP/1.1" + HOST,
    "a URL of 70 kB": f"GET /things?name=neq.{'a' * 70_000} HTTP/1.1" + HOST,
    "a field of 20 kB": "GET /things HTTP/1.1" + HOST + f"\r\nX-Long: {'a' * 20_000}",
    "a field of 70 kB": "GET /things HTTP/1.1" + HOST + f"\r\nX-Long: {'a' * 70_000}",
    "fields of 64.5 kB together": "GET /things HTTP/1.1" + HOST
                                  + "".join(f"\r\nX-{i}: {'a' * 990}" for i in range(64)),
    "more than 1,000 fields": "GET /things HTTP/1.1" + HOST + "".join(f"\r\nX-{i}: b" for i in range(1001)),
    "`X_A` beside `X-A`": "GET /things HTTP/1.1" + HOST + "\r\nX_A: 1\r\nX-A: 1",
    "`_` in the host name": "GET /things HTTP/1.1\r\nHost: a_b\r\nConnection: close",
    "a field without a colon": "GET /things HTTP/1.1" + HOST + "\r\nX-A",
    "a control character in a field": "GET /things HTTP/1.1" + HOST + "\r\nX-A: b\x01",
    "`Accept:` without a value": "GET /things HTTP/1.1" + HOST + "\r\nAccept:",
    "a folded field": "GET /things HTTP/1.1" + HOST + "\r\nX-A: b\r\n c",
    "lines that end in LF alone": "GET /things HTTP/1.1\nHost: localhost\nConnection: close\n\n",
    "a length and chunks": "POST /notes HTTP/1.1" + NOTE + "\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "0\r\n\r\n",
    "a body that is gzipped in transfer": "POST /notes HTTP/1.1" + NOTE + "\r\nTransfer-Encoding: gzip",
    "`Expect: tea`": "POST /notes HTTP/1.1" + NOTE + f"\r\nExpect: tea\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}",
    "HTTP/1.2": "GET /things HTTP/1.2" + HOST,
    "HTTP/3.0": "GET /things HTTP/3.0" + HOST,
}


def documented():
    """Of the table: row, web server, what it may answer."""
    text = (TOP / "deploy/docs/how-to/web-servers.md").read_text().partition("## What differs")[2]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: {front: re.findall(r"\b(?:RG|PGRST)?\d{3}\b", cell) for front, cell in zip(WEB_SERVERS, row[1:])}
            for row in rows[1:]}


def what_is_answered(front, sent):
    """The code of the error or, where there is none, the status. What a web server answers by itself looks like the
    rest, and every page may read it."""
    sent = sent if "\r\n\r\n" in sent or "\n\n" in sent else sent + "\r\n\r\n"
    answer = front.raw(sent.encode("latin-1"))[1]
    while answer.startswith(b"HTTP/1.1 100"):
        answer = answer.partition(b"\r\n\r\n")[2]
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(None, 2)[1].decode()
    if status < "400":
        return status
    fields = http.client.parse_headers(io.BytesIO(head.partition(b"\r\n")[2] + b"\r\n\r\n"))
    error = json.loads(body)
    assert list(error) == ["code", "details", "hint", "message"] and error["message"]
    assert fields["Content-Type"] == "application/json; charset=utf-8" and fields["X-Content-Type-Options"] == "nosniff"
    assert not error["code"].startswith("RG") or error["code"] == "RG" + status
    assert "Origin: " not in sent or fields["Access-Control-Allow-Origin"] == "*"
    return error["code"]


@pytest.mark.parametrize("sent, answered", ALIKE.values(), ids=ALIKE)
def test_what_all_answer_alike(default, sent, answered):
    assert what_is_answered(default, sent) in answered.split()


@pytest.mark.parametrize("row", DIFFERENT, ids=["R5 " + row for row in DIFFERENT])
def test_what_differs_is_documented(default, row):
    answers = documented()[row]
    assert what_is_answered(default, DIFFERENT[row]) in answers[default.front]
    assert len(set(map(tuple, answers.values()))) > 1


def test_nothing_else_is_documented():
    assert list(documented()) == list(DIFFERENT)


UNITS = {"": 1, "k": 1024, "M": 1024 * 1024}


def limit_in(file, pattern):
    """A size in a web server's file, in bytes."""
    number, unit = re.search(pattern, (TOP / "deploy" / file).read_text(), re.M).groups()
    return int(number) * UNITS[unit]


def default_of(key):
    """A size that rowgate has when nothing is said of it, in bytes."""
    reference = subprocess.run([BUILD / "rowgate", "--reference=own"], stdout=subprocess.PIPE, check=True).stdout
    number, unit = re.search(rf"`{key}` \| `(\d+)(\w?)`", reference.decode()).groups()
    return int(number) * UNITS[unit]


def test_limits_of_web_servers_are_not_below_rowgates_where_they_can_be():
    """One FastCGI record has 65,535 bytes, and with lighttpd and nginx all of a request's head must fit: they take as
    much as leaves a kilobyte for what they add."""
    longest = default_of("server-max-url")
    line = len("DELETE  HTTP/1.1\r\n")
    assert limit_in("apache/server.conf", r"^LimitRequestLine (\d+)()$") >= longest + line
    pieces = re.findall(r"REQUEST_URI_(\d) ", (TOP / "deploy/apache/rowgate.conf").read_text())
    assert (len(pieces) + 1) * 16000 >= longest
    assert limit_in("nginx/rowgate.conf", r"^large_client_header_buffers 1 (\d+)(k);$") == 62 * 1024
    assert limit_in("lighttpd/rowgate.conf", r"^server.max-request-field-size = (\d+)()$") == 62 * 1024
    assert longest + line > 65535 - 1024, "lighttpd and nginx could do it"


def test_nginx_passes_no_param_that_rowgate_does_not_read():
    passed = re.findall(r"(?m)^fastcgi_param (\S+)", (TOP / "deploy/nginx/location.conf").read_text())
    read = {name for at in (TOP / "app/front").glob("*.c") for name in re.findall(r'"([A-Z_]+)"', at.read_text())}
    assert len(passed) > 5 and set(passed) <= read


def test_no_web_server_has_a_limit_for_bodies_below_rowgates():
    largest = default_of("server-max-body")
    assert limit_in("nginx/location.conf", r"^client_max_body_size (\d+)()") == 0
    assert limit_in("lighttpd/rowgate.conf", r"^server.max-request-size = (\d+)()$") == 0
    assert limit_in("apache/rowgate.conf", r"^LimitRequestBody (\d+)()$") == 0
    assert limit_in("apache/shared-hosting/fcgid.conf", r"^FcgidMaxRequestLen (\d+)()$") >= largest


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


# What is around each id, and between them.
UUIDS = [("in.(…) as it is", "", ","), ("in.(…) quoted and encoded", "%22", "%2C")]


@pytest.mark.parametrize("quote, comma", [row[1:] for row in UUIDS], ids=[row[0] for row in UUIDS])
@pytest.mark.parametrize("method, more", [("GET", {}), ("HEAD", {}),
                                          ("DELETE", {"Prefer": "tx=rollback, count=exact"})])
def test_a_thousand_uuids(default, method, more, quote, comma):
    ids = comma.join(f"{quote}{uuid.UUID(hashlib.md5(str(n).encode()).hexdigest())}{quote}" for n in range(1, 1001))
    url = f"/guests?id=in.({ids})&order=id"
    assert len(url) > 37_000
    answer = default.request(method, url, headers=more, token=token({"role": "web_anon", "x": "y" * 2000}))
    assert answer.status_code == (204 if method == "DELETE" else 200), answer.text[:500]
    assert answer.headers["Content-Range"] == ("*/1000" if method == "DELETE" else "0-999/*")


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
    own_answer = front.front == "lighttpd" and method == "POST" and b"RG400" in answer[1]
    assert answer[0] == status and (says in answer[1] or own_answer), answer


# lighttpd passes no field that has no value.
@pytest.mark.parametrize("method, line, status, says", [
    ("GET", "Accept:", 406, b"None of these media types are available: \""),
    ("GET", "Accept-Profile:", 406, b"Invalid schema: \""),
    ("DELETE", "Content-Profile:", 406, b"Invalid schema: \""),
    ("GET", "Content-Profile:", 200, b'"one"'),
    ("GET", "Range:", 200, b'"one"'),
    ("GET", "Prefer:", 200, b'"one"'),
    ("GET", "Authorization:", 200, b'"one"'),
])
def test_H9_a_field_without_a_value_is_a_field(front, method, line, status, says):
    answer = front.raw_request(method, "/things", line)
    if front.front == "lighttpd" and status == 406:
        assert b"PGRST" not in answer[1] or b"42501" in answer[1]
    else:
        assert answer[0] == status and says in answer[1], answer


def test_T2_fields_are_those_that_were_sent(front):
    status, answer = front.raw_request("GET", "/rpc/heard", "X-Empty:", "X-Full: y")
    heard = json.loads(answer.partition(b"\r\n\r\n")[2].strip(b"0123456789abcdef\r\n"))
    assert heard.pop("x-empty", "") == "" and heard.pop("host") and heard.pop("connection", "close") == "close"
    assert status == 200 and heard == {"x-full": "y"}


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
