"""Who ends sessions: a new sign-in in the same browser, their owner once more proven, and admins.

SPDX-License-Identifier: MIT
"""
import base64
import json

import pytest

from harness.accounts import PASSWORD, Person, migrate, settings_of
from harness.token import token

SITE = "https://shop.example.com"


@pytest.fixture(scope="module")
def accounts(database):
    migrate(database)
    return database


@pytest.fixture(scope="module")
def start(serve, accounts):
    return lambda **more: serve(environment=settings_of(accounts, **more))


@pytest.fixture(scope="module")
def server(start):
    return start()


@pytest.fixture(scope="module")
def strict(start):
    """Sessions of any age prove the password before they end others."""
    return start(auth_reauth_sessions="0")


@pytest.fixture(scope="module")
def cookies(start):
    return start(auth_cookie="true", auth_site_url=SITE)


def sid(login):
    part = login["token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sid"]


def is_open(accounts, session):
    return accounts.value("SELECT ended_at IS NULL FROM auth.sessions WHERE id = %s", session)


def age(accounts, person, seconds):
    accounts.run("UPDATE auth.sessions SET created_at = created_at - make_interval(secs => %s) WHERE user_id = %s",
                 seconds, person.id)


def admin(server, accounts):
    person = Person(server)
    accounts.run("UPDATE auth.users SET role = 'admin_user' WHERE id = %s", person.id)
    return person.sign_in()


# A new sign-in.

@pytest.mark.parametrize("how", ["Authorization", "refresh_token", "both"])
def test_a_new_sign_in_ends_the_session_it_comes_with(server, accounts, how):
    person = Person(server).sign_in()
    first = person.login
    body = {"email": person.email, "password": PASSWORD}
    body |= {} if how == "Authorization" else {"refresh_token": first["refresh_token"]}
    answer = person.ask("login", token=None if how == "refresh_token" else first["token"], **body)
    assert answer.status_code == 200
    assert not is_open(accounts, sid(first)) and is_open(accounts, sid(answer.json()))
    assert server.get("/rpc/current_user", token=first["token"]).status_code == 401
    assert person.refresh(first["refresh_token"]).status_code == 401
    assert accounts.value("SELECT detail ->> 'scope' FROM auth.activity_log "
                          "WHERE action = 'logout' AND session_id = %s", sid(first)) == "replaced"


def test_a_new_sign_in_elsewhere_leaves_the_old_session(server, accounts):
    person = Person(server).sign_in()
    first = person.login
    person.sign_in()
    assert is_open(accounts, sid(first))


def test_a_sign_in_that_fails_ends_nothing(server, accounts):
    person = Person(server).sign_in()
    answer = person.ask("login", token=person.token, email=person.email, password="not the password",
                        refresh_token=person.login["refresh_token"])
    assert answer.status_code == 401 and is_open(accounts, sid(person.login))


@pytest.mark.parametrize("field", ["Bearer x.y.z", "Bearer", "Basic YTpi"])
def test_what_is_no_session_hinders_no_sign_in(server, field):
    person = Person(server)
    for refresh_token in ("not a token", "", 7, None, ["x"]):
        answer = person.ask("login", headers={"Authorization": field}, email=person.email, password=PASSWORD,
                            refresh_token=refresh_token)
        assert answer.status_code == 200, answer.text


def test_a_forged_token_ends_nobodys_session(server, accounts):
    person, thief = Person(server).sign_in(), Person(server)
    forged = token({"role": "regular_user", "user_id": thief.id, "sid": sid(person.login), "iss": "rowgate"},
                   "another secret of thirty-two bytes!")
    refresh_token = person.login["refresh_token"]
    answer = thief.ask("login", token=forged, email=thief.email, password=PASSWORD,
                       refresh_token=refresh_token[:-4] + ("AAAA" if refresh_token[-4:] != "AAAA" else "BBBB"))
    assert answer.status_code == 200 and is_open(accounts, sid(person.login))


