"""Mailed tokens are in no log: not rowgate's, not the web servers', which run from the files under deploy/.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import re
import shutil
import signal
import tempfile

import pytest

from harness.accounts import migrate, settings_of
from harness.fcgi import Connection
from harness.process import BUILD, TOP, wait_until
from harness.server import FRONTS, SECRET, Server, workers_of

TOKEN = "mailed-token-that-no-log-may-show"
# The links, and what somebody may make of them.
PATHS = ["/account/activate", "/account/reset", "/account/confirm", "/account/reset/", "/account/%72eset",
         "/%61ccount/reset", "/account%2Freset", "//account/reset", "/account/nothing"]
# What a host has of its own: logs, in the usual format.
OWN = {
    "nginx": ("access_log off;", "access_log {logs}/access.log;", "error_log stderr;", "error_log {logs}/error.log;"),
    "lighttpd": ("server.upload-dirs", 'accesslog.filename = "{logs}/access.log"\n'
                 'server.errorlog = "{logs}/error.log"\nserver.upload-dirs'),
    "apache": ('ErrorLog "/proc/self/fd/2"', 'ErrorLog "{logs}/error.log"\n'
               'LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" combined\n'
               'CustomLog "{logs}/access.log" combined'),
}


@pytest.fixture(scope="module")
def accounts(database):
    migrate(database)
    return database


class Logged:
    """deploy/serve of a copy of the repository in which the web server keeps logs."""

    def __init__(self, front, database, directory):
        self.logs, copy = directory / "logs", directory / "copy"
        directory.chmod(0o755)
        self.logs.mkdir()
        self.logs.chmod(0o777)
        copy.mkdir()
        for part in TOP.iterdir():
            if part.name not in ("deploy", "build", "var", ".git"):
                (copy / part.name).symlink_to(part)
        (copy / "build").symlink_to(BUILD)
        shutil.copytree(TOP / "deploy", copy / "deploy")
        serve = copy / "deploy" / front / "serve.conf"
        text = serve.read_text()
        for old, new in zip(OWN[front][::2], OWN[front][1::2]):
            assert old in text
            text = text.replace(old, new.format(logs=self.logs))
        serve.write_text(text)
        self.server = Server(front=front, uri=database.uri, db_anon_role="web_anon", jwt_secret=SECRET,
                             log_level="debug", log_query="true", checkout=copy,
                             environment=settings_of(database)).wait_ready()

    def log(self, name):
        found = self.logs / f"{name}.log"
        return found.read_text(errors="replace") if found.exists() else ""


@pytest.fixture(scope="module", params=FRONTS)
def logged(request, accounts):
    with tempfile.TemporaryDirectory(prefix="rowgate-logged-", dir="/tmp") as directory:
        made = Logged(request.param, accounts, pathlib.Path(directory))
        yield made
        made.server.stop(expect=None)


def test_mailed_tokens_are_in_no_log(logged):
    server = logged.server
    for path in PATHS:
        server.raw_request("GET", f"{path}?token={TOKEN}", "User-Agent: a-mail-reader")
        server.raw_request("POST", f"{path}?token={TOKEN}", "Content-Type: application/x-www-form-urlencoded",
                           body=f"token={TOKEN}".encode())
        # A browser that minds no policy says where it was.
        server.raw_request("GET", "/account/reset", f"Referer: https://shop.example.com{path}?token={TOKEN}")
    # Fields that are too long, a method that nobody knows: what is refused before it has a place.
    server.raw_request("GET", f"/account/reset?token={TOKEN}", "X-Long: " + "a" * 15000)
    server.raw_request("PUT", f"/account/reset?token={TOKEN}")
    # The logs are there: other requests are in them.
    server.raw_request("GET", "/at-the-end?seen=1")
    wait_until(lambda: "/at-the-end" in logged.log("access") and "/at-the-end" in server.process.log, 15,
               "the logs were written")
    for log in (logged.log("access"), logged.log("error"), server.process.log):
        assert TOKEN not in log, [line for line in log.splitlines() if TOKEN in line]
    assert '"GET /account/reset HTTP/1.1" 200' in server.process.log
    assert "/at-the-end?seen=1" in server.process.log


def test_mailed_tokens_are_in_no_log_of_errors(logged):
    """Web servers that cannot reach rowgate say for which request."""
    server = logged.server
    for socket in ("accounts.sock", "rowgate.sock"):
        pathlib.Path(server.fastcgi_socket(socket)).unlink()
    # The connections that are kept.
    for worker in workers_of(server):
        os.kill(worker, signal.SIGKILL)
    for path in PATHS:
        for _ in range(2):
            referer = f"Referer: https://shop.example.com{path}?token={TOKEN}"
            assert server.raw_request("GET", f"{path}?token={TOKEN}", referer)[0] >= 500
    server.raw_request("GET", "/at-the-very-end")
    wait_until(lambda: "/at-the-very-end" in logged.log("access"), 15, "the log was written")
    for log in (logged.log("access"), logged.log("error"), server.process.log):
        assert TOKEN not in log, [line for line in log.splitlines() if TOKEN in line]


def test_refused_requests_and_those_sent_astray_are_logged_without_it(serve, accounts):
    server = serve(environment=settings_of(accounts), server_max_header="1k", log_level="info")
    for name in ("rowgate.sock", "accounts.sock"):
        with Connection(server.fastcgi_socket(name)) as connection:
            for path in PATHS:
                connection.ask(f"{path}?token={TOKEN}", HTTP_REFERER=f"https://shop.example.com{path}?token={TOKEN}")
                connection.ask(f"{path}?token={TOKEN}", HTTP_X_LONG="a" * 2000)
                connection.ask(f"/api{path}?token={TOKEN}", HTTP_A="1", **{"HTTP_a": "2"})
            connection.ask("/items?a=eq.1", HTTP_REFERER="https://shop.example.com/list?page=2")
    wait_until(lambda: server.process.log.count("/list?page=2") == 2, 5, "the log was written")
    assert TOKEN not in server.process.log
    assert re.search(r'"GET /account/reset HTTP/1.1" 431 ', server.process.log)
    assert "/items?a=eq.1" in server.process.log
