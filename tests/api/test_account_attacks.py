"""Attacks on accounts, and the tutorial's exercises, each as somebody would do them.

SPDX-License-Identifier: MIT
"""
import base64
import concurrent.futures
import json
import signal
import threading
import time

import pytest
import requests

from harness.accounts import PASSWORD, Person, migrate, settings_of
from harness.cluster import Cluster
from harness.process import wait_until
from harness.server import FRONTS, SECRET, Server
from harness.token import token

PROXY = {"server_trusted_proxies": "127.0.0.1", "auth_limit_period": "600"}


@pytest.fixture(scope="module")
def accounts(database):
    migrate(database)
    return database


@pytest.fixture(scope="module")
def start(serve, accounts):
    return lambda front=None, **more: serve(front=front, environment=settings_of(accounts, **more))


@pytest.fixture(scope="module")
def server(start):
    return start()


def at(address):
    return {"X-Forwarded-For": address}


def together(jobs, threads=32):
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        return [job.result() for job in [pool.submit(*each) for each in jobs]]


def hashed(accounts):
    """Tries that got as far as a hash: those that were answered wrong or right, and logged."""
    return accounts.value("SELECT count(*) FROM auth.activity_log WHERE action = 'login'")


def test_stuffing_from_one_address_over_many_accounts(start, accounts):
    server = start(auth_limit_login_ip="10", **PROXY)
    victims = [Person(server, f"stuffed{n}@example.com", register=False) for n in range(60)]
    before = hashed(accounts)
    statuses = [answer.status_code
                for answer in together([(victim.try_to_sign_in, "Password1!", at("203.0.113.20"))
                                        for victim in victims])]
    assert statuses.count(429) == 50 and hashed(accounts) - before == 10


def test_stuffing_from_many_addresses_on_one_account(start, accounts):
    server = start(auth_limit_login="5", **PROXY)
    owner = Person(server)
    owner.sign_in(headers=at("198.51.100.5"))
    before = hashed(accounts)
    statuses = [answer.status_code for answer in
                together([(owner.try_to_sign_in, f"guess {n}", at(f"203.0.{n}.1")) for n in range(64)])]
    assert statuses.count(401) == 5 and statuses.count(429) == 59
    assert hashed(accounts) - before == 5
    assert owner.try_to_sign_in(headers=at("198.51.100.5")).status_code == 200


def test_replay_by_a_thief_ends_the_session_for_both(server, accounts):
    owner = Person(server).sign_in()
    stolen = owner.login["refresh_token"]
    owner.take(owner.refresh().json())
    owner.take(owner.refresh().json())
    # The grace is over.
    accounts.run("UPDATE auth_private.session_state SET used = array_fill(now() - interval '2 minutes', ARRAY[2])")
    assert owner.refresh(stolen).status_code == 401
    assert owner.refresh().status_code == 401
    assert server.get("/rpc/current_user", token=owner.token).status_code == 401
    owner.sign_in()


def test_fixation_a_session_is_always_a_new_one(server):
    attacker = Person(server).sign_in()
    victim = Person(server)
    given = {"sid": "00000000-0000-4000-8000-000000000001", "session": "00000000-0000-4000-8000-000000000001",
             "refresh_token": attacker.login["refresh_token"], "token": attacker.token}
    answer = server.post("/rpc/login", token=attacker.token,
                         headers={"Cookie": "sid=1; __Host-rg_access=" + attacker.token},
                         json={"email": victim.email, "password": PASSWORD} | given)
    assert answer.status_code == 200
    victim.take(answer.json())
    assert victim.login["refresh_token"] != attacker.login["refresh_token"]
    sessions = [json.loads(base64.urlsafe_b64decode(person.token.split(".")[1] + "==="))["sid"]
                for person in (attacker, victim)]
    assert sessions[0] != sessions[1] and "00000000" not in sessions[1]
    assert attacker.call("current_user").json()["user_id"] == attacker.id


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"},
                                     {"Forwarded": "host=evil.example;for=203.0.113.9"},
                                     {"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-For": "203.0.113.9, 10.0.0.1"}])
