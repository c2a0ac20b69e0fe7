"""Keys that sign are rotated with overlap: the first of the set signs, each verifies, /.well-known/jwks.json shows what
is public.

SPDX-License-Identifier: MIT
"""
import base64
import json
import os
import signal

import pytest

from harness.accounts import Person, migrate, rowgate, settings_of
from harness.process import SANITIZED, wait_until
from harness.server import FRONTS, Server, workers_of


def key(kid, alg="EdDSA"):
    made = rowgate("keygen", "--alg", alg, "--kid", kid)
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)


def public(jwk):
    return {name: value for name, value in jwk.items() if name != "d"}


def shown(*keys):
    return [public(jwk) for jwk in keys if jwk["kty"] != "oct"]


def setting(name, *keys):
    value = json.dumps({"keys": keys}).replace('"', '\\"')
    return f'{name} = "{value}"\n'


ACCOUNTS = 'auth-enabled = "true"\n'


class Rotating:
    """A server whose configuration file is written anew."""

    def __init__(self, database, *keys, **settings):
        self.fixed = f'db-uri = "{database.cluster.uri(database.name, "authenticator")}"\ndb-anon-role = "web_anon"\n'
        self.server = Server(config=self.fixed + ACCOUNTS + setting("jwt-secret", *keys),
                             environment=settings_of(database, **settings)).wait_ready()

    def workers(self):
        return set(workers_of(self.server))

    def turn(self, lines):
        before = self.workers()
        (self.server.directory / "config").write_text(self.fixed + lines)
        self.server.process.send(signal.SIGUSR2)
        wait_until(lambda: not before & self.workers(), 20, "all workers are replaced")


@pytest.fixture(scope="module")
def accounts(database):
    migrate(database)
    return database


@pytest.fixture
def rotating(accounts):
    started = []

    def start(*keys, **settings):
        started.append(Rotating(accounts, *keys, **settings))
        return started[-1]
    yield start
    for each in started:
        each.server.stop()


def kid_of(token):
    part = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["kid"]


def good(person, token):
    """What the account workers and the API say of a token; they must agree."""
    statuses = [person.server.get("/rpc/current_user", token=token).status_code,
                person.server.get("/users", token=token, headers={"Accept-Profile": "auth"}).status_code]
    assert statuses[0] == statuses[1]
    return statuses[0] == 200


@pytest.mark.parametrize("old_alg, new_alg", [("HS256", "EdDSA"), ("EdDSA", "EdDSA"), ("EdDSA", "HS512")])
def test_a_key_is_rotated_and_nobody_is_signed_out(rotating, old_alg, new_alg):
    old, new = key("old", old_alg), key("new", new_alg)
    site = rotating(old)
    early, late = Person(site.server).sign_in(), Person(site.server).sign_in()
    first, kept = early.token, late.login["refresh_token"]
    assert kid_of(first) == "old"

    # The new key signs, the old one still counts.
    site.turn(setting("jwt-secret", new, old))
    assert site.server.get("/.well-known/jwks.json").json() == {"keys": shown(new, old)}
    assert good(early, first)
    refreshed = early.refresh()
    assert refreshed.status_code == 200 and kid_of(refreshed.json()["token"]) == "new"
    early.take(refreshed.json())
    assert good(early, early.token) and good(early, first)

    # Without the old key, what it made is worth nothing.
    site.turn(setting("jwt-secret", new))
    assert site.server.get("/.well-known/jwks.json").json() == {"keys": shown(new)}
    assert good(early, early.token) and not good(early, first)
    assert early.refresh().status_code == 200
    assert not good(late, late.token) and late.refresh(kept).status_code == 401
    # A refresh token nobody made is no theft: the session is still there.
    site.turn(setting("jwt-secret", new, old))
    assert late.refresh(kept).status_code == 200


def test_the_api_verifies_ahead_of_the_first_signature(rotating):
    """Where several machines reload one after the other, the new key is listed behind the old one first."""
    old, new = key("old"), key("new")
    site = rotating(old, new)
    person = Person(site.server).sign_in()
    assert kid_of(person.token) == "old" and site.server.get("/.well-known/jwks.json").json() == {
        "keys": shown(old, new)}
    site.turn(setting("jwt-secret", new, old))
    ahead = Person(site.server).sign_in()
    site.turn(setting("jwt-secret", old, new))
    assert good(ahead, ahead.token) and good(person, person.token)
    assert ahead.refresh().status_code == 200


def test_only_the_accounts_can_sign(rotating):
    """auth-signing-key has the private part; jwt-secret, which the API reads, needs the public one only."""
    private = key("mine")
    site = rotating(private)
    site.turn(setting("auth-signing-key", private) + setting("jwt-secret", public(private)))
    person = Person(site.server).sign_in()
    assert kid_of(person.token) == "mine" and good(person, person.token)
    assert site.server.get("/.well-known/jwks.json").json()["keys"][0] == public(private)


