"""What must hold of accounts, rule by rule; those that need mail are in a module of their own.

SPDX-License-Identifier: MIT
"""
import base64
import concurrent.futures
import ctypes
import hashlib
import hmac
import json
import time

import pytest

from harness.accounts import PASSWORD, Person, migrate, same, settings_of
from harness.fcgi import Connection
from harness.process import wait_until
from harness.token import encode, token

NOBODY = "nobody-has-this@example.com"


@pytest.fixture(scope="module")
def accounts(database):
    migrate(database)
    database.run("CREATE TABLE public.notes (id serial PRIMARY KEY, owner integer DEFAULT auth.uid(), text text);"
                 "GRANT USAGE ON SCHEMA public TO authenticated, web_anon; GRANT ALL ON public.notes TO authenticated, "
                 "web_anon;"
                 "GRANT USAGE ON SEQUENCE public.notes_id_seq TO authenticated, web_anon")
    return database


@pytest.fixture(scope="module")
def start(serve, accounts):
    """A server with these settings of accounts."""
    return lambda **more: serve(environment=settings_of(accounts, **more))


@pytest.fixture(scope="module")
def server(start):
    return start()


def claims_of(person):
    part = person.token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def notes(accounts):
    return accounts.value("SELECT count(*) FROM public.notes")


def refused_everywhere(accounts, server, bearer):
    """401 for a read and for a write, which leaves no row."""
    before = notes(accounts)
    answers = [server.get("/notes", token=bearer), server.post("/notes", token=bearer, json={"text": "x"}),
               server.get("/rpc/current_user", token=bearer)]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert all("WWW-Authenticate" in answer.headers for answer in answers)
    assert notes(accounts) == before
    return answers


# Known and unknown.

def test_login_tells_known_from_unknown_in_nothing(server, accounts):
    person = Person(server)
    known, unknown = person.try_to_sign_in("not the password"), Person(server, NOBODY, register=False).try_to_sign_in()
    assert known.status_code == 401 and same(known, unknown)
    inactive = Person(server)
    inactive.sign_in()
    accounts.run("UPDATE auth.users SET active = false WHERE id = %s", inactive.id)
    assert same(known, inactive.try_to_sign_in())


def test_login_costs_the_same_writes_for_known_and_unknown(server, accounts):
    accounts.run("""
        CREATE TABLE public.written (at bigserial, what text);
        CREATE FUNCTION public.note_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public AS $$
        BEGIN INSERT INTO written (what) VALUES (TG_OP || ' ' || TG_TABLE_NAME); RETURN NULL; END $$;
        DO $$ DECLARE name regclass; BEGIN
            FOR name IN SELECT oid FROM pg_class
                WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('auth', 'auth_private') LOOP
                EXECUTE format('CREATE TRIGGER note_write AFTER INSERT OR UPDATE OR DELETE ON %s '
                    'FOR EACH ROW EXECUTE FUNCTION public.note_write()', name);
            END LOOP; END $$""")

    def written(person):
        # A bucket is inserted the first time and updated afterwards.
        person.try_to_sign_in("not the password")
        accounts.run("DELETE FROM public.written")
        assert person.try_to_sign_in("not the password").status_code == 401
        return accounts.run("SELECT what FROM public.written ORDER BY at")
    known, unknown = Person(server), Person(server, NOBODY, register=False)
    assert written(known) == written(unknown) != []
    accounts.run("DROP FUNCTION public.note_write CASCADE; DROP TABLE public.written")


# Passwords.

@pytest.mark.parametrize("password, status", [("7 chars", 400), ("8 chars!", 200), ("x" * 63 + "!", 200),
                                              ("äöüßÄÖÜ", 400), ("äöüßÄÖÜẞ", 200),
                                              ("y" * 1024, 200), ("y" * 1025, 400), ("password", 400),
                                              ("PassWord1", 400), ("", 400)])
def test_which_passwords_are_taken(server, password, status):
    person = Person(server, register=False)
    answer = person.ask("register_user", email=person.email, password=password)
    assert answer.status_code == status, answer.text
    if status == 200:
        person.password = password
        person.sign_in()
    else:
        assert answer.json()["code"] == "RGA03"


