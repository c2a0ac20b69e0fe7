"""What recovery revokes and brings back, who may register an address, and what strangers cannot do with mails.

SPDX-License-Identifier: MIT
"""
import base64
import html
import itertools
import json
import time

import pytest

from harness.accounts import PASSWORD, Person, migrate, rowgate, same, settings_of
from harness.mails import Postman, link_of, prove, text_of, token_of
from harness.server import SECRET
from harness.token import token

OTHER = "another good password"
THIRD = "a third good password"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def accounts(database):
    migrate(database)
    return database


@pytest.fixture(scope="module")
def start(serve, accounts):
    many = {"auth_limit_mail_ip": "100000", "auth_limit_mail": "100", "auth_limit_mail_day": "100"}
    return lambda **more: serve(environment=settings_of(accounts, **(many | more)))


@pytest.fixture(scope="module")
def server(start):
    return start()


@pytest.fixture(scope="module")
def active(start):
    """With activation."""
    return start(auth_activation="true")


@pytest.fixture
def post(accounts, tmp_path):
    made = Postman(accounts, tmp_path)
    accounts.run("UPDATE auth_private.outbox SET done_at = now() WHERE done_at IS NULL")
    return made


def fresh():
    return f"someone{next(numbers)}@recovery.example"


def register(server, email, password=PASSWORD, **more):
    return server.post("/rpc/register_user", json={"email": email, "password": password} | more)


def login(server, email, password=PASSWORD):
    return server.post("/rpc/login", json={"email": email, "password": password})


def use(server, endpoint, mail_or_token, **more):
    carried = mail_or_token if isinstance(mail_or_token, str) else token_of(mail_or_token)
    return server.post(f"/rpc/{endpoint}", json={"token": carried} | more).status_code


def proven(active, post, **more):
    """Somebody whose address is proven, signed in; what was mailed until now is forgotten."""
    return prove(Person(active, fresh(), **more), post).sign_in()


def ask_change(person, new):
    assert person.call("change_email", email=new, current_password=person.password).status_code == 204


def reset_mail(server, post, address):
    server.post("/rpc/request_password_reset", json={"email": address})
    return post.mails_to(address)[-1]


# Point 2: what recovery must revoke.

REVOKERS = {
    "reset": lambda person, post, accounts: by_reset(person, post),
    "password": lambda person, post, accounts: change_password(person),
    "global": lambda person, post, accounts: person.call("logout", scope="global").status_code == 204,
    "others": lambda person, post, accounts: person.call("logout", scope="others").status_code == 204,
    "role": lambda person, post, accounts: command(accounts, "set-role", person.email, "editor"),
    "deactivate": lambda person, post, accounts: all(command(accounts, word, person.email)
                                                     for word in ("deactivate", "activate")),
    "end-sessions": lambda person, post, accounts: command(accounts, "end-sessions", person.email),
    "admin": lambda person, post, accounts: by_admin(person, post, accounts),
}


def by_reset(person, post):
    mail = reset_mail(person.server, post, person.email)
    return use(person.server, "reset_password", mail, password=OTHER) == 204


def change_password(person, password=OTHER):
    asked = person.call("change_password", current_password=person.password, password=password)
    return asked.status_code == 204


def command(accounts, *words):
    done = rowgate("user", *words, auth_enabled="true", jwt_secret=SECRET, db_uri=accounts.cluster.uri(accounts.name),
                   auth_db_uri=accounts.cluster.uri(accounts.name, "rowgate_account"))
    assert done.returncode == 0, done.stderr
    return True


def by_admin(person, post, accounts):
    admin = proven(person.server, post)
    accounts.run("UPDATE auth.users SET role = 'admin_user' WHERE id = %s", admin.id)
    admin.sign_in()
    return admin.table("PATCH", f"/users?id=eq.{person.id}", json={"role": "viewer"}).status_code == 204


