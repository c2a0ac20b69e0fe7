"""What the host says of passwords, where rowgate was built --with-libpwquality, and that nothing is said where it was
not.

SPDX-License-Identifier: MIT
"""
import subprocess

import pytest

from harness.accounts import Person, migrate, settings_of
from harness.process import BUILD

GOOD = "seven-of-Nine borrows 9 lamps"
BUILT_WITH = "libpwquality" in subprocess.run(["ldd", BUILD / "rowgate"], capture_output=True, text=True,
                                              check=True).stdout
# What pwquality.conf(5) refuses by itself, and a word of the library's for it.
WEAK = {"lamplighter": "dictionary", "kayak noon kayak": "palindrome", "somebody's own": "user name",
        "cdefghijklmn": "simplistic"}


@pytest.fixture(scope="module")
def server(database, serve):
    migrate(database)
    return serve(environment=settings_of(database))


@pytest.mark.parametrize("password", WEAK)
def test_what_the_library_refuses(server, password):
    person = Person(server, email="somebody@example.com", register=False)
    answer = person.ask("register_user", email=person.email, password=password)
    if BUILT_WITH:
        assert (answer.status_code == 400 and answer.json()["code"] == "RGA03"
                and answer.json()["message"] == "The password is too weak")
        assert WEAK[password] in answer.json()["hint"], answer.json()
    else:
        assert answer.status_code in (200, 409)  # each is for the same address


def test_a_change_is_asked_about_too(server):
    person = Person(server, password=GOOD).sign_in()
    answer = person.call("change_password", current_password=GOOD, password="lamplighter")
    assert answer.status_code == (400 if BUILT_WITH else 204)
    assert person.try_to_sign_in().status_code == (200 if BUILT_WITH else 401)
