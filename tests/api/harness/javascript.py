"""The real @supabase/postgrest-js against a server; tests/run installs it and says where in ROWGATE_TEST_JS.

SPDX-License-Identifier: MIT
"""
import json
import os
import pathlib
import subprocess

SCRIPTS = pathlib.Path(__file__).parents[1] / "js"


def ran(script, server):
    """Results of the scenarios of a file of tests/api/js, by their names."""
    assert "ROWGATE_TEST_JS" in os.environ, "no postgrest-js: run tests/run, which installs it"
    done = subprocess.run(["node", SCRIPTS / script, server.url], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(got, expected):
    assert (got["status"], got["data"], got["count"], got["code"]) == expected, got["message"]