@pytest.mark.parametrize("how", REVOKERS)
@pytest.mark.parametrize("sent", [True, False], ids=["sent", "waiting"])
def test_what_ends_links_that_were_mailed(active, post, accounts, how, sent):
    """A link to another address, and one to a new password, whether the mail has left or not."""
    person = proven(active, post)
    new = fresh()
    ask_change(person, new)
    held = {}
    if sent:
        held["confirm_email"] = post.mails_to(new)[0]
        held["reset_password"] = reset_mail(active, post, person.email)
    assert REVOKERS[how](person, post, accounts)
    if not sent:
        assert post.mails_to(new) == []
    for endpoint, mail in held.items():
        more = {"password": THIRD} if endpoint == "reset_password" else {}
        assert use(active, endpoint, mail, **more) == 401, endpoint
    assert accounts.value("SELECT email FROM auth.users WHERE id = %s", person.id) == person.email
    assert login(active, new).status_code == 401


def test_a_changed_address_ends_links_to_the_old_one_and_other_sessions(active, post):
    person = proven(active, post)
    other = Person(active, person.email, register=False).sign_in()
    new, elsewhere = fresh(), fresh()
    reset = reset_mail(active, post, person.email)
    ask_change(person, new)
    confirm, = post.mails_to(new)
    assert use(active, "confirm_email", confirm) == 204
    assert use(active, "reset_password", reset, password=OTHER) == 401
    assert other.refresh().status_code == 401 and person.refresh().status_code == 200
    assert active.get("/rpc/current_user", token=other.token).status_code == 401
    assert login(active, new).status_code == 200


def test_a_mistaken_address_is_out_when_another_is_asked_for(active, post):
    person = proven(active, post)
    wrong, right = fresh(), fresh()
    ask_change(person, wrong)
    mistaken, = post.mails_to(wrong)
    ask_change(person, right)
    assert use(active, "confirm_email", mistaken) == 401
    assert use(active, "confirm_email", post.mails_to(right)[0]) == 204


def test_this_was_not_me_after_a_changed_password(active, post):
    person = proven(active, post)
    thief = Person(active, person.email, register=False).sign_in()
    assert thief.call("change_password", current_password=PASSWORD, password=OTHER).status_code == 204
    notice, = post.mails_to(person.email)
    assert link_of(notice).startswith("/account/undo?token=")
    assert use(active, "undo_change", notice) == 204
    assert use(active, "undo_change", notice) == 401
    assert thief.refresh().status_code == 401 and login(active, person.email, OTHER).status_code == 401
    reset, = post.mails_to(person.email)
    assert use(active, "reset_password", reset, password=THIRD) == 204
    assert login(active, person.email, THIRD).status_code == 200


def test_this_was_not_me_after_a_changed_address(active, post):
    person = proven(active, post)
    mine, his = person.email, fresh()
    ask_change(person, his)
    assert use(active, "confirm_email", post.mails_to(his)[0]) == 204
    thief = Person(active, his, register=False).sign_in()
    notice, = post.mails_to(mine)
    # What the thief does meanwhile does not help him.
    assert thief.call("change_password", current_password=PASSWORD, password=OTHER).status_code == 204
    thief.call("logout", scope="global")
    thief = Person(active, his, OTHER, register=False).sign_in()
    reset = reset_mail(active, post, his)
    ask_change(thief, fresh())
    register(active, mine, THIRD)
    undo_of_his = [mail for mail in post.mails_to(his) if "/account/undo" in text_of(mail)]
    page = active.get(link_of(notice))
    assert page.status_code == 200 and "This was not me" in page.text
    done = active.post("/account/undo", data={"token": token_of(notice)})
    assert done.status_code == 200 and "sessions were ended" in done.text
    assert thief.refresh().status_code == 401
    for address, password in ((his, OTHER), (mine, OTHER), (mine, PASSWORD), (mine, THIRD)):
        assert login(active, address, password).status_code == 401
    assert use(active, "reset_password", reset, password=OTHER) == 401
    for mail in undo_of_his:
        assert use(active, "undo_change", mail) == 401
    assert use(active, "reset_password", post.mails_to(mine)[-1], password=THIRD) == 204
    assert login(active, mine, THIRD).json()["user"]["id"] == person.id


