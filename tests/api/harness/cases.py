"""Tables of cases: what is sent, and exactly what must come back.

    CASES = [case("U5 eq", "GET /items?id=eq.1&select=id", 200, [{"id": 1}])]

    @table(CASES)
    def test_query(server, case):
        case.check(server)

SPDX-License-Identifier: MIT
"""
import json

import pytest
import requests

ANYTHING = object()


def fault(code, message, details=None, hint=None):
    """The body of an error."""
    return {"code": code, "details": details, "hint": hint, "message": message}


class Case:
    """`says` is the body: text or bytes exactly, anything else as JSON. `fields` are fields of the answer; None: must
    not be there. `body` is sent: text and bytes as they are, the rest as JSON. Further words are fields of the
    request."""

    def __init__(self, name, asks, status=200, says=ANYTHING, fields=None, body=None, token=None, **send):
        self.name = name
        self.method, self.path = asks.split(" ", 1)
        self.status = status
        self.says = says
        self.fields = fields or {}
        self.token = token
        self.send = {key.replace("_", "-"): value for key, value in send.items()}
        self.body = body
        if body is not None and not isinstance(body, (str, bytes)):
            self.body = json.dumps(body)
        if body is not None and "Content-Type" not in self.send:
            self.send["Content-Type"] = "application/json"
        if isinstance(self.body, str):
            self.body = self.body.encode()

    def ask(self, server):
        headers = {"User-Agent": None, "Accept-Encoding": None, "Accept": "*/*"} | self.send
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        return session_of(server).request(self.method, server.url + self.path, headers=headers,
                                          data=self.body, timeout=30)

    def check(self, server):
        answer = self.ask(server)
        shown = f"{answer.status_code} {answer.text}"
        assert answer.status_code == self.status, shown
        if isinstance(self.says, bytes):
            assert answer.content == self.says
        elif isinstance(self.says, str):
            assert answer.text == self.says
        elif self.says is not ANYTHING:
            assert answer.json() == self.says, shown
        for name, value in self.fields.items():
            assert answer.headers.get(name) == value, f"{name}: {answer.headers.get(name)!r}, not {value!r}\n{shown}"
        if isinstance(self.says, dict) and set(self.says) == {"code", "details", "hint", "message"}:
            expect_problem(answer)
        return answer


def expect_problem(answer):
    """What every error carries."""
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Proxy-Status"] == "PostgREST; error=" + answer.json()["code"]


def session_of(server):
    """Connections to the web server are kept: a table of cases is quick."""
    if not hasattr(server, "session"):
        server.session = requests.Session()
    return server.session


case = Case


def table(*tables):
    """Makes a test function run once for each case, named by it."""
    cases = [item for part in tables for item in part]
    return pytest.mark.parametrize("case", cases, ids=[item.name for item in cases])


def check_pages(server, path):
    """Pages of an ordered list are slices of the whole, wherever PostgreSQL computes what is in them."""
    whole = server.get("/" + path).json()
    assert len(whole) > 2
    for limit, offset in [(1, 1), (2, 1), (1, 2), (None, 1), (2, 0), (0, 1)]:
        said = f"&offset={offset}" + (f"&limit={limit}" if limit is not None else "")
        end = len(whole) if limit is None else offset + limit
        assert server.get(f"/{path}{said}").json() == whole[offset:end], said
