"""An API that reads from a replica: it goes on reading whatever was asked, and knows the sessions of accounts as far as
they can be known.

SPDX-License-Identifier: MIT
"""
import time

import pytest

from harness.accounts import Person, migrate, settings_of
from harness.cluster import Cluster, Replica
from harness.process import wait_until
from harness.server import SECRET, Server
from harness.token import token


@pytest.fixture(scope="module")
def accounts():
    cluster = Cluster(synchronous_commit="on")
    cluster.start()
    made = cluster.create("replicated")
    migrate(made)
    made.run("CREATE TABLE public.things (id integer PRIMARY KEY); INSERT INTO public.things VALUES (1);"
             "GRANT USAGE ON SCHEMA public TO web_anon; GRANT SELECT, INSERT ON public.things TO web_anon;"
             "CREATE FUNCTION public.stable_code() RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1; END';"
             "CREATE FUNCTION public.leaves_read_only() RETURNS text LANGUAGE sql AS"
             " $$ SELECT set_config('default_transaction_read_only', 'on', false) $$")
    yield made
    cluster.remove()


@pytest.fixture(scope="module")
def primary(accounts):
    started = Server(uri=accounts.uri, db_anon_role="web_anon", jwt_secret=SECRET,
                     environment=settings_of(accounts)).wait_ready()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def replica(accounts):
    made = Replica(accounts.cluster)
    made.start()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def reader(accounts, replica):
    """The API on the replica; its account workers, which write, still go to the primary."""
    started = Server(uri=replica.uri(accounts.name), db_anon_role="web_anon", jwt_secret=SECRET,
                     environment=settings_of(accounts)).wait_ready()
    yield started
    started.stop()


def ask(server, *asked):
    method, path, *body = asked
    answer = server.request(method, path, **({"json": body[0]} if body else {}))
    return answer.status_code, answer.json() if answer.ok else answer.json()["code"]


@pytest.mark.parametrize("asked, answer", [
    (("GET", "/rpc/stable_code"), (200, 1)), (("GET", "/things?id=eq.x"), (400, "22P02")),
    (("GET", "/rpc/leaves_read_only"), (200, "on")),
    (("POST", "/rpc/leaves_read_only"), (400, "0A000")), (("POST", "/things", {"id": 2}), (400, "0A000"))])
def test_reading_goes_on_whatever_was_asked_before(reader, asked, answer):
    for _ in range(8):
        assert ask(reader, *asked) == answer
        assert ask(reader, "GET", "/things") == (200, [{"id": 1}])


def users(server, bearer):
    return server.get("/users?select=email", token=bearer, headers={"Accept-Profile": "auth"})


def caught_up(accounts, replica):
    """Until the replica has replayed everything written so far."""
    at = accounts.value("SELECT pg_current_wal_flush_lsn()")
    wait_until(lambda: replica.ask(f"SELECT pg_last_wal_replay_lsn() >= '{at}'"), 10, "the replica has caught up")


@pytest.fixture
def lagging(accounts, replica):
    """Nothing new reaches readers meanwhile."""
    caught_up(accounts, replica)
    replica.ask("SELECT pg_wal_replay_pause()::text")
    wait_until(lambda: replica.ask("SELECT pg_get_wal_replay_pause_state()") == "paused", 10, "the replica lags")
    yield
    replica.ask("SELECT pg_wal_replay_resume()::text")


def test_a_session_that_has_just_begun_passes(primary, reader, replica, lagging, accounts):
    person = Person(primary).sign_in()
    assert replica.ask(f"SELECT count(*) FROM auth.sessions WHERE user_id = {person.id}", accounts.name) == 0
    answer = users(reader, person.token)
    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize("age, status", [(0, 200), (25, 200), (31, 401), (3000, 401)])
def test_an_older_token_needs_its_session(reader, age, status):
    issued = int(time.time()) - age
    bearer = token({"role": "regular_user", "user_id": 1, "sid": "00000000-0000-4000-8000-000000000000",
                    "iat": issued, "exp": issued + 3600})
    answer = users(reader, bearer)
    assert answer.status_code == status
    if status == 401:
        assert answer.json()["code"] == "RGA08"


def test_on_the_primary_a_missing_session_is_refused_at_any_age(primary):
    now = int(time.time())
    bearer = token({"role": "regular_user", "user_id": 1, "sid": "00000000-0000-4000-8000-000000000000",
                    "iat": now, "exp": now + 3600})
    assert users(primary, bearer).status_code == 401


def test_an_ended_session_is_refused_as_soon_as_the_replica_knows(primary, reader, replica, accounts):
    person = Person(primary).sign_in()
    caught_up(accounts, replica)
    assert users(reader, person.token).json() == [{"email": person.email}]
    assert person.call("logout").status_code == 204
    caught_up(accounts, replica)
    # However young the token is: the row is there, and says so.
    answer = users(reader, person.token)
    assert answer.status_code == 401, answer.text
