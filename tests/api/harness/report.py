"""What a run of pytest showed, by its JUnit report: every case that did not run failed.

A module that cannot be imported is one error in the report, and a run that breaks off has none, or an incomplete one.
How many cases a module should have had is then read from its source: at least its test functions, each as often as
the lists in the source say that it is parametrized.

Usage: python3 -I report.py REPORT PATH[::FUNCTION]...     prints "PASSED FAILED", and who did not run as errors

SPDX-License-Identifier: MIT
"""
import ast
import collections
import math
import pathlib
import sys
import xml.etree.ElementTree


def length(node, names):
    """How many values an expression surely has, 1 when only running it could tell."""
    if isinstance(node, ast.Name):
        node = names.get(node.id)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return max(1, sum(not isinstance(each, ast.Starred) for each in node.elts))
    return 1


def cases(source):
    """The test functions of a module, each with how many cases it has at least."""
    tree = ast.parse(source)
    names, found = {}, {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names[node.targets[0].id] = node.value
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]
    for node in tests:
        calls = [call for call in node.decorator_list if isinstance(call, ast.Call) and len(call.args) > 1]
        lists = [call.args[1] for call in calls if ast.unparse(call.func) == "pytest.mark.parametrize"]
        found[node.name] = math.prod(length(each, names) for each in lists)
    return found


def expected(paths):
    """By module, how many cases the arguments of pytest ask for at least."""
    found = collections.Counter()
    for path in paths:
        file, _, function = path.partition("::")
        file = pathlib.Path(file)
        for module in sorted(file.glob("test_*.py")) if file.is_dir() else [file]:
            try:
                counts = cases(module.read_text())
            except (OSError, SyntaxError):
                counts = {}
            found[module.stem] += max(1, counts.get(function, 1) if function else sum(counts.values()))
    return found


def outcomes(report):
    """By module, which cases ran and whether they passed."""
    found = collections.defaultdict(dict)
    try:
        elements = list(xml.etree.ElementTree.parse(report).iter("testcase"))
    except (OSError, xml.etree.ElementTree.ParseError):
        elements = []
    for element in elements:
        words = (element.get("classname") or "").split(".")
        module = next((word for word in words if word.startswith("test_")), None)
        if module:  # else it is not a case, but what kept cases from running
            bad = any(element.find(name) is not None for name in ("failure", "error", "skipped"))
            case = element.get("classname"), element.get("name")
            found[module][case] = found[module].get(case, True) and not bad
    return found


def judge(report, paths):
    """(how many passed, how many failed, lines about those that did not run)"""
    ran, wanted, lines = outcomes(report), expected(paths), []
    good = sum(sum(module.values()) for module in ran.values())
    bad = sum(len(module) for module in ran.values()) - good
    if not ran:
        lines.append(f"no case of it ran: {sum(wanted.values())} or more failed")
    for module, count in wanted.items():
        missing = count - len(ran.get(module, ()))
        if missing > 0:
            bad += missing
            if ran:
                lines.append(f"{module}: {missing} cases or more did not run: failed")
    return good, bad, lines


if __name__ == "__main__":
    good, bad, lines = judge(sys.argv[1], sys.argv[2:])
    for line in lines:
        print(line, file=sys.stderr)
    print(good, bad)