def test_undoing_a_changed_address_ends_the_password_that_changed_it(active, post):
    person = proven(active, post)
    new = fresh()
    ask_change(person, new)
    assert use(active, "confirm_email", post.mails_to(new)[0]) == 204
    assert use(active, "undo_change", post.mails_to(person.email)[0]) == 204
    assert login(active, new).status_code == 401 and login(active, person.email).status_code == 401
    reset, = post.mails_to(person.email)
    assert use(active, "reset_password", reset, password=THIRD) == 204
    assert login(active, person.email, THIRD).json()["user"]["id"] == person.id


def test_the_first_of_two_changes_is_undone_and_the_second_thief_has_nothing(active, post):
    person = proven(active, post)
    addresses = [person.email, fresh(), fresh()]
    notices = []
    for old, new in itertools.pairwise(addresses):
        ask_change(Person(active, old, register=False).sign_in(), new)
        assert use(active, "confirm_email", post.mails_to(new)[0]) == 204
        notices += post.mails_to(old)
    first, second = notices
    assert use(active, "undo_change", first) == 204
    assert use(active, "undo_change", second) == 401
    reset, = post.mails_to(addresses[0])
    assert use(active, "reset_password", reset, password=THIRD) == 204
    assert login(active, addresses[0], THIRD).json()["user"]["id"] == person.id


def test_strangers_who_use_the_mails_up_do_not_keep_the_notice_from_coming(start, post):
    server = start(auth_activation="true", auth_limit_mail="2")
    person = proven(server, post)
    for _ in range(4):
        server.post("/rpc/request_password_reset", json={"email": person.email})
    post.mails()
    assert person.call("change_password", current_password=PASSWORD, password=OTHER).status_code == 204
    assert use(server, "undo_change", post.mails_to(person.email)[0]) == 204


def test_a_link_that_undoes_has_its_time(active, post, accounts):
    person = proven(active, post)
    person.call("change_password", current_password=PASSWORD, password=OTHER)
    notice, = post.mails_to(person.email)
    days = accounts.value("SELECT extract(epoch FROM expires_at - now()) / 86400 FROM auth_private.purpose_tokens "
                          "WHERE user_id = %s AND purpose = 'undo'", person.id)
    assert 6.9 < days <= 7
    accounts.run("UPDATE auth_private.purpose_tokens SET expires_at = now() - interval '1 second' WHERE user_id = %s",
                 person.id)
    assert use(active, "undo_change", notice) == 401
    assert login(active, person.email, OTHER).status_code == 200


@pytest.mark.parametrize("asked, title", [(None, "Undo a change of your account"),
                                          ("de", "Machen Sie eine Änderung Ihres Kontos rückgängig")])
def test_the_page_that_undoes_is_in_the_readers_language(active, asked, title):
    page = active.get("/account/undo?token=x", headers={"Accept-Language": asked})
    assert page.status_code == 200 and f"<h1>{title}</h1>" in html.unescape(page.text)
    assert active.post("/account/undo", data={"token": "x"}).status_code == 401


# Point 7: what is refused is refused to all.

PROFILES = [{"name": "x" * 201}, {"avatar_url": "x" * 2001}, {"bio": "x" * 10001}, {"name": "é" * 201},
            {"data": {"x": "y" * 16400}}, {"data": {f"k{n}": n for n in range(2000)}}, {"data": [1]}, {"data": "x"},
            {"name": 1}, {"more": 1}, [], "x",
            {"data": None}, {"name": None}, {"name": "x" * 200}, {"avatar_url": "x" * 2000}, {"bio": "x" * 10000},
            {"data": {"x": "y" * 16300}}]
BODIES = [{"profile": profile} for profile in PROFILES] + [
    {"password": "short"}, {"password": "x" * 1025}, {"password": "password"}, {"password": 1},
    {"user_role": "admin_user"}, {"user_role": 1}, {"user_role": "none"}]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{next(iter(body))} {str(body)[:40]}")
def test_known_and_unknown_addresses_are_refused_alike(active, post, server, body):
    known, pending = proven(active, post).email, fresh()
    register(active, pending)
    unproven = Person(server, fresh()).email
    asked = {"password": PASSWORD} | body
    answers = [register(active, address, **asked) for address in (known, pending, unproven, fresh())]
    shown = [(answer.status_code, set(answer.json()) if answer.status_code == 200 else answer.json())
             for answer in answers]
    assert all(each == shown[0] for each in shown), shown
    assert login(active, known).status_code == 200
    if answers[0].status_code != 200:
        assert login(active, pending).status_code == 403


