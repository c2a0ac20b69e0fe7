"""rowgate started by others, with the files under deploy/: lighttpd, mod_fcgid, spawn-fcgi, systemd.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

import pytest
import requests

from harness.accounts import CHEAP, Person, migrate
from harness.fcgi import Connection
from harness.load import Clients
from harness.process import BUILD, TOP, Process, run_as, wait_until
from harness.server import BROKEN, SECRET, free_port
from harness.token import token

SCHEMA = "fronts.sql"
ACCOUNT = next((user for user in ("www-data", "nobody") if os.geteuid() == 0), pwd.getpwuid(os.geteuid()).pw_name)
MODULES = "/usr/lib/apache2/modules"


class Place:
    """A directory with the program, its configuration, and what starts them."""

    def __init__(self, directory, database):
        self.directory, self.database = pathlib.Path(directory), database
        self.directory.chmod(0o755)
        self.program, self.config, self.log = (self.directory / name for name in ("rowgate", "rowgate.conf", "log"))
        shutil.copy2(BUILD / "rowgate", self.program)
        (self.directory / "docs").mkdir()
        (self.directory / "run").mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.directory / "run", ACCOUNT)
        self.configure()
        self.process, self.port = None, free_port()
        self.url, self.prefix = f"http://127.0.0.1:{self.port}", ""
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("PGRST_", "ROWGATE_", "PG"))}

    def configure(self, **settings):
        lines = {"db-uri": self.database.uri, "db-anon-role": "web_anon", "jwt-secret": SECRET, "workers": 2,
                 "log-level": "info",
                 "state-dir": self.directory / "run" / "state"} | settings
        self.config.write_text("".join(f'{name.replace("_", "-")} = "{value}"\n' for name, value in lines.items()))

    def deployed(self, name):
        """A file under deploy/ with this place's paths."""
        text = (TOP / "deploy" / name).read_text()
        for there, here in (("/usr/bin/rowgate", self.program), ("/home/me/bin/rowgate", self.program),
                            ("/etc/rowgate/rowgate.conf", self.config),
                            ("/etc/rowgate.conf", self.config), ("/home/me/rowgate.conf", self.config)):
            text = text.replace(there, str(here))
        return text

    def start(self, *command):
        self.process = Process([*run_as(ACCOUNT), *command], self.directory, self.environment)
        return self.process

    def ask(self, method, path, **more):
        return requests.request(method, self.url + self.prefix + path, timeout=30, **more)

    def post(self, path, token=None, headers=None, **more):
        return self.ask("POST", path,
                        headers=(headers or {}) | ({"Authorization": f"Bearer {token}"} if token else {}), **more)

    def answers(self):
        if not self.process.alive():
            raise RuntimeError("it has ended:\n" + self.said())
        try:
            return requests.head(self.url + self.prefix + "/things", timeout=30).status_code == 200
        except requests.ConnectionError:
            return False

    def said(self):
        return self.process.log + "".join(file.read_text(errors="replace")
                                          for file in (self.directory / "run").glob("*.log"))

    def stop(self, number=signal.SIGTERM):
        self.process.stop(number)
        wait_until(lambda: not self.process.left_behind(), 15, "nothing is left")
        assert not BROKEN.search(self.said()), self.said()


@pytest.fixture
def place(database):
    with tempfile.TemporaryDirectory(prefix="rowgate-started-", dir="/tmp") as directory:
        made = Place(directory, database)
        yield made
        if made.process and made.process.alive():
            made.process.kill()


def apache(place, *lines):
    run = place.directory / "run"
    config = place.directory / "apache.conf"
    modules = [f'LoadModule {name}_module "{MODULES}/mod_{name}.so"'
               for name in ("mpm_event", "authz_core", "env", "rewrite", "fcgid")]
    config.write_text("\n".join([
        *modules, f'ServerRoot "{place.directory}"', f'PidFile "{run}/apache.pid"', f'DefaultRuntimeDir "{run}"',
        f'Mutex file:{run} default',
        f'ErrorLog "{run}/apache.log"', "ServerName localhost", f"Listen 127.0.0.1:{place.port}",
        f'DocumentRoot "{place.directory}/docs"',
        f'FcgidIPCDir "{run}/fcgid"', f'FcgidProcessTableFile "{run}/fcgid.shm"', "FcgidZombieScanInterval 1",
        # What a sanitizer is told would not reach the program else.
        *[f'FcgidInitialEnv {name} "{place.environment[name]}"' for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS")
          if name in place.environment], *lines, ""]))
    (run / "fcgid").mkdir()
    if os.geteuid() == 0:
        shutil.chown(run / "fcgid", ACCOUNT)
    place.start("apache2", "-D", "FOREGROUND", "-f", config)
    wait_until(place.answers, 20, "Apache answers")


