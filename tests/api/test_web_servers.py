"""The commands of deploy/docs/how-to/web-servers.md, beside what Debian installs.

They run as they are printed, on a copy of the web servers' own configuration: only directories and the port are others.

SPDX-License-Identifier: MIT
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import uuid

import pytest
import requests

from harness.accounts import PASSWORD, migrate, settings_of
from harness.process import BUILD, TOP, Process, run_as, wait_until
from harness.server import SECRET, free_port
from harness.token import token

SCHEMA = "fronts.sql"
PAGE = (TOP / "deploy/docs/how-to/web-servers.md").read_text()
# Heading of the page, the directory under /etc, how it is started, what it says when rowgate cannot be reached.
WEB_SERVERS = {
    "lighttpd": ("lighttpd", "lighttpd -D -f /etc/lighttpd/lighttpd.conf", "RG503"),
    "nginx": ("nginx", "nginx -g 'daemon off;'", "RG502"),
    "Apache": ("apache2", "apache2ctl -D FOREGROUND", "RG503"),
    "Apache with mod_fcgid": ("apache2", "apache2ctl -D FOREGROUND", None),
}
# What belongs to the machine, and gets a directory of the test in front of it.
OURS = re.compile(r"(?<![\w./-])/(?=etc/(?:lighttpd|nginx|apache2|rowgate)|run/|var/|usr/share/rowgate"
                  r"|usr/share/doc/rowgate|usr/bin/rowgate )")
PORT = re.compile(r"(listen (?:\[::\]:)?|Listen |server\.port\s*=\s*|<VirtualHost \*:)80\b")
ROOMS = ("run/rowgate", "run/lock/apache2", "var/run/apache2", "var/lock", "var/log/apache2", "var/log/nginx",
         "var/log/lighttpd", "var/lib/apache2", "var/lib/nginx", "var/lib/apache2/fcgid/sock", "var/www/html",
         "var/cache/lighttpd/uploads", "usr/bin", "bin", "state")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
# Debian's tools know no directory but their own, and there is nothing to be restarted.
TOOLS = {
    "systemctl": "exit 0",
    "nginx": 'exec "$(PATH=/usr/sbin:/usr/bin command -v nginx)" -c /etc/nginx/nginx.conf "$@"',
}


class Machine:
    """Debian's configuration in a directory of its own, with a web server as the page makes it."""

    def __init__(self, heading):
        self.name, self.command, self.unreachable = WEB_SERVERS[heading]
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-stock-", dir="/tmp"))
        self.place.chmod(0o755)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes = []
        for room in ROOMS:
            (self.place / room).mkdir(parents=True, exist_ok=True)
        shutil.copytree(pathlib.Path("/etc") / self.name, self.place / "etc" / self.name, symlinks=True)
        shutil.copytree(TOP / "deploy", self.place / "deploy")
        shutil.copy(BUILD / "rowgate", self.place / "usr/bin/rowgate")
        for at in [*self.place.glob("etc/**/*"), *self.place.glob("deploy/**/*.conf")]:
            if at.is_file() and not at.is_symlink():
                at.write_text(self.moved(at.read_text(errors="surrogateescape")), errors="surrogateescape")
        self.tools()
        self.give(self.place)

    def moved(self, text):
        return PORT.sub(rf"\g<1>{self.port}", OURS.sub(f"{self.place}/", text))

    def tools(self):
        for name, line in TOOLS.items():
            (self.place / "bin" / name).write_text("#!/bin/sh\n" + self.moved(line) + "\n")
        enable = pathlib.Path("/usr/sbin/lighty-enable-mod")
        (self.place / "bin/lighty-enable-mod").write_text(self.moved(enable.read_text()))
        for tool in (self.place / "bin").iterdir():
            tool.chmod(0o755)
        self.environment = {"PATH": f"{self.place}/bin:{PATH}", "LANG": "C.UTF-8",
                            "APACHE_CONFDIR": f"{self.place}/etc/apache2",
                            "APACHE_STATE_DIRECTORY": f"{self.place}/var/lib/apache2"}

    def give(self, path):
        """To the account that web servers run as, where they are started by root."""
        for room in ("run", "var", "state"):
            if os.geteuid() == 0:
                subprocess.run(["chown", "-R", "www-data:", path / room], check=True)

    def install(self, heading):
        """Runs the page's commands, and those that show the documents; what they say."""
        parts = re.findall(rf"^###? {heading}\n.*?^```sh\n(.*?)^```$", PAGE, re.M | re.S)
        assert len(parts) == (2 if self.unreachable else 1)
        return "".join(map(self.run, parts))

    def run(self, part):
        done = subprocess.run(["bash", "-euc", self.moved(part)], cwd=self.place, env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def start(self, command, **environment):
        directory = self.place / f"process{len(self.processes)}"
        directory.mkdir()
        self.processes.append(Process(command, directory, self.environment | environment, cwd=self.place))
        return self.processes[-1]

    def start_web_server(self):
        started = self.start(["bash", "-c", "exec " + self.moved(self.command)])
        wait_until(lambda: self.answers() or not started.alive(), 20, "the web server answers")
        assert started.alive(), started.log + self.logs()

    def answers(self):
        try:
            return requests.head(self.url, timeout=10).status_code
        except requests.ConnectionError:
            return None

    def logs(self):
        return "".join(at.read_text(errors="replace") for at in self.place.glob("var/log/*/*.log"))

    def start_rowgate(self, settings):
        if self.unreachable:
            user = [] if os.geteuid() else run_as("www-data")
            self.start([*user, self.place / "usr/bin/rowgate", self.place / "etc/rowgate.conf"], **settings)
        try:
            wait_until(lambda: self.answers() in (200, 401), 20, "rowgate answers")
        except TimeoutError:
            raise AssertionError("".join(process.log for process in self.processes) + self.logs()) from None

    def ask(self, method, path, *lines, body=b""):
        """One request as it is printed, by curl, which sends no length where there is no body."""
        done = subprocess.run(["curl", "--noproxy", "*", "-s", "-i", "-m", "30", "-X", method, "-H", "Expect:",
                               *(word for line in lines for word in ("-H", line)),
                               *(["--data-binary", "@-"] if body else []), self.url + path],
                              input=body, stdout=subprocess.PIPE, check=True).stdout
        head, _, text = done.partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode(), text.decode()

    def stop(self):
        for process in reversed(self.processes):
            process.stop()
        for process in self.processes:
            process.kill()
        shutil.rmtree(self.place)


@pytest.fixture(scope="module")
def settings(database):
    migrate(database)
    return settings_of(database) | {
        "PGRST_DB_URI": database.uri, "PGRST_DB_ANON_ROLE": "web_anon", "PGRST_JWT_SECRET": SECRET,
        "PGRST_DB_TX_END": "commit-allow-override"}


def configuration(machine, settings):
    """As a file, which mod_fcgid's processes have alone."""
    keys = {name.partition("_")[2].lower().replace("_", "-"): value for name, value in settings.items()}
    keys |= {"server-listen": f"unix:{machine.place}/run/rowgate/rowgate.sock", "server-listen-mode": "666",
             "auth-listen": f"unix:{machine.place}/run/rowgate/accounts.sock", "state-dir": f"{machine.place}/state"}
    (machine.place / "etc/rowgate.conf").write_text("".join(f'{key} = "{value}"\n' for key, value in keys.items()))


@pytest.fixture(scope="module", params=WEB_SERVERS)
def machine(request, settings):
    made = Machine(request.param)
    subprocess.run([TOP / "deploy/lib/html", TOP, made.place / "usr/share/doc/rowgate/html"], check=True)
    try:
        made.said = made.install(request.param)
        configuration(made, settings)
        made.start_web_server()
        if made.unreachable:
            made.found = [made.ask("GET", "/things", "Origin: https://app.example"),
                          made.ask("POST", "/rpc/login", "Origin: https://app.example", body=b"{}")]
        made.start_rowgate({})
        yield made
    finally:
        made.stop()


def test_the_configuration_is_taken_without_a_warning(machine):
    assert not re.search(r"warn|duplicate|deprecated|unknown|\(configfile", machine.said, re.I), machine.said
    assert "RG" not in machine.said


def test_what_is_answered_where_rowgate_cannot_be_reached(machine):
    for status, head, body in machine.found if machine.unreachable else []:
        assert f'"code":"{machine.unreachable}"' in body and f"RG{status}" == machine.unreachable, head + body
        assert "\r\nContent-Type: application/json; charset=utf-8" in head
        assert "\r\nAccess-Control-Allow-Origin: *" in head


# Method, path, more lines of the head, body, status, what the answer says.
REQUESTS = {
    "rows": ("GET", "/things?id=eq.1", [], b"", 200, '[{"id":1,"name":"one"}]'),
    "an encoded slash": ("GET", "/a%2Fb", [], b"", 200, '[{"id":7}]'),
    "a doubled slash": ("GET", "//things", [], b"", 404, "PGRST125"),
    "a token": ("GET", "/things", ["Authorization: Bearer a.b.c"], b"", 401, "PGRST301"),
    "a token that is good": ("GET", "/things?id=eq.1", ["Authorization: Bearer " + token({"role": "web_anon"})], b"",
                             200, "one"),
    "two lines of a field": ("GET", "/things", ["Prefer: handling=strict", "Prefer: nonsense=1"], b"", 400, "PGRST122"),
    "two lines that guard a DELETE": ("DELETE", "/mortals", ["Prefer: handling=strict", "Prefer: max-affected=1"], b"",
                                      400, "PGRST124"),
    "a second line that undoes": ("DELETE", "/mortals?id=eq.2", ["Prefer: return=representation",
                                                                 "Prefer: tx=rollback"], b"", 200, "two"),
    "nothing is deleted": ("GET", "/mortals?select=id&order=id", ["Accept: text/csv"], b"", 200, "id\n1\n2\n3"),
    "a range of bytes": ("GET", "/things?id=eq.1", ["Range: bytes=0-3"], b"", 200, '[{"id":1,"name":"one"}]'),
    "POST without a body": ("POST", "/notes", [], b"", 400, "PGRST102"),
    "POST without a body, to an account": ("POST", "/rpc/current_user", [], b"", 401, "RGA08"),
    "a body": ("POST", "/rpc/login", ["Content-Type: application/json"], b'{"email":"a@b.example","password":"wrong"}',
               401, "RGA01"),
    "a large body": ("POST", "/notes", ["Content-Type: application/json", "Prefer: tx=rollback"],
                     b'{"body":"' + b"x" * 20_000_000 + b'"}', 201, ""),
    "a chunked body": ("POST", "/notes", ["Content-Type: application/json", "Transfer-Encoding: chunked"],
                       b'{"body":"x"}', 201, ""),
    "a URL of 16.4 kB": ("GET", f"/things?id=eq.1&name=neq.{'a' * 16_400}", [], b"", 200, "one"),
    "a URL of 60 kB": ("GET", f"/things?id=eq.1&name=neq.{'a' * 60_000}", [], b"", 200, "one"),
    "a URL of 70 kB": ("GET", f"/things?id=eq.1&name=neq.{'a' * 70_000}", [], b"", None, '{"code":"RG4'),
    "a name that is none": ("GET", "/nothing", [], b"", 404, "PGRST205"),
    "a method that is none": ("PROPFIND", "/things", [], b"", 405, "PGRST117"),
}


@pytest.mark.parametrize("method, path, lines, body, status, says", REQUESTS.values(), ids=REQUESTS)
def test_requests(machine, method, path, lines, body, status, says):
    got, head, text = machine.ask(method, path, *lines, body=body)
    assert got == (status or got) and says in text, head + text[:500]
    assert got < 400 or "\r\nContent-Type: application/json; charset=utf-8" in head


def test_two_lines_of_cookies(machine):
    """Browsers send one line. Apache has joined two before rowgate hears of them, by what may be in a value."""
    status, _, body = machine.ask("GET", "/rpc/crumbs", "Cookie: a=1; b=2", "Cookie: c=3")
    parts = {"b": "2, c=3"} if machine.name == "apache2" else {"b": "2", "c": "3"}
    assert status == 200 and json.loads(body) == {"a": "1"} | parts, body


def test_the_documents_beside_it(machine):
    for path, says in {"/docs/": "reference/errors.html", "/docs/man/rowgate.1.html": "SYNOPSIS",
                       "/docs/style.css": "max-width"}.items() if machine.unreachable else ():
        status, head, body = machine.ask("GET", path)
        assert status == 200 and says in body and "\r\nContent-Security-Policy: default-src 'none'; " in head, head
    status, head, _ = machine.ask("GET", "/docs")
    assert status == (308 if machine.unreachable else 404), head


def test_a_thousand_uuids(machine):
    ids = ",".join(f"%22{uuid.UUID(hashlib.md5(str(n).encode()).hexdigest())}%22" for n in range(1, 1001))
    status, head, body = machine.ask("GET", f"/guests?id=in.({ids})&select=id")
    assert status == 200 and body.count('"id"') == 1000, head + body[:500]


def test_signing_out_needs_no_body(machine):
    """curl -X POST sends no length then, and lighttpd refuses that."""
    credentials = json.dumps({"email": f"{uuid.uuid4()}@example.com", "password": PASSWORD}).encode()
    for endpoint in ("register_user", "login"):
        status, _, body = machine.ask("POST", "/rpc/" + endpoint, "Content-Type: application/json", body=credentials)
        assert status == 200, body
    signed_in = "Authorization: Bearer " + json.loads(body)["token"]
    assert machine.ask("POST", "/rpc/current_user", signed_in)[0] == 200
    assert machine.ask("POST", "/rpc/logout", signed_in)[0] == 204
    assert machine.ask("POST", "/rpc/current_user", signed_in)[0] == 401


def test_the_page_needs_no_type_twice(tmp_path):
    """nginx warns of that."""
    page = (TOP / "deploy/nginx/page.conf").read_text().replace("@RUN@", str(tmp_path))
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{ }} http {{ access_log off; include /etc/nginx/mime.types;\n"
        f"server {{ listen unix:{tmp_path}/socket;\n{page}}} }}\n")
    said = subprocess.run(["nginx", "-t", "-e", "stderr", "-c", tmp_path / "nginx.conf"], env={"PATH": PATH},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
    assert "test is successful" in said and "warn" not in said, said
