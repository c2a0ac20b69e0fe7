"""deploy/serve in the place of the `postgrest` command: configuration, signals, several at once, and how it ends.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
import types

import pytest

from harness.process import BUILD, TOP, Process, wait_until
from harness.server import FRONTS, SECRET, Server, free_port
from harness.token import token

SCHEMA = "fronts.sql"


@pytest.fixture
def start(database):
    """start(**options): a server of the test's own; what the test has not stopped is stopped."""
    started = []

    def one(**options):
        server = Server(**({"uri": database.uri, "db_anon_role": "web_anon"} | options))
        started.append(server)
        return server
    yield one
    for server in started:
        if server.process.alive():
            server.stop()


@pytest.fixture
def run(tmp_path):
    """run(*arguments, **environment): deploy/serve to its end."""
    return lambda *arguments, **environment: run_serve(tmp_path, *arguments, **environment)


def run_serve(directory, *arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PGRST_", "ROWGATE_"))}
    done = Process([TOP / "deploy" / "serve", *arguments], directory,
                   {**kept, "ROWGATE_BUILD": str(BUILD), **environment})
    try:
        status = done.popen.wait(20)
    except subprocess.TimeoutExpired:
        done.kill()
        raise
    wait_until(lambda: not done.left_behind(), 5, "no process is left")
    return types.SimpleNamespace(returncode=status, stdout=done.out.read_text(), stderr=done.err.read_text())


@pytest.mark.parametrize("front", FRONTS)
def test_ready_within_a_second(start, front):
    began = time.monotonic()
    server = start(front=front).wait_ready()
    took = time.monotonic() - began
    assert server.get("/things?id=eq.1").status_code == 200
    # A sanitized program on a busy machine may take longer; a plain one must not.
    assert took < (1 if os.environ.get("ROWGATE_TEST_TIMING", "yes") == "yes" else 5), f"{took:.2f} s"


@pytest.mark.parametrize("front", FRONTS)
def test_stops_on_sigterm_leaving_nothing(start, front):
    temporary = tempfile.mkdtemp(prefix="rowgate-tmp-", dir="/tmp")
    os.chmod(temporary, 0o755)
    server = start(front=front, environment={"TMPDIR": temporary}).wait_ready()
    assert os.listdir(temporary)
    server.stop()
    os.rmdir(temporary)


def test_stops_on_ctrl_c(start):
    start().wait_ready().stop(number=signal.SIGINT)


@pytest.mark.parametrize("front", FRONTS)
def test_ends_with_an_error_when_the_web_server_dies(start, front):
    server = start(front=front).wait_ready()
    os.kill(server.process.children("apache2" if front == "apache" else front)[0], signal.SIGKILL)
    assert server.process.popen.wait(30) != 0
    assert "front has ended" in server.stop(expect=None)


def test_ends_with_an_error_when_rowgate_dies(start):
    server = start().wait_ready()
    os.kill(server.process.children("rowgate")[0], signal.SIGKILL)
    assert server.process.popen.wait(30) != 0
    assert "rowgate has ended" in server.stop(expect=None)


def test_O8_tells_where_it_listens(start):
    path = f"/tmp/rowgate-test-{os.getpid()}-told.sock"
    port = free_port()
    server = start(front="nginx", admin_server_port=port).wait_ready()
    assert f": API server listening on {server.url.removeprefix('http://')}\n" in server.process.err.read_text()
    assert f": Admin server listening on 127.0.0.1:{port}\n" in server.process.err.read_text()
    assert f": API server listening on {path}\n" in start(front="nginx",
                                                          server_unix_socket=path).wait_listening().stop()


def test_address_from_the_configuration_file(start, database):
    port = free_port()
    server = start(uri=None, server_port=None, db_anon_role=None, config=f'''
        # what a postgrest.conf looks like
        db-uri = "{database.uri}"
        db-schemas = "public"
        db-anon-role = "web_anon"
        jwt-secret = "{SECRET}"
        server-host = "127.0.0.1"
        server-port = {port}
    ''').wait_ready()
    assert server.url == f"http://127.0.0.1:{port}"
    assert server.get("/things?select=id&id=eq.3").json() == [{"id": 3}]
    assert server.get("/things", token=token({"role": "web_anon"})).status_code == 200


def test_the_environment_is_stronger_than_the_file(start, database):
    server = start(config=f'db-uri = "{database.uri}"\nserver-port = 1\ndb-max-rows = 1\n', db_max_rows=2).wait_ready()
    assert len(server.get("/things").json()) == 2


def test_any_address_by_default(start):
    server = start(server_host=None).wait_ready()
    port = server.url.rsplit(":", 1)[1]
    assert server.get("/things").status_code == 200
    listening = pathlib.Path("/proc/net/tcp").read_text().split("\n")
    assert any(f"00000000:{int(port):04X}" in line for line in listening)


@pytest.mark.parametrize("front", ["lighttpd", "nginx"])
def test_unix_socket(start, tmp_path, front):
    path = f"/tmp/rowgate-test-{os.getpid()}-{front}.sock"
    server = start(front=front, server_unix_socket=path, server_unix_socket_mode="600").wait_listening()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600

    def ask():
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
            connection.sendall(b"GET /things?id=eq.1 HTTP/1.0\r\n\r\n")
            return b'[{"id":1,"name":"one"}]' in connection.recv(65536) + connection.recv(65536)
    wait_until(ask, 5, "the socket answers")
    server.stop()
    assert not os.path.exists(path)


@pytest.mark.parametrize("front", FRONTS)
def test_files_of_ones_own_beside_the_api(start, tmp_path, front):
    """--page shows them where they lie; all else is the database's."""
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text("<!DOCTYPE html>first")
    server = start(front=front, arguments=["--page", page]).wait_ready()
    assert server.get("/app/").text.endswith("first") and server.get("/app/").headers["Content-Security-Policy"]
    (page / "index.html").write_text("<!DOCTYPE html>later")
    assert server.get("/app/index.html").text.endswith("later")
    assert server.get("/things").status_code == 200 and server.get("/docs/").status_code == 404
    server.stop()
    assert (page / "index.html").exists()


def test_a_page_without_an_index_is_an_error(run, tmp_path):
    done = run("--page", tmp_path)
    assert done.returncode != 0 and "index.html" in done.stderr


def test_several_at_once(start):
    servers = [start(front=front, db_max_rows=rows) for front in FRONTS for rows in (1, 2)]
    for server in servers:
        server.wait_ready()
    assert [len(server.get("/things").json()) for server in servers] == [1, 2] * len(FRONTS)


def test_reload_of_the_schema(start, database):
    server = start(db_channel_enabled=False).wait_ready()
    database.run("DROP TABLE IF EXISTS newcomers; CREATE TABLE newcomers (id integer); GRANT SELECT ON newcomers TO "
                 "web_anon")
    assert server.get("/newcomers").status_code == 404
    server.process.send(signal.SIGUSR1)
    wait_until(lambda: server.get("/newcomers").status_code == 200, 5, "the new table is served")


def test_reload_of_the_configuration(start, database):
    server = start(config=f'db-uri = "{database.uri}"\ndb-max-rows = 1\n').wait_ready()
    assert len(server.get("/things").json()) == 1
    file = server.directory / "config"
    file.write_text(file.read_text().replace("db-max-rows = 1", "db-max-rows = 2"))
    server.process.send(signal.SIGUSR2)
    wait_until(lambda: len(server.get("/things").json()) == 2, 5, "the new limit holds")


@pytest.mark.parametrize("end", ["", "\n"])
def test_O1_a_secret_by_standard_input_lasts_for_reloads(start, database, end):
    server = start(config=f'db-uri = "{database.uri}"\njwt-secret = "@/dev/stdin"\ndb-max-rows = 1\n',
                   says=(SECRET + end).encode()).wait_ready()
    assert len(server.get("/things", token=token({"role": "web_anon"})).json()) == 1
    file = server.directory / "config"
    file.write_text(file.read_text().replace("db-max-rows = 1", "db-max-rows = 2"))
    server.process.send(signal.SIGUSR2)
    wait_until(lambda: len(server.get("/things", token=token({"role": "web_anon"})).json()) == 2, 5,
               "the new limit holds")


@pytest.mark.parametrize("end", ["", "\n"])
def test_O1_a_database_by_standard_input(start, database, end):
    server = start(uri="@/dev/stdin", says=(database.uri + end).encode()).wait_ready()
    assert server.get("/things?id=eq.1").status_code == 200


def test_bad_configuration_stops_the_start(run, tmp_path):
    file = tmp_path / "bad.conf"
    file.write_text('db-uri = "postgresql://"\nlog-level = "loud"\n')
    done = run(file)
    assert done.returncode == 1
    assert "bad.conf:2: log-level" in done.stderr and "Invalid logging level. Check your configuration." in done.stderr


def test_missing_configuration_file(run):
    done = run("/nonexistent/rowgate.conf")
    assert done.returncode != 0 and "/nonexistent/rowgate.conf" in done.stderr


def test_unknown_front(run):
    done = run(PGRST_DB_URI="postgresql://", ROWGATE_FRONT="iis")
    assert done.returncode != 0 and "lighttpd, nginx, apache" in done.stderr


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("host, taken", [("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "0.0.0.0"), ("!4", "127.0.0.1"),
                                         ("localhost", "127.0.0.1")])
def test_a_taken_port_is_an_error_before_anything_is_said(run, front, host, taken):
    with socket.socket() as other:
        other.bind((taken, 0))
        other.listen()
        port = other.getsockname()[1]
        done = run(PGRST_DB_URI="postgresql://", ROWGATE_FRONT=front, PGRST_SERVER_HOST=host,
                   PGRST_SERVER_PORT=str(port))
    assert done.returncode == 1 and "listens on" not in done.stderr and "listening on" not in done.stderr
    assert f":{port} " in done.stderr and "in use" in done.stderr, done.stderr


def test_an_address_of_another_machine_is_an_error(run):
    done = run(PGRST_DB_URI="postgresql://", PGRST_SERVER_HOST="192.0.2.1", PGRST_SERVER_PORT=str(free_port()))
    assert done.returncode == 1 and "cannot listen on 192.0.2.1:" in done.stderr


@pytest.mark.parametrize("front", ["lighttpd", "nginx"])
def test_a_second_instance_leaves_the_socket_of_the_first(start, run, front):
    path = f"/tmp/rowgate-test-{os.getpid()}-second-{front}.sock"

    def answers():
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
            connection.sendall(b"GET /things?id=eq.1 HTTP/1.0\r\n\r\n")
            return b'[{"id":1,"name":"one"}]' in connection.recv(65536) + connection.recv(65536)
    first = start(front=front, server_unix_socket=path).wait_listening()
    wait_until(answers, 5, "the first answers")
    second = run(PGRST_DB_URI="postgresql://", ROWGATE_FRONT=front, PGRST_SERVER_UNIX_SOCKET=path)
    assert second.returncode == 1 and path in second.stderr and "listens on" not in second.stderr
    assert answers()
    # One that nobody listens on is no obstacle.
    first.process.kill()
    with socket.socket(socket.AF_UNIX) as stale:
        pathlib.Path(path).unlink(missing_ok=True)
        stale.bind(path)
    third = start(front=front, server_unix_socket=path).wait_listening()
    wait_until(answers, 5, "the third answers")
    third.stop()
    assert not os.path.exists(path)


@pytest.fixture
def variables(database, tmp_path):
    """libpq's words for the module's database, as variables and as a service."""
    cluster = database.cluster
    (tmp_path / "service").write_text(f"[here]\nhost={cluster.directory}\ndbname={database.name}\n"
                                      "user=authenticator\n")
    here = {"PGHOST": str(cluster.directory), "PGDATABASE": database.name, "PGUSER": "authenticator"}
    return {"host": here, "service": {"PGSERVICE": "here", "PGSERVICEFILE": str(tmp_path / "service")}}


@pytest.mark.parametrize("how", ["host", "service"])
@pytest.mark.parametrize("uri, config", [(None, None), ("", None), (None, 'db-uri = ""\n'),
                                         (None, "db-max-rows = 1\n")])
def test_the_variables_of_libpq_are_enough(start, variables, tmp_path, how, uri, config):
    state = tmp_path / "state"
    server = start(uri=uri, config=config, server_host="127.0.0.1",
                   environment={**variables[how], "ROWGATE_STATE": str(state)}).wait_ready()
    assert server.get("/things?id=eq.1").json() == [{"id": 1, "name": "one"}]
    assert "cluster" not in server.stop() and not state.exists()


@pytest.mark.parametrize("how", ["host", "service"])
def test_rowgate_itself_connects_by_the_rules_of_libpq(variables, how):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PGRST_", "ROWGATE_", "PG"))}
    for uri in ({}, {"PGRST_DB_URI": ""}):
        done = subprocess.run([BUILD / "rowgate", "--dump-schema"], env=kept | variables[how] | uri,
                              capture_output=True, text=True)
        assert done.returncode == 0 and '"things"' in done.stdout, done.stderr


@pytest.mark.parametrize("key", ["auth-password-breached", "mail-templates", "server-spool-dir", "state-dir"])
def test_what_the_ordinary_user_cannot_reach_is_said(run, tmp_path, key):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    done = run(PGRST_DB_URI="postgresql://", **{"ROWGATE_" + key.upper().replace("-", "_"): str(closed)},
               PGRST_SERVER_PORT="0")
    assert done.returncode == 1 and f"cannot read {key} {closed}" in done.stderr, done.stderr
    assert "there is no user" in run(PGRST_DB_URI="postgresql://", ROWGATE_USER="no-such-user").stderr


@pytest.mark.parametrize("front", FRONTS)
def test_the_web_server_is_not_told_what_rowgate_is(start, front):
    """Its account may be one that others use, too."""
    server = start(front=front, jwt_secret=SECRET, environment={"PGPASSWORD": "secret"}).wait_ready()
    program, = server.process.children({"apache": "apache2"}.get(front, front))
    names = {line.partition("=")[0] for line in pathlib.Path(f"/proc/{program}/environ").read_text().split("\0")}
    assert not [name for name in names if name.startswith(("PG", "ROWGATE_"))]


def what_root_writes_lies_in_directories_of_its_own(server, *names):
    """Elsewhere the account that has the directory could put a link in its place, to a file that is to be spoilt."""
    run = pathlib.Path(server.fastcgi_socket()).parent.parent
    copies = [path for name in names for path in run.rglob(name)]
    by_root = [path for path in run.rglob("*") if path.lstat().st_uid == os.geteuid()]
    assert len(copies) == len(names) * (os.geteuid() == 0) and by_root
    for path in copies + by_root:
        assert path.parent.stat().st_uid == os.geteuid(), path


@pytest.mark.parametrize("front", FRONTS)
def test_root_starts_it_and_an_ordinary_user_runs_it(start, database, tmp_path, front):
    """Though what is needed can be read by root alone."""
    tmp_path.chmod(0o700)
    (tmp_path / "key").write_text(SECRET)
    (tmp_path / "service").write_text(f"[here]\nhost={database.cluster.directory}\ndbname={database.name}\n")
    (tmp_path / "config").write_text(f'db-uri = "service=here user=authenticator"\ndb-anon-role = "web_anon"\n'
                                     f'jwt-secret = "@{tmp_path}/key"\n')
    for file in tmp_path.iterdir():
        file.chmod(0o600)
    server = start(front=front, uri=None, server_host="127.0.0.1", arguments=[tmp_path / "config"], db_anon_role=None,
                   environment={"PGSERVICEFILE": str(tmp_path / "service"), "HOME": str(tmp_path)}).wait_ready()
    assert server.get("/things?id=eq.1", token=token({"role": "web_anon"})).status_code == 200
    users = {os.stat(f"/proc/{pid}").st_uid for pid in server.process.left_behind()
             if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() in ("rowgate", "program")}
    assert users and (os.geteuid() != 0 or 0 not in users)
    what_root_writes_lies_in_directories_of_its_own(server, "config", "jwt-secret", "PGSERVICEFILE")
    # Another key, and another number of rows: both are read by a reload.
    (tmp_path / "key").write_text(SECRET[::-1])
    server.process.send(signal.SIGUSR2)
    wait_until(lambda: server.get("/things?id=eq.1", token=token({"role": "web_anon"})).status_code == 401, 10,
               "the key is another")
    server.stop()


def test_a_program_that_root_alone_can_reach(start, tmp_path):
    tmp_path.chmod(0o700)
    shutil.copy(BUILD / "rowgate", tmp_path)
    server = start(environment={"ROWGATE_BUILD": str(tmp_path)}).wait_ready()
    assert server.get("/things?id=eq.1").status_code == 200
    what_root_writes_lies_in_directories_of_its_own(server, "program")


def test_a_secret_that_is_away_for_a_moment_is_the_one_from_before(start, database, tmp_path):
    """Its file is taken away and made again, as some tools do, and a reload comes in between."""
    tmp_path.chmod(0o700)
    key = tmp_path / "key"
    key.write_text(SECRET)
    server = start(jwt_secret=f"@{key}").wait_ready()

    def status():
        return server.get("/things?id=eq.1", token=token({"role": "web_anon"})).status_code
    assert status() == 200
    key.unlink()
    server.process.send(signal.SIGUSR2)
    wait_until(lambda: str(key) in server.process.log, 10, "it is said that the file is away")
    time.sleep(0.5)
    assert server.process.alive() and status() == 200, server.process.log
    assert os.geteuid() != 0 or f"cannot read {key}: the copy from before stays" in server.process.log
    key.write_text(SECRET[::-1])
    server.process.send(signal.SIGUSR2)
    wait_until(lambda: status() == 401, 10, "the key is another")


@pytest.mark.parametrize("option, says", [("--dump-config", 'db-schemas = "public"'), ("--example", "db-uri"),
                                          ("--version", "(PostgREST 16)"), ("--help", "usage")])
def test_passes_options_through(run, option, says):
    done = run(option)
    assert done.returncode == 0, done.stderr
    assert says in done.stdout


def test_dump_config_shows_file_and_environment(run, tmp_path):
    file = tmp_path / "a.conf"
    file.write_text('db-max-rows = 7\nserver-port = 4000\n')
    done = run("--dump-config", file, PGRST_SERVER_PORT="4001", PGRST_DB_CONFIG="false")
    assert "db-max-rows = 7" in done.stdout and "server-port = 4001" in done.stdout, done.stderr


@pytest.fixture
def checkout():
    """A built checkout that nobody may write to, in a place where everyone can go."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-checkout-", dir="/tmp"))
    shutil.copytree(TOP / "deploy", directory / "deploy")
    (directory / "build").mkdir()
    shutil.copy(BUILD / "rowgate", directory / "build")
    subprocess.run(["chmod", "-R", "a-w,a+rX", directory], check=True)
    yield directory
    subprocess.run(["chmod", "-R", "u+w", directory], check=True)
    shutil.rmtree(directory)


@pytest.mark.parametrize("front", FRONTS)
def test_serves_as_an_ordinary_user_from_a_read_only_checkout(start, checkout, front):
    ordinary = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    servers = [start(front=front, prefix=ordinary, checkout=checkout, environment={"HOME": "/nonexistent"})
               for _ in range(2)]
    for server in servers:
        assert server.wait_ready().get("/things?id=eq.1").status_code == 200


def test_requests_under_way_are_answered_before_the_end(start, database):
    database.run("CREATE OR REPLACE FUNCTION slow() RETURNS integer LANGUAGE sql AS 'SELECT 1 FROM pg_sleep(1)'")
    server = start(front="nginx").wait_ready()
    with server.connect() as connection:
        connection.sendall(b"POST /rpc/slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                           b"0\r\n\r\n")
        time.sleep(0.3)
        server.process.send(signal.SIGTERM)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    assert received.startswith(b"HTTP/1.1 200"), received
    server.stop()


def test_an_unreachable_database_answers_503(start):
    server = start(uri="host=/nonexistent dbname=none user=authenticator").wait_listening()
    answer = server.get("/things")
    assert answer.status_code == 503 and "Retry-After" in answer.headers