def test_the_address_is_no_password(server):
    for password in ("someone.special@example.com", "Someone.Special", "SOMEONE.SPECIAL@EXAMPLE.COM"):
        answer = server.post("/rpc/register_user", json={"email": "someone.special@example.com", "password": password})
        assert (answer.status_code, answer.json()["code"]) == (400, "RGA03")


def test_byte_73_matters(server):
    person = Person(server, password="z" * 72 + "a")
    assert person.try_to_sign_in("z" * 72 + "b").status_code == 401
    assert person.try_to_sign_in("z" * 72).status_code == 401
    person.sign_in()


def test_hashes_are_argon2id_with_their_parameters_and_raised_at_the_next_login(start, server, accounts):
    person = Person(server).sign_in()
    assert hash_of(accounts, person).startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    dearer = start(auth_password_memory="9M", auth_password_passes="2")
    again = Person(dearer, person.email, register=False)
    assert again.try_to_sign_in("not the password").status_code == 401
    assert "m=8192,t=1" in hash_of(accounts, person)
    again.sign_in()
    assert "m=9216,t=2" in hash_of(accounts, person)
    # A setting that was lowered again leaves the better hash alone.
    person.sign_in()
    assert "m=9216,t=2" in hash_of(accounts, person)


def hash_of(accounts, person):
    return accounts.value("SELECT password_hash FROM auth_private.credentials WHERE user_id = %s", person.id)


@pytest.mark.parametrize("salt", ["gen_salt('bf', 4)", "gen_salt('bf', 10)", "'$6$rounds=5000$saltsaltsalt$'"])
def test_foreign_hashes_verify_and_are_upgraded(server, accounts, salt):
    accounts.run("CREATE EXTENSION IF NOT EXISTS pgcrypto")
    person = Person(server)
    if salt.startswith("'$6"):
        crypt = ctypes.CDLL("libcrypt.so.1").crypt
        crypt.restype = ctypes.c_char_p
        foreign = crypt(PASSWORD.encode(), b"$6$rounds=5000$saltsaltsalt").decode()
    else:
        foreign = accounts.value(f"SELECT crypt(%s, {salt})", PASSWORD)
    accounts.run("UPDATE auth_private.credentials SET password_hash = %s WHERE user_id = %s", foreign, person.id)
    assert person.try_to_sign_in("not the password").status_code == 401
    person.sign_in()
    assert hash_of(accounts, person).startswith("$argon2id$")
    person.sign_in()


# Limits.

def test_parallel_wrong_logins_do_not_escape_the_counter_and_the_owner_gets_in(start):
    server = start(auth_limit_login="5", auth_limit_period="600")
    owner = Person(server).sign_in()
    stranger = {"X-Forwarded-For": "203.0.113.9"}
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = [job.result() for job in [pool.submit(owner.try_to_sign_in, f"wrong {n}") for n in range(64)]]
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) <= 5 and statuses.count(429) == 64 - statuses.count(401), statuses
    late = next(answer for answer in answers if answer.status_code == 429)
    assert late.json()["code"] == "RGA06" and 0 < int(late.headers["Retry-After"]) <= 120
    # Nobody trusts that header here: the same bucket.
    assert owner.try_to_sign_in(headers=stranger).status_code == 429


def test_the_right_password_works_again_when_the_window_ends(start):
    server = start(auth_limit_login="2", auth_limit_period="2")
    person = Person(server)
    assert [person.try_to_sign_in("wrong").status_code for _ in range(3)] == [401, 401, 429]
    assert person.try_to_sign_in().status_code == 429
    wait_until(lambda: person.try_to_sign_in().status_code == 200, 5, "the window ends")


def test_an_address_that_has_no_account_is_limited_just_so(start):
    server = start(auth_limit_login="2", auth_limit_period="600")
    person = Person(server, "limited-nobody@example.com", register=False)
    assert [person.try_to_sign_in().status_code for _ in range(3)] == [401, 401, 429]