def test_a_reload_that_cannot_sign_changes_nothing(rotating):
    """A set whose first key has no private part."""
    private = key("mine")
    site = rotating(private)
    (site.server.directory / "config").write_text(site.fixed + setting("jwt-secret", public(private)))
    site.server.process.send(signal.SIGUSR2)
    wait_until(lambda: "the first key cannot sign tokens" in site.server.process.log, 10, "told so")
    person = Person(site.server).sign_in()
    assert good(person, person.token)


def test_accounts_that_are_turned_off_say_so_until_the_next_start(rotating):
    mine = key("mine")
    site = rotating(mine, auth_enabled=None)
    person = Person(site.server).sign_in()
    site.turn(setting("jwt-secret", mine))
    for answer in (site.server.get("/.well-known/jwks.json"), person.ask("login", email=person.email, password="x")):
        assert answer.status_code == 503 and answer.json()["code"] == "RGA10", answer.text
    site.turn(ACCOUNTS + setting("jwt-secret", mine))
    assert good(person, person.token) and person.refresh().status_code == 200
    assert "ended with" not in site.server.process.log


def test_an_upgrade_without_accounts_leaves_no_account_worker(rotating):
    def account_workers():
        return [pid for pid in site.workers() if os.getpriority(os.PRIO_PROCESS, int(pid)) > 0]

    mine = key("mine")
    site = rotating(mine, auth_enabled=None)
    assert account_workers()
    (site.server.directory / "config").write_text(site.fixed + setting("jwt-secret", mine))
    before = site.workers()
    for master in site.server.process.children("rowgate"):
        os.kill(int(master), signal.SIGHUP)
    wait_until(lambda: site.workers() and not before & site.workers(), 20, "all workers are replaced")
    assert not account_workers()


@pytest.mark.parametrize("front", FRONTS)
def test_the_public_keys_are_for_everybody(accounts, front):
    mine, secret = key("mine"), key("hidden", "HS256")
    server = Server(front=front, uri=accounts.cluster.uri(accounts.name, "authenticator"), db_anon_role="web_anon",
                    jwt_secret=json.dumps({"keys": [mine, secret]}), environment=settings_of(accounts)).wait_ready()
    answer = server.get("/.well-known/jwks.json")
    assert answer.json() == {"keys": [public(mine)]} and mine["d"] not in answer.text
    assert (answer.headers["Content-Type"] == "application/jwk-set+json"
            and "no-store" not in answer.headers.get("Cache-Control", ""))
    assert server.post("/.well-known/jwks.json").status_code == 405
    server.stop()


def holds(pid, *needles):
    """Which of them is somewhere in the memory that the process has written."""
    found = set()
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            begin, end = (int(part, 16) for part in span.split("-"))
            if rights.startswith("rw"):
                memory.seek(begin)
                part = memory.read(end - begin)
                found |= {needle for needle in needles if needle in part}
    return found


def workers_by_kind(server):
    """(those of the API, those of accounts, which have a lower priority)"""
    lower = {pid: os.getpriority(os.PRIO_PROCESS, pid) > 0 for pid in workers_of(server)}
    return {pid for pid in lower if not lower[pid]}, {pid for pid in lower if lower[pid]}


# AddressSanitizer forbids the search that wipes; and only root looks into processes of ours. A test that is not
# defined is missed by nobody: see report.py.
if os.geteuid() == 0 and not SANITIZED:
    @pytest.mark.parametrize("where", ["auth-signing-key", "jwt-secret", "jwt-secret in base64"])
    def test_api_workers_have_nothing_left_to_sign_with(rotating, where):
        """The master reads the configuration; of the private part of any key no copy is left to a worker of the API."""
        before, mine = key("before"), key("mine")
        rsa = {"kty": "RSA", "n": "x", "e": "AQAB", "d": "y" * 43, "use": "enc"}
        site = rotating(before)
        encoded = base64.b64encode(json.dumps({"keys": [mine, before, rsa]}).encode()).decode()
        site.turn({
            "auth-signing-key":
                setting("auth-signing-key", mine, before, rsa) + setting("jwt-secret", public(mine), public(before)),
            "jwt-secret": setting("jwt-secret", mine, before, rsa),
            "jwt-secret in base64": f'jwt-secret = "{encoded}"\njwt-secret-is-base64 = true\n',
        }[where])
        person = Person(site.server).sign_in()
        assert kid_of(person.token) == "mine" and good(person, person.token)
        seed = base64.urlsafe_b64decode(mine["d"] + "=")
        secrets = [seed, *(each["d"].encode() for each in (mine, before, rsa))]
        api, accounts = workers_by_kind(site.server)
        assert accounts and api
        assert all(seed in holds(pid, *secrets) for pid in accounts)
        assert {pid: holds(pid, *secrets) for pid in api} == {pid: set() for pid in api}
