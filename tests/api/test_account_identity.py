"""Who is one person however an address or a password is typed, how much anybody may keep, and who comes from elsewhere.

SPDX-License-Identifier: MIT
"""
import base64
import concurrent.futures
import ctypes
import hashlib
import json
import statistics
import time

import pytest

from harness.accounts import CHEAP, PASSWORD, Person, migrate, rowgate, same, settings_of
from harness.server import SECRET

SALT = b"saltsalt"
NOBODY = "nobody-has-this@example.com"


@pytest.fixture(scope="module")
def accounts(database):
    migrate(database)
    return database


@pytest.fixture(scope="module")
def start(serve, accounts):
    """A server with these settings of accounts."""
    return lambda **more: serve(environment=settings_of(accounts, **more))


@pytest.fixture(scope="module")
def server(start):
    return start(auth_limit_login=1000000)


@pytest.fixture
def run(accounts):
    """The program with the server's settings."""
    def run(*arguments, says=None, **more):
        cheap = {name.removeprefix("ROWGATE_").lower(): value for name, value in CHEAP.items()}
        return rowgate(*arguments, says=says, auth_enabled="true", jwt_secret=SECRET,
                       db_uri=accounts.cluster.uri(accounts.name, "rowgate_account"), **cheap, **more)
    return run


def signs_in(server, email, password=PASSWORD):
    return Person(server, email, password, register=False).try_to_sign_in()


def registers(server, email):
    return Person(server, register=False).ask("register_user", email=email, password=PASSWORD).status_code


# Addresses

@pytest.mark.parametrize("registered, kept, typed", [
    ("Blank@Shop.example ", "Blank@Shop.example", [
        " blank@shop.example", "\u00a0blank@shop.example\u3000", "blank@shop.example\r\n"]),
    ("MÜLLER@BÜCHER.example", "MÜLLER@bücher.example", [
        "müller@bücher.example", "mu\u0308ller@BU\u0308CHER.example", "Müller@xn--bcher-kva.example"]),
    ("full@shop.example", "full@shop.example", [
        "ｆｕｌｌ@shop.example", "ＦＵＬＬ＠ＳＨＯＰ．ＥＸＡＭＰＬＥ", "full@shop。example"]),
    ("so\u00adft@shop.example", "soft@shop.example", [
        "soft@shop.example", "soft@sh\u00adop.example", "so\u200bft@shop.example", "\ufeffsoft@shop.example",
        "s\u2060oft@shop.example", "so\u200dft@sh\u200bop.example"]),
    ("ΝΊΚΟΣ@shop.example", "ΝΊΚΟΣ@shop.example", ["νίκος@shop.example", "νίκοσ@shop.example"]),
    ("\u212aelvin@faß.example", "Kelvin@faß.example", ["kelvin@FAß.example", "kelvin@xn--fa-hia.example"]),
])
def test_one_address_in_many_spellings(server, accounts, registered, kept, typed):
    person = Person(server, registered)
    assert accounts.value("SELECT email FROM auth.users WHERE id = %s", person.id) == kept
    for email in [registered, kept, *typed]:
        answer = signs_in(server, email)
        assert answer.status_code == 200 and answer.json()["user"]["id"] == person.id, (email, answer.text)
        taken = person.ask("register_user", email=email, password=PASSWORD)
        assert (taken.status_code, taken.json()["code"]) == (409, "RGA02"), email


def test_one_address_has_one_bucket_of_tries(start):
    server = start(auth_limit_login=3)
    Person(server, "bücket@shop.example")
    tries = ["bücket@shop.example", "BÜCKET@shop.example ", "bu\u0308cket@shop.example", "bü\u00adcket@shop.example"]
    answers = [signs_in(server, email, "not the password").status_code for email in tries]
    assert answers == [401, 401, 401, 429]


@pytest.mark.parametrize("email", [
    "a＠b@shop.example", "a\u00a0b@shop.example", "＜a@shop.example＞", "\u200b@shop.example", "a@\u00ad", " "])
