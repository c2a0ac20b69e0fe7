"""What breaks around rowgate, at each moment of a request: nothing is lost or doubled, the truth is told, and the
service comes back by itself.

One server lives through the whole table of harms and moments. ROWGATE_TEST_LONG=yes (tests/run full) makes it the whole
one; else each harm is done at one moment.

SPDX-License-Identifier: MIT
"""
import contextlib
import json
import os
import pathlib
import random
import resource
import signal
import time

import psycopg2
import pytest

from harness.accounts import PASSWORD, Person, migrate, settings_of
from harness.cluster import Cluster
from harness.fcgi import Connection
from harness.load import Clients
from harness.process import SANITIZED, prlimit, wait_until
from harness.server import SECRET, Server, free_port, workers_of
from test_admin import ask as ask_admin
from test_processes import LONG, SQL, start  # noqa: F401 (start is a fixture)

SCHEMA = "processes.sql"
HARM_SECONDS = 1.5


def test_requests_that_are_given_up_while_it_connects_leave_nothing_behind(start):  # noqa: F811
    """The time an attempt to connect may take is the attempt's: with what an earlier one had used up every later one
    would be over before it began."""
    server = start(front="nginx", workers=2, db_pool_max_idletime=1)
    path, choice = server.fastcgi_socket(), random.Random(16)
    for _ in range(2):
        time.sleep(2)
        for _ in range(24):
            with Connection(path) as leaving:
                leaving.send("/things?id=eq.1")
                time.sleep(choice.uniform(0.0002, 0.0015))
    time.sleep(6)
    assert [server.get("/things?id=eq.1").status_code for _ in range(40)] == [200] * 40


def test_workers_find_out_by_themselves_that_the_database_is_back(start):  # noqa: F811
    """Who sends no requests to what is not ready would wait for ever, if it took a request to become ready."""
    own, port = Cluster(), free_port()
    own.start()
    database = own.create("back")
    database.load(SQL / "roles.sql", SQL / "processes.sql")
    server = start(front="nginx", workers=2, uri=database.uri, admin_server_port=port, db_channel_enabled=False)
    assert ask_admin(port, "/ready") == 200
    own.process.stop(signal.SIGINT)
    assert {server.get("/things").status_code for _ in range(20)} == {503}
    assert ask_admin(port, "/ready") == 503
    own.start()
    wait_until(lambda: ask_admin(port, "/ready") == 200, 60, "it is ready again")
    assert [server.get("/things").status_code for _ in range(10)] == [200] * 10
    server.stop()
    own.remove()


class Plant:
    """A cluster and a server with accounts, which a test may harm."""

    def __init__(self):
        self.cluster = Cluster(max_connections="40", superuser_reserved_connections="5")
        self.cluster.start()
        self.database = self.cluster.create("failures")
        self.database.load(SQL / "roles.sql", SQL / "processes.sql")
        migrate(self.database)
        # What was confirmed must survive the end of a backend: Cluster() trades that for speed.
        for role in ("authenticator", "rowgate_account"):
            self.database.run(f"ALTER ROLE {role} SET synchronous_commit = on")
        self.server = Server(front="nginx", workers=2, auth_workers=2, uri=self.database.uri, db_anon_role="web_anon",
                             jwt_secret=SECRET, log_level="info", server_buffer="64k", auth_max_sessions=1000000,
                             environment=settings_of(self.database)).wait_ready()
        self.somebody = Person(self.server)
        self.expected = {path: self.server.get(path).content for path in ("/things", "/many?id=lt.4000")}

    def remove(self):
        self.server.stop()
        self.cluster.remove()

    def workers(self, accounts=None):
        """Those of the API or, with lower priority, of the accounts; None: all."""
        return [pid for pid in workers_of(self.server)
                if accounts is None or (os.getpriority(os.PRIO_PROCESS, pid) > 0) == accounts]

    def sessions(self):
        return self.database.value("SELECT count(*) FROM auth.sessions")

    def rows(self):
        return self.database.run("SELECT sender, number FROM events")


@pytest.fixture(scope="module")
def plant():
    made = Plant()
    yield made
    made.remove()


# The moments: what clients ask for, and what must be true of the answers in the end.