# Point 8: pre-hijacking.

def test_a_later_registration_takes_the_place_of_one_that_was_never_proven(active, post, accounts):
    address = fresh()
    register(active, address, OTHER, profile={"name": "Mallory", "bio": "x"})
    stale, = post.mails_to(address)
    register(active, address, PASSWORD, profile={"name": "Ann"})
    mail, = post.mails_to(address)
    # The older link is for what is no more.
    assert use(active, "activate_account", stale) == 401
    assert use(active, "activate_account", mail) == 204
    assert login(active, address, OTHER).status_code == 401
    person = Person(active, address, register=False).sign_in()
    assert person.table("GET", "/profiles?select=name,bio").json() == [{"name": "Ann", "bio": None}]


def test_a_mail_that_waits_belongs_to_the_registration_before(active, post):
    address = fresh()
    register(active, address, OTHER)
    register(active, address, PASSWORD)
    mail, = post.mails_to(address)
    assert use(active, "activate_account", mail) == 204
    assert login(active, address, OTHER).status_code == 401 and login(active, address).status_code == 200


def test_nobody_takes_an_account_over_that_is_in_force(active, server, post, start):
    """Proven, or made where nothing had to be proven, or signed in there."""
    early = Person(server, fresh())
    for address in (proven(active, post).email, early.email):
        register(active, address, OTHER)
        assert login(active, address, OTHER).status_code == 401
        assert login(active, address).status_code == 200
    late = fresh()
    register(active, late)
    assert login(server, late).status_code == 200
    register(active, late, OTHER)
    assert login(active, late).status_code == 200


def test_a_registration_that_was_never_proven_does_not_keep_the_address(active, post):
    person = proven(active, post)
    wanted = fresh()
    register(active, wanted, OTHER)
    post.mails()
    ask_change(person, wanted)
    assert use(active, "confirm_email", post.mails_to(wanted)[0]) == 204
    assert login(active, wanted).json()["user"]["id"] == person.id and login(active, wanted, OTHER).status_code == 401


def test_a_registration_without_a_mail_leaves_nobodys_password(start, post):
    """The link of the last mail is always good, for the address alone."""
    server = start(auth_activation="true", auth_limit_mail="2")
    address = fresh()
    for password in (OTHER, PASSWORD, THIRD):
        assert register(server, address, password).status_code == 200
    mail, = post.mails_to(address)
    assert use(server, "activate_account", mail) == 204
    assert [login(server, address, password).status_code for password in (OTHER, PASSWORD, THIRD)] == [401] * 3
    server.post("/rpc/request_password_reset", json={"email": address})
    assert use(server, "reset_password", post.mails_to(address)[0], password=PASSWORD) == 204
    assert login(server, address).status_code == 200


def test_a_reset_proves_the_address_and_ends_the_first_password(active, post):
    address = fresh()
    register(active, address, OTHER)
    post.mails()
    assert use(active, "reset_password", reset_mail(active, post, address), password=PASSWORD) == 204
    assert login(active, address, OTHER).status_code == 401 and login(active, address).status_code == 200


@pytest.mark.parametrize("endpoint", ["resend_activation", "register_user"])
def test_what_brings_no_reset_uses_none_up(start, post, endpoint):
    server = start(auth_activation="true", auth_limit_mail="2")
    person = proven(server, post)
    for _ in range(6):
        assert server.post(f"/rpc/{endpoint}", json={"email": person.email, "password": OTHER}).status_code == 200
    post.mails()
    assert use(server, "reset_password", reset_mail(server, post, person.email), password=THIRD) == 204