def test_what_folds_to_no_address(server, email):
    assert registers(server, email) == 400
    assert signs_in(server, email).status_code == 401


def older(accounts, server, email, key):
    """An account as an earlier version has left it."""
    person = Person(server)
    accounts.run(f"ALTER TABLE auth.users DISABLE TRIGGER USER;"
                 f"UPDATE auth.users SET email = '{email}' WHERE id = {person.id};"
                 f"ALTER TABLE auth.users ENABLE TRIGGER USER;"
                 f"UPDATE auth_private.credentials SET email_key = '{key}' WHERE user_id = {person.id}")
    return person.id


def key_of(accounts, number):
    return accounts.value("SELECT email_key FROM auth_private.credentials WHERE user_id = %s", number)


@pytest.mark.parametrize("command", ["migrate", "purge"])
def test_accounts_with_older_keys_are_found_and_not_taken(server, accounts, run, command):
    """ASCII's case only was folded once, and the domain was not normalized."""
    name = command[0]
    upper = older(accounts, server, f"{name}MÜLLER@shop.example", f"{name}mÜller@shop.example")
    domain = older(accounts, server, f"{name}@BÜCHER.example", f"{name}@xn--bcher-8va.example")
    emoji = older(accounts, server, f"{name}@🙂.example", f"{name}@xn--938h.example")
    # Before anything looks at them, by what they are.
    signed_in = {email: signs_in(server, email).json()["user"]["id"] for email in (
        f" {name.upper()}MÜLLER@SHOP.example", f"{name}@BÜCHER.example", f"{name}@🙂.example")}
    assert list(signed_in.values()) == [upper, domain, emoji]
    assert registers(server, f"{name}MÜLLER@shop.example") == 409
    if command == "migrate":
        migrate(accounts)
    else:
        assert run("purge").returncode == 0
    assert key_of(accounts, upper) == f"{name}müller@shop.example"
    assert key_of(accounts, domain) == f"{name}@xn--bcher-kva.example"
    signed_in = {email: signs_in(server, email).json()["user"]["id"] for email in (
        f"{name}müller@shop.example", f" {name}MÜLLER@shop.example", f"{name}@bücher.example", f"{name}@🙂.example",
        f"{name}@xn--938h.example")}
    assert list(signed_in.values()) == [upper, upper, domain, emoji, emoji]
    emails = [f"{name}müller@shop.example", f"{name}@bücher.example", f"{name}@🙂.example"]
    assert [registers(server, email) for email in emails] == [409, 409, 400]
    assert run("user", "set-role", f"{name}@🙂.example", "editor").returncode == 0


def test_two_accounts_that_fold_to_one_key_stay_two(server, accounts):
    upper = older(accounts, server, "ZWEIÄ@shop.example", "zweiÄ@shop.example")
    lower = older(accounts, server, "zweiä@shop.example", "zweiä@shop.example")
    migrate(accounts)
    emails = ["ZWEIÄ@shop.example", "zweiä@shop.example", "Zweiä@shop.example"]
    assert [signs_in(server, email).json()["user"]["id"] for email in emails] == [upper, lower, lower]


# Passwords

COMPOSED, DECOMPOSED = "caf\u00e9 \u00fcber \ufb01ne", "cafe\u0301 u\u0308ber \ufb01ne"
PLAIN = "caf\u00e9 \u00fcber fine"


def hash_of(accounts, number):
    return accounts.value("SELECT password_hash FROM auth_private.credentials WHERE user_id = %s", number)


def set_hash(accounts, person, foreign):
    accounts.run("UPDATE auth_private.credentials SET password_hash = %s WHERE user_id = %s", foreign, person.id)


def libcrypt(password, setting):
    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    return crypt(password.encode(), setting.encode()).decode()


