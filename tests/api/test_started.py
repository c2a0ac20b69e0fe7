"""rowgate started by others, with the files under deploy/: lighttpd, mod_fcgid, spawn-fcgi, systemd.

SPDX-License-Identifier: MIT
"""
import grp
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
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
    database.run("CREATE VIEW told AS SELECT id FROM things; GRANT SELECT ON told TO web_anon")
    done = subprocess.run([*run_as(ACCOUNT), place.program, "reload", place.config], env=place.environment,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(place.ask("GET", "/told?id=eq.1").text == '[{"id":1}]' for _ in range(8))
    database.run("DROP VIEW told")
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


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """What `make install` puts where, below a directory of its own, and the prefix it was configured for."""
    directory = tmp_path_factory.mktemp("installed")
    subprocess.run(["make", "-s", "-C", BUILD, "install", f"DESTDIR={directory}"], check=True, capture_output=True)
    program, = directory.glob("**/bin/rowgate")
    return directory, "/" + str(program.relative_to(directory).parent.parent)


@pytest.mark.parametrize("file", [
    "bin/rowgate", "lib/systemd/system/rowgate.service", "lib/systemd/system/rowgate.socket",
    "lib/systemd/system/rowgate-accounts.socket", "lib/systemd/system/rowgate-mail.service",
    "lib/systemd/system/rowgate-purge.service", "lib/systemd/system/rowgate-purge.timer", "lib/sysusers.d/rowgate.conf",
    *[f"share/rowgate/{front}/{name}.conf" for front in ("apache", "lighttpd", "nginx")
      for name in ("rowgate", "accounts", "page")],
    "share/rowgate/nginx/location.conf", "share/rowgate/apache/shared-hosting/fcgid.conf",
    "share/rowgate/apache/shared-hosting/rowgate.fcgi", "share/rowgate/shared-hosting/setup",
    "share/rowgate/shared-hosting/web.sh", "share/rowgate/page/index.html",
    "share/rowgate/postgresql/pg_hba.conf", "share/rowgate/postgresql/pg_ident.conf",
    "share/rowgate/systemd/rowgate-mail-smtp.conf", "share/rowgate/mail/en/reset.txt",
    "share/rowgate/sql/demo/10-roles.sql"])
def test_make_install_installs_it(installed, file):
    directory, prefix = installed
    text = (directory / prefix[1:] / file).read_bytes()
    assert text and b"@bindir@" not in text
    # Neither the program nor its configuration is looked for elsewhere.
    if file != "bin/rowgate" and prefix != "/usr":
        assert b"/usr/bin/rowgate" not in text and b" /etc/rowgate" not in text.partition(b"[Service]")[2]


def test_what_is_installed_can_be_removed(installed):
    directory, _ = installed
    copy = directory.parent / "removed"
    subprocess.run(["make", "-s", "-C", BUILD, "install", f"DESTDIR={copy}"], check=True, capture_output=True)
    subprocess.run(["make", "-s", "-C", BUILD, "uninstall", f"DESTDIR={copy}"], check=True, capture_output=True)
    assert not [path for path in copy.rglob("*") if not path.is_dir()]


def unit_directory(installed, tmp_path):
    """The installed units, with the program where it is, and the SMTP drop-in in its place."""
    directory, prefix = installed
    units, share = directory / prefix[1:] / "lib/systemd/system", directory / prefix[1:] / "share/rowgate"
    for file in units.iterdir():
        (tmp_path / file.name).write_text(file.read_text().replace(f"{prefix}/bin", f"{directory}{prefix}/bin"))
    return tmp_path, share / "systemd" / "rowgate-mail-smtp.conf"


def analyze(directory, *arguments):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True,
                          env=os.environ | {"SYSTEMD_UNIT_PATH": f"{directory}:", "SYSTEMD_COLORS": "0"})