def test_a_stranger_cannot_shut_an_owner_out(start):
    server = start(auth_limit_login="3", auth_limit_period="600", server_trusted_proxies="127.0.0.1")
    home, away = {"X-Forwarded-For": "198.51.100.7"}, {"X-Forwarded-For": "203.0.113.9"}
    owner = Person(server)
    owner.sign_in(headers=home)
    assert [owner.try_to_sign_in("wrong", headers=away).status_code for _ in range(4)] == [401, 401, 401, 429]
    assert owner.try_to_sign_in(headers=away).status_code == 429
    assert owner.try_to_sign_in(headers=home).status_code == 200


def test_one_network_is_limited_over_all_accounts(start):
    server = start(auth_limit_login_ip="4", auth_limit_period="600", server_trusted_proxies="127.0.0.1")
    at = {"X-Forwarded-For": "2001:db8:1:2::1"}
    statuses = [Person(server, f"spray{n}@example.com", register=False).try_to_sign_in(headers=at).status_code
                for n in range(6)]
    assert statuses == [401] * 4 + [429] * 2
    # An IPv6 customer has a /64.
    near, far = {"X-Forwarded-For": "2001:db8:1:2:ffff::9"}, {"X-Forwarded-For": "2001:db8:1:3::1"}
    assert Person(server, NOBODY, register=False).try_to_sign_in(headers=near).status_code == 429
    assert Person(server, NOBODY, register=False).try_to_sign_in(headers=far).status_code == 401


@pytest.mark.parametrize("chain, counted", [
    ("203.0.113.1", "203.0.113.1"), ("198.51.100.1, 203.0.113.2", "203.0.113.2"),
    ("203.0.113.3, 127.0.0.1", "203.0.113.3"),
    ("garbage, 203.0.113.4", "203.0.113.4"), ("", "127.0.0.1"), (",", "127.0.0.1"),
    ("203.0.113.6,,", "203.0.113.6"), ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
    ("203.0.113.8:4711", "203.0.113.8"), ("[2001:db8::8]:4711", "2001:db8::8"), ("[2001:db8::9]", "2001:db8::9"),
    ("fe80::1%eth0", "fe80::1")])
def test_whose_address_it_is_behind_a_trusted_proxy(start, accounts, chain, counted):
    server = start(server_trusted_proxies="127.0.0.0/8")
    person = Person(server)
    person.sign_in(headers={"X-Forwarded-For": chain})
    assert (accounts.value("SELECT host(ip) FROM auth.activity_log WHERE user_id = %s AND action = 'login'", person.id)
            == counted)


def test_nobody_else_names_an_address(server, accounts):
    person = Person(server)
    person.sign_in(headers={"X-Forwarded-For": "203.0.113.1", "X-Real-IP": "203.0.113.2",
                            "Forwarded": "for=203.0.113.3"})
    assert (accounts.value("SELECT host(ip) FROM auth.activity_log WHERE user_id = %s AND action = 'login'", person.id)
            == "127.0.0.1")


@pytest.mark.parametrize("key, endpoint, body",
                         [("auth_limit_register", "register_user", {"email": "r{}@example.com", "password": PASSWORD}),
                                                 ("auth_limit_refresh", "refresh_token", {"refresh_token": "x"})])
def test_other_endpoints_have_limits_by_network(start, accounts, key, endpoint, body):
    server = start(**{key: "3", "auth_limit_period": "600", "server_trusted_proxies": "127.0.0.1"})
    at = {"X-Forwarded-For": "203.0.113.77"}
    statuses = [server.post(f"/rpc/{endpoint}", headers=at,
                            json={name: value.format(n) for name, value in body.items()}).status_code
                for n in range(5)]
    assert statuses[3:] == [429, 429] and 429 not in statuses[:3]


# Ends.

@pytest.mark.parametrize("how", ["logout", "logout global", "revoke", "deactivate", "role", "password",
                                 "delete", "expire"])
