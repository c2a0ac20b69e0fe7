"""How tests/run counts: whatever kept a case from running, the case failed.

SPDX-License-Identifier: MIT
"""
import subprocess
import sys

import pytest

from harness import report

MODULE = """
import pytest
NAMES = ["a", "b", "c"]
def helper(): pass
def test_one(): pass
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("more, values", [(1, 2), (3, 4)])
def test_six(name, more, values): pass
@pytest.mark.parametrize("name", helper())
def test_unknown(name): pass
"""


@pytest.fixture
def modules(tmp_path):
    """test_good.py and test_bad.py: eight cases or more in each."""
    for name in "good", "bad":
        (tmp_path / f"test_{name}.py").write_text(MODULE)
    return tmp_path


def judged(directory, *elements, paths=None):
    if elements:
        (directory / "report").write_text(f"<testsuites><testsuite>{''.join(elements)}</testsuite></testsuites>")
    return report.judge(directory / "report", paths or [str(directory)])


def ran(module, count=8, inside=""):
    return "".join(f'<testcase classname="tests.api.{module}" name="test[{number}]">{inside}</testcase>'
                   for number in range(count))


def test_all_that_ran_passed(modules):
    assert judged(modules, ran("test_good"), ran("test_bad")) == (16, 0, [])


@pytest.mark.parametrize("inside", ["<failure/>", "<error/>", "<skipped/>"])
def test_what_did_not_pass_failed(modules, inside):
    assert judged(modules, ran("test_good"), ran("test_bad", 9, inside)) == (8, 9, [])


def test_a_case_that_fails_twice_failed_once(modules):
    assert judged(modules, ran("test_good"), ran("test_bad"), ran("test_bad", 1, "<error/>")) == (15, 1, [])


def test_a_module_that_cannot_be_imported(modules):
    broken = '<testcase classname="" name="tests.api.test_bad"><error message="collection failure"/></testcase>'
    assert judged(modules, ran("test_good"), broken) == (8, 8, ["test_bad: 8 cases or more did not run: failed"])


def test_a_run_that_broke_off(modules):
    assert judged(modules, ran("test_bad", 3)) == (
        3, 13, ["test_bad: 5 cases or more did not run: failed", "test_good: 8 cases or more did not run: failed"])


@pytest.mark.parametrize("content", [None, "", "<testsuites><testsuite/></testsuites>"])
def test_no_report_or_an_empty_one(modules, content):
    if content is not None:
        (modules / "report").write_text(content)
    assert judged(modules) == (0, 16, ["no case of it ran: 16 or more failed"])


def test_a_module_that_cannot_be_read(modules):
    (modules / "test_bad.py").write_text("def test_(:")
    assert judged(modules, ran("test_good")) == (8, 1, ["test_bad: 1 cases or more did not run: failed"])


def test_single_functions(modules):
    path = f"{modules}/test_good.py::test_"
    assert judged(modules, paths=[path + "six", path + "one", path + "gone"])[:2] == (0, 8)


def test_pytest_itself_with_a_broken_module(modules):
    (modules / "test_good.py").write_text("def test_one(): pass\n")
    (modules / "test_bad.py").write_text("import a_module_that_is_not_there\n" + MODULE)
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors",
                    f"--junitxml={modules}/report", modules], capture_output=True, cwd=modules)
    assert judged(modules) == (1, 8, ["test_bad: 8 cases or more did not run: failed"])
