"""The tutorial and the how-to pages: each is a script, and runs from top to bottom as it is printed.

A page has a PostgreSQL of its own, whose superuser runs it, and a directory that stands for the checkout. What a block
of code is stands behind its ```:

    sh           runs in the page's one shell; every command must succeed
    sh server    runs beside it until the next of these, and is waited for
    sql          is given to psql
    console      "$ command", and under it what that prints; "..." stands for anything
    KIND FILE    is saved under that name
    text         is read by people; the page says why it does not run

Only ports and the directories of the machine are others. A how-to page finds what deploy/docs/production.md leaves: the
database "workshop" with the example's tables, two accounts, and a server; that it is deploy/serve's, without systemd.

SPDX-License-Identifier: MIT
"""
import getpass
import grp
import os
import pathlib
import pwd
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
from harness.process import BUILD, TOP, Process, run_as, wait_until
from harness.server import BROKEN, free_port

PAGES = TOP / "deploy/docs"
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)
HOW_TO = ("backup-and-restore", "cookies", "mail", "metrics-and-logs", "pgbouncer", "roles-and-policies", "rotate-keys",
          "upgrade")
FROM_NOTHING = ("move-from-supabase", "own-database")
# The machine's, which get a directory of the test in front.
OURS = re.compile(r"(?<![\w./-])/(?=etc/rowgate|etc/pgbouncer|var/backups/rowgate|var/lib/rowgate|run/postgresql)"
                  r"|(?<=-C )/(?=etc)")
CONFIG = """db-uri = "postgresql://authenticator@/workshop"
db-schemas = "public, auth"
db-anon-role = "web_anon"
server-host = "127.0.0.1"
server-port = 3000
jwt-secret = "@/etc/rowgate/rowgate.jwk"
auth-enabled = true
auth-site-url = "https://workshop.example"
admin-server-port = 3001
"""
# The superuser reads the page already; nobody but the test's user owns files.
TOOLS = {"runuser": 'shift 3; exec "$@"',
         "systemctl": f'exec {" ".join(run_as("www-data"))} pgbouncer -q -d "$PGBOUNCER"'}
# As Debian has it: on the socket everybody is who they are, here the superuser; over TCP passwords count.
RULES = "local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
# deploy/postgresql lets the two users of the machine be its roles.
MAPPED = "local all all trust\n" + RULES


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
    rules = RULES

    def __init__(self, page):
        self.text = (PAGES / page).read_text()
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-page-", dir="/tmp"))
        self.place.chmod(0o755)
        for name in ("deploy", "sql"):
            (self.place / name).symlink_to(TOP / name)
        (self.place / "build").symlink_to(BUILD)
        # At a terminal curl shows no progress.
        (self.place / ".curlrc").write_text("silent\nshow-error\n")
        self.ports = {number: str(free_port()) for number in ("3000", "3001", "5432", "6432")}
        self.url = f"http://127.0.0.1:{self.ports['3000']}"
        self.server = None
        self.cluster = Cluster(listen_addresses="127.0.0.1", port=self.ports["5432"])
        self.environment = {
            "PATH": f"{binaries()}:{os.environ['PATH']}", "LANG": "C.UTF-8", "HOME": str(self.place),
            "PGHOST": str(self.cluster.directory), "PGPORT": self.cluster.settings["port"], "PGUSER": "postgres",
            "NO_PROXY": "*", "no_proxy": "*"} | CHEAP | GENEROUS
        self.serving = {"ROWGATE_BUILD": str(BUILD), "PGRST_SERVER_PORT": self.ports["3000"]}
        # The client's variables are the harness's, too, while it starts.
        os.environ["PGPORT"] = self.environment["PGPORT"]
        self.cluster.start()
        (self.cluster.directory / "data/pg_hba.conf").write_text(self.rules)
        self.cluster.process.send(signal.SIGHUP)
        self.shell = Shell(self.place, self.environment)

    def ours(self, text):
        """What the page says, with ports and directories of the test."""
        for number, port in self.ports.items():
            text = re.sub(rf"(127\.0\.0\.1:|port = |port=){number}\b", rf"\g<1>{port}", text)
        return text

    def directory(self):
        return pathlib.Path(self.shell.run("pwd").strip())

    def serve(self, line):
        self.stop_server()
        directory = pathlib.Path(tempfile.mkdtemp(prefix="server-", dir=self.place))
        self.server = Process(["bash", "-c", "exec env " + line], directory,
                              self.environment | self.serving, cwd=self.directory())
        wait_until(lambda: "listens on" in self.server.log or not self.server.alive(), 20, "the server listens")
        try:
            wait_until(lambda: self.answers() or not self.server.alive(), 20, "the server answers")
        except TimeoutError:
            said = [line for line in self.server.log.splitlines() if "GET / " not in line and "GET /:" not in line]
            raise AssertionError("\n".join(said)) from None
        assert self.server.alive(), self.server.log

    def answers(self):
        return self.shell.run(f"curl -s -o /dev/null -w '%{{http_code}}' {self.url}/ || true") not in ("000", "503")

    def save(self, name, text):
        path = self.directory() / name
        assert self.place in path.parents, f"{path} is the machine's own"
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
        if " " in kind:
            return self.save(kind.split()[1], text)

    def read(self):
        for kind, text in BLOCK.findall(self.text):
            self.do(self.ours(kind), self.ours(text))

    def stop_server(self):
        if self.server:
            status = self.server.stop(signal.SIGINT)
            assert status == 0 and not BROKEN.search(self.server.log), self.server.log
            wait_until(lambda: not self.server.left_behind(), 5, "no process is left")

    def close(self):
        try:
            self.shell.close()
            self.stop_server()
        finally:
            os.environ.pop("PGPORT", None)
            self.cluster.remove()
            shutil.rmtree(self.place)