def check_interface(place):
    """What every way through must let pass."""
    assert place.ask("GET", "/things?id=eq.2").text == '[{"id":2,"name":"two"}]'
    assert place.ask("GET", "/two%20words").text == '[{"id":8}]'
    assert place.ask("GET", "/gr%C3%B6%C3%9Fe?select=l%C3%A4nge").text == '[{"länge":5}]'
    assert place.ask("GET", "/nothing").json()["code"] == "PGRST205"
    assert place.ask("POST", "/notes", json={"body": "a" * 100_000}).status_code == 201
    assert place.ask("GET", "/things", headers={"Authorization": "Bearer no.token.atall"}).status_code == 401
    signed = {"Authorization": "Bearer " + token({"role": "web_anon"})}
    assert place.ask("GET", "/things?id=eq.1", headers=signed).status_code == 200
    assert [row["id"] for row in place.ask("GET", "/many").json()] == list(range(1, 20001))


def turn_accounts_on(place, **more):
    migrate(place.database)
    place.database.run("GRANT USAGE ON SCHEMA public TO authenticated; GRANT SELECT ON things TO authenticated")
    cheap = {name.removeprefix("ROWGATE_").lower(): value for name, value in CHEAP.items()}
    place.configure(auth_enabled="true", auth_db_uri=place.database.cluster.uri(place.database.name, "rowgate_account"),
                    **cheap, **more)


def check_accounts(place):
    person = Person(place).sign_in()
    assert person.call("current_user").json()["user_id"] == person.id
    assert (place.ask("GET", "/things?id=eq.2", headers={"Authorization": f"Bearer {person.token}"}).json()
            == [{"id": 2, "name": "two"}])
    assert place.ask("GET", "/.well-known/jwks.json").json() == {"keys": []}
    assert place.ask("GET", "/rpc/login").status_code == 405
    assert person.try_to_sign_in("not it").json()["error"] == "Invalid credentials"
    assert person.call("logout").status_code == 204
    assert person.refresh().status_code == 401
    assert place.ask("GET", "/things?id=eq.2", headers={"Authorization": f"Bearer {person.token}"}).status_code == 401
    # Who does what: an account worker connects as nobody else.
    roles = place.database.run("SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND "
                               "usename <> 'postgres'")
    assert {role for role, in roles} == {"authenticator", "rowgate_account"}


def workers(place):
    def program(pid):
        try:
            return os.readlink(f"/proc/{pid}/exe")
        except OSError:
            return None  # it has ended since
    return [pid for pid in place.process.left_behind() if program(pid) == str(place.program)]


def test_mod_fcgid_in_a_virtual_host(place):
    apache(place, place.deployed("apache/shared-hosting/fcgid.conf"))
    check_interface(place)
    assert place.ask("GET", "/a%2Fb").text == '[{"id":7}]'
    assert place.ask("POST", "/notes", json={"body": "a" * 1_000_000}).status_code == 201
    place.stop()


def test_mod_fcgid_has_other_processes_for_accounts(place):
    turn_accounts_on(place)
    apache(place, place.deployed("apache/shared-hosting/fcgid.conf"))
    check_accounts(place)
    place.stop()


