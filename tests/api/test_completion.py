"""What bash offers behind the words of rowgate's command line.

SPDX-License-Identifier: MIT
"""
import getpass
import subprocess

import pytest

from harness.process import TOP

# The line, with the cursor at its end; some of what is offered; some of what is not.
LINES = (
    ("rowgate ", "migrate user --example a.conf --worker=account", "add --once"),
    ("rowgate mi", "migrate", "mail"),
    ("rowgate --dump-config=", "all", "--help own"),
    ("rowgate --dump-config=a", "all", "own"),
    ("rowgate --ready ", "a.conf", ""),
    ("rowgate keygen ", "--alg --out", "a.conf --dry-run"),
    ("rowgate keygen --alg ", "HS256 EdDSA", "--kid"),
    ("rowgate keygen --alg H", "HS256 HS512", "EdDSA"),
    ("rowgate keygen --out a", "a.conf", "--alg"),
    ("rowgate keygen --group ro", "root", "a.conf"),
    ("rowgate migrate --as ", getpass.getuser(), "a.conf"),
    ("rowgate migrate --to ", "", "a.conf --as"),
    ("rowgate user ", "add import", "a.conf migrate"),
    ("rowgate user add --", "--role --help", "add a.conf --dry-run"),
    ("rowgate user import ", "a.conf", "add"),
)


@pytest.mark.parametrize("line, offered, kept_back", LINES, ids=[line for line, _, _ in LINES])
def test_what_is_offered(tmp_path, line, offered, kept_back):
    (tmp_path / "a.conf").touch()
    # bash breaks words at "=", too.
    words = line.replace("=", " = ").split() + [""] * line.endswith(" ")
    script = f'. "{TOP}/deploy/completion/rowgate"; compopt() {{ :; }}; COMP_WORDS=("${{@:2}}"); COMP_LINE=$1\n' \
        'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _rowgate; printf "%s\\n" "${COMPREPLY[@]}"'
    out = subprocess.run(["bash", "-uc", script, "bash", line, *words], cwd=tmp_path, capture_output=True, text=True,
                         check=True)
    got = set(out.stdout.split())
    assert not out.stderr
    assert set(offered.split()) <= got and not set(kept_back.split()) & got, got