class Moment:
    path = None

    def __init__(self, plant):
        self.plant = plant
        self.before = self.standing()

    def standing(self):
        return None

    def works(self):
        answer = self.plant.server.get("/things")
        return answer.status_code == 200 and answer.content == self.plant.expected["/things"]

    def check(self, clients):
        pass


class Reading(Moment):
    """Small answers, and some that are spooled: one that says 200 is whole and right."""

    paths = ("/things", "/things", "/many?id=lt.4000")

    def ask(self, client, number):
        return "GET", self.paths[number % len(self.paths)], None

    def check(self, clients):
        for answer in clients.answers:
            if answer.status == 200:
                assert answer.body == self.plant.expected[self.paths[answer.number[1] % len(self.paths)]]


class Writing(Moment):
    """A row for each 201 and no more; none for what is said not to have happened."""

    def __init__(self, plant):
        plant.database.run("TRUNCATE events")
        super().__init__(plant)

    def ask(self, client, number):
        # Some too large for memory.
        blanks = " " * (200_000 if number % 8 == 7 else 0)
        return "POST", "/events", f'{{"sender":"client {client}","number":{number}}}{blanks}'

    def check(self, clients):
        rows = self.plant.rows()
        assert len(rows) == len(set(rows))
        sent = {(f"client {answer.number[0]}", answer.number[1]): answer for answer in clients.answers}
        assert not set(rows) - set(sent)
        assert not {key for key, answer in sent.items() if answer.status == 201} - set(rows)
        assert not {key for key, answer in sent.items() if not_done(answer)} & set(rows)


class SigningIn(Moment):
    """A session for each pair of tokens that was given, and each of them works."""

    def standing(self):
        return self.plant.sessions()

    def ask(self, client, number):
        return "POST", "/rpc/login", json.dumps({"email": self.plant.somebody.email, "password": PASSWORD})

    def works(self):
        return self.plant.somebody.try_to_sign_in().status_code == 200

    def check(self, clients):
        given = [json.loads(answer.body) for answer in clients.answers if answer.status == 200]
        unknown = [answer for answer in clients.answers if answer.status != 200]
        made = self.plant.sessions() - self.before
        # works() signs in too.
        assert len(given) <= made <= len(given) + len(unknown) + self.signed_in
        assert len({login["refresh_token"] for login in given}) == len(given)
        for login in given[:3] + given[-3:]:
            assert self.plant.server.post("/rpc/current_user", json={}, token=login["token"]).status_code == 200


class Idle(Moment):
    """Nobody asks while it happens."""

    ask = None


MOMENTS = {"idle": Idle, "reading": Reading, "writing": Writing, "signing in": SigningIn}
CODES_OF_NOTHING_DONE = {"PGRST000", "PGRST003", "RG507", "RG413"}


def not_done(answer):
    """Whether the answer says that nothing was done."""
    try:
        return answer.status >= 400 and json.loads(answer.body)["code"] in CODES_OF_NOTHING_DONE
    except (TypeError, ValueError, KeyError):
        return False


# The harms: each is a context manager that does it and ends it.

@contextlib.contextmanager
def kill_workers(plant, accounts):
    for _ in range(2):
        with contextlib.suppress(ProcessLookupError):
            os.kill(plant.workers(accounts)[0], signal.SIGKILL)
        time.sleep(HARM_SECONDS / 3)
    yield


@contextlib.contextmanager
def stop_worker(plant, accounts):
    stopped = plant.workers(accounts)[0]
    os.kill(stopped, signal.SIGSTOP)
    yield
    os.kill(stopped, signal.SIGCONT)


@contextlib.contextmanager
def limit(plant, accounts, which, most):
    """Lowers a limit of the workers to most(pid); those that die of it have successors without it."""
    before = {}
    for pid in plant.workers(accounts):
        before[pid] = prlimit(pid, which)
        prlimit(pid, which, (most(pid), before[pid][1]))
    yield
    for pid, old in before.items():
        with contextlib.suppress(ProcessLookupError):
            prlimit(pid, which, old)


def fill_disk(plant, accounts):
    """No file of a worker grows beyond its log: what a full disk is to server-spool-dir."""
    log = os.path.getsize(plant.server.process.err) + os.path.getsize(plant.server.process.out)
    return limit(plant, accounts, resource.RLIMIT_FSIZE, lambda pid: log + 100_000)


