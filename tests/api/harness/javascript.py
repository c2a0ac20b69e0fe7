"""Real client libraries against a server; tests/run installs them and says where in ROWGATE_TEST_JS.

SPDX-License-Identifier: MIT
"""
import json
import os
import pathlib
import shutil
import subprocess

from .accounts import PASSWORD
from .token import token

SCRIPTS = pathlib.Path(__file__).parents[1] / "js"


# What scenarios are asked through, and the argument that says so: supabase-js has a key, whose role asks.
LIBRARIES = {"postgrest-js": [], "supabase-js": [token({"role": "web_anon"})]}


def ran(script, server, *arguments):
    """Results of the scenarios of a file of tests/api/js, by their names."""
    assert "ROWGATE_TEST_JS" in os.environ, "no client libraries: run tests/run, which installs them"
    done = subprocess.run(["node", SCRIPTS / script, server.url, *arguments], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def browse(script, server, **more):
    """What a visitor with a real browser has seen: a file of tests/api/js, told more."""
    assert "ROWGATE_TEST_JS" in os.environ, "no playwright: run tests/run, which installs it"
    given = {"url": server.url, "password": PASSWORD, "chromium": shutil.which("chromium"),
             "pictures": os.environ.get("ROWGATE_TEST_PICTURES")} | more
    done = subprocess.run(["node", SCRIPTS / script], input=json.dumps(given), capture_output=True,
                          text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(got, expected):
    assert (got["status"], got["data"], got["count"], got["code"]) == expected, got["message"]