def test_the_units_are_well_formed(installed, tmp_path):
    directory, drop_in = unit_directory(installed, tmp_path)
    for drop_ins in (False, True):
        if drop_ins:
            (directory / "rowgate-mail.service.d").mkdir()
            shutil.copy(drop_in, directory / "rowgate-mail.service.d")
        done = analyze(directory, "verify", *sorted(path for path in directory.iterdir() if path.is_file()))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("unit, most", [("rowgate", 1.5), ("rowgate-purge", 1.5), ("rowgate-mail", 1.5)])
def test_the_services_can_do_little_else(installed, tmp_path, unit, most):
    directory, drop_in = unit_directory(installed, tmp_path)
    (directory / "rowgate-mail.service.d").mkdir()
    shutil.copy(drop_in, directory / "rowgate-mail.service.d")
    done = analyze(directory, "security", "--offline=true", f"--threshold={int(most * 10)}",
                   directory / f"{unit}.service")
    assert done.returncode == 0, done.stdout


def test_systemd_gives_both_sockets_by_name(place):
    paths = [place.directory / "run" / f"{name}.sock" for name in ("accounts", "api")]
    turn_accounts_on(place, jwt_secret=SECRET)
    place.start("systemd-socket-activate", "--fdname=accounts:api", "-l", paths[0], "-l", paths[1],
                *[f"--setenv={name}" for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in place.environment],
                place.program, place.config)
    wait_until(lambda: all(map(listens, paths)), 10, "somebody listens")
    with Connection(paths[1]) as connection:
        assert connection.ask("/things?id=eq.1") == (200, '[{"id":1,"name":"one"}]')
    with Connection(paths[0]) as connection:
        assert connection.ask("/.well-known/jwks.json") == (200, '{"keys":[]}')
    place.stop()
    assert all(path.exists() for path in paths)


def serve_by_itself(place, **settings):
    path = place.directory / "run" / "rowgate.sock"
    place.configure(server_listen=f"unix:{path}", **settings)
    place.start(place.program, place.config)
    wait_until(lambda: listens(path), 10, "somebody listens")
    return path


def command(place, *arguments, user=ACCOUNT):
    return subprocess.run([*run_as(user), place.program, *arguments, place.config],
                          env=place.environment, capture_output=True, text=True)


def test_all_processes_of_a_unit_may_hear_a_signal_that_is_meant_for_the_master(place):
    """As `systemctl kill -s HUP` sends it: also to the program that is being tried."""
    real = place.directory / "real"
    place.program.rename(real)
    place.program.write_text(f'#!/bin/bash\n[ "$1" != --dump-config ] || {{ touch {place.directory}/run/trying; '
                             f'sleep 0.5; }}\nexec -a "$0" {real} "$@"\n')
    place.program.chmod(0o755)
    path = serve_by_itself(place, workers=2)

    def serving():
        return [pid for pid in place.process.left_behind()
                if os.path.exists(f"/proc/{pid}/exe") and os.readlink(f"/proc/{pid}/exe") == str(real)]
    before = wait_until(lambda: len(serving()) == 2 and serving(), 10, "two workers")
    os.kill(place.process.popen.pid, signal.SIGHUP)
    wait_until((place.directory / "run" / "trying").exists, 10, "the program is tried")
    for number in (signal.SIGHUP, signal.SIGUSR1):
        for pid in place.process.left_behind():
            os.kill(pid, number)
    wait_until(lambda: len(serving()) == 2 and not set(serving()) & set(before), 20, "all workers are new")
    assert "does not start" not in place.said()
    with Connection(path) as connection:
        assert connection.ask("/things?id=eq.2") == (200, '[{"id":2,"name":"two"}]')
    place.stop()