@pytest.mark.parametrize("call, columns", [
    ("change_password({}, {}, {}, 'new', NULL, NULL, ARRAY[9, 900, 9])", 1),
    ("change_email({}, {}, {}, 'x@late.example', 'x@late.example', NULL, NULL, ARRAY[9, 900, 9])", 1),
    ("delete_account({}, {}, {}, NULL, NULL)", 1),
])
def test_a_session_that_ended_while_the_password_was_looked_at_changes_nothing(active, post, accounts, call, columns):
    """What an endpoint calls at its end, after everything else was right."""
    person = proven(active, post)
    (hash_of,), = accounts.run(f"SELECT password_hash FROM auth_private.credentials WHERE user_id = {person.id}")
    (session,), = accounts.run(f"SELECT id FROM auth.sessions WHERE user_id = {person.id} AND ended_at IS NULL")
    assert person.ask("logout", token=person.token, scope="global").status_code == 204
    made = call.format(person.id, f"'{session}'", f"'{hash_of}'")
    assert accounts.run(f"SELECT auth_private.{made}") == [(False,)]
    assert login(active, person.email).status_code == 200


def test_a_stolen_session_keeps_its_owner_out_of_nothing(active, post):
    person = proven(active, post)
    stolen = person.token
    person.sign_in()
    tries = [person.ask("change_password", token=stolen, current_password="wrong" * 3, password=THIRD).status_code
             for _ in range(12)]
    assert set(tries) == {401, 429}
    changed = person.ask("change_password", token=person.token, current_password=PASSWORD, password=THIRD)
    assert changed.status_code == 204


def test_a_link_for_the_account_goes_to_the_address_it_has_by_now(active, post, accounts):
    person = proven(active, post)
    for address in ("old@late.example", person.email):
        accounts.run("INSERT INTO auth_private.outbox (user_id, template, purpose, address) VALUES "
                     f"({person.id}, 'reset', 'reset', '{address}')")
    assert post.mails_to("old@late.example") == []
    (left,), = accounts.run(f"SELECT count(*) FROM auth_private.outbox WHERE user_id = {person.id} AND done_at IS NULL")
    assert left == 0


# Point 9: the first mail lost.

def test_registering_again_sends_the_link_again_and_the_right_password_says_what_is_missing(active, post):
    address = fresh()
    register(active, address)
    lost, = post.mails_to(address)
    register(active, address)
    again, = post.mails_to(address)
    assert "Confirm" in again["Subject"]
    refused = login(active, address)
    assert refused.status_code == 403 and refused.json()["code"] == "RGA16"
    assert refused.json()["error"] == refused.json()["message"]
    wrong, unknown = login(active, address, OTHER), login(active, fresh())
    assert wrong.json()["code"] == "RGA01" and same(wrong, unknown)
    assert use(active, "activate_account", again) == 204
    assert login(active, address).status_code == 200


def test_who_waits_for_the_mail_is_not_shut_out_by_trying(start, post):
    server = start(auth_activation="true", auth_limit_login="3")
    address = fresh()
    register(server, address)
    assert {login(server, address).status_code for _ in range(6)} == {403}
    assert use(server, "activate_account", post.mails_to(address)[0]) == 204
    assert login(server, address).status_code == 200


def test_a_second_click_says_kindly_that_all_is_well(active, post, accounts):
    address = fresh()
    register(active, address)
    active.post("/rpc/resend_activation", json={"email": address})
    one, two = post.mails_to(address)
    assert use(active, "activate_account", one) == 204
    for mail in (one, two, one):
        assert use(active, "activate_account", mail) == 204
        page = active.post("/account/activate", data={"token": token_of(mail)})
        assert page.status_code == 200 and "was confirmed before" in page.text and 'role="alert"' not in page.text
    person = Person(active, address, register=False).sign_in()
    person.call("change_password", current_password=PASSWORD, password=OTHER)
    assert use(active, "activate_account", one) == 204
    accounts.run("UPDATE auth.users SET active = false WHERE id = %s", person.id)
    assert use(active, "activate_account", one) == 401


# Point 11: mail as a vehicle.

def test_no_notice_goes_to_an_address_that_was_never_proven(start, post):
    server = start(server_trusted_proxies="127.0.0.1")
    person = Person(server, fresh())
    other = Person(server, fresh()).sign_in()
    for place in ("198.51.100.1", "203.0.113.50", "203.0.113.51"):
        person.sign_in(headers={"X-Forwarded-For": place})
    ask_change(other, person.email)
    new = fresh()
    ask_change(person, new)
    person.call("change_password", current_password=PASSWORD, password=OTHER)
    assert {mail["To"] for mail in post.mails()} <= {new}
    # The new address is proven by its link, and the old one never was: it hears nothing and can undo nothing.
    ask_change(Person(server, person.email, OTHER, register=False).sign_in(), new)
    assert use(server, "confirm_email", post.mails_to(new)[0]) == 204
    assert post.mails_to(person.email) == []


