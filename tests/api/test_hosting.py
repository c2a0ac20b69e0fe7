"""The kit for shared hosts: deploy/shared-hosting/setup, run by an account without rights, and what it leaves.

tests/hosting goes the whole way in a system of its own, with suexec.

SPDX-License-Identifier: MIT
"""
import concurrent.futures
import itertools
import os
import pathlib
import pty
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time

import pytest
import requests

from harness.accounts import PASSWORD, Person
from harness.process import BUILD, TOP, Process, run_as, wait_until
from harness.server import free_port
from test_started import ACCOUNT, MODULES

KIT = TOP / "deploy" / "shared-hosting"
# AllowOverride of hosts: everything, no Options, and the least that rewriting takes.
ALLOWED = {"all": "AllowOverride All", "no options": "AllowOverride FileInfo\nOptions +ExecCGI"}
LIMIT = 5
numbers = itertools.count(1)


class Host:
    """An account at a host: a home with public_html, a database and a role for it, and the host's Apache."""

    def __init__(self, directory, cluster, name, rights="CREATEROLE"):
        self.home = pathlib.Path(directory)
        self.home.chmod(0o755)
        self.role, self.database = f"u_{name}", cluster.create(f"d_{name}")
        self.database.run(f"CREATE ROLE {self.role} LOGIN {rights} CONNECTION LIMIT {LIMIT};"
                          f"ALTER DATABASE d_{name} OWNER TO {self.role}; ALTER SCHEMA public OWNER TO {self.role};"
                          "CREATE TABLE things (id int PRIMARY KEY, name text); INSERT INTO things VALUES (1, 'one');"
                          f"ALTER TABLE things OWNER TO {self.role}")
        self.program = self.home / "rowgate-1" / "bin" / "rowgate"
        self.program.parent.mkdir(parents=True)
        shutil.copy2(BUILD / "rowgate", self.program)
        self.web = self.home / "public_html"
        (self.web / "api").mkdir(parents=True)
        (self.home / "run" / "fcgid").mkdir(parents=True)
        self.kept = self.home / "rowgate"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/api"
        self.process = None
        self.own()

    def own(self):
        if os.geteuid() == 0:
            for path in (self.home, *self.home.rglob("*")):
                shutil.chown(path, ACCOUNT)

    def setup(self, *arguments, says="", **settings):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("PGRST_", "ROWGATE_", "PG"))}
        environment |= {"HOME": str(self.home), "ROWGATE_HOSTING_URL": self.url,
                        "PGHOST": str(self.database.cluster.directory), "PGDATABASE": self.database.name,
                        "PGUSER": self.role, "ROWGATE_HOSTING_PROGRAM": str(self.program)}
        environment |= {"ROWGATE_HOSTING_" + name.upper(): str(value) for name, value in settings.items()}
        return subprocess.run([*run_as(ACCOUNT), KIT / "setup", *arguments], env=environment, cwd="/",
                              input=says, capture_output=True, text=True, timeout=120)

    def done(self, *arguments, **settings):
        answer = self.setup(*arguments, **settings)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def apache(self, *lines, modules=("env", "setenvif", "rewrite", "fcgid")):
        run = self.home / "run"
        text = [f'LoadModule {name}_module "{MODULES}/mod_{name}.so"' for name in ("mpm_event", "authz_core", *modules)]
        text += [f'ServerRoot "{self.home}"', f'PidFile "{run}/apache.pid"', f'DefaultRuntimeDir "{run}"',
                 f"Mutex file:{run} default", f'ErrorLog "{run}/apache.log"', "ServerName localhost",
                 f"Listen 127.0.0.1:{self.port}", f'DocumentRoot "{self.web}"', f'<Directory "{self.web}">',
                 *lines, "</Directory>"]
        if "fcgid" in modules:
            text += [f'FcgidIPCDir "{run}/fcgid"', f'FcgidProcessTableFile "{run}/fcgid.shm"']
            text += [f'FcgidInitialEnv {name} "{os.environ[name]}"' for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS")
                     if name in os.environ]
        config = run / "apache.conf"
        config.write_text("\n".join([*text, ""]))
        self.start("apache2", "-D", "FOREGROUND", "-f", config)

    def start(self, *command):
        self.process = Process([*run_as(ACCOUNT), *command], self.home, {"PATH": os.environ["PATH"]})
        wait_until(self.listens, 20, "the web server answers")

    def listens(self):
        try:
            return requests.head(self.url, timeout=10).status_code
        except requests.ConnectionError:
            return None

    def request(self, method, path, token=None, headers=None, **more):
        headers = (headers or {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        return requests.request(method, self.url + path, headers=headers, timeout=30, **more)

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, **more):
        return self.request("POST", path, **more)

    def workers(self):
        def words(pid):
            try:
                return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                return b""
        return {pid for pid in self.process.left_behind() if str(self.kept / "rowgate.conf").encode() in words(pid)}

    def stop(self):
        if self.process and self.process.alive():
            self.process.stop(signal.SIGTERM)
            wait_until(lambda: not self.process.left_behind(), 20, "nothing is left")


@pytest.fixture
def make_host(own_cluster, request):
    """Hosts of this test, stopped and gone at its end."""
    made = []
    name = f"{next(numbers)}_" + re.sub(r"\W", "_", request.node.name).lower()[5:30]

    def make(rights="CREATEROLE"):
        directory = tempfile.mkdtemp(prefix="rowgate-host-", dir="/tmp")
        made.append(Host(directory, own_cluster, f"{name}_{len(made)}", rights))
        return made[-1]
    yield make
    for host in made:
        host.stop()
        shutil.rmtree(host.home, ignore_errors=True)


@pytest.mark.parametrize("allowed", ALLOWED)
def test_from_nothing_to_signed_in(make_host, allowed):
    host = make_host()
    host.apache(ALLOWED[allowed])
    mails = host.home / "mails"
    mails.mkdir()
    host.own()
    said = host.done("--unattended", admin="boss@example.com", admin_password=PASSWORD, mail_from="shop@example.com",
                     mail_transport=f"file:{mails}")
    for line in ("answers", "tokens reach the API", "accounts answer", "admin: boss@example.com"):
        assert re.search(rf"(?m)^  ok    .*{line}", said), said
    assert "FAILED" not in said and PASSWORD not in said
    assert host.post("/rpc/request_password_reset", json={"email": "boss@example.com"}).status_code == 200
    # The lines for cron hold whatever the version is.
    lines = re.findall(r"(?m)^    (?:\*/5 \*|17 4) \* \* \* (.*)$", said)
    assert [line.split()[1] for line in lines] == ["mail", "purge"]
    for line in lines:
        assert str(host.program) not in line
        ran = subprocess.run([*run_as(ACCOUNT), "sh", "-c", line], env={}, capture_output=True)
        assert ran.returncode == 0, ran.stderr
    [mail] = [path.read_text() for path in mails.iterdir()]
    assert "boss@example.com" in mail and host.url in mail
    host.database.run(f"GRANT SELECT ON things TO {host.role}_authenticated")
    host.request("GET", "/")
    boss = Person(host, "boss@example.com", register=False).sign_in()
    assert boss.login["user"]["role"] == f"{host.role}_admin_user"
    person = Person(host).sign_in()
    assert person.call("current_user").json()["user_id"] == person.id
    assert host.get("/things", token=person.token).json() == [{"id": 1, "name": "one"}]
    assert host.get("/things").status_code == 401
    assert person.call("logout").status_code == 204


def answer_at_terminal(host, answers):
    """What setup prints when somebody types these lines; it is told nothing else."""
    environment = {"HOME": str(host.home), "PATH": os.environ["PATH"], "TERM": "dumb"}
    process, terminal = pty.fork()
    if process == 0:
        os.execvpe("setpriv" if run_as(ACCOUNT) else KIT / "setup",
                   [*map(str, run_as(ACCOUNT)), str(KIT / "setup"), "--program", str(host.program)], environment)
    said = b""
    os.write(terminal, "".join(f"{answer}\n" for answer in answers).encode())
    while True:
        try:
            said += os.read(terminal, 4096)
        except OSError:
            return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said.decode()


def test_it_asks_what_it_is_not_told(make_host):
    """The last two answers are the role, which is offered, and a password."""
    host = make_host()
    host.apache(ALLOWED["all"])
    status, said = answer_at_terminal(host, [host.url, "", host.database.cluster.directory, host.database.name,
                                             host.role, "secret"])
    assert status == 0, said
    assert f"[{host.web}/api]" in said and "accounts answer" in said
    assert "password='secret'" in (host.kept / "database").read_text()
    assert host.get("/").status_code == 200


def modes(host):
    return {str(path.relative_to(host.home)): stat.S_IMODE(path.stat().st_mode) for path in host.kept.rglob("*")}


def test_keys_and_passwords_are_for_their_owner_alone(make_host):
    host = make_host()
    host.done("--unattended", "--no-ask")
    assert all(mode & 0o077 == 0 for mode in modes(host).values()), modes(host)
    assert stat.S_IMODE(host.kept.stat().st_mode) == 0o700
    shown = {path.name: path for path in (host.web / "api").iterdir()}
    assert set(shown) == {".htaccess", "rowgate.fcgi", "rowgate-accounts.fcgi"}
    assert {name: stat.S_IMODE(path.stat().st_mode) for name, path in shown.items()} == {
        ".htaccess": 0o644, "rowgate.fcgi": 0o755, "rowgate-accounts.fcgi": 0o755}


@pytest.mark.parametrize("inside", ["public_html/rowgate", "public_html/api/rowgate", "public_html"])
def test_a_place_that_the_web_server_shows_is_none_for_keys(make_host, inside):
    host = make_host()
    refused = host.setup("--unattended", "--no-ask", "--directory", host.home / inside)
    assert refused.returncode == 1 and "which the web server shows" in refused.stderr
    assert not list(host.web.rglob("key"))


def test_what_is_already_there_stays(make_host):
    host = make_host()
    file = host.web / "api" / ".htaccess"
    file.write_text("# mine\nErrorDocument 404 /gone.html\n")
    host.own()
    host.done("--unattended", "--no-ask")
    once = file.read_text()
    assert once.endswith("# mine\nErrorDocument 404 /gone.html\n") and "RewriteEngine On" in once
    (host.kept / "own.conf").write_text("db-max-rows = 7\n")
    host.own()
    key = (host.kept / "key").read_bytes()
    host.done("--unattended", "--no-ask")
    assert file.read_text() == once
    assert (host.kept / "key").read_bytes() == key
    assert (host.kept / "own.conf").read_text() == "db-max-rows = 7\n"
    shown = subprocess.run([BUILD / "rowgate", "--dump-config", host.kept / "rowgate.conf"], capture_output=True,
                           text=True, check=True).stdout
    assert "db-max-rows = 7" in shown


def test_a_part_whose_line_ends_have_changed_is_known(make_host):
    """Some programs for FTP write them as Windows does."""
    host = make_host()
    file = host.web / "api" / ".htaccess"
    file.write_text("ErrorDocument 404 /gone.html\n")
    host.own()
    host.done("--unattended", "--no-ask")
    once = file.read_text()
    file.write_bytes(once.replace("\n", "\r\n").encode())
    host.done("--unattended", "--no-ask")
    assert file.read_bytes().replace(b"\r\n", b"\n") == once.encode()
    host.done("--remove")
    assert file.read_text() == "ErrorDocument 404 /gone.html\n"


@pytest.mark.parametrize("mark", ["# BEGIN rowgate", "# END rowgate"])
def test_lines_of_others_stay_when_a_mark_is_gone(make_host, mark):
    host = make_host()
    host.done("--unattended", "--no-ask")
    file = host.web / "api" / ".htaccess"
    kept = [line for line in file.read_text().splitlines() if not line.startswith(mark)]
    file.write_text("\n".join([*kept, "ErrorDocument 404 /gone.html", ""]))
    before = file.read_bytes()
    for arguments in (["--unattended", "--no-ask"], ["--remove"]):
        refused = host.setup(*arguments)
        assert refused.returncode == 1 and f"{file}: " in refused.stderr and mark in refused.stderr, refused.stderr
        assert file.read_bytes() == before
    assert (host.web / "api" / "rowgate.fcgi").exists()


@pytest.fixture
def replace_command(monkeypatch):
    """replace_command(host, name, script): what setup runs by that name."""
    def replace(host, name, script):
        directory = host.home / "stubs"
        directory.mkdir(exist_ok=True)
        (directory / name).write_text(f"#!/bin/sh\n{script}\nexec {shutil.which(name)} \"$@\"\n")
        (directory / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    return replace


@pytest.mark.parametrize("file, settings", [
    *[(f"rowgate/{name}", {}) for name in ("database", "own.conf", "rowgate.conf", "rowgate", "setup.conf")],
    ("public_html/api/rowgate.fcgi", {}), ("public_html/api/.htaccess", {}),
    *[(f"rowgate/{name}", {"front": "lighttpd", "listen": "127.0.0.1:1"}) for name in ("lighttpd.conf", "start")]])
def test_a_file_that_cannot_be_written_ends_it(make_host, replace_command, file, settings):
    """As when the quota is used up: nothing behind it is told to be well."""
    host = make_host()
    replace_command(host, "mv", f'for last; do :; done; case $last in */{file}) exit 1 ;; esac')
    failed = host.setup("--unattended", "--no-ask", database="host=" + str(host.database.cluster.directory) +
                        f" dbname={host.database.name} user={host.role}", **settings)
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert failed.stderr == f"setup: {host.home}/{file} cannot be written: is the disk or your quota full?\n"
    assert "web server:" not in failed.stdout and f": {host.home}/{file}" not in failed.stdout, failed.stdout
    assert not (host.home / file).exists() and not list(host.home.rglob("*.new.*"))


@pytest.mark.parametrize("file, settings", [
    ("public_html/api/.htaccess", {}), ("rowgate/lighttpd.conf", {"front": "lighttpd", "listen": "127.0.0.1:1"})])
def test_what_comes_half_takes_the_place_of_nothing(make_host, replace_command, file, settings):
    host = make_host()
    host.done("--unattended", "--no-ask", **settings)
    before = (host.home / file).read_bytes()
    replace_command(host, "sed", "case $* in */run/rowgate/* | *'^Options'*) head -c 100; exit 1 ;; esac")
    failed = host.setup("--unattended", "--no-ask", **settings)
    assert failed.returncode == 1 and "web server:" not in failed.stdout, failed.stdout
    assert (host.home / file).read_bytes() == before


@pytest.mark.parametrize("path, directory, says", [
    ("/api.v1", "rowgate", "only letters"), ("/api", "shop & co", "such a name"), ("/api", "shop&co", "such a name")])
def test_names_that_lighttpd_s_configuration_cannot_hold_are_refused(make_host, path, directory, says):
    host = make_host()
    refused = host.setup("--unattended", "--no-ask", url=f"http://127.0.0.1:{host.port}{path}", front="lighttpd",
                         listen=f"127.0.0.1:{host.port}", directory=host.home / directory)
    assert refused.returncode == 1 and says in refused.stderr, refused.stdout + refused.stderr
    assert not (host.home / directory / "rowgate.conf").exists()


def test_running_it_again_upgrades_and_nobody_is_signed_out(make_host):
    host = make_host()
    host.apache(ALLOWED["all"])
    host.done("--unattended")
    person = Person(host).sign_in()
    before = host.workers()
    host.program = host.program.rename(host.program.parent / "rowgate-2")
    host.program.with_name("rowgate").unlink(missing_ok=True)
    # What it was told before it knows: only the new program is named.
    for name in ("url", "web_directory"):
        assert name in (host.kept / "setup.conf").read_text()
    said = host.done("--unattended")
    assert "account schema: up to date" in said
    assert person.call("current_user").json()["user_id"] == person.id
    assert person.refresh().status_code == 200
    wait_until(lambda: not host.workers() & before, 20, "the old processes are gone")


def test_check_says_what_fails(make_host):
    host = make_host()
    assert host.setup("--check").returncode == 1
    host.apache(ALLOWED["all"])
    host.done("--unattended")
    assert "tokens reach the API" in host.done("--check")
    (host.web / "api" / "rowgate.fcgi").chmod(0o644)
    (host.web / "api" / ".htaccess").write_text("Redirect 404 /")
    wrong = host.setup("--check")
    assert wrong.returncode == 1 and "FAILED" in wrong.stdout


def test_remove_takes_away_what_it_wrote(make_host):
    host = make_host()
    host.apache(ALLOWED["all"])
    host.done("--unattended")
    assert host.workers()
    said = host.done("--remove")
    assert "the database" in said and "cron" in said
    assert not (host.web / "api").exists()
    assert (host.kept / "key").exists() and not (host.kept / "state").exists()
    wait_until(lambda: not host.workers(), 20, "its processes have ended")
    host.done("--unattended")
    assert host.get("/").status_code == 200
    host.done("--remove", "--all")
    assert not host.kept.exists()


def test_a_role_that_may_not_make_roles_gets_a_file_for_the_host(make_host):
    host = make_host(rights="NOCREATEROLE")
    waits = host.setup("--unattended", "--no-ask")
    assert waits.returncode == 3, waits.stdout + waits.stderr
    assert not list((host.web / "api").iterdir())
    file = host.kept / "for-the-host.sql"
    assert str(file) in waits.stdout
    shutil.copy(file, host.home / "copy.sql")
    (host.home / "copy.sql").chmod(0o644)
    host.database.load(host.home / "copy.sql")
    host.apache(ALLOWED["all"])
    assert "up to date" in host.done("--unattended")
    assert Person(host).sign_in().call("logout").status_code == 204


def test_without_mod_fcgid_nothing_is_left_on_show(make_host):
    """The host would show our files as text."""
    host = make_host()
    host.apache("AllowOverride All\nAcceptPathInfo On", modules=("env", "setenvif", "rewrite"))
    refused = host.setup("--unattended")
    assert refused.returncode == 1
    assert "no mod_fcgid" in refused.stdout, refused.stdout
    assert not (host.web / "api").exists()


def test_a_burst_keeps_to_the_connections_of_the_role(make_host):
    """More calls at once than the role may have connections, of both kinds: all wait, and none is refused."""
    host = make_host()
    host.apache(ALLOWED["all"])
    host.kept.mkdir()
    (host.kept / "own.conf").write_text('auth-password-memory = "8M"\nauth-password-passes = 1\n'
                                        "db-pool-acquisition-timeout = 60\n")
    host.own()
    host.done("--unattended", connections=LIMIT)
    host.database.run("CREATE FUNCTION slow() RETURNS integer LANGUAGE sql AS 'SELECT 1 FROM pg_sleep(0.2)';"
                      f"GRANT EXECUTE ON FUNCTION slow() TO {host.role}_web_anon")
    reload = subprocess.run([*run_as(ACCOUNT), host.program, "reload", host.kept / "rowgate.conf"],
                            capture_output=True, text=True)
    assert reload.returncode == 0, reload.stderr
    people = [Person(host) for _ in range(3)]

    def call(number):
        if number % 2:
            answer = people[number % 3].try_to_sign_in()
        else:
            answer = host.post("/rpc/slow", json={})
        return "right" if answer.status_code == 200 else f"{answer.status_code} {answer.text}"
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(call, range(48)))
    assert set(answers) == {"right"}, set(answers)
    log = (host.home / "run" / "apache.log").read_text()
    assert "too many connections" not in log, log


def test_processes_that_are_killed_are_missed_by_nobody(make_host):
    host = make_host()
    host.apache(ALLOWED["all"])
    host.done("--unattended")
    person = Person(host).sign_in()
    for _ in range(3):
        for pid in host.workers():
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
        assert wait_until(lambda: person.call("current_user").status_code == 200, 20, "it is served again")


@pytest.mark.parametrize("listen", ["port", "socket"])
def test_a_lighttpd_of_ones_own(make_host, listen):
    """For hosts that run a program and forward to it."""
    host = make_host()
    place = f"127.0.0.1:{host.port}" if listen == "port" else f"unix:{host.home}/run/web.sock"
    said = host.done("--unattended", front="lighttpd", listen=place)
    assert str(host.kept / "start") in said
    assert not (host.web / "api" / ".htaccess").exists()
    if listen == "socket":
        done = subprocess.run(["lighttpd", "-tt", "-f", host.kept / "lighttpd.conf"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return
    host.start(host.kept / "start")
    wait_until(lambda: host.get("/").status_code == 200, 20, "rowgate answers")
    assert "accounts answer" in host.done("--check")
    person = Person(host).sign_in()
    assert person.call("current_user").json()["user_id"] == person.id
    # lighttpd, the master, two workers and one for accounts.
    assert len(host.process.left_behind()) <= 5
    host.stop()


@pytest.mark.parametrize("wrong, status, says", [
    (["--nonsense", "x"], 2, "no option"), (["--url", "shop.example/api"], 2, "no address"),
    (["--connections", "2"], 2, "a number from 3"), (["--front", "nginx"], 2, "htaccess or lighttpd"),
    (["--program", "/nowhere/rowgate"], 1, "cannot"), (["--front", "lighttpd"], 2, "--listen"),
])
def test_wrong_arguments(make_host, wrong, status, says):
    host = make_host()
    refused = host.setup("--unattended", "--no-ask", *wrong)
    assert refused.returncode == status and says in refused.stderr, refused.stderr
    assert not (host.kept / "rowgate.conf").exists()


def test_a_database_that_cannot_be_reached_is_said_in_words(make_host):
    host = make_host()
    refused = host.setup("--unattended", "--no-ask", database="host=/nowhere dbname=x user=x")
    assert refused.returncode == 1 and "FAILED  the database" in refused.stdout
    assert not list((host.web / "api").iterdir())