def test_a_reload_goes_on_as_the_program_that_is_installed_by_then(place, database):
    path = serve_by_itself(place, workers=2, log_level="info")
    before = wait_until(lambda: len(workers(place)) == 2 and workers(place), 20, "two workers")
    assert command(place, "reload").returncode == 0
    before = wait_until(lambda: len(workers(place)) == 2 and not set(workers(place)) & set(before) and workers(place),
                        20, "all workers are new")
    assert "going on as" not in place.said()
    fresh = place.program.with_name("fresh")
    shutil.copy2(place.program, fresh)
    fresh.rename(place.program)
    # Who may speak SQL may have the catalog loaded, no more.
    database.run("NOTIFY pgrst")
    time.sleep(1)
    assert "going on as" not in place.said()
    assert command(place, "reload").returncode == 0
    wait_until(lambda: "going on as" in place.said(), 10, "the new program is there")
    wait_until(lambda: os.readlink(f"/proc/{place.process.popen.pid}/exe") == str(place.program), 10, "it goes on")
    with Connection(path) as connection:
        assert connection.ask("/things?id=eq.2") == (200, '[{"id":2,"name":"two"}]')
    place.stop()


@pytest.fixture
def runtime_directory():
    """What systemd would make for a unit, in /run."""
    path = pathlib.Path(f"/run/rowgate-test-{os.getpid()}")
    path.mkdir()
    shutil.chown(path, ACCOUNT)
    yield path
    shutil.rmtree(path)


def test_commands_find_the_state_directory_of_the_unit(place, database, runtime_directory):
    outside = dict(place.environment)
    place.environment["RUNTIME_DIRECTORY"] = str(runtime_directory)
    path = serve_by_itself(place, state_dir="")
    place.environment = outside
    wait_until(lambda: command(place, "--ready").returncode == 0, 10, "it is ready")
    database.run("CREATE VIEW told AS SELECT id FROM things; GRANT SELECT ON told TO web_anon")
    for user in ("root", ACCOUNT):
        done = command(place, "reload", user=user)
        assert (done.returncode, done.stderr) == (0, "")
        ready = command(place, "--ready", user=user)
        assert (ready.returncode, ready.stdout.startswith(f"OK: http://{runtime_directory}/")) == (0, True), ready
    with Connection(path) as connection:
        assert connection.ask("/told?id=eq.1") == (200, '[{"id":1}]')
    database.run("DROP VIEW told")
    place.stop()
    assert not list(runtime_directory.glob("*.admin"))
    assert command(place, "--ready").stderr.startswith("ERROR: Admin server is not running.")
    assert "nobody serves" in command(place, "reload").stderr


SOCKETS = {"server-listen": "rowgate.sock", "auth-listen": "accounts.sock", "admin-server-unix-socket": "admin.sock"}


@pytest.mark.parametrize("key", SOCKETS)
def test_a_second_one_leaves_the_sockets_of_the_first(place, key):
    run = place.directory / "run"
    turn_accounts_on(place, auth_listen=f"unix:{run}/accounts.sock", server_listen=f"unix:{run}/rowgate.sock",
                     admin_server_unix_socket=run / "admin.sock")
    place.start(place.program, place.config)
    wait_until(lambda: all(listens(run / name) for name in SOCKETS.values()), 10, "it listens on all")
    others = {other.replace("-", "_"): f"unix:{run}/other-{name}" if "listen" in other else run / f"other-{name}"
              for other, name in SOCKETS.items() if other != key}
    ours = f"unix:{run}/{SOCKETS[key]}" if "listen" in key else run / SOCKETS[key]
    turn_accounts_on(place, **others, **{key.replace("-", "_"): ours})
    second = command(place)
    assert second.returncode == 1 and f"{key} " in second.stderr and "Address already in use" in second.stderr
    assert all(listens(run / name) for name in SOCKETS.values())
    # Nor does the end of one remove what another has put there since.
    (run / SOCKETS[key]).unlink()
    with socket.socket(socket.AF_UNIX) as another:
        another.bind(str(run / SOCKETS[key]))
        another.listen()
        place.stop()
        assert {path.name for path in run.glob("*.sock")} == {SOCKETS[key]}


