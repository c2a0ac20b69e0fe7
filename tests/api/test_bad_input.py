"""Whatever is sent, the answer is right, the workers live on, and nothing is leaked.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import time

import pytest

from harness.process import wait_until
from harness.token import token

SCHEMA = "parity.sql"
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra", "db_tx_end": "rollback", "workers": 2,
           "server_max_url": "4k", "server_max_header": "8k", "server_max_body": "1M"}
JSON = "Content-Type: application/json"


@pytest.fixture(scope="module")
def parity(serve):
    return serve(front="nginx", **OPTIONS)


def workers(server):
    """Ids of all processes of rowgate."""
    return sorted(pid for pid in server.process.left_behind()
                  if "(rowgate)" in pathlib.Path(f"/proc/{pid}/stat").read_text())


def open_files(server):
    return {pid: len(os.listdir(f"/proc/{pid}/fd")) for pid in workers(server)}


def memory(server):
    """Resident kB of each process."""
    return {pid: int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4 for pid in workers(server)}


# name, method, target, fields, body, status, code (None: the web server may have answered)
BAD = [
    ("malformed encoding", "GET", "/items?id=eq.%zz", (), b"", 400, None),
    ("cut encoding", "GET", "/items?id=eq.%4", (), b"", 400, None),
    ("malformed encoding in the path", "GET", "/%zz", (), b"", 400, None),
    ("NUL in the query", "GET", "/items?name=eq.a%00b", (), b"", 400, None),
    ("NUL in the path", "GET", "/items%00", (), b"", 400, None),
    ("invalid UTF-8 in the query", "GET", "/items?name=eq.%ff", (), b"", 400, None),
    ("invalid UTF-8 in the path", "GET", "/%c3%28", (), b"", 400, None),
    ("long URL", "GET", "/items?name=eq." + "x" * 5000, (), b"", 414, None),
    ("long field", "GET", "/items", ("X-Long: " + "x" * 9000,), b"", 431, None),
    ("large body", "POST", "/tasks", (JSON,), b"[" + b" " * 1100000 + b"]", 413, None),
    ("unknown column", "POST", "/tasks", (JSON,), b'{"no":1}', 400, "PGRST204"),
    ("unknown filter", "GET", "/items?no=eq.1", (), b"", 400, "42703"),
    ("half an object", "POST", "/tasks", (JSON,), b'{"id":', 400, "PGRST102"),
    ("half a surrogate pair", "POST", "/tasks", (JSON,), b'{"id":9,"title":"\\ud800"}', 400, None),
    ("NUL in JSON", "POST", "/tasks", (JSON,), b'{"id":9,"title":"\\u0000"}', 400, None),
    ("invalid UTF-8 in JSON", "POST", "/tasks", (JSON,), b'{"id":9,"title":"\xff"}', 400, None),
    ("deep JSON", "POST", "/tasks", (JSON,), b'{"meta":' + b"[" * 20000 + b"]" * 20000 + b"}", 400, None),
    ("no token", "GET", "/items", ("Authorization: Bearer x",), b"", 401, "PGRST301"),
    ("long token", "GET", "/items", ("Authorization: Bearer " + "a." * 3000,), b"", 401, "PGRST301"),
    ("wrong method", "BREW", "/items", (), b"", 405, "PGRST117"),
    ("deep logic", "GET", "/items?or=" + "(or" * 500 + "(id.eq.1" + ")" * 501, (), b"", 400, "PGRST100"),
    ("deep select", "GET", "/items?select=" + "a(" * 500 + ")" * 500, (), b"", 400, "PGRST100"),
    ("huge number", "GET", "/items?limit=99999999999999999999999", (), b"", 200, None),
    ("huge offset", "GET", "/items?offset=99999999999999999999999", (), b"", 200, None),
    ("bad profile", "GET", "/items", ("Accept-Profile: \x7f",), b"", 406, None),
    ("strange Range", "GET", "/items", ("Range: x-y",), b"", 200, None),
    ("strange Accept", "GET", "/items", ("Accept: ;;;,,/",), b"", 406, None),
]


@pytest.mark.parametrize("method, target, fields, body, status, code", [row[1:] for row in BAD],
                         ids=[row[0] for row in BAD])
def test_bad_input(parity, method, target, fields, body, status, code):
    before = workers(parity)
    assert before
    got, answer = parity.raw_request(method, target, *fields, body=body)
    assert got == status, answer[:600]
    assert code is None or f'"code":"{code}"'.encode() in answer, answer[:600]
    assert parity.get("/items?id=eq.1&select=id").json() == [{"id": 1}]
    assert workers(parity) == before


def test_nothing_is_leaked(parity):
    def everything():
        for _, method, target, fields, body, _, _ in BAD:
            parity.raw_request(method, target, *fields, body=body)
    for _ in range(3):
        everything()
    files, kilobytes = open_files(parity), memory(parity)
    for _ in range(8):
        everything()
    wait_until(lambda: all(count <= files[pid] for pid, count in open_files(parity).items()), 5,
               "descriptors are closed")
    if os.environ.get("ROWGATE_TEST_TIMING") != "no":
        assert all(now <= kilobytes[pid] + 2048 for pid, now in memory(parity).items()), (kilobytes, memory(parity))


def test_client_that_leaves_cancels_its_query(parity, database):
    before = workers(parity)
    assert before
    running = ("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%sleep%' AND pid <> "
               "pg_backend_pid() AND datname = current_database()")
    connection = parity.connect()
    connection.sendall(b'POST /rpc/sleep HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: '
                       b'14\r\n\r\n{"seconds":30}')
    wait_until(lambda: database.value(running) == 1, 5, "the query runs")
    began = time.monotonic()
    connection.close()
    wait_until(lambda: database.value(running) == 0, 10, "the query is cancelled")
    assert time.monotonic() - began < 10
    assert parity.get("/items?id=eq.1&select=id").json() == [{"id": 1}]
    assert workers(parity) == before


def test_body_that_never_comes(parity):
    """The others are served while a client holds its body back."""
    held = [parity.connect() for _ in range(6)]
    for connection in held:
        connection.sendall(b"POST /tasks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                           b"1000\r\n\r\n{")
    assert parity.get("/items?id=eq.1&select=id").json() == [{"id": 1}]
    for connection in held:
        connection.close()


def test_good_token_after_bad_ones(parity):
    for _ in range(20):
        parity.get("/items", token="a.b.c")
    assert parity.get("/members_only", token=token({"role": "regular_user"})).json() == [{"id": 1}]
