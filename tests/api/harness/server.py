"""deploy/serve as a test runs it, and ways to ask it things.

SPDX-License-Identifier: MIT
"""
import functools
import os
import pathlib
import re
import shutil
import socket
import tempfile
import urllib.parse

import requests

from .process import BUILD, TOP, Process, wait_until

WEB_SERVERS = ("lighttpd", "nginx", "apache")
# Those that tests go through; the sanitized pass of tests/run leaves one out.
FRONTS = tuple(os.environ.get("ROWGATE_TEST_FRONTS", " ".join(WEB_SERVERS)).split())
DEFAULT_FRONT = os.environ.get("ROWGATE_TEST_FRONT", "lighttpd")
SECRET = "a secret of the tests, longer than 32 characters"

# What a sanitizer or an assertion says when it has found something.
BROKEN = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:|Assertion .* failed|Sanitizer:DEADLYSIGNAL")


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Server:
    """One deploy/serve. Options are PostgREST's keys with '_' for '-', and rowgate's own as they are."""

    def __init__(self, front=None, uri=None, config=None, prefix=(), environment=None, arguments=(),
                 checkout=None, says=None, **options):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-serve-", dir="/tmp"))
        self.directory.chmod(0o777)
        self.front = front or DEFAULT_FRONT
        surroundings = {name: value for name, value in os.environ.items()
                        if not name.startswith(("PGRST_", "ROWGATE_", "PG"))}
        surroundings |= {"ROWGATE_BUILD": str(checkout / "build" if checkout else BUILD), "ROWGATE_FRONT": self.front,
                         "PGRST_SERVER_PORT": "0"}
        if uri is not None:
            surroundings |= {"PGRST_DB_URI": uri, "PGRST_SERVER_HOST": "127.0.0.1"}
        for key, value in options.items():
            name = "PGRST_" + key.upper()
            if value is None:
                surroundings.pop(name, None)
            else:
                surroundings[name] = str(value).lower() if isinstance(value, bool) else str(value)
        surroundings |= environment or {}
        command = [*prefix, (checkout or TOP) / "deploy" / "serve", *arguments]
        if config is not None:
            (self.directory / "config").write_text(config)
            command.append(self.directory / "config")
        self.process = Process(command, self.directory, surroundings, says=says)
        self.url = None

    def wait_listening(self, seconds=20):
        """Until the web server accepts: finds out where."""
        def listening():
            found = re.search(r"listens on (\S+)", self.process.log)
            if not found and not self.process.alive():
                raise RuntimeError("serve has ended:\n" + self.process.log)
            return found
        self.url = wait_until(listening, seconds, "serve listens")[1]
        return self

    def wait_ready(self, seconds=20):
        """Until a request gets an answer of rowgate's that does not say "not yet"."""
        self.wait_listening(seconds)

        def ready():
            if not self.process.alive():
                raise RuntimeError("serve has ended:\n" + self.process.log)
            try:
                return requests.head(self.url + "/", timeout=10).status_code not in (502, 503)
            except requests.ConnectionError:
                return False
        wait_until(ready, seconds, "rowgate answers")
        return self

    @functools.cache
    def fastcgi_socket(self, name="rowgate.sock"):
        """The unix socket of that name that the master listens on. It looks at every process of the machine, once."""
        # A copy has another name.
        master = (self.process.children("rowgate") or self.process.children("program"))[0]
        listed = [line.split() for line in pathlib.Path("/proc/net/unix").read_text().splitlines()
                  if line.endswith("/" + name)]
        paths = {f"socket:[{words[6]}]": words[7] for words in listed}
        return next(paths[at] for at in map(os.readlink, pathlib.Path(f"/proc/{master}/fd").iterdir()) if at in paths)

    # Asking.

    def request(self, method, path, token=None, **more):
        """requests' own arguments; token is put into the Authorization header."""
        headers = dict(more.pop("headers", {}))
        if token:
            headers["Authorization"] = "Bearer " + token
        return requests.request(method, self.url + path, headers=headers, timeout=more.pop("timeout", 30), **more)

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, **more):
        return self.request("POST", path, **more)

    def patch(self, path, **more):
        return self.request("PATCH", path, **more)

    def delete(self, path, **more):
        return self.request("DELETE", path, **more)

    def connect(self):
        address = urllib.parse.urlsplit(self.url)
        return socket.create_connection((address.hostname, address.port), timeout=30)

    def raw(self, data):
        """Sends bytes as they are; gives status and everything received."""
        with self.connect() as connection:
            connection.sendall(data)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        return int(received.split(None, 2)[1]), received

    def raw_request(self, method, target, *headers, body=b""):
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
        if body or method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(body)}")
        return self.raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    # Ending.

    def stop(self, expect=0, seconds=30, **how):
        """Ends it and checks that it went well: the status, nothing left running, nothing found by a sanitizer."""
        status = self.process.stop(seconds=seconds, **how)
        log = self.process.log
        try:
            wait_until(lambda: not self.process.left_behind(), 5, "no process is left")
        except TimeoutError:
            self.process.kill()
            raise AssertionError("serve left processes behind:\n" + log) from None
        assert not BROKEN.search(log), log
        assert expect is None or status == expect, f"exit status {status}:\n{log}"
        shutil.rmtree(self.directory)
        return log


def master_of(server):
    return server.process.children("rowgate")[0]


def workers_of(server):
    """The master's children: workers of the API and of accounts, in the order in which they were started."""
    master = master_of(server)
    return [int(pid) for pid in pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split()]