def test_the_token_of_another_account_is_left_alone(server, accounts):
    """A program that signs others in sends a token of its own."""
    service, person = Person(server).sign_in(), Person(server)
    answer = person.ask("login", token=service.token, email=person.email, password=PASSWORD,
                        refresh_token=service.login["refresh_token"])
    assert answer.status_code == 200 and is_open(accounts, sid(service.login))


@pytest.mark.parametrize("same", [True, False])
def test_a_browser_that_signs_in_anew_leaves_no_session_behind(server, cookies, accounts, same):
    """Its cookies are overwritten, whoever's they were: nobody could end that session any more."""
    one, two = Person(server), Person(server)
    first = cookies.post("/rpc/login", json={"email": one.email, "password": PASSWORD}, headers={"Origin": SITE})
    kept = first.cookies.get_dict()
    access = next(value for name, value in kept.items() if "access" in name)
    second = one if same else two
    answer = cookies.post("/rpc/login", json={"email": second.email, "password": PASSWORD},
                          headers={"Origin": SITE, "Cookie": "; ".join(f"{n}={v}" for n, v in kept.items())})
    assert answer.status_code == 200
    assert not is_open(accounts, sid({"token": access}))
    assert accounts.value("SELECT count(*) FROM auth.sessions WHERE user_id = %s AND ended_at IS NULL", second.id) == 1


# Proven once more.

def end_others(person, how, other, **more):
    if how == "revoke_session":
        return person.call("revoke_session", id=sid(other), **more)
    return person.call("logout", scope=how, **more)


@pytest.mark.parametrize("how", ["revoke_session", "others", "global"])
def test_other_sessions_end_for_who_proves_the_password(strict, accounts, how):
    person = Person(strict).sign_in()
    other = person.login
    person.sign_in()
    asked = end_others(person, how, other)
    assert (asked.status_code, asked.json()["code"]) == (403, "RGA19") and "current_password" in asked.json()["hint"]
    wrong = end_others(person, how, other, current_password="not the password")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "RGA01")
    assert end_others(person, how, other, current_password=7).status_code == 400
    assert is_open(accounts, sid(other)) and is_open(accounts, sid(person.login))
    assert end_others(person, how, other, current_password=PASSWORD).status_code == 204
    assert not is_open(accounts, sid(other))
    assert is_open(accounts, sid(person.login)) == (how != "global")


def test_the_own_session_ends_without_a_password(strict):
    for body in ({}, {"scope": "local"}):
        assert Person(strict).sign_in().call("logout", **body).status_code == 204
    person = Person(strict).sign_in()
    assert person.call("revoke_session", id=sid(person.login)).status_code == 204


def test_guessing_there_is_limited_too(start):
    server = start(auth_reauth_sessions="0", auth_limit_login="3")
    person = Person(server).sign_in()
    answers = [person.call("logout", scope="others", current_password="not the password").status_code
               for _ in range(5)]
    assert answers == [401, 401, 401, 429, 429]


def test_a_recent_sign_in_is_proof_enough(start, accounts):
    server = start(auth_reauth_sessions="600")
    person = Person(server).sign_in()
    other = person.login
    person.sign_in()
    assert person.call("logout", scope="others").status_code == 204
    age(accounts, person, 601)
    person.take(person.refresh().json())
    assert person.call("logout", scope="global").json()["code"] == "RGA19"
    assert not is_open(accounts, sid(other))


def test_without_the_key_nothing_is_asked(server, accounts):
    person = Person(server).sign_in()
    age(accounts, person, 1000000)
    assert person.call("logout", scope="others").status_code == 204


# Admins.

