"""deploy/docs/security.md: every row of the chapters of ASVS 5.0 that concern us is there once, and names tests that
exist or says why not; keys, roles and endpoints that are named exist.

SPDX-License-Identifier: MIT
"""
import pathlib
import re

import pytest

from harness.accounts import rowgate

TOP = pathlib.Path(__file__).resolve().parents[2]
TEXT = (TOP / "deploy/docs/security.md").read_text()
# How many rows each section has, in the order of its sections.
CHAPTERS = {4: (5, 5, 2, 4), 6: (3, 12, 8, 6, 8, 4, 2, 4), 7: (3, 4, 2, 5, 3, 2), 8: (4, 4, 3, 2), 9: (3, 4)}
WANTED = [f"{chapter}.{section}.{row}" for chapter, sections in CHAPTERS.items()
          for section, rows in enumerate(sections, 1) for row in range(1, rows + 1)]
ROWS = re.findall(r"^\| (\d\.\d\.\d+) \| (.+?) \| (.+?) \|$", TEXT, re.M)
TESTS = {name for path in (TOP / "tests/api").glob("test_*.py")
         for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)}
REASON = re.compile(r"^(?:Not held|Does not apply|Held but)\b.*: ?\S|^Nothing |^There are none|above|^the same: |"
                    r"^An admin |^A token |^A host ")


def test_every_row_is_there_once():
    assert [row for row, _, _ in ROWS] == WANTED


@pytest.mark.parametrize("row, held", [(row, held) for row, _, held in ROWS], ids=WANTED[:len(ROWS)])
def test_a_row_names_tests_that_exist_or_says_why_not(row, held):
    named = re.findall(r"`(test_\w+|tests/[\w./]+)`", held)
    assert not [name for name in named
                if name not in TESTS and not ("/" in name and (TOP / name).is_file())]
    assert named or REASON.search(held), held


def test_keys_and_endpoints_that_it_names_exist():
    keys = set(re.findall(r"^([a-z0-9-]+) = ", rowgate("--example").stdout.replace("# ", ""), re.M))
    named = set(re.findall(r"`((?:auth|jwt|db|mail)-[a-z-]+)`", TEXT))
    assert len(named) > 20 and not named - keys
    endpoints = (TOP / "lib/account/endpoints.c").read_text()
    assert not [path for path in re.findall(r"`(/(?:rpc|account)/\w+)`", TEXT) if f'"{path}"' not in endpoints]


def test_the_rest_is_there():
    headings = set(re.findall(r"^## (.+)$", TEXT, re.M))
    assert {"Reporting", "Who holds which key", "Which database role may read what", "Passwords", "Sessions",
            "ASVS 5.0"} <= headings
    sql = (TOP / "sql/account/001-schema.sql").read_text()
    for role in ("authenticator", "web_anon", "authenticated", "regular_user", "editor", "viewer", "admin_user"):
        assert f"@'{role}@" in sql and re.search(rf"^\|.*`{role}`", TEXT, re.M)
