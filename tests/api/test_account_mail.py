"""Mails of accounts: activation, reset, another address, notices, and the mailer that sends them.

SPDX-License-Identifier: MIT
"""
import base64
import collections
import email
import email.policy
import hashlib
import html
import os
import pathlib
import re
import signal
import stat
import time

import pytest
from aiosmtpd.controller import Controller

from harness.accounts import PASSWORD, Person, migrate, rowgate, same, settings_of
from harness.cluster import Cluster
from harness.mails import Postman, link_of, prove, text_of, token_of
from harness.process import BUILD, Process, wait_until
from harness.server import free_port

LONG = os.environ.get("ROWGATE_TEST_LONG")


@pytest.fixture(scope="module")
def accounts(database):
    migrate(database)
    return database


@pytest.fixture(scope="module")
def start(serve, accounts):
    return lambda **more: serve(environment=settings_of(accounts, auth_limit_mail_ip="100000", **more))


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
    # What other tests have left is not for this one.
    accounts.run("UPDATE auth_private.outbox SET done_at = now() WHERE done_at IS NULL")
    return made


# Activation.

def test_no_session_before_the_address_is_proven(active, post):
    person = Person(active)
    assert person.try_to_sign_in().json()["code"] == "RGA16"
    assert person.try_to_sign_in("wrong").json()["code"] == "RGA01"
    mail, = post.mails()
    assert (mail["To"] == person.email and "Confirm your e-mail address" in mail["Subject"]
            and mail["From"] == "Shop <noreply@shop.example>")
    assert active.post("/rpc/activate_account", json={"token": token_of(mail)}).status_code == 204
    person.sign_in()


def test_registering_tells_known_from_unknown_in_nothing(active, post, accounts):
    known = prove(Person(active), post)
    again = active.post("/rpc/register_user", json={"email": known.email.upper(), "password": PASSWORD})
    new = active.post("/rpc/register_user", json={"email": "fresh-" + known.email, "password": PASSWORD})
    assert again.status_code == new.status_code == 200
    assert set(again.json()) == set(new.json()) and again.json()["user_id"] + 1 == new.json()["user_id"]
    assert {name for name in again.headers} == {name for name in new.headers}
    mails = {mail["To"]: mail for mail in post.mails()}
    assert "already have an account" in mails[known.email]["Subject"] and "token=" not in text_of(mails[known.email])
    assert "Confirm" in mails["fresh-" + known.email]["Subject"]
    # The password of the first is still the one.
    known.sign_in()


def test_resending_says_the_same_to_all_and_sends_nothing_to_who_is_active(active, post):
    person = Person(active)
    post.mails()
    answers = [active.post("/rpc/resend_activation", json={"email": address})
               for address in (person.email, "nobody@example.com", "no address")]
    assert all(same(answers[0], answer) for answer in answers) and answers[0].status_code == 200
    second, = post.mails()
    assert active.post("/rpc/activate_account", json={"token": token_of(second)}).status_code == 204
    active.post("/rpc/resend_activation", json={"email": person.email})
    assert post.mails() == []


def test_who_was_here_before_activation_was_turned_on_goes_on(server, active):
    person = Person(server)
    Person(active, person.email, register=False).sign_in()


# Reset.

def test_exercise_3_password_reset(server, post, accounts):
    person = Person(server).sign_in()
    assert (server.post("/rpc/request_password_reset", json={"email": person.email}).json()
            == {"success": True, "message": "If email exists, reset link sent"})
    mail, = post.mails()
    token = token_of(mail)
    for password, status in (("short", 400), (person.email, 400), ("a new good password", 204),
                             ("another good one", 401)):
        answer = server.post("/rpc/reset_password", json={"token": token, "password": password})
        assert answer.status_code == status, answer.text
        assert "token" not in answer.text or status != 204
    # No automatic sign-in, and every session has ended.
    assert (person.refresh().status_code == 401
            and server.get("/rpc/current_user", token=person.token).status_code == 401)
    assert person.try_to_sign_in().status_code == 401
    Person(server, person.email, "a new good password", register=False).sign_in()
    notice, = post.mails()
    assert notice["To"] == person.email and "was changed" in notice["Subject"]