def test_a_password_is_one_however_it_is_composed(server, accounts):
    person = Person(server, password=DECOMPOSED)
    before = hash_of(accounts, person.id)
    for spelling in (DECOMPOSED, COMPOSED, PLAIN):
        person.sign_in(password=spelling)
    assert person.try_to_sign_in(COMPOSED.upper()).status_code == 401
    assert hash_of(accounts, person.id) == before
    assert person.call("change_password", current_password=COMPOSED, password=PLAIN + "!").status_code == 204
    person.sign_in(password=DECOMPOSED + "\uff01")


def test_a_hash_of_a_password_as_it_was_typed_still_fits(server, accounts):
    person = Person(server)
    set_hash(accounts, person, libcrypt(DECOMPOSED, "$6$rounds=1000$salt"))
    assert person.try_to_sign_in(COMPOSED).status_code == 401
    person.sign_in(password=DECOMPOSED)
    # From now on it is the same for every keyboard.
    person.sign_in(password=COMPOSED)


# Quotas

def test_preferences_have_a_ceiling(server, accounts):
    person, other = Person(server).sign_in(), Person(server).sign_in()
    rows = [{"name": f"p{number}", "value": number} for number in range(1001)]
    refused = person.table("POST", "/preferences", json=rows)
    assert (refused.status_code, person.table("GET", "/preferences").json()) == (403, [])
    assert person.table("POST", "/preferences", json=rows[:1000]).status_code == 201
    assert person.table("POST", "/preferences", json=rows[1000]).status_code == 403
    merge = {"Prefer": "resolution=merge-duplicates"}
    assert person.table("POST", "/preferences", json=rows[:5], headers=merge).status_code == 200
    assert person.table("PATCH", "/preferences?name=eq.p1", json={"value": 7}).status_code == 204
    assert other.table("POST", "/preferences", json=rows[0]).status_code == 201
    assert person.table("DELETE", "/preferences?name=eq.p1").status_code == 204
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        many = [{"name": f"n{number}", "value": number} for number in range(8)]
        answers = list(pool.map(lambda row: person.table("POST", "/preferences", json=row).status_code, many))
    assert answers.count(201) == 1 and answers.count(403) == 7


def lines(accounts, person, action="refresh", more="success"):
    return accounts.value(
        f"SELECT count(*) FROM auth.activity_log WHERE user_id = {person.id} AND action = '{action}' AND {more}")


def test_the_oldest_session_ends_when_there_are_too_many(start, accounts):
    server = start(auth_max_sessions=3)
    person = Person(server)
    logins = [person.sign_in().login for _ in range(5)]
    alive = [server.get("/rpc/current_user", token=login["token"]).status_code for login in logins]
    assert alive == [401, 401, 200, 200, 200]
    assert person.refresh(logins[0]["refresh_token"]).status_code == 401
    assert len(server.get("/rpc/sessions", token=person.token).json()) == 3
    assert lines(accounts, person, "limit_sessions") == 2


def test_of_many_that_sign_in_at_once_the_newest_stays(start):
    server = start(auth_max_sessions=1)
    person = Person(server)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        logins = [answer.json() for answer in pool.map(lambda _: person.try_to_sign_in(), range(6))]
    alive = [server.get("/rpc/current_user", token=login["token"]).status_code for login in logins]
    assert sorted(alive) == [200] + [401] * 5


def test_tokens_of_the_command_line_count(run, accounts, server):
    person = Person(server).sign_in()
    assert run("token", "--user", person.email, auth_max_sessions=1).returncode == 0
    assert server.get("/rpc/current_user", token=person.token).status_code == 401


def test_activity_beyond_a_days_lines_is_counted(server, accounts):
    person = Person(server).sign_in()
    log = f"SELECT auth_private.log({person.id}, NULL, 'refresh', true, NULL, NULL) FROM generate_series(1, %s)"
    accounts.run(log % 1000)
    assert lines(accounts, person) == 1000
    for _ in range(3):
        person.take(person.refresh().json())
    assert lines(accounts, person) == 1001
    last = accounts.value("SELECT detail FROM auth.activity_log WHERE user_id = %s ORDER BY id DESC LIMIT 1", person.id)
    assert last == {"more": 3}
    # Failures, others and tomorrow have lines of their own.
    accounts.run(log.replace("true", "false") % 1)
    assert lines(accounts, person, more="NOT success") == 1
    accounts.run("UPDATE auth_private.activity_counts SET day = day - 1")
    accounts.run(log % 1)
    assert lines(accounts, person) == 1002


