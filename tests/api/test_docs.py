"""The tutorial and the how-to pages: each is a script, and runs from top to bottom as it is printed.

A page has a PostgreSQL of its own, whose superuser runs it, and a directory that stands for the checkout. What a block
of code is stands behind its ```:

    sh           runs in the page's one shell; every command must succeed
    sh server    runs beside it until the next of these, and is waited for
    sql          is given to psql
    console      "$ command", and under it what that prints; "..." stands for anything
    KIND FILE    is saved under that name
    text         is read by people; the page says why it does not run

Only the port, the host's directories and what takes time are others here.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile

import pytest

from harness.accounts import CHEAP, GENEROUS
from harness.cluster import Cluster, binaries
from harness.javascript import browse
from harness.process import BUILD, TOP, Process, wait_until
from harness.server import free_port

PAGES = TOP / "deploy/docs"
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)
# Passwords count over TCP; on the socket everybody is whom they say.
RULES = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


class Shell:
    """One bash that keeps its variables and its directory from block to block, and ends with the first failure."""

    def __init__(self, place, environment):
        self.place = place
        self.bash = subprocess.Popen(["bash", "--norc", "-eu", "-o", "pipefail"], cwd=place, env=environment,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                     start_new_session=True)

    def run(self, lines, seconds=60):
        """What they print; the first that fails ends the shell, and this."""
        script = self.place / ".block"
        script.write_text(lines)
        self.bash.stdin.write(f". {script} </dev/null; printf '\\0'\n".encode())
        self.bash.stdin.flush()
        said = b""
        while not said.endswith(b"\0"):
            assert select.select([self.bash.stdout], [], [], seconds)[0], f"still running:\n{lines}\n{said.decode()}"
            more = os.read(self.bash.stdout.fileno(), 65536)
            assert more, f"failed:\n{lines}\nand said:\n{said.decode()}"
            said += more
        return said[:-1].decode()

    def close(self):
        self.bash.stdin.close()
        self.bash.stdout.close()
        self.bash.wait(10)


class Reader:
    """Somebody who does what a page says."""

    def __init__(self, page):
        self.text = (PAGES / page).read_text()
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-page-", dir="/tmp"))
        self.place.chmod(0o755)
        for name in ("deploy", "sql"):
            (self.place / name).symlink_to(TOP / name)
        (self.place / "build").symlink_to(BUILD)
        # At a terminal curl shows no progress.
        (self.place / ".curlrc").write_text("silent\nshow-error\n")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.server = None
        self.cluster = Cluster(listen_addresses="127.0.0.1", port=str(free_port()))
        self.environment = {
            "PATH": f"{binaries()}:{os.environ['PATH']}", "LANG": "C.UTF-8", "HOME": str(self.place),
            "PGHOST": str(self.cluster.directory), "PGPORT": self.cluster.settings["port"], "PGUSER": "postgres",
            "ROWGATE_BUILD": str(BUILD), "NO_PROXY": "*", "no_proxy": "*"} | CHEAP | GENEROUS
        # The client's variables are the harness's, too, while it starts.
        os.environ["PGPORT"] = self.environment["PGPORT"]
        self.cluster.start()
        (self.cluster.directory / "data/pg_hba.conf").write_text(RULES)
        self.cluster.process.send(signal.SIGHUP)
        self.shell = Shell(self.place, self.environment)

    def ours(self, text):
        return text.replace("127.0.0.1:3000", f"127.0.0.1:{self.port}").replace(
            "server-port = 3000", f"server-port = {self.port}")

    def directory(self):
        return pathlib.Path(self.shell.run("pwd").strip())

    def serve(self, line):
        self.stop_server()
        directory = pathlib.Path(tempfile.mkdtemp(prefix="server-", dir=self.place))
        self.server = Process(["bash", "-c", "exec " + line], directory, self.environment, cwd=self.directory())
        wait_until(lambda: "listens on" in self.server.log or not self.server.alive(), 20, "the server listens")
        wait_until(lambda: self.answers() or not self.server.alive(), 20, "the server answers")
        assert self.server.alive(), self.server.log

    def answers(self):
        return self.shell.run(f"curl -s -o /dev/null -w '%{{http_code}}' {self.url}/ || true") not in ("000", "503")

    def save(self, name, text):
        path = self.directory() / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)

    def console(self, text):
        """Each command with the lines under it; a line that ends in a backslash goes on."""
        for command, wanted in re.findall(r"^\$ ((?:[^\n]*\\\n)*[^\n]*\n)((?:(?!\$ )[^\n]*\n)*)", text, re.M):
            said = re.sub(r" +$", "", self.shell.run(command), flags=re.M)
            pattern = re.escape(wanted.rstrip("\n")).replace(r"\.\.\.", ".*")
            assert re.fullmatch(pattern, said.rstrip("\n"), re.S), f"{command}says\n{said}\nand not\n{wanted}"

    def do(self, kind, text):
        if kind == "sh":
            return self.shell.run(text)
        if kind == "sql":
            return self.shell.run(f"psql -X -v ON_ERROR_STOP=1 <<'END-OF-SQL'\n{text}END-OF-SQL\n")
        if kind == "console":
            return self.console(text)
        if kind == "sh server":
            return self.serve(text)
        if kind != "text":
            return self.save(kind.split()[1], text)

    def read(self):
        for kind, text in BLOCK.findall(self.text):
            self.do(kind, self.ours(text))

    def stop_server(self):
        if self.server:
            assert self.server.stop(signal.SIGINT) == 0, self.server.log

    def close(self):
        try:
            self.shell.close()
            self.stop_server()
        finally:
            os.environ.pop("PGPORT", None)
            self.cluster.remove()
            shutil.rmtree(self.place)


@pytest.fixture
def reader():
    """reader(page): everything that it started goes in the end."""
    readers = []

    def start(page):
        readers.append(Reader(page))
        return readers[-1]
    yield start
    for each in readers:
        each.close()


def test_the_tutorial(reader):
    notes = reader("tutorial/notes.md")
    notes.read()
    seen = browse("notes.mjs", notes)
    assert seen["errors"] == [] and seen["axe"] == {} and seen["wide"] == []
    assert seen["notes"] == {
        "stranger": ["The library opens at nine"], "signed up": ["The library opens at nine"],
        "written": ["By the page Remove", "The library opens at nine"], "removed": ["The library opens at nine"],
        "Ann": ["The library opens at nine Remove", "Buy milk Remove"], "reloaded": ["The library opens at nine Remove",
                                                                                     "Buy milk Remove"],
        "signed out": ["The library opens at nine"]}
    assert seen["said"]["refused"] == "Invalid credentials" and seen["kept"] == 0