def test_reset_tells_known_from_unknown_in_nothing(server, accounts, post):
    person = Person(server)
    answers = [server.post("/rpc/request_password_reset", json={"email": address})
               for address in (person.email, "nobody-at-all@example.com", "no address", "")]
    assert answers[0].status_code == 200 and all(same(answers[0], answer) for answer in answers)
    written = accounts.run("SELECT template, purpose, address IS NOT NULL FROM auth_private.outbox ORDER BY id DESC "
                           "LIMIT 4")
    assert written == [("reset", "reset", False)] * 3 + [("reset", "reset", True)]


def test_a_link_expires(server, post, accounts):
    person = Person(server)
    server.post("/rpc/request_password_reset", json={"email": person.email})
    token = token_of(post.mails()[0])
    reset = lambda token: server.post("/rpc/reset_password",
                                      json={"token": token, "password": "a new good password"}).status_code
    accounts.run("UPDATE auth_private.purpose_tokens SET expires_at = now() - interval '1 second'")
    assert reset(token) == 401
    # The time counts from sending, not from asking.
    server.post("/rpc/request_password_reset", json={"email": person.email})
    accounts.run("UPDATE auth_private.outbox SET created_at = now() - interval '3 hours', due_at = now() - interval '3 "
                 "hours' WHERE done_at IS NULL")
    mail, = post.mails()
    assert reset(token_of(mail)) == 204


def test_a_deactivated_account_is_not_reset(server, post, accounts):
    person = Person(server)
    server.post("/rpc/request_password_reset", json={"email": person.email})
    token = token_of(post.mails()[0])
    accounts.run("UPDATE auth.users SET active = false WHERE id = %s", person.id)
    assert (server.post("/rpc/reset_password", json={"token": token, "password": "a new good password"}).status_code
            == 401)
    server.post("/rpc/request_password_reset", json={"email": person.email})
    assert post.mails() == []


def test_tokens_are_bound_to_their_purpose(server, active, post):
    person = Person(active)
    activate = token_of(post.mails()[0])
    server.post("/rpc/request_password_reset", json={"email": person.email})
    reset = token_of(post.mails()[0])
    login = Person(server).sign_in()
    endpoints = {"activate_account": {}, "reset_password": {"password": "a new good password"}, "confirm_email": {}}
    for token, its in ((activate, "activate_account"), (reset, "reset_password"), (login.token, None),
                       (login.login["refresh_token"], None), ("x", None), ("", None)):
        for endpoint, more in endpoints.items():
            if endpoint != its:
                assert server.post(f"/rpc/{endpoint}", json={"token": token} | more).status_code == 401, (its, endpoint)
        assert (server.post("/rpc/refresh_token", json={"refresh_token": token}).status_code
                == (200 if token == login.login["refresh_token"] else 401))
        if token and token != login.token:
            assert server.get("/rpc/current_user", token=token).status_code == 401
    assert active.post("/rpc/activate_account", json={"token": activate}).status_code == 204
    assert (server.post("/rpc/reset_password", json={"token": reset, "password": "a new good password"}).status_code
            == 204)


def test_an_address_gets_only_so_many_mails_that_strangers_ask_for(start, post):
    server = start(auth_limit_mail="2", auth_limit_period="600")
    person = Person(server)
    answers = [server.post("/rpc/request_password_reset", json={"email": person.email}) for _ in range(5)]
    assert all(same(answers[0], answer) for answer in answers)
    assert len(post.mails()) == 2


# Another address.