def test_what_ends_a_session_ends_it_at_once(server, accounts, how):
    person, other = Person(server), None
    person.sign_in()
    old = Person(server, person.email, register=False).sign_in()
    if how == "logout":
        old.call("logout")
    elif how == "logout global":
        person.call("logout", scope="global")
    elif how == "revoke":
        person.call("revoke_session", id=claims_of(old)["sid"])
    elif how == "deactivate":
        accounts.run("UPDATE auth.users SET active = false WHERE id = %s", person.id)
    elif how == "role":
        accounts.run("UPDATE auth.users SET role = 'viewer' WHERE id = %s", person.id)
    elif how == "password":
        assert person.call("change_password", current_password=PASSWORD, password="another good one").status_code == 204
    elif how == "delete":
        assert person.call("delete_account", current_password=PASSWORD).status_code == 204
    else:
        accounts.run("UPDATE auth.sessions SET ended_at = now() WHERE id = %s", claims_of(old)["sid"])
    assert old.refresh().status_code == 401
    for answer in refused_everywhere(accounts, server, old.token):
        assert answer.json()["code"] == "RGA08"
    if how in ("logout", "revoke", "password", "expire"):
        assert server.get("/rpc/current_user", token=person.token).status_code == 200


def test_a_session_ends_by_idleness_and_by_age(start, accounts):
    server = start(auth_session_idle="60", auth_session_max="60", auth_token_ttl="3600")
    person = Person(server).sign_in()
    # No access token outlives its session.
    claims = claims_of(person)
    assert claims["exp"] - claims["iat"] == 60 and person.login["expires_in"] == 60
    accounts.run("UPDATE auth.sessions SET expires_at = now() - interval '1 second' WHERE user_id = %s", person.id)
    assert person.refresh().status_code == 401


# Refreshing.

def test_two_parallel_refreshes_get_the_same_successor_and_its_use_ends_the_old_one(server, accounts):
    person = Person(server).sign_in()
    first = person.login["refresh_token"]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = [job.result() for job in [pool.submit(person.refresh, first) for _ in range(8)]]
    assert {answer.status_code for answer in answers} == {200}
    successors = {answer.json()["refresh_token"] for answer in answers}
    assert len(successors) == 1
    second = successors.pop()
    third = person.refresh(second)
    assert third.status_code == 200
    accounts.run("UPDATE auth_private.session_state SET used = array_fill(now() - interval '1 hour', ARRAY[2])")
    assert person.refresh(first).status_code == 401
    # The thief's try has ended it for everybody.
    assert person.refresh(third.json()["refresh_token"]).status_code == 401
    refused_everywhere(accounts, server, person.token)
    assert accounts.value("SELECT count(*) FROM auth.activity_log WHERE user_id = %s AND action = 'refresh' AND NOT "
                          "success "
                          "AND detail @> '{\"replayed\": true}'", person.id) == 1


def test_a_replay_after_the_grace_ends_the_session(start, accounts):
    server = start(auth_refresh_grace="1")
    person = Person(server).sign_in()
    first = person.login["refresh_token"]
    second = person.refresh(first).json()["refresh_token"]
    assert person.refresh(first).json()["refresh_token"] == second
    third = person.refresh(second).json()["refresh_token"]
    assert person.refresh(first).json()["refresh_token"] == third
    time.sleep(1.3)
    assert person.refresh(first).status_code == 401
    assert person.refresh(third).status_code == 401


def test_no_grace_at_all(start):
    server = start(auth_refresh_grace="0")
    person = Person(server).sign_in()
    second = person.refresh().json()["refresh_token"]
    assert person.refresh(second).status_code == 200
    assert person.refresh().status_code == 401


# Tokens.

def reassembled(person, header=None, claims=None, sign=True):
    head = {"alg": "HS256", "typ": "JWT"} | (header or {})
    body = claims_of(person) | (claims or {})
    made = token({name: value for name, value in body.items() if value is not None}, header=head)
    return made if sign else made.rpartition(".")[0] + "."


