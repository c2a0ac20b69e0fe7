"""Passwords that anybody would try here: words of the site, and those that became known elsewhere.

SPDX-License-Identifier: MIT
"""
import hashlib
import itertools

import pytest

from harness.accounts import Person, migrate, rowgate, settings_of
from harness.process import open_directory

# Too rarely used to be on the list that is compiled in.
KNOWN = ["Grauer Himmel, 17 Gaense", "the lamp in the attic", "zwölf blaue Fässer", "correct Horse battery 2"]
SITE = {"auth_site_url": "https://www.lampenladen.example.com", "mail_from": "Kerzenhaus <post@dochtwerk.example>",
        "auth_password_words": "Blauwal, wal, Schöne Lampen"}
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def accounts(database):
    migrate(database)
    return database


@pytest.fixture(scope="module")
def server(serve, accounts):
    return serve(environment=settings_of(accounts, **SITE))


def hashes(passwords, count=":3"):
    return sorted(hashlib.sha1(password.encode()).hexdigest().upper() + count for password in passwords)


def write(path, lines, end="\r\n"):
    path.write_bytes("".join(line + end for line in lines).encode())
    return path


@pytest.fixture(scope="module")
def filled():
    """More lines than one look into a file brings."""
    return [f"a filler, number {number}" for number in range(5000)]


@pytest.fixture(scope="module")
def start(serve, accounts):
    return lambda path: serve(environment=settings_of(accounts, auth_password_breached=str(path)))


@pytest.fixture(scope="module")
def breached(start, filled):
    with open_directory() as directory:
        yield start(write(directory / "list", hashes(KNOWN + filled)))


def register(server, password, email=None):
    return server.post("/rpc/register_user", json={"email": email or f"reader{next(numbers)}@example.com",
                                                   "password": password})


def refused(answer, message):
    assert (answer.status_code, answer.json()["code"]) == (400, "RGA03"), answer.text
    assert answer.json()["message"] == message and answer.json()["hint"]


# Words.

@pytest.mark.parametrize("password", [
    "lampenladen", "Lampenladen", "LAMPENLADEN!", "lampenladen1", "lampenladen2024", "1lampenladen!", "l4mp3nl4d3n",
    "L@mpenl@den99", "lampen-laden", "l.a.m.p.e.n.l.a.d.e.n", "nedalnepmal", "lampenladenlampenladen",
    "lampenladen.example.com", "www.lampenladen.example.com", "mylampenladen", "lampenladen123456",
    "Kerzenhaus1", "dochtwerk", "D0chtwerk#1", "post@dochtwerk.example", "Blauwal77", "bl4uw4l!!", "walwal2024",
    "schönelampen", "SchöneLampen1", "SCHÖNELAMPEN",
    "ｌａｍｐｅｎladen1", "lam\u00adpenladen",
    "schöne lampen", "rowgate1", "postgres+12+", "lampenladen kerzenhaus"])
def test_words_of_the_site_are_no_password(server, password):
    refused(register(server, password), "The password is made of a word that anybody would try here")


@pytest.mark.parametrize("password", [
    "seven lamps in the lampenladen", "lampenladen und vierzig Katzen", "walnuss, 14 Stück", "kerzen hausieren",
    "www and nothing more", "an example of a lamp", "lamp laden with oil", "dochtwerker essen Brot"])
def test_a_sentence_may_speak_of_the_site(server, password):
    assert register(server, password).status_code == 200


def test_the_name_of_the_database_is_a_word_too(server, accounts):
    word = max((part for part in accounts.name.replace("-", "_").split("_")), key=len)
    assert len(word) >= 4
    refused(register(server, word + "1234"), "The password is made of a word that anybody would try here")


@pytest.mark.parametrize("password", ["marlene.dietrich1", "MarleneDietrich99", "m4rlene.dietrich", "hcirteidenelram"])
def test_the_address_with_a_trimming_is_no_password(server, password):
    refused(register(server, password, email="marlene.dietrich@example.com"), "The password is the e-mail address")


def test_every_way_of_setting_one_asks_for_the_words(server, accounts):
    person = Person(server).sign_in()
    refused(person.call("change_password", current_password=person.password, password="Lampenladen1"),
            "The password is made of a word that anybody would try here")
    made = rowgate("user", "add", "someone@example.com", says="Lampenladen1\n",
                   auth_db_uri=accounts.cluster.uri(accounts.name, "rowgate_account"), auth_enabled="true",
                   auth_listen="unix:/nowhere", jwt_secret="x" * 32, **SITE)
    assert made.returncode != 0 and "anybody would try" in made.stderr


# Breached ones.

@pytest.mark.parametrize("password", [*KNOWN, "zwo\u0308lf blaue Fa\u0308sser", "ｔｈｅ lamp in the attic"])
def test_a_breached_password_is_refused(breached, password):
    refused(register(breached, password), "The password is known from a breach elsewhere")


@pytest.mark.parametrize("password", ["The lamp in the attic", "the lamp in the attic ", "nobody has used this yet"])
def test_another_than_the_breached_one_is_taken(breached, password):
    assert register(breached, password).status_code == 200


def test_every_line_of_the_list_counts(breached, filled):
    ordered = sorted(filled, key=lambda password: hashlib.sha1(password.encode()).hexdigest())
    for password in (*ordered[:3], *ordered[2000:2003], *ordered[-3:]):
        refused(register(breached, password), "The password is known from a breach elsewhere")


def test_a_change_asks_for_breached_ones(breached):
    person = Person(breached).sign_in()
    refused(person.call("change_password", current_password=person.password, password=KNOWN[0]),
            "The password is known from a breach elsewhere")


@pytest.mark.parametrize("name, lines, end", [
    ("bare", hashes(KNOWN, ""), "\n"), ("lower", [line.lower() for line in hashes(KNOWN)], "\n"),
    ("one", hashes(KNOWN[:1]), ""), ("long", hashes(KNOWN, ":" + "9" * 12), "\r\n")])
def test_how_the_list_may_be_written(start, tmp_path, name, lines, end):
    server = start(write(tmp_path / name, lines, end))
    refused(register(server, KNOWN[0]), "The password is known from a breach elsewhere")
    assert register(server, "nobody has used this yet").status_code == 200


@pytest.mark.parametrize("content", [None, "no hashes at all\nbut lines of text\n", "0" * 39 + "\n", "x" * 5000])
def test_a_list_that_cannot_be_read_lets_nobody_through(start, tmp_path, content):
    path = tmp_path / "list"
    if content:
        path.write_text(content)
    server = start(path)
    answer = register(server, "nobody has used this yet")
    assert (answer.status_code, answer.json()["code"]) == (503, "RGA10")
    assert "auth-password-breached" in server.process.log


def test_an_empty_list_refuses_nothing(start, tmp_path):
    (tmp_path / "list").touch()
    assert register(start(tmp_path / "list"), "nobody has used this yet").status_code == 200
