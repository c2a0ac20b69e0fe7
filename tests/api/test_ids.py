"""Every item of PARITY chapters 1.1 to 1.9 has a case: its id begins the name of one, or stands in the name of a test.

SPDX-License-Identifier: MIT
"""
import pathlib
import re

import pytest

# Chapter: letter of its ids and how many there are.
CHAPTERS = {"1.1": ("R", 7), "1.2": ("U", 20), "1.3": ("E", 13), "1.4": ("W", 12), "1.5": ("F", 10), "1.6": ("P", 10), "1.7": ("M", 5),
            "1.8": ("H", 8), "1.9": ("T", 7)}
FURTHER = {"E3a", "E3b"}
ID = r"[RUEWFPMHT]\d+[ab]?"


@pytest.fixture(scope="module")
def named():
    """Ids in front of the names of cases, and in the names of tests."""
    text = "\n".join(path.read_text() for path in pathlib.Path(__file__).parent.glob("test_*.py"))
    of_tests = " ".join(re.findall(r"^def (test_\w+)", text, re.M)).replace("_", " ")
    return set(re.findall(rf'\("({ID}) ', text)) | set(re.findall(rf"\b{ID}\b", of_tests))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_id_has_a_case(named, chapter):
    letter, count = CHAPTERS[chapter]
    wanted = {f"{letter}{number}" for number in range(1, count + 1)} | {further for further in FURTHER if further[0] == letter}
    assert not wanted - named
