"""The pages of deploy/docs/reference, asked of a server; tests/reference compares their names with the source.

SPDX-License-Identifier: MIT
"""
import pathlib
import re

import pytest
import requests

from harness.server import free_port

SCHEMA = "reference.sql"
PAGES = pathlib.Path(__file__).parents[2] / "deploy/docs/reference"
HERE = pathlib.Path(__file__).parent


def page(name):
    return (PAGES / name).read_text()


def rows(name):
    """The cells of each row of the page's tables whose first one is code."""
    for line in page(name).splitlines():
        if re.match(r"\| `", line):
            yield [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def code(cell):
    return re.match(r"`(.*?)`", cell)[1]


EXAMPLES = re.findall(r"`([\w.]+=[^`]+)`", page("operators.md"))


@pytest.mark.parametrize("example", [example for example in EXAMPLES if "column=" not in example])
def test_every_example_of_a_filter_is_answered(server, example):
    name, _, value = example.partition("=")
    answer = server.get("/things", params={name: value})
    assert answer.status_code == 200, answer.text
    assert len(answer.json()) < 2, "it filters nothing"


ROW = {"id": 3, "name": "c"}
KINDS = {"POST": ("POST", "/things", ROW), "PATCH": ("PATCH", "/things?id=eq.1", {"age": 31}), "PUT": (
    "PUT", "/things?id=eq.3", ROW), "DELETE": ("DELETE", "/things?id=eq.1", None), "GET": ("GET", "/things", None),
    "functions": ("POST", "/rpc/all_things", None), "all": ("GET", "/things", None)}


@pytest.mark.parametrize("preference, wanted", [
    (code(row[0]), kind) for row in rows("preferences.md") for kind in KINDS if re.search(rf"\b{kind}\b", row[1])])
def test_every_preference_is_applied_where_the_page_says(serve, preference, wanted):
    server = serve(db_tx_end="rollback-allow-override")
    method, path, body = KINDS[wanted]
    sent = f"handling=strict, {preference}" if preference[:9] != "handling=" else preference
    answer = server.request(method, path, json=body, headers={"Prefer": sent})
    assert answer.status_code in (200, 201, 204), answer.text
    assert preference in answer.headers["Preference-Applied"].split(", ")


VENDOR = "application/vnd.pgrst."
ANSWERED_AS = {VENDOR + "array": "application/json", VENDOR + "array+json": "application/json",
               VENDOR + "object": VENDOR + "object+json", VENDOR + "plan": VENDOR + "plan+text"}
FOR_FUNCTIONS = {"text/plain": "plain", "text/xml": "markup", "application/octet-stream": "octets"}


@pytest.mark.parametrize("media", [code(row[0]) for row in rows("media-types.md")
                                   if code(row[0]) not in ("*/*", "application/geo+json",
                                                           "application/x-www-form-urlencoded")])
def test_every_media_type_is_answered(serve, media):
    server = serve(db_plan_enabled=True)
    function = FOR_FUNCTIONS.get(media)
    path = f"/rpc/{function}" if function else "/" if "openapi" in media else "/things?id=eq.1"
    answer = server.get(path, headers={"Accept": media})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith(ANSWERED_AS.get(media, media))


def test_every_metric_and_address_is_there(serve):
    port = free_port()
    server = serve(admin_server_port=port)
    server.get("/things")
    text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
    for row in rows("metrics.md"):
        name = code(row[0])
        if name.startswith("/"):
            assert requests.get(f"http://127.0.0.1:{port}{name}", timeout=5).status_code == 200
        else:
            assert f"# TYPE {name} {row[1]}\n" in text


TIME = r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000"
LINES = {
    "access": rf'^\S+ - web_anon \[{TIME}\] "GET /\S+\?id=eq\.\d HTTP/1.1" 200 \d+ "" "[^"]+"$',
    "error": rf'^{TIME}: \[\d+\] worker: error: GET /\S+: {{"code":"XX000",.*}}$',
    "event": rf"^{TIME}: Schema cache loaded in \d+\.\d milliseconds$",
}


@pytest.mark.parametrize("kind", LINES)
def test_lines_of_the_log_look_as_the_page_says(serve, kind):
    server = serve(log_level="info")
    server.get("/things?id=eq.1")
    assert server.get("/rpc/broken").status_code == 500
    assert re.search(LINES[kind], server.process.log, re.M), server.process.log
    assert re.search(LINES[kind], page("logs.md"), re.M)


def test_the_error_of_the_page_is_one(server):
    answer = server.get("/thing")
    shown = re.search(r"^{.*}$", page("errors.md"), re.M)[0]
    assert answer.text == shown.replace("api.item", "public.thing")
    assert f"`Proxy-Status: {answer.headers['Proxy-Status']}`" in page("errors.md")


def test_every_code_is_asked_for_by_a_test():
    """Those of web servers are in test_fronts.py, by their number."""
    tests = "".join(path.read_text() for path in (*HERE.glob("test_*.py"), *HERE.parent.glob("lib/*/*.c")))
    codes = {code(row[0]) for row in rows("errors.md") if re.match("`(PGRST|RGA)", row[0])}
    assert [name for name in sorted(codes) if name not in tests] == []