def test_strangers_of_a_network_are_counted_too(server, accounts):
    accounts.run("SELECT auth_private.log(NULL, NULL, 'login', false, '2001:db8::1', NULL)"
                 " FROM generate_series(1, 1100)")
    accounts.run("SELECT auth_private.log(NULL, NULL, 'login', false, '2001:db8::2', NULL)")
    assert accounts.value("SELECT count(*) FROM auth.activity_log WHERE ip <<= '2001:db8::/64'") == 1001


# Accounts of other systems

def base64_of(key):
    return base64.b64encode(key).decode()


def unpadded(key):
    return base64_of(key).rstrip("=")


def pbkdf2(digest="sha256", rounds=2000):
    return hashlib.pbkdf2_hmac(digest, PASSWORD.encode(), SALT, rounds)


def scrypt(size=64):
    return hashlib.scrypt(PASSWORD.encode(), salt=SALT, n=1024, r=8, p=1, dklen=size)


FOREIGN = {
    "django": f"pbkdf2_sha256$2000$saltsalt${base64_of(pbkdf2())}",
    "django-sha1": f"pbkdf2_sha1$2000$saltsalt${base64_of(pbkdf2('sha1'))}",
    "django-scrypt": f"scrypt$1024$saltsalt$8$1${base64_of(scrypt())}",
    "werkzeug": f"pbkdf2:sha256:2000$saltsalt${pbkdf2().hex()}",
    "werkzeug-sha512": f"pbkdf2:sha512:2000$saltsalt${pbkdf2('sha512').hex()}",
    "werkzeug-scrypt": f"scrypt:1024:8:1$saltsalt${scrypt().hex()}",
    "phc": f"$pbkdf2-sha256$i=2000${unpadded(SALT)}${unpadded(pbkdf2())}",
    "phc-scrypt": f"$scrypt$ln=10,r=8,p=1${unpadded(SALT)}${unpadded(scrypt(32))}",
    "passlib": f"$pbkdf2-sha256$2000${unpadded(SALT)}${unpadded(pbkdf2()).replace('+', '.')}",
    "sha256-crypt": libcrypt(PASSWORD, "$5$rounds=2000$saltsalt"),
    "sha256-crypt-5000": libcrypt(PASSWORD, "$5$saltsalt"),
    "md5-crypt": libcrypt(PASSWORD, "$1$saltsalt"),
    "scrypt-crypt": libcrypt(PASSWORD, "$7$8/..../....saltsalt"),
}


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_import_of_hashes_of_other_systems(run, server, accounts, tmp_path, suffix):
    rows = [{"email": f"{kind}@{suffix}.example", "password_hash": foreign} for kind, foreign in FOREIGN.items()]
    file = tmp_path / f"users.{suffix}"
    file.write_text(json.dumps(rows) if suffix == "json" else "email,password_hash\n" + "".join(
        f'{row["email"]},"{row["password_hash"]}"\n' for row in rows))
    done = run("user", "import", file)
    assert done.returncode == 0 and f"{len(rows)} accounts taken over, 0 refused" in done.stderr, done.stderr
    for row in rows:
        person = Person(server, row["email"], register=False)
        assert same(person.try_to_sign_in("not the password"), signs_in(server, NOBODY)), row
        person.sign_in()
        assert hash_of(accounts, person.id).startswith("$argon2id$"), row
        person.sign_in()