def test_spoofed_hosts_and_addresses_change_nothing(server, accounts, headers):
    person = Person(server)
    answer = person.try_to_sign_in(headers=headers)
    assert answer.status_code == 200 and "evil" not in answer.text + str(answer.headers)
    assert (accounts.value("SELECT host(ip) FROM auth.activity_log WHERE user_id = %s AND action = 'login'", person.id)
            == "127.0.0.1")


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("body, status", [
    (b'{"email": "a@example.com", "email": "b@example.com", "password": "x"}', 400),
    (b'{"email": "a@example.com", "\\u0065mail": "b@example.com", "password": "x"}', 400),
    (b'{"email": ' + b"[" * 20000 + b"]" * 20000 + b"}", 400), (b'{"email": ' * 5000 + b"1" + b"}" * 5000, 400),
    (b" " * 10_000_000 + b"{}", 413), (b"", 400), (b"{", 400), (b"[]", 400), (b'"x"', 400),
    (b'{"email": "\xff", "password": "x"}', 400),
    (b'{"email": "a\\u0000", "password": "x"}', 400), (b'{"email": NaN, "password": "x"}', 400),
    (b"{'email': 'x'}", 400),
    (b'{"email": {"$ne": null}, "password": {"$ne": null}}', 400), (b'{"email": true, "password": 1e999}', 400)])