def test_another_address_is_applied_when_it_confirms_and_the_old_one_is_told(server, post):
    person = prove(Person(server), post).sign_in()
    new = "new-" + person.email
    assert person.call("change_email", email=new, current_password="wrong").status_code == 401
    assert person.call("change_email", email="no address", current_password=PASSWORD).status_code == 400
    assert person.call("change_email", email=new, current_password=PASSWORD).status_code == 204
    mails = {mail["To"]: mail for mail in post.mails()}
    assert (set(mails) == {new, person.email} and new in text_of(mails[person.email])
            and "token=" not in text_of(mails[person.email]))
    # Nothing has changed yet.
    assert person.call("current_user").json()["email"] == person.email
    assert Person(server, new, register=False).try_to_sign_in().status_code == 401
    assert server.post("/rpc/confirm_email", json={"token": token_of(mails[new])}).status_code == 204
    assert server.post("/rpc/confirm_email", json={"token": token_of(mails[new])}).status_code == 401
    assert Person(server, new, register=False).sign_in().id == person.id
    assert person.try_to_sign_in().status_code == 401
    notice, = post.mails()
    assert notice["To"] == person.email and new in text_of(notice)


def test_an_address_that_has_an_account_is_told_there_and_nowhere_else(server, post):
    person, other = Person(server).sign_in(), prove(Person(server), post)
    assert person.call("change_email", email=other.email, current_password=PASSWORD).status_code == 204
    mails = {mail["To"]: mail for mail in post.mails()}
    assert "already have an account" in mails[other.email]["Subject"] and "token=" not in text_of(mails[other.email])


def test_two_who_want_one_address(server, post):
    one, two = Person(server).sign_in(), Person(server).sign_in()
    wanted = "wanted-" + one.email
    for person in (one, two):
        person.call("change_email", email=wanted, current_password=PASSWORD)
    tokens = [token_of(mail) for mail in post.mails_to(wanted)]
    assert [server.post("/rpc/confirm_email", json={"token": token}).status_code for token in tokens] == [204, 401]
    assert Person(server, wanted, register=False).sign_in().id == one.id


# Notices.

def test_a_sign_in_from_a_new_place_is_told_and_the_first_is_not(start, post):
    server = start(server_trusted_proxies="127.0.0.1")
    person = prove(Person(server), post)
    for address, mails in (("198.51.100.1", 0), ("198.51.100.1", 0), ("203.0.113.50", 1), ("203.0.113.50", 0)):
        person.sign_in(headers={"X-Forwarded-For": address, "User-Agent": "A browser <b>&\r".strip()})
        found = post.mails()
        assert len(found) == mails
        if found:
            assert address in text_of(found[0]) and "Program: a program" in text_of(found[0])
            assert "Program: a program" in found[0].get_body(("html",)).get_content()


def test_a_changed_password_is_told_and_a_better_hash_is_not(start, server, post):
    person = prove(Person(server), post).sign_in()
    Person(start(auth_password_memory="9M"), person.email, register=False).sign_in()
    assert post.mails() == []
    person.call("change_password", current_password=PASSWORD, password="a new good password")
    assert "was changed" in post.mails()[0]["Subject"]


def test_mails_come_in_the_language_of_the_account(server, post):
    person = Person(server).sign_in()
    assert person.table("POST", "/preferences", json={"name": "language", "value": "de-AT"}).status_code == 201
    server.post("/rpc/request_password_reset", json={"email": person.email})
    mail, = post.mails()
    assert "Passwort" in mail["Subject"] and "/account/reset?token=" in text_of(mail)


def test_nothing_is_sent_to_who_has_gone(server, post, accounts):
    person = Person(server).sign_in()
    server.post("/rpc/request_password_reset", json={"email": person.email})
    assert person.call("delete_account", current_password=PASSWORD).status_code == 204
    assert post.mails() == []
    assert accounts.value("SELECT count(*) FROM auth_private.outbox WHERE user_id = %s", person.id) == 0