def test_an_admin_ends_the_sessions_of_an_account(server, accounts):
    chief, person = admin(server, accounts), Person(server).sign_in()
    first = person.login
    person.sign_in()
    answer = chief.call("end_sessions", user_id=person.id)
    assert (answer.status_code, answer.json()) == (200, {"ended": 2})
    assert not is_open(accounts, sid(first)) and not is_open(accounts, sid(person.login))
    assert person.call("current_user").status_code == 401
    assert person.refresh().status_code == 401
    assert is_open(accounts, sid(chief.login))
    assert chief.call("end_sessions", user_id=person.id).json() == {"ended": 0}
    person.sign_in()
    seen = accounts.run("SELECT user_id, success, detail ->> 'by' FROM auth.activity_log WHERE action = 'end_sessions' "
                        "AND user_id = %s ORDER BY id", person.id)
    assert seen == [(person.id, True, str(chief.id))] * 2
    done = accounts.run("SELECT success, detail ->> 'user_id', host(ip) FROM auth.activity_log "
                        "WHERE action = 'end_sessions' AND user_id = %s", chief.id)
    assert done == [(True, str(person.id), "127.0.0.1")] * 2


def test_an_admin_may_end_the_own_ones(server, accounts):
    chief = admin(server, accounts)
    assert chief.call("end_sessions", user_id=chief.id).json() == {"ended": 1}
    assert chief.call("current_user").status_code == 401


@pytest.mark.parametrize("role", ["regular_user", "editor", "viewer"])
def test_nobody_but_an_admin_ends_the_sessions_of_others(server, accounts, role):
    person, other = Person(server), Person(server).sign_in()
    accounts.run("UPDATE auth.users SET role = %s WHERE id = %s", role, person.id)
    person.sign_in()
    for victim in (other.id, person.id, 1000000):
        answer = person.call("end_sessions", user_id=victim)
        assert (answer.status_code, answer.json()["code"]) == (403, "RGA04")
    assert is_open(accounts, sid(other.login)) and is_open(accounts, sid(person.login))
    refused = accounts.run("SELECT success FROM auth.activity_log WHERE action = 'end_sessions' AND user_id = %s",
                           person.id)
    assert refused == [(False,)] * 3


def test_a_token_that_says_admin_is_not_enough(server, accounts):
    """What counts is the account's role in the database."""
    person, other = Person(server).sign_in(), Person(server).sign_in()
    says_so = token({"role": "admin_user", "user_id": person.id, "sid": sid(person.login), "iss": "rowgate"})
    assert server.post("/rpc/end_sessions", token=says_so, json={"user_id": other.id}).status_code == 403
    chief = admin(server, accounts)
    borrowed = token({"role": "admin_user", "user_id": chief.id, "sid": sid(person.login), "iss": "rowgate"})
    assert server.post("/rpc/end_sessions", token=borrowed, json={"user_id": other.id}).status_code == 403
    no_session = token({"role": "admin_user"})
    assert server.post("/rpc/end_sessions", token=no_session, json={"user_id": other.id}).status_code == 401
    assert server.post("/rpc/end_sessions", json={"user_id": other.id}).status_code == 401
    assert is_open(accounts, sid(other.login))


def test_an_admin_whose_session_ended_ends_nothing(server, accounts):
    chief, other = admin(server, accounts), Person(server).sign_in()
    Person(server).sign_in()
    keeper = admin(server, accounts)
    accounts.run("UPDATE auth.users SET role = 'editor' WHERE id = %s", chief.id)
    assert chief.call("end_sessions", user_id=other.id).status_code == 401
    assert is_open(accounts, sid(other.login)) and is_open(accounts, sid(keeper.login))


@pytest.mark.parametrize("user_id, status", [(1000000, 404), (0, 404), (-1, 404), (2 ** 31, 404), (2 ** 70, 404),
                                             ("x", 400), (None, 400), (1.5, 400), (True, 400), ([1], 400)])
def test_sessions_of_nobody(server, accounts, user_id, status):
    answer = admin(server, accounts).call("end_sessions", user_id=user_id)
    assert answer.status_code == status, answer.text


def test_admins_too_prove_the_password_where_others_do(strict, accounts):
    chief, person = admin(strict, accounts), Person(strict).sign_in()
    assert chief.call("end_sessions", user_id=person.id).json()["code"] == "RGA19"
    assert is_open(accounts, sid(person.login))
    assert chief.call("end_sessions", user_id=person.id, current_password=PASSWORD).json() == {"ended": 1}