def test_forged_tokens_are_refused(server, accounts):
    person = Person(server).sign_in()
    head, body, signature = person.token.split(".")
    now = int(time.time())
    other = Person(server).sign_in()
    forged = {
        "none": reassembled(person, {"alg": "none"}, sign=False), "none signed": reassembled(person, {"alg": "none"}),
        "other algorithm": reassembled(person, {"alg": "HS512"}), "asymmetric": reassembled(person, {"alg": "RS256"}),
        "truncated": person.token[:-2], "no signature": f"{head}.{body}.", "two parts": f"{head}.{body}",
        "another's body": f"{head}.{other.token.split('.')[1]}.{signature}",
        "other secret": token(claims_of(person), secret="x" * 40),
        "expired": reassembled(person, claims={"exp": now - 60}),
        "not yet": reassembled(person, claims={"nbf": now + 600}),
        "issued later": reassembled(person, claims={"iat": now + 600}),
        "critical": reassembled(person, {"crit": ["exp"], "exp": 1}),
        "no session": reassembled(person, claims={"sid": None}),
        "session of nobody": reassembled(person, claims={"sid": "00000000-0000-4000-8000-000000000000"}),
        "session no uuid": reassembled(person, claims={"sid": "1"}),
        "user without session": token({"role": "regular_user", "user_id": person.id}),
        "refresh token": person.login["refresh_token"],
    }
    key = encode({"kty": "oct", "k": encode(b"attacker's key, long enough for HS256!!")})
    for name in ("jwk", "jku", "x5u", "x5c"):
        signed = encode({"alg": "HS256", name: key}) + "." + body
        forged[name] = signed + "." + encode(hmac.new(b"attacker's key, long enough for HS256!!", signed.encode(),
                                                      hashlib.sha256).digest())
    for name, bearer in forged.items():
        assert server.get("/notes", token=bearer).status_code == 401, name
        assert server.get("/rpc/current_user", token=bearer).status_code == 401, name
    assert server.get("/rpc/current_user", token=reassembled(person)).status_code == 200


def test_tokens_of_others_need_no_session_and_are_no_account(server):
    service = token({"role": "web_anon", "iss": "a service"})
    assert server.get("/notes", token=service).status_code == 200
    assert server.get("/rpc/current_user", token=service).status_code == 401


def test_sessionless_tokens_where_they_are_accepted(start):
    server = start(auth_accept_sessionless="true")
    assert server.get("/notes", token=token({"role": "regular_user", "user_id": 1})).status_code == 200
    person = Person(server).sign_in()
    person.call("logout")
    assert server.get("/notes", token=person.token).status_code == 401


def test_without_the_session_check_tokens_last_until_they_expire(start):
    server = start(auth_session_check="false")
    person = Person(server).sign_in()
    person.call("logout")
    assert server.get("/notes", token=person.token).status_code == 200
    assert person.refresh().status_code == 401


def test_the_audience_is_in_the_token_and_asked_for(serve, accounts):
    server = serve(environment=settings_of(accounts), jwt_aud="the shop")
    person = Person(server).sign_in()
    assert claims_of(person)["aud"] == "the shop"
    assert server.get("/notes", token=person.token).status_code == 200
    assert server.get("/notes", token=token(claims_of(person) | {"aud": "another"})).status_code == 401


@pytest.mark.parametrize("refresh", ["", "x", "00000000-0000-0000-0000-000000000000", "A" * 68, "a.b.c",
                                     "é" * 20, "x" * 5000])
def test_what_is_no_refresh_token(server, refresh):
    assert server.post("/rpc/refresh_token", json={"refresh_token": refresh}).status_code == 401


def test_an_access_token_is_no_refresh_token_nor_a_changed_one(server):
    person = Person(server).sign_in()
    assert person.refresh(person.token).status_code == 401
    good = person.login["refresh_token"]
    for at in (0, 10, 22, 25, 40, 60, len(good) - 2):
        changed = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1:]
        assert person.refresh(changed).status_code == 401
    assert person.refresh(good).status_code == 200


# Rows.