class Operator(Reader):
    """Somebody who looks after a server that runs already."""
    rules = MAPPED

    def __init__(self, page):
        super().__init__(page)
        self.user = "www-data" if os.geteuid() == 0 else getpass.getuser()
        for name in ("bin", "etc/rowgate", "run/postgresql", "state"):
            (self.place / name).mkdir(parents=True)
        for name, line in TOOLS.items():
            (self.place / "bin" / name).write_text(f"#!/bin/sh\n{line}\n")
            (self.place / "bin" / name).chmod(0o755)
        (self.place / "etc/rowgate/rowgate.conf").write_text(self.ours(CONFIG) + f'state-dir = "{self.place}/state"\n')
        for name in ("run/postgresql", "state"):
            if os.geteuid() == 0:
                shutil.chown(self.place / name, self.user)
        self.shell.run(self.ours("""
            PATH=$PWD/bin:$PWD/build:$PATH PGDATABASE=workshop
            PGBOUNCER=/etc/pgbouncer/pgbouncer.ini
            export PATH PGDATABASE PGBOUNCER
            createdb -T template0 workshop
            rowgate keygen --alg EdDSA --group rowgate --out /etc/rowgate/rowgate.jwk
            ROWGATE_AUTH_INSTALL_URI=postgresql:///workshop rowgate migrate /etc/rowgate/rowgate.conf
            cat sql/demo/*.sql | psql -X -q -1 -v ON_ERROR_STOP=1
            for who in ann bob; do
                echo "seven horses in the rain" | rowgate user add $who@example.com /etc/rowgate/rowgate.conf
            done
        """))
        self.serving |= {"ROWGATE_USER": self.user} if os.geteuid() == 0 else {}
        self.serve("systemctl restart rowgate")

    def serve(self, line):
        super().serve(line.replace("systemctl restart rowgate",
                                   f"{TOP}/deploy/serve {self.place}/etc/rowgate/rowgate.conf"))

    def close(self):
        for pid in self.place.glob("run/postgresql/*.pid"):
            os.kill(int(pid.read_text()), signal.SIGTERM)
        super().close()

    def ours(self, text):
        text = OURS.sub(f"{self.place}/", super().ours(text)).replace("https://workshop.example", self.url)
        others = {"--group rowgate": "--group " + grp.getgrgid(pwd.getpwnam(self.user).pw_gid).gr_name,
                  "-o postgres": "-o " + getpass.getuser(), "-o rowgate": "-o " + getpass.getuser()}
        for ours, its in others.items():
            text = text.replace(ours, its)
        return text


@pytest.fixture
def reader():
    """reader(page): everything that it started goes in the end."""
    readers = []

    def start(page, kind=Reader):
        readers.append(kind(page))
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


@pytest.mark.parametrize("page", HOW_TO)
def test_how_to(reader, page):
    reader(f"how-to/{page}.md", Operator).read()


@pytest.mark.parametrize("page", FROM_NOTHING)
def test_how_to_from_nothing(reader, page):
    reader(f"how-to/{page}.md").read()


def test_every_how_to_is_run():
    """But for web-servers, which test_web_servers.py runs, and pages with nothing to be run."""
    for page in (PAGES / "how-to").glob("*.md"):
        kinds = {kind for kind, _ in BLOCK.findall(page.read_text())}
        assert page.stem in (*HOW_TO, *FROM_NOTHING, "web-servers") or kinds <= {"text"}, page


def test_production_in_the_readme_is_that_of_its_page():
    readme = (TOP / "README.md").read_text().partition("## In production")[2]
    page = (PAGES / "production.md").read_text()
    lines = re.search(r"```\n(.*?)```", readme, re.S)[1].splitlines()
    assert len(lines) == 10 and [line for line in lines if line not in page] == []