def test_mod_fcgid_starts_as_many_as_are_busy_and_they_hear_of_a_reload(place, database):
    database.run("CREATE OR REPLACE FUNCTION slow() RETURNS integer LANGUAGE sql AS 'SELECT 1 FROM pg_sleep(1)'")
    apache(place, place.deployed("apache/shared-hosting/fcgid.conf"))
    with Clients(place, 4, lambda client, number: ("POST", "/rpc/slow", "{}")) as clients:
        wait_until(lambda: len(workers(place)) >= 4, 30, "each has a process")
    assert set(clients.statuses()) == {("POST", 200)}, clients.statuses()
    database.run("ALTER TABLE things ADD COLUMN told integer")
    done = subprocess.run([*run_as(ACCOUNT), place.program, "reload", place.config], env=place.environment,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all("told" in place.ask("GET", "/things?id=eq.1").text for _ in range(8))
    database.run("ALTER TABLE things DROP COLUMN told")
    place.stop()


def test_mod_fcgid_in_a_directory_of_a_shared_host(place):
    api = place.directory / "docs" / "api"
    api.mkdir()
    (api / ".htaccess").write_text(place.deployed("apache/shared-hosting/htaccess"))
    (api / "rowgate.fcgi").write_text(place.deployed("apache/shared-hosting/rowgate.fcgi"))
    (api / "rowgate.fcgi").chmod(0o755)
    (api / "page.txt").write_text("a file of its own")
    place.prefix = "/api"
    place.configure(server_path_prefix="/api")
    apache(place, f'<Directory "{place.directory}/docs">', "AllowOverride All", "</Directory>")
    check_interface(place)
    assert place.ask("GET", "/page.txt").text == "a file of its own"
    assert place.ask("GET", "/").json()["swagger"] == "2.0"
    place.stop()


def test_lighttpd_by_bin_path(place):
    """As the end of deploy/lighttpd/rowgate.conf says."""
    text = place.deployed("lighttpd/rowgate.conf")
    comment = text[text.index("# Instead of a rowgate that runs by itself"):]
    instead = "\n".join(line.removeprefix("#").partition("   rowgate forks")[0] for line in comment.splitlines()[1:])
    block = text.replace('"socket" => "/run/rowgate/rowgate.sock",',
                         instead.replace("/run/lighttpd/rowgate.sock", f"{place.directory}/run/rowgate.sock") + ",")
    config = place.directory / "lighttpd.conf"
    config.write_text(f'server.modules = ( "mod_setenv", "mod_fastcgi" )\nserver.document-root = '
                      f'"{place.directory}/docs"\nserver.bind = "127.0.0.1"\n'
                      f'server.port = {place.port}\nserver.upload-dirs = ( "{place.directory}/run" )\nserver.errorlog '
                      f'= "{place.directory}/run/lighttpd.log"\n{block}')
    place.start("lighttpd", "-D", "-f", config)
    wait_until(place.answers, 20, "lighttpd answers")
    check_interface(place)
    assert place.ask("GET", "/a%2Fb").text == '[{"id":7}]'
    # One master with its workers.
    assert len(workers(place)) == 3
    place.stop(signal.SIGINT)


def test_mod_fcgid_has_other_processes_for_accounts_on_a_shared_host(place):
    api = place.directory / "docs" / "api"
    api.mkdir()
    (api / ".htaccess").write_text(place.deployed("apache/shared-hosting/htaccess"))
    for name in ("rowgate.fcgi", "rowgate-accounts.fcgi"):
        (api / name).write_text(place.deployed(f"apache/shared-hosting/{name}"))
        (api / name).chmod(0o755)
    place.prefix = "/api"
    turn_accounts_on(place, server_path_prefix="/api")
    apache(place, f'<Directory "{place.directory}/docs">', "AllowOverride All", "</Directory>")
    check_interface(place)
    check_accounts(place)
    place.stop()


def listens(path):
    """The socket's file is there a moment before anybody listens on it."""
    try:
        Connection(path).socket.close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("program", [[], ["--worker"]], ids=["master", "worker"])
def test_spawn_fcgi(place, program):
    path = place.directory / "run" / "rowgate.sock"
    place.start("spawn-fcgi", "-n", "-s", path, "--", place.program, *program, place.config)
    wait_until(lambda: listens(path), 10, "somebody listens")
    with Connection(path) as connection:
        assert connection.ask("/things?id=eq.1") == (200, '[{"id":1,"name":"one"}]')
        assert connection.ask("/things?id=eq.2") == (200, '[{"id":2,"name":"two"}]')
    assert len(workers(place)) == (0 if program else 2)
    place.stop()


def test_systemd_gives_the_socket(place):
    path = place.directory / "run" / "rowgate.sock"
    place.start("systemd-socket-activate", "-l", path,
                *[f"--setenv={name}" for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in place.environment],
                place.program, place.config)
    wait_until(lambda: listens(path), 10, "somebody listens")
    with Connection(path) as connection:
        assert connection.ask("/things?id=eq.1") == (200, '[{"id":1,"name":"one"}]')
    # SIGHUP goes on as the same program with the same socket.
    before = workers(place)
    assert len(before) == 2
    os.kill(place.process.popen.pid, signal.SIGHUP)
    wait_until(lambda: len(workers(place)) == 2 and not set(workers(place)) & set(before), 20, "all workers are new")
    with Connection(path) as connection:
        assert connection.ask("/things?id=eq.2") == (200, '[{"id":2,"name":"two"}]')
    place.stop()
    # Nobody's but systemd's.
    assert path.exists()


def test_the_units_are_well_formed(place):
    for name in ("rowgate.service", "rowgate.socket", "rowgate-mail.service"):
        (place.directory / name).write_text(place.deployed(f"systemd/{name}"))
    done = subprocess.run(["systemd-analyze", "verify", place.directory / "rowgate.service",
                           place.directory / "rowgate.socket", place.directory / "rowgate-mail.service"],
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