@pytest.mark.parametrize("foreign", [
    "pbkdf2_sha256$99999999$saltsalt$" + base64_of(bytes(32)),
    "pbkdf2_sha256$99999999999999999999999$saltsalt$" + base64_of(bytes(32)),
    "pbkdf2:sha256:99999999$saltsalt$" + bytes(32).hex(),
    "$pbkdf2-sha256$i=99999999$c2FsdA$" + unpadded(bytes(32)),
    "$scrypt$ln=24,r=8,p=1$c2FsdA$" + unpadded(bytes(32)),
    "$scrypt$ln=14,r=8,p=9999$c2FsdA$" + unpadded(bytes(32)),
    "scrypt:16777216:8:1$saltsalt$" + bytes(64).hex(),
    "scrypt:1000:8:1$saltsalt$" + bytes(64).hex(),
    "$7$Q6..../....saltsalt$" + "." * 43,
    "$5$rounds=999999999$saltsalt$" + "." * 43,
    "pbkdf2_sha256$2000$saltsalt$", "pbkdf2_sha256$2000$saltsalt", "$1$saltsalt$short", "$5$saltsalt$short",
    "md5$salt$" + bytes(16).hex(),
])
def test_hashes_that_are_absurd_or_broken_are_refused(run, accounts, tmp_path, foreign):
    file = tmp_path / "users.json"
    file.write_text(json.dumps([{"email": "absurd@example.com", "password_hash": foreign}]))
    done = run("user", "import", file)
    assert done.returncode == 1 and "0 accounts taken over, 1 refused" in done.stderr
    assert accounts.value("SELECT count(*) FROM auth.users WHERE email = 'absurd@example.com'") == 0


@pytest.mark.parametrize("name, text", [
    ("empty.csv", "email,password_hash\nEMAIL,\n"), ("none.csv", "email\nEMAIL\n"),
    ("null.json", '[{"email": "EMAIL", "password_hash": null}]'), ("none.json", '[{"email": "EMAIL"}]')])
def test_import_without_a_password_asks_for_one_by_mail(run, server, accounts, tmp_path, name, text):
    file, email = tmp_path / name, f"{name}@example.com"
    file.write_text(text.replace("EMAIL", email))
    done = run("user", "import", file, mail_from="shop@example.com")
    assert done.returncode == 0 and "1 accounts taken over, 0 refused, 1 asked by mail" in done.stderr, done.stderr
    number = accounts.value("SELECT id FROM auth.users WHERE email = %s", email)
    mails = accounts.run(f"SELECT template, purpose, address FROM auth_private.outbox WHERE user_id = {number}")
    assert mails == [("reset", "reset", email)]
    for password in ("", "*", "!", PASSWORD, hash_of(accounts, number)):
        assert same(signs_in(server, email, password), signs_in(server, NOBODY, password))


def test_import_without_a_password_where_there_is_no_mail(run, accounts, tmp_path):
    file = tmp_path / "users.csv"
    file.write_text("email,active\nquiet@example.com,true\ngone@example.com,false\n")
    assert run("user", "import", file).returncode == 0
    file.write_text("email,active\ngone2@example.com,false\n")
    assert run("user", "import", file, mail_from="shop@example.com").returncode == 0
    assert accounts.value("SELECT count(*) FROM auth_private.outbox WHERE address ~ '^(quiet|gone)'") == 0


def test_every_kind_of_hash_costs_the_same(server, accounts):
    """While there are hashes of others, a try costs as much for who has one as for who has ours and for nobody."""
    def foreign(setting):
        person = Person(server)
        set_hash(accounts, person, libcrypt(PASSWORD, setting))
        return person.email
    accounts.run("DELETE FROM auth_private.credentials WHERE password_hash NOT LIKE '$argon2%'")
    emails = [foreign("$6$rounds=100000$saltsalt"), foreign("$1$saltsalt"), Person(server).email, NOBODY]
    times = {email: [] for email in emails}
    for _ in range(15):
        for email in emails:
            began = time.monotonic()
            assert signs_in(server, email, "not the password").status_code == 401
            times[email].append(time.monotonic() - began)
    medians = [statistics.median(times[email]) for email in emails]
    assert max(medians) < 2 * min(medians), medians
