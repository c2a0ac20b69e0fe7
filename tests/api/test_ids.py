"""The facts of PARITY.md and the tests point to each other: what a test is named by is defined there, and every fact
there is held by a test that is named by it.

An id begins the name of a case or stands in the name of a test. Those of tokens (J) may also stand in a comment: many
tests of test_auth.py hold several. Codes of errors and keys of the configuration are compared as well.

SPDX-License-Identifier: MIT
"""
import ast
import pathlib
import re

import pytest

from harness.accounts import rowgate

HERE = pathlib.Path(__file__).parent
CONTRACT = (HERE / "PARITY.md").read_text()
SOURCES = {path: path.read_text() for path in sorted(HERE.glob("test_*.py")) if path.name != "test_ids.py"}
ID = r"[A-Z]\d{1,2}[ab]?"
CODE = r"PGRST(?:\d{3}|X00)"


def section(number):
    return re.search(rf"^## {re.escape(number)} .*?(?=^## |\Z)", CONTRACT, re.M | re.S)[0]


DEFINED = re.findall(rf"^- \*\*({ID})\*\* ", CONTRACT, re.M)
SECTIONS = re.findall(r"^## (\d+\.\d+) ", CONTRACT, re.M)


def names(tree):
    """What may begin with an id: texts of several words, first arguments of calls, and the words of tests' names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield from (word.upper() if re.fullmatch(ID.lower(), word) else word for word in node.name.split("_")[1:])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0],
            ast.Constant) and isinstance(node.args[0].value, str):
            yield node.args[0].value


@pytest.fixture(scope="module")
def named():
    """Ids in names, each with the file that has it."""
    found = {}
    for path, text in SOURCES.items():
        for name in names(ast.parse(text)):
            if start := re.match(rf"({ID}|1\.\d+)(?= |$)", name):
                found.setdefault(start[1], path.name)
    return found


def test_the_sections_of_the_contract_are_in_order():
    assert SECTIONS == [f"1.{number}" for number in range(1, 15)]


def test_every_fact_is_defined_once():
    assert len(DEFINED) == len(set(DEFINED)) > 100


def test_every_id_of_a_test_is_defined(named):
    assert not {start: file for start, file in named.items() if start not in {*DEFINED, *SECTIONS}}


@pytest.mark.parametrize("number", SECTIONS)
def test_every_fact_is_held_by_a_test(named, number):
    facts = set(re.findall(rf"^- \*\*({ID})\*\* ", section(number), re.M))
    in_comments = set(re.findall(rf"\b{ID}\b", " ".join(re.findall(r"^ *# (.*)", "\n".join(SOURCES.values()), re.M))))
    missing = facts - set(named) - {each for each in in_comments if each[0] == "J"}
    assert not missing


def test_every_code_of_a_test_is_defined():
    undefined = set(re.findall(CODE, "\n".join(SOURCES.values()))) - set(re.findall(rf"^\| `({CODE})` ",
        section("1.11"), re.M))
    assert not undefined


def test_every_key_is_listed():
    keys = set(re.findall(r"^([a-z0-9-]+) = ", rowgate("--dump-config", db_config=False).stdout, re.M))
    assert set(re.findall(r"^\| `([a-z0-9-]+)`", section("1.12"), re.M)) == keys