@pytest.mark.parametrize("field, said", [
    (FIREFOX, "Firefox on Linux"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 "
     "Edg/126.0", "Edge on Windows"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
     "Mobile/15E148 Safari/604.1", "Safari on iOS"),
    ("Buy at http://evil.example", "a program"),
    ("Mozilla/5.0 Firefox/1 http://evil.example Linux", "Firefox on Linux"),
    ("", "a program"), ("Firefox/1 Linux", "a program")])
def test_a_notice_names_a_family_of_browsers_and_nothing_that_somebody_wrote(start, post, field, said):
    server = start(server_trusted_proxies="127.0.0.1", auth_activation="true")
    person = proven(server, post)
    person.sign_in(headers={"X-Forwarded-For": "198.51.100.1"})
    post.mails()
    person.sign_in(headers={"X-Forwarded-For": "203.0.113.50", "User-Agent": field})
    mail, = post.mails_to(person.email)
    assert f"Program: {said}\n" in text_of(mail) and "evil" not in mail.as_string()


def test_a_notice_in_german_names_it_too(start, post):
    server = start(server_trusted_proxies="127.0.0.1", auth_activation="true")
    person = proven(server, post)
    person.table("POST", "/preferences", json={"name": "language", "value": "de"})
    for place, field, said in (("198.51.100.1", FIREFOX, "Firefox unter Linux"),
                               ("203.0.113.50", "curl/8", "ein Programm")):
        person.sign_in(headers={"X-Forwarded-For": place, "User-Agent": field})
        assert f"Programm: {said}\n" in text_of(post.mails_to(person.email)[-1])


def test_notices_count_as_mails(start, post, accounts):
    server = start(server_trusted_proxies="127.0.0.1", auth_activation="true", auth_limit_mail="3")
    person = proven(server, post)
    accounts.run("DELETE FROM auth_private.limits")
    server.post("/rpc/request_password_reset", json={"email": person.email})
    post.mails()
    for place in range(1, 8):
        person.sign_in(headers={"X-Forwarded-For": f"203.0.113.{place}"})
    assert len(post.mails_to(person.email)) == 2
    server.post("/rpc/request_password_reset", json={"email": person.email})
    assert post.mails_to(person.email) == []


def test_changes_of_a_password_are_told_only_so_often(start, post):
    server = start(auth_activation="true", auth_limit_mail="3")
    person = proven(server, post)
    for _ in range(5):
        assert person.call("change_password", current_password=PASSWORD, password=PASSWORD).status_code == 204
    assert len(post.mails_to(person.email)) == 3


def test_there_is_a_limit_for_a_day(start, post, accounts):
    server = start(auth_limit_mail="5", auth_limit_mail_day="4", auth_limit_period="1")
    person = Person(server, fresh())
    for _ in range(8):
        server.post("/rpc/request_password_reset", json={"email": person.email})
        # The limits of the shorter period are whole again.
        accounts.run("UPDATE auth_private.limits SET tokens = 5 WHERE bucket LIKE 'mail to %%'")
    assert len(post.mails_to(person.email)) == 4


def test_a_link_of_some_minutes_ago_works_beside_the_newer_ones(active, post):
    person = proven(active, post)
    mine = reset_mail(active, post, person.email)
    for _ in range(5):
        strange = reset_mail(active, post, person.email)
    assert use(active, "reset_password", mine, password=OTHER) == 204
    # Its use ends all of them.
    assert use(active, "reset_password", strange, password=THIRD) == 401
    assert use(active, "reset_password", mine, password=THIRD) == 401