def test_hostile_bodies(start, front, body, status):
    server = start(front=front)
    began = time.monotonic()
    answer = server.post("/rpc/login", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status and answer.json()["code"] in ("RGA07", "RG413")
    assert Person(server).try_to_sign_in().status_code == 200, time.monotonic() - began


def test_racing_registrations_make_one_account(server, accounts):
    person = Person(server, register=False)
    answers = together([(lambda n=n: person.ask("register_user", email=person.email.upper() if n % 2 else person.email,
                                                password=f"password number {n}"),) for n in range(16)])
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1 and statuses.count(409) == 15
    winner = statuses.index(200)
    assert person.try_to_sign_in(f"password number {winner}").status_code == 200
    assert all(person.try_to_sign_in(f"password number {n}").status_code == 401 for n in range(16)
               if n != winner and n < 4)
    assert (accounts.value("SELECT count(*) FROM auth_private.credentials WHERE email_key = %s", person.email.lower())
            == 1)


def test_the_clock_going_back_gives_nobody_tries_or_time(start, accounts):
    """As after a clock was set back: what was noted lies in the future."""
    server = start(auth_limit_login="2", auth_limit_period="60")
    person = Person(server).sign_in()
    first = person.login["refresh_token"]
    second = person.refresh(first).json()["refresh_token"]
    accounts.run("UPDATE auth_private.limits SET at = now() + interval '1 hour'")
    accounts.run("UPDATE auth_private.session_state SET rotated_at = now() + interval '1 hour', "
                 "used = array_fill(now() + interval '1 hour', ARRAY[1])")
    assert [person.try_to_sign_in("wrong").status_code for _ in range(4)].count(401) <= 2
    assert person.try_to_sign_in("wrong").status_code == 429
    assert person.refresh(second).status_code == 200
    assert person.refresh(first).status_code == 401


def test_the_database_restarting_in_the_middle_of_refreshes_loses_no_session_and_gives_none_away():
    cluster = Cluster()
    cluster.start()
    database = cluster.create("restart")
    migrate(database)
    server = Server(uri=database.uri, jwt_secret=SECRET, environment=settings_of(database)).wait_ready()
    people = [Person(server).sign_in() for _ in range(4)]
    # From here on a crash may lose the last moments, as synchronous_commit is off: refreshes that were answered, no
    # more.
    database.run("CHECKPOINT")
    stop, refreshed = threading.Event(), [0] * len(people)

    def go_on(number):
        person = people[number]
        while not stop.is_set():
            try:
                answer = person.refresh()
            except requests.RequestException:
                continue
            # An answer that was lost on the way leaves the predecessor good for the same successor.
            assert answer.status_code in (200, 502, 503, 504), answer.text
            if answer.status_code == 200:
                person.take(answer.json())
                refreshed[number] += 1
    try:
        with concurrent.futures.ThreadPoolExecutor(len(people)) as pool:
            running = [pool.submit(go_on, number) for number in range(len(people))]
            try:
                for _ in range(2):
                    wait_for_more(refreshed)
                    cluster.process.stop(signal.SIGQUIT)  # immediate
                    cluster.start()
                wait_for_more(refreshed)
            finally:
                stop.set()
            for job in running:
                job.result()
        for person in people: # a worker that has not been asked since may still be waiting before it connects again
            wait_until(lambda: person.call("current_user").status_code == 200, 20, "everybody is still signed in")
    finally:
        server.stop()
        cluster.remove()


def wait_for_more(refreshed):
    before = list(refreshed)
    wait_until(lambda: all(now > then + 3 for now, then in zip(refreshed, before)), 40, "everybody refreshes")


def test_account_workers_that_die_or_are_busy_do_not_touch_the_api(start):
    server = start(auth_workers="1", auth_password_memory="256M", auth_password_passes="3")
    person = Person(server)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        signing_in = [pool.submit(person.try_to_sign_in) for _ in range(8)]
        answered = 0
        while not all(job.done() for job in signing_in):
            assert server.get("/users", token=token({"role": "web_anon"}), headers={"Accept-Profile": "auth"},
                              timeout=10).status_code in (401, 403)
            answered += 1
        assert answered > 8
        assert {job.result().status_code for job in signing_in} == {200}


# The exercises of the tutorial, in its own words.

def test_exercise_1_user_registration_and_login(server):
    """Register, login, get a token, access a protected endpoint with and without it."""
    answer = server.post("/rpc/register_user", json={"email": "exercise1@example.com", "password": "securepassword123",
                                                     "user_role": "regular_user"})
    assert answer.json() == {"success": True, "user_id": answer.json()["user_id"], "email": "exercise1@example.com",
                             "role": "regular_user"}
    login = server.post("/rpc/login", json={"email": "exercise1@example.com", "password": "securepassword123"}).json()
    assert login["user"] == {"id": answer.json()["user_id"], "email": "exercise1@example.com", "role": "regular_user"}
    current = server.post("/rpc/current_user", token=login["token"])
    assert current.json() == {"user_id": login["user"]["id"], "email": "exercise1@example.com", "role": "regular_user"}
    assert server.post("/rpc/current_user").status_code == 401
    assert server.get("/profiles", headers={"Accept-Profile": "auth"}).status_code == 401


@pytest.fixture(scope="module")
def workshops(accounts):
    """Exercise 2's table with the tutorial's policies."""
    accounts.run("""
        CREATE TABLE public.workshops (id serial PRIMARY KEY, title text NOT NULL, owner_id integer DEFAULT auth.uid());
        GRANT USAGE ON SCHEMA public TO web_anon, authenticated, viewer;
        GRANT SELECT ON public.workshops TO web_anon, authenticated, viewer;
        GRANT INSERT, UPDATE ON public.workshops TO authenticated;
        GRANT ALL ON public.workshops TO admin_user;
        GRANT USAGE ON SEQUENCE public.workshops_id_seq TO authenticated;
        ALTER TABLE public.workshops ENABLE ROW LEVEL SECURITY;
        CREATE POLICY workshops_select_policy ON public.workshops FOR SELECT USING (true);
        CREATE POLICY workshops_insert_policy ON public.workshops FOR INSERT TO authenticated
            WITH CHECK (owner_id = (current_setting('request.jwt.claims', true)::json->>'user_id')::integer);
        CREATE POLICY workshops_update_policy ON public.workshops FOR UPDATE TO authenticated
            USING (owner_id = (current_setting('request.jwt.claims', true)::json->>'user_id')::integer);
        CREATE POLICY workshops_editor_policy ON public.workshops FOR UPDATE TO editor USING (true);
        CREATE POLICY workshops_admin_policy ON public.workshops FOR ALL TO admin_user USING (true);""")
    return accounts


@pytest.fixture(scope="module")
def shop(serve, workshops):
    return serve(environment=settings_of(workshops, auth_limit_login="100"), db_max_rows="1000")


def somebody(server, accounts, role):
    person = Person(server)
    accounts.run("UPDATE auth.users SET role = %s WHERE id = %s", role, person.id)
    return person.sign_in()


def test_exercise_2_role_based_access_control(shop, workshops):
    people = {role: somebody(shop, workshops, role) for role in ("regular_user", "editor", "viewer", "admin_user")}
    wanted = {"Prefer": "return=representation"}
    made = shop.post("/workshops", token=people["regular_user"].token, json={"title": "Mine"}, headers=wanted).json()[0]
    assert made["owner_id"] == people["regular_user"].id
    other = somebody(shop, workshops, "regular_user")
    where = f"/workshops?id=eq.{made['id']}"

    def changed(person):
        answer = shop.patch(where, token=person.token, json={"title": f"by {person.id}"}, headers=wanted)
        return answer.status_code, [row["title"]
                                    for row in answer.json()] if answer.status_code == 200 else answer.json()["code"]
    assert changed(other) == (200, [])
    assert changed(people["viewer"]) == (403, "42501")
    for role in ("regular_user", "editor", "admin_user"):
        assert changed(people[role]) == (200, [f"by {people[role].id}"]), role
    assert shop.post("/workshops", token=people["viewer"].token, json={"title": "x"}).status_code == 403
    assert shop.post("/workshops", json={"title": "x"}).status_code == 401
    assert shop.get(where).json()[0]["id"] == made["id"]
    assert shop.delete(where, token=people["editor"].token).status_code == 403
    assert shop.delete(where, token=people["admin_user"].token).status_code == 204


def test_exercise_3_jwt_token_management(start):
    """Refreshing, expiry, and a profile of one's own."""
    server = start(auth_token_ttl="10")
    person = Person(server).sign_in()
    old = person.login["refresh_token"]
    person.take(person.refresh().json())
    assert person.call("current_user").status_code == 200 and person.login["refresh_token"] != old
    claims = json.loads(base64.urlsafe_b64decode(person.token.split(".")[1] + "==="))
    assert claims["exp"] - claims["iat"] == 10
    expired = server.get("/rpc/current_user", token=token(claims | {"exp": int(time.time()) - 31}))
    assert expired.status_code == 401 and expired.json()["code"] == "PGRST303"
    assert person.table("PATCH", "/profiles", json={"name": "Ada", "bio": "x"}).status_code == 204
    assert person.table("GET", "/profiles?select=name,bio").json() == [{"name": "Ada", "bio": "x"}]


def test_exercise_5_security_testing(shop, workshops):
    """Injection, row level security, tampering, limits."""
    person = somebody(shop, workshops, "regular_user")
    for text in ("' OR '1'='1", "'; DROP TABLE workshops; --",
                 "1) UNION SELECT password_hash FROM auth_private.credentials --"):
        assert shop.post("/rpc/login", json={"email": text, "password": text}).status_code == 401
        assert shop.get("/workshops", params={"title": f"eq.{text}"}, token=person.token).json() == []
        assert "$argon2" not in shop.get("/workshops", params={"select": text, "order": text}, token=person.token).text
    assert (shop.post("/workshops", token=person.token, json={"title": "x", "owner_id": person.id + 1}).status_code
            == 403)
    head, body, signature = person.token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "==="))
    raised = base64.urlsafe_b64encode(json.dumps(claims | {"role": "admin_user"}).encode()).rstrip(b"=").decode()
    for forged in (f"{head}.{raised}.{signature}", f"{head}.{raised}.", f"eyJhbGciOiJub25lIn0.{raised}."):
        assert shop.get("/workshops", token=forged).status_code == 401
    statuses = [person.try_to_sign_in("wrong").status_code for _ in range(101)]
    assert statuses[-1] == 429 and statuses.count(401) <= 100