def test_a_socket_with_a_full_queue_is_no_stale_one(place):
    path = place.directory / "run" / "rowgate.sock"
    with socket.socket(socket.AF_UNIX) as busy, socket.socket(socket.AF_UNIX) as waits:
        busy.bind(str(path))
        os.chmod(path, 0o777)
        busy.listen(0)
        waits.connect(str(path))
        place.configure(server_listen=f"unix:{path}")
        assert "Address already in use" in command(place).stderr and path.exists()
    # Nobody listens any more: it is replaced.
    if os.geteuid() == 0:
        shutil.chown(path, ACCOUNT)
    serve_by_itself(place)
    place.stop()
    assert not path.exists()


def test_of_many_that_start_at_once_one_takes_the_place_of_a_stale_socket(place):
    path = place.directory / "run" / "rowgate.sock"
    for _ in range(3):
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(path))
        if os.geteuid() == 0:
            shutil.chown(path, ACCOUNT)
        place.configure(server_listen=f"unix:{path}", workers=1)
        all_of_them = [subprocess.Popen([*run_as(ACCOUNT), place.program, place.config], env=place.environment,
                                        stderr=subprocess.PIPE, text=True) for _ in range(6)]
        wait_until(lambda: sum(one.poll() is None for one in all_of_them) == 1, 20, "all but one have given up")
        left, = [one for one in all_of_them if one.poll() is None]
        wait_until(lambda: listens(path), 10, "it listens")
        left.terminate()
        assert left.wait(20) == 0
        assert all("Address already in use" in one.stderr.read() for one in all_of_them if one is not left)
        for one in all_of_them:
            one.stderr.close()


def test_the_socket_gets_its_directory_and_its_group(place):
    run = place.directory / "run"
    group = grp.getgrgid(pwd.getpwnam(ACCOUNT).pw_gid).gr_name
    place.configure(server_listen=f"unix:{run}/made/rowgate.sock", server_listen_group=group, server_listen_mode="660")
    place.process = Process([place.program, place.config], place.directory, place.environment)
    path = run / "made" / "rowgate.sock"
    wait_until(lambda: listens(path), 10, "somebody listens")
    assert (path.group(), path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (group, 0o660, 0o755)
    place.stop()
    place.configure(server_listen=f"unix:{run}/rowgate.sock", server_listen_group="no-such-group")
    refused = command(place)
    assert refused.returncode == 1 and "server-listen" in refused.stderr and not (run / "rowgate.sock").exists()


def test_the_example_serves_once_it_knows_the_database(place, database):
    """But for where the socket lies: /run is the machine's."""
    text = subprocess.run([place.program, "--example"], capture_output=True, text=True, check=True).stdout
    assert text.count("/run/rowgate/") == 2
    text = text.replace("/run/rowgate/", f"{place.directory}/run/")
    place.config.write_text(text.replace('# db-uri = "postgresql://"', f'db-uri = "{database.uri}"')
                            .replace('# db-anon-role = ""', 'db-anon-role = "web_anon"'))
    place.start(place.program, place.config)
    path = place.directory / "run" / "rowgate.sock"
    wait_until(lambda: command(place, "--ready").returncode == 0, 10, "it is ready")
    with Connection(path) as connection:
        assert connection.ask("/things?id=eq.1") == (200, '[{"id":1,"name":"one"}]')
    place.stop()


def test_under_the_journal_a_line_has_a_level_and_no_time(place, database):
    """A file stands in for the journal's stream."""
    place.configure(db_uri=database.uri.replace("dbname=", "dbname=not_"), log_level="info",
                    server_listen=f"unix:{place.directory}/run/rowgate.sock")
    shell = ('export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); exec "$@"')
    place.start("bash", "-c", shell, "bash", place.program, place.config)
    wait_until(lambda: "does not exist" in place.said(), 10, "it says what is wrong")
    place.stop()
    lines = place.process.err.read_text().splitlines()
    assert lines and all(re.match(r"<[2-6]>\S", line) for line in lines), lines
    assert not re.search(r"\\x0a|\d\d:\d\d:\d\d", "\n".join(lines))