def test_only_a_confirmation_confirms(server, active, post, accounts):
    confirmed = lambda person: accounts.value("SELECT email_confirmed_at IS NOT NULL FROM auth.users WHERE id = %s",
                                              person.id)
    person = Person(server, fresh()).sign_in()
    assert not confirmed(person)
    server.post("/rpc/resend_activation", json={"email": person.email})
    assert use(server, "activate_account", post.mails_to(person.email)[0]) == 204
    assert confirmed(person) and confirmed(proven(active, post))


# Point 12: refreshing and signing out.

@pytest.fixture(scope="module")
def hasty(start):
    return start(auth_refresh_grace="0")


def test_an_answer_that_was_lost_does_not_end_the_session(hasty, accounts):
    person = Person(hasty, fresh()).sign_in()
    first = person.login["refresh_token"]
    lost = person.refresh(first).json()["refresh_token"]
    accounts.run("UPDATE auth_private.session_state SET rotated_at = rotated_at - interval '2 days'")
    for _ in range(3):
        again = person.refresh(first)
        assert again.status_code == 200 and again.json()["refresh_token"] == lost
    assert accounts.value("SELECT count(*) FROM auth.activity_log WHERE user_id = %s AND action = 'refresh' "
                          "AND success AND detail @> '{\"repeated\": true}'", person.id) == 3
    following = person.refresh(lost)
    assert following.status_code == 200 and following.json()["refresh_token"] not in (first, lost)
    # Its successor was used: now it is a replay.
    assert person.refresh(first).status_code == 401
    assert person.refresh(following.json()["refresh_token"]).status_code == 401


def test_an_older_one_is_answered_for_the_grace_from_its_own_use(start):
    server = start(auth_refresh_grace="2")
    person = Person(server, fresh()).sign_in()
    first = newest = person.login["refresh_token"]
    for _ in range(3):
        newest = person.refresh(newest).json()["refresh_token"]
    older = person.refresh(first)
    assert older.status_code == 200 and older.json()["refresh_token"] == newest
    time.sleep(2.3)
    newest = person.refresh(newest).json()["refresh_token"]
    assert person.refresh(first).status_code == 401 and person.refresh(newest).status_code == 401


def claims_of(person):
    part = person.token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def expired(person, **more):
    now = int(time.time())
    return token(claims_of(person) | {"iat": now - 7200, "exp": now - 3600} | more)


@pytest.mark.parametrize("scope", ["local", "global"])
def test_signing_out_works_with_a_token_that_has_expired(server, scope):
    person = Person(server, fresh()).sign_in()
    assert server.get("/rpc/current_user", token=expired(person)).status_code == 401
    assert server.post("/rpc/logout", json={"scope": scope}, token=expired(person)).status_code == 204
    assert person.refresh().status_code == 401
    assert server.get("/rpc/current_user", token=person.token).status_code == 401


def test_signing_out_twice_is_no_failure_and_ends_nothing_more(server):
    person = Person(server, fresh()).sign_in()
    other = Person(server, person.email, register=False).sign_in()
    for scope in ("local", "local", "others", "global"):
        assert person.call("logout", scope=scope).status_code == 204
    assert other.refresh().status_code == 200


@pytest.mark.parametrize("how", ["fresh", "used", "ended"])
def test_signing_out_works_with_a_refresh_token(server, how):
    person = Person(server, fresh()).sign_in()
    held = newest = person.login["refresh_token"]
    if how == "used":
        newest = person.refresh().json()["refresh_token"]
    if how == "ended":
        person.call("logout")
    assert server.post("/rpc/logout", json={"refresh_token": held}).status_code == 204
    assert person.refresh(newest).status_code == 401


def test_signing_out_still_wants_proof(server):
    person, other = Person(server, fresh()).sign_in(), Person(server, fresh()).sign_in()
    forged = person.token.rpartition(".")[0] + "." + other.token.rpartition(".")[2]
    assert server.post("/rpc/logout", json={}).status_code == 401
    assert server.post("/rpc/logout", json={}, token=forged).status_code == 401
    assert server.post("/rpc/logout", json={}, token=token({"role": "regular_user"})).status_code == 401
    for value in ("x", "", person.token):
        assert server.post("/rpc/logout", json={"refresh_token": value}).status_code == 401
    assert server.post("/rpc/logout", json={"refresh_token": 1}).status_code == 400
    assert person.refresh().status_code == 200