def take_descriptors(plant, accounts):
    return limit(plant, accounts, resource.RLIMIT_NOFILE, lambda pid: 3)


def take_memory(plant, accounts):
    def size(pid):
        return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()
    return limit(plant, accounts, resource.RLIMIT_AS, size)


@contextlib.contextmanager
def restart_database(plant, accounts):
    plant.cluster.process.stop(signal.SIGQUIT)  # pg_ctl -m immediate
    yield
    plant.cluster.start()


@contextlib.contextmanager
def pause_database(plant, accounts):
    """Stops the server and all its backends; meanwhile some clients lose their patience."""
    everything = [plant.cluster.process.popen.pid, *plant.cluster.process.left_behind()]
    for pid in everything:
        os.kill(pid, signal.SIGSTOP)
    for _ in range(4):
        with Connection(plant.server.fastcgi_socket()) as leaving:
            leaving.send("/things")
            time.sleep(0.1)
    yield
    for pid in everything:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def crowd_database(plant, accounts):
    """Takes every connection that there is for others than superusers, also those that the workers had."""
    others = []
    for _ in range(3):
        plant.database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                           " WHERE usename IN ('authenticator', 'rowgate_account') AND application_name <> 'crowd'")
        with contextlib.suppress(psycopg2.OperationalError):
            while True:
                others.append(psycopg2.connect(plant.database.uri, application_name="crowd"))
    yield
    for connection in others:
        connection.close()


# What a client may be told of each, beside success. 502 is the web server's own, for a worker that is gone: nobody
# knows what became of the request. A sign-in that cannot be done is 503 whatever the reason.
HARMS = {
    # None: an answer that was cut off, and seen to be.
    "kill -9": (kill_workers, {502, 504, None}),
    "SIGSTOP": (stop_worker, set()),
    "disk full": (fill_disk, {500, 507}),
    "EMFILE": (take_descriptors, {500, 502, 503, 507, None}),
    "OOM": (take_memory, {500, 502, 503, 504, 507, None}),
    "database restarted": (restart_database, {503, 504}),
    "database paused": (pause_database, {503, 504}),
    "out of connections": (crowd_database, {503, 504}),
}
CORE = {("kill -9", "writing"), ("SIGSTOP", "reading"), ("disk full", "reading"), ("disk full", "writing"),
        ("EMFILE", "writing"), ("OOM", "reading"), ("OOM", "signing in"), ("database restarted", "signing in"),
        ("database paused", "writing"), ("out of connections", "idle")}
# AddressSanitizer has memory of its own to run out of, and ends the process then.
TABLE = [(harm, moment) for harm in HARMS for moment in MOMENTS
         if (LONG or (harm, moment) in CORE) and not (SANITIZED and harm == "OOM")]


def come_back(moment):
    """Waits until the service is there, and stays: every worker has served."""
    wait_until(moment.works, 40, "it works again")
    moment.signed_in = 100
    wait_until(lambda: all(moment.works() for _ in range(20)), 40, "every worker works again")


@pytest.mark.parametrize("harm, name", TABLE, ids=[f"{harm}, {moment}" for harm, moment in TABLE])
def test_nothing_is_lost_and_the_service_comes_back(plant, harm, name):
    moment, (do, allowed) = MOMENTS[name](plant), HARMS[harm]
    moment.signed_in = 0
    accounts = None if name == "idle" else name == "signing in"
    with contextlib.ExitStack() as stack:
        clients = stack.enter_context(Clients(plant.server, 6, moment.ask, rate=60)) if moment.ask else None
        time.sleep(0.5)
        with do(plant, accounts):
            time.sleep(HARM_SECONDS)
        come_back(moment)
    if clients:
        statuses = {status for _, status in clients.statuses()}
        assert statuses <= {200, 201} | allowed, clients.statuses()
        assert statuses & {200, 201}
        moment.check(clients)
    # The listener that found its way back reloads, and each worker leaves when its successor is there.
    wait_until(lambda: len(plant.workers(True)) == len(plant.workers(False)) == 2, 20, "two workers of each kind")