def test_the_links_lead_to_the_site_whatever_host_was_asked(server, post):
    person = Person(server)
    server.post("/rpc/request_password_reset", json={"email": person.email},
                headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    mail, = post.mails()
    assert link_of(mail) and "evil" not in mail.as_string()


@pytest.mark.parametrize("address", ["x\r\nBcc: y@example.com", "x%0aBcc:y@example.com", "x@example.com\nSubject: y",
                                     "<x@example.com>, y@example.com",
                                     "x@example.com,y@example.com", "x@example.com y@example.com", '"x\n"@example.com',
                                     "x@exa\tmple.com"])
def test_no_address_makes_a_header(server, post, address):
    for endpoint in ("register_user", "request_password_reset", "resend_activation"):
        server.post(f"/rpc/{endpoint}", json={"email": address, "password": PASSWORD})
    for mail in post.mails():
        assert mail["Bcc"] is None and mail["Subject"].count("\n") == 0 and len(mail.get_all("To")) == 1


# Landing pages.

FORM = re.compile(r'<form method="post" action="([^"]*)">\s*<input type="hidden" name="token" value="([^"]*)">')


def test_the_pages_work_without_a_script_and_opening_them_uses_nothing_up(active, post):
    person = Person(active)
    link = link_of(post.mails()[0])
    for _ in range(2):
        page = active.get(link)
        assert page.status_code == 200 and page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert page.headers["Referrer-Policy"] == "no-referrer" and page.headers["Cache-Control"] == "no-store"
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "<script" not in page.text
        digest = hashlib.sha256(re.search("<style>(.*)</style>", page.text)[1].encode()).digest()
        assert f"style-src 'sha256-{base64.b64encode(digest).decode()}'" in policy and "style=" not in page.text
        assert "<a " not in page.text  # no way back unless auth-return-url says where
    action, token = map(html.unescape, FORM.search(page.text).groups())
    # A browser sends "null" from a page that tells nobody where it is.
    done = active.post(action, data={"token": token}, headers={"Origin": "null"})
    assert done.status_code == 200 and "is confirmed" in done.text and "<form" not in done.text
    assert "was confirmed before" in active.post(action, data={"token": token}).text
    person.sign_in()


def test_the_page_for_a_new_password_asks_again_when_one_is_refused(server, post):
    person = Person(server)
    server.post("/rpc/request_password_reset", json={"email": person.email})
    page = server.get(link_of(post.mails()[0]))
    assert '<label for="password">' in page.text
    action, token = map(html.unescape, FORM.search(page.text).groups())
    refused = server.post(action, data={"token": token, "password": "short"})
    assert refused.status_code == 400 and 'role="alert"' in refused.text and FORM.search(refused.text)[2] == token
    assert server.post(action, data={"token": token, "password": "a new good password"}).status_code == 200
    Person(server, person.email, "a new good password", register=False).sign_in()


@pytest.mark.parametrize("asked, language, title", [(None, "en", "Choose a new password"),
                                                    ("de-AT, en;q=0.5", "de", "Wählen Sie ein neues Passwort"),
                                                    ("en, de", "en", "Choose a new password"),
                                                    ("fr, *", "en", "Choose a new password")])
def test_a_page_is_in_the_readers_language(server, asked, language, title):
    page = server.get("/account/reset?token=x", headers={"Accept-Language": asked})
    assert page.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in page.text and f"<h1>{title}</h1>" in page.text
    used = server.post("/account/activate", data={"token": "x"}, headers={"Accept-Language": asked})
    assert used.status_code == 401 and ("The link has been used" in used.text) == (language == "en")


def test_a_host_has_pages_of_its_own(serve, cluster, request, tmp_path):
    (tmp_path / "en").mkdir()
    own = tmp_path / "en" / "page-reset.html"
    own.write_text(
        "<!DOCTYPE html>\n<title>Ours</title>\n<style>p{color:red}</style>\n{{#form}}<p>{{action}}</p>{{/form}}\n")
    database = cluster.create("own_pages")
    migrate(database)
    server = serve(environment=settings_of(database, mail_templates=tmp_path), uri=database.uri)
    page = server.get("/account/reset?token=x")
    assert "<title>Ours</title>" in page.text and "<p>/account/reset</p>" in page.text
    digest = base64.b64encode(hashlib.sha256(b"p{color:red}").digest()).decode()
    assert f"'sha256-{digest}'" in page.headers["Content-Security-Policy"]
    assert "Confirm your e-mail address" in server.get("/account/activate?token=x").text
    # Whoever has a link must not be kept out by a placeholder that there is not.
    own.write_text("{{nothing}}")
    assert "Choose a new password" in server.get("/account/reset?token=x").text


@pytest.mark.parametrize("token", ['"><script>alert(1)</script>', "'", "a&b", "%00", "x" * 3000])
def test_what_is_in_a_link_cannot_become_markup(server, token):
    page = server.get("/account/reset", params={"token": token})
    assert page.status_code in (200, 400) and "<script" not in page.text
    assert server.post("/account/reset", data={"token": token, "password": PASSWORD}).status_code in (400, 401)


# The mailer.

def queue(accounts, count, prefix="q"):
    accounts.run("INSERT INTO auth.users (email) SELECT %s || n || '@example.com' FROM generate_series(1, %s) AS n",
                 prefix, count)
    accounts.run("SELECT auth_private.mail(id, 'password-changed', NULL, email) FROM auth.users WHERE email LIKE %s",
                 prefix + "%")


class Inbox:
    """An SMTP server that remembers whom it has taken a mail for."""

    def __init__(self, port=None, data=None):
        self.taken = collections.Counter()
        self.tried = collections.Counter()
        self.data = data or (lambda recipient, times: "250 OK")
        self.controller = Controller(self, hostname="127.0.0.1", port=port or free_port())
        self.controller.start()

    async def handle_DATA(self, server, session, envelope):
        recipient = envelope.rcpt_tos[0]
        self.tried[recipient] += 1
        answer = self.data(recipient, self.tried[recipient])
        if answer is None:
            server.transport.abort()
            return "421 gone"
        if answer.startswith("250"):
            self.taken[recipient] += 1
        return answer

    @property
    def port(self):
        return self.controller.port

    def stop(self):
        self.controller.stop()


def daemon(post, tmp_path, **more):
    surroundings = {name: value for name, value in os.environ.items()
                    if not name.startswith(("PGRST_", "ROWGATE_", "PG"))}
    surroundings |= {"ROWGATE_" + name.upper(): str(value) for name, value in post.settings(**more).items()}
    directory = tmp_path / f"daemon{time.monotonic_ns()}"
    directory.mkdir()
    return Process([BUILD / "rowgate", "mail"], directory, surroundings)


def left(accounts):
    return accounts.value("SELECT count(*) FROM auth_private.outbox WHERE done_at IS NULL")


def test_two_daemons_send_every_mail_once(accounts, post, tmp_path):
    count = 5000 if LONG else 200
    inbox = Inbox()
    daemons = [daemon(post, tmp_path, mail_transport=f"smtp://127.0.0.1:{inbox.port}", mail_tls="none")
               for _ in range(2)]
    try:
        queue(accounts, count, "two")
        wait_until(lambda: left(accounts) == 0, 600, "all is sent")
        assert set(inbox.taken.values()) == {1} and len(inbox.taken) == count
        # They sleep, and hear of the next one at once.
        began = time.monotonic()
        accounts.run("SELECT auth_private.mail(id, 'password-changed', NULL, 'later@example.com') FROM auth.users "
                     "LIMIT 1")
        wait_until(lambda: inbox.taken["later@example.com"], 20, "the mail is there")
        assert time.monotonic() - began < 20
    finally:
        assert [each.stop() for each in daemons] == [0, 0]
        inbox.stop()


def test_a_daemon_that_cannot_send_says_so_at_the_default_log_level(accounts, post, tmp_path):
    inbox = Inbox()
    settings = {"mail_transport": f"smtp://127.0.0.1:{inbox.port}", "mail_tls": "none", "log_level": "error"}
    inbox.stop()
    running = daemon(post, tmp_path, **settings)
    try:
        queue(accounts, 5, "silent")
        wait_until(lambda: "was not taken yet" in running.log, 20, "it complains")
        wait_until(lambda: accounts.value("SELECT count(*) FROM auth_private.outbox WHERE done_at IS NULL AND "
                                          "due_at > now()") >= 5, 20, "all were tried")
        # That mails wait is said once an hour, not for each of them.
        assert running.log.count("was not taken yet") == 1
        assert f"Mails leave by smtp://127.0.0.1:{inbox.port}" in running.log
    finally:
        running.stop()
        accounts.run("DELETE FROM auth_private.outbox WHERE done_at IS NULL")


def test_an_idle_daemon_uses_no_time(accounts, post, tmp_path):
    running = daemon(post, tmp_path)
    try:
        queue(accounts, 1, "idle")
        wait_until(lambda: left(accounts) == 0, 20, "all is sent")
        used = lambda: sum(map(int,
                               pathlib.Path(f"/proc/{running.popen.pid}/stat").read_text().rpartition(
                                   ")")[2].split()[11:13]))
        before = used()
        time.sleep(2)
        # In hundredths of a second.
        assert used() - before <= 2
    finally:
        running.stop()


def test_daemons_that_are_killed_lose_nothing(accounts, post, tmp_path):
    inbox = Inbox()
    settings = {"mail_transport": f"smtp://127.0.0.1:{inbox.port}", "mail_tls": "none"}
    queue(accounts, 60, "killed")
    running = daemon(post, tmp_path, **settings)
    for limit in (10, 25, 40):
        wait_until(lambda: len(inbox.taken) >= limit, 60, "some are sent")
        running.send(signal.SIGKILL)
        running.popen.wait()
        # As if the time for which it had borrowed the mail were over.
        accounts.run("UPDATE auth_private.outbox SET due_at = now() WHERE done_at IS NULL")
        running = daemon(post, tmp_path, **settings)
    wait_until(lambda: left(accounts) == 0, 60, "all is sent")
    running.stop()
    inbox.stop()
    assert len(inbox.taken) == 60 and sum(inbox.taken.values()) <= 63


def test_what_a_mail_server_can_say(accounts, post):
    """Greylisting and dying after DATA are tried again, a refusal for good is parked; nothing of it reaches a
    client."""
    def answer(recipient, times):
        kind = recipient.partition("@")[0]
        return {"grey": "451 later" if times == 1 else "250 OK", "refused": "550 no such user",
                "dies": None if times == 1 else "250 OK"}[kind]
    inbox = Inbox(data=answer)
    settings = {"mail_transport": f"smtp://127.0.0.1:{inbox.port}", "mail_tls": "none"}
    for name in ("grey", "refused", "dies"):
        accounts.run("INSERT INTO auth.users (email) VALUES (%s)", f"{name}@example.com")
        accounts.run("SELECT auth_private.mail(id, 'password-changed', NULL, email) FROM auth.users WHERE email = %s",
                     f"{name}@example.com")
    said = post.once(status=75, log_level="warn", **settings)
    assert "451" in said and "550" in said
    assert accounts.run("SELECT address, done_at IS NULL, sent FROM auth_private.outbox WHERE address IN "
                        "('grey@example.com', 'refused@example.com', 'dies@example.com') ORDER BY id") == [
        ("grey@example.com", True, False), ("refused@example.com", False, False), ("dies@example.com", True, False)]
    accounts.run("UPDATE auth_private.outbox SET due_at = now() WHERE done_at IS NULL")
    post.once(**settings)
    inbox.stop()
    assert inbox.taken == {"grey@example.com": 1, "dies@example.com": 1}
    status = rowgate("mail", "--status", **post.settings())
    assert status.returncode == 0 and "waiting 0\n" in status.stdout and re.search(r"given up [1-9]", status.stdout)


def test_each_try_has_a_token_of_its_own_and_waits_longer(server, accounts, post):
    person = Person(server)
    server.post("/rpc/request_password_reset", json={"email": person.email})
    inbox = Inbox(data=lambda recipient, times: "451 later")
    hashes, waits = [], []
    for _ in range(4):
        post.once(status=75, mail_transport=f"smtp://127.0.0.1:{inbox.port}", mail_tls="none")
        hashes.append(accounts.value("SELECT token_hash FROM auth_private.purpose_tokens WHERE user_id = %s",
                                     person.id).tobytes())
        waits.append(accounts.value("SELECT extract(epoch FROM due_at - now())::int FROM auth_private.outbox WHERE "
                                    "done_at IS NULL"))
        accounts.run("UPDATE auth_private.outbox SET due_at = now() WHERE done_at IS NULL")
    inbox.stop()
    assert len(set(hashes)) == 4 and waits == sorted(waits) and waits[3] > 4 * waits[0]
    assert server.post("/rpc/reset_password",
                       json={"token": token_of(post.mails()[0]), "password": "a new good password"}).status_code == 204


def test_database_daemon_and_mail_server_restarted_in_every_order(tmp_path):
    cluster = Cluster()
    cluster.start()
    database = cluster.create("restarts")
    migrate(database)
    # Of a test's cluster; one that is used waits for the disk.
    database.run("ALTER DATABASE restarts SET synchronous_commit = on")
    post = Postman(database, tmp_path)
    port = free_port()
    settings = {"mail_transport": f"smtp://127.0.0.1:{port}", "mail_tls": "none", "mail_timeout": "2"}
    inbox = Inbox(port)
    taken = inbox.taken
    running = daemon(post, tmp_path, **settings)
    try:
        for number, order in enumerate(("dms", "dsm", "mds", "msd", "sdm", "smd")):
            for what in order:
                queue(database, 3, f"{number}{what}")
                if what == "d":
                    cluster.process.stop(signal.SIGQUIT)
                    cluster.start()
                elif what == "m":
                    running.stop()
                    running = daemon(post, tmp_path, **settings)
                else:
                    inbox.stop()
                    inbox = Inbox(port)
                    inbox.taken = taken
            # Nobody waits for the back-off here.
            def all_sent():
                database.run("UPDATE auth_private.outbox SET due_at = now() WHERE done_at IS NULL AND due_at > now() + "
                             "interval '12 seconds' AND due_at < now() + interval '59 seconds'")
                database.run("NOTIFY rowgate_mail")
                return left(database) == 0
            wait_until(all_sent, 120, "all is sent")
        assert len(taken) == 54
    finally:
        running.stop()
        inbox.stop()
        cluster.remove()


def test_sendmail_gets_the_mail(accounts, post, tmp_path):
    place = tmp_path / "sent"
    program = tmp_path / "sendmail"
    program.write_text(f'#!/bin/sh\necho "$@" >>{place}\ncat >>{place}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    queue(accounts, 1, "sendmail")
    post.once(mail_transport=f"sendmail:{program}")
    arguments, _, mail = place.read_bytes().partition(b"\n")
    mail = email.message_from_bytes(mail, policy=email.policy.default)
    assert arguments.endswith(b"-- sendmail1@example.com") and mail["To"] == "sendmail1@example.com"
    assert mail["Subject"] == "Your password at shop.example was changed"


@pytest.mark.parametrize("more, wording", [({"mail_from": ""}, "mail-from"), ({"auth_site_url": ""}, "auth-site-url"),
                                           ({"mail_transport": "pigeon"}, "mail-transport")])
def test_a_setting_that_is_missing_is_named(post, more, wording):
    refused = rowgate("mail", "--once", **post.settings(**more))
    assert refused.returncode == 1 and wording in refused.stderr


def test_without_the_database_once_says_later(post, tmp_path):
    assert rowgate("mail", "--once", **post.settings(db_uri=f"host={tmp_path}")).returncode == 75


def test_exercise_4_advanced_authentication(active, post):
    """Sessions in the database, an activity log, preferences, activation by mail."""
    person = Person(active)
    assert active.post("/rpc/activate_account", json={"token": token_of(post.mails()[0])}).status_code == 204
    person.sign_in()
    assert [row["current"] for row in active.get("/rpc/sessions", token=person.token).json()] == [True]
    assert person.table("GET", "/sessions?select=user_id").json() == [{"user_id": person.id}]
    assert ([row["action"] for row in person.table("GET", "/activity_log?select=action&order=id").json()]
            == ["register", "activate_account", "login"])
    assert person.table("POST", "/preferences", json={"name": "theme", "value": {"dark": True}}).status_code == 201
    assert person.table("GET", "/preferences?select=name,value").json() == [{"name": "theme", "value": {"dark": True}}]
    sid = active.get("/rpc/sessions", token=person.token).json()[0]["id"]
    assert person.call("revoke_session", id=sid).status_code == 204
    assert active.get("/rpc/current_user", token=person.token).status_code == 401