def test_one_user_reaches_nothing_of_anothers(server, accounts):
    one, other = Person(server).sign_in(), Person(server).sign_in()
    other.table("POST", "/preferences", json={"name": "theme", "value": "dark"})
    for path in ("/profiles", "/preferences", "/sessions", "/activity_log", "/users"):
        column = "id" if path == "/users" else "user_id"
        assert one.table("GET", f"{path}?{column}=eq.{other.id}").json() == [], path
        assert one.table("GET", path).status_code == 200
    for path, body in (("/profiles", {"bio": "x"}), ("/preferences", {"value": "x"})):
        answer = one.table("PATCH", f"{path}?user_id=eq.{other.id}", json=body,
                           headers={"Prefer": "return=representation"})
        assert answer.json() == []
        one.table("DELETE", f"{path}?user_id=eq.{other.id}")
        assert len(other.table("GET", path).json()) == 1
    assert one.table("POST", "/preferences", json={"user_id": other.id, "name": "x", "value": 1}).status_code == 403
    for path in ("/sessions", "/activity_log"):
        for method in ("POST", "PATCH", "DELETE"):
            assert one.table(method, f"{path}?user_id=eq.{one.id}",
                             json={"user_id": one.id}).status_code in (401, 403), (path, method)
    foreign = one.call("revoke_session", id=claims_of(other)["sid"])
    assert (foreign.status_code, foreign.json()["code"]) == (404, "RGA11")
    assert server.get("/rpc/current_user", token=other.token).status_code == 200


@pytest.mark.parametrize("body", [{"role": "admin_user"}, {"active": True}, {"id": 1}, {"email": "x@example.com"}])
def test_what_a_user_cannot_change_of_the_own_row(server, body):
    person = Person(server).sign_in()
    assert person.table("PATCH", f"/users?id=eq.{person.id}", json=body).status_code == 403
    answer = server.post("/rpc/register_user", json={"email": f"extra{id(body)}@example.com", "password": PASSWORD,
                                                     "role": "admin_user", "id": 1, "active": False})
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert answer.json()["role"] == "regular_user" and answer.json()["user_id"] != 1


def test_an_admin_lists_and_changes_and_the_session_of_the_changed_ends(server, accounts):
    admin, person = Person(server), Person(server).sign_in()
    accounts.run("UPDATE auth.users SET role = 'admin_user' WHERE id = %s", admin.id)
    admin.sign_in()
    assert person.id in [row["id"] for row in admin.table("GET", "/users?select=id").json()]
    assert admin.table("GET", f"/user_overview?id=eq.{person.id}").json()[0]["open_sessions"] == 1
    assert admin.table("PATCH", f"/users?id=eq.{person.id}", json={"role": "editor"}).status_code == 204
    refused_everywhere(accounts, server, person.token)
    assert person.sign_in().login["user"]["role"] == "editor"
    assert admin.table("PATCH", f"/users?id=eq.{person.id}", json={"role": "postgres"}).status_code == 403
    assert admin.table("PATCH", f"/users?id=eq.{admin.id}", json={"active": False}).status_code == 403
    assert (admin.table("GET", f"/activity_log?user_id=eq.{person.id}&action=eq.role").json()[0]["detail"]["by"]
            == admin.id)


def test_every_success_and_failure_is_in_the_log(server, accounts):
    person = Person(server, profile={"name": "Log"})
    person.try_to_sign_in("wrong")
    person.sign_in(headers={"User-Agent": "a browser\twith é"})
    person.refresh()
    person.call("change_password", current_password="wrong", password="another good one")
    person.call("change_password", current_password=PASSWORD, password="another good one")
    person.call("logout")
    rows = accounts.run("SELECT action, success, host(ip), user_agent IS NOT NULL, at IS NOT NULL FROM "
                        "auth.activity_log WHERE user_id = %s ORDER BY id", person.id)
    assert [row[:2] for row in rows] == [("register", True), ("login", False), ("login", True), ("refresh", True),
                                         ("current_password", False),
                                         ("change_password", True), ("logout", True)]
    assert all(row[2:] == ("127.0.0.1", True, True) for row in rows)
    Person(server, NOBODY, register=False).try_to_sign_in()
    server.post("/rpc/refresh_token", json={"refresh_token": "x"})
    assert accounts.value("SELECT count(*) FROM auth.activity_log WHERE user_id IS NULL AND NOT success AND action IN "
                          "('login', 'refresh')") >= 2


@pytest.mark.parametrize("text", ["'; DROP TABLE auth.users; --", "a\r\nBcc: x@example.com", "$$x$$",
                                  "\\'; --", "%s%n", "{{x}}", "\x1b[31m"])
def test_injection_is_inert(server, accounts, text):
    person = Person(server, password=text + " and more", profile={"name": text, "data": {"x": text}})
    person.sign_in(headers={"User-Agent": text.replace("\r\n", " ").replace("\x1b", "")})
    assert person.table("GET", "/profiles?select=name,data").json() == [{"name": text, "data": {"x": text}}]
    assert server.post("/rpc/login", json={"email": text + "@example.com", "password": "x"}).status_code == 401
    assert (server.post("/rpc/register_user", json={"email": text + "@x@example.com", "password": PASSWORD}).status_code
            == 400)
    assert accounts.value("SELECT count(*) FROM auth.users") > 0
    assert not any(line.startswith("Bcc:") for line in server.process.log.splitlines())


@pytest.mark.parametrize("email", ["", "x", "@example.com", "x@", "x y@example.com", "x@y@example.com",
                                   "a\nb@example.com", "a\u0000b@example.com",
                                   "<x@example.com>", "x@example..com", "x@-example.com", "x" * 65 + "@example.com",
                                   "x@" + "y" * 250 + ".com", '"x"@example.com'])
def test_what_is_no_address(server, email):
    answer = server.post("/rpc/register_user", json={"email": email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (400, "RGA07")


def test_addresses_are_one_in_whatever_case_and_form(server):
    person = Person(server, "Mixed.Case@EXAMPLE.com").sign_in()
    assert person.login["user"]["email"] == "Mixed.Case@EXAMPLE.com"
    assert Person(server, "mixed.case@example.COM", register=False).sign_in().id == person.id
    assert person.ask("register_user", email="MIXED.CASE@example.com", password=PASSWORD).status_code == 409
    idn = Person(server, "someone@bücher.example").sign_in()
    assert Person(server, "someone@xn--bcher-kva.example", register=False).sign_in().id == idn.id


# When something is down.

def test_when_the_limiter_cannot_answer_everything_is_closed(serve, cluster, request):
    database = cluster.create("closed")
    migrate(database)
    server = serve(environment=settings_of(database), uri=database.uri)
    person = Person(server).sign_in()
    database.run("ALTER TABLE auth_private.limits RENAME TO limits_away")
    answers = [person.try_to_sign_in(), person.ask("register_user", email="x@example.com", password=PASSWORD),
               person.refresh()]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(503, "RGA10")] * 3
    assert all("Retry-After" in answer.headers and "limits" not in answer.text for answer in answers)
    database.run("ALTER TABLE auth_private.limits_away RENAME TO limits")
    database.run("ALTER TABLE auth.sessions RENAME TO sessions_away")
    assert server.get("/users", token=person.token, headers={"Accept-Profile": "auth"}).status_code >= 400
    database.run("ALTER TABLE auth.sessions_away RENAME TO sessions")
    wait_until(lambda: person.sign_in(), 5, "it works again")


def test_an_account_url_at_an_api_worker_says_what_is_missing(server):
    with Connection(server.fastcgi_socket()) as connection:
        status, body = connection.ask("/rpc/login", method="POST")
        assert status == 503 and "RGA12" in body
        assert connection.ask("/rpc/log%69n", method="POST")[0] == 503
        assert connection.ask("/notes")[0] == 200


def test_another_url_at_an_account_worker_is_not_found(server):
    with Connection(server.fastcgi_socket("accounts.sock")) as connection:
        status, body = connection.ask("/notes")
        assert status == 404 and "RGA13" in body
