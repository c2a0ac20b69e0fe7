"""What both fuzzers of a running program stand on: a database in which two people have secrets, a server with accounts
on, and the time they have.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import random
import sys
import time

from .accounts import Person, migrate, settings_of
from .cluster import Cluster
from .server import SECRET, Server
from .token import token

SQL = pathlib.Path(__file__).resolve().parents[1] / "sql"
PEOPLE = ("ann", "bob")
# Rows that only their owner may read; each tells whose it is.
SECRETS = """
CREATE TABLE api.secrets (id integer PRIMARY KEY, owner text, text text);
INSERT INTO api.secrets SELECT n, who, 'only-' || who || '-' || n
    FROM generate_series(1, 20) AS n, LATERAL (SELECT ('{ann,bob}'::text[])[n % 2 + 1] AS who) AS w;
ALTER TABLE api.secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON api.secrets USING (owner = nullif(current_setting('request.jwt.claims', true), '')::json->>'sub');
GRANT USAGE ON SCHEMA api TO regular_user;
GRANT ALL ON ALL TABLES IN SCHEMA api TO regular_user;
"""


class Target:
    """with Target(front=…) as target: …; what a sanitizer has found fails at the end."""

    def __init__(self, **options):
        self.cluster = Cluster()
        self.cluster.start()
        self.database = self.cluster.create("fuzzed")
        self.database.load(SQL / "roles.sql", SQL / "embedding.sql")
        self.database.run(SECRETS)
        migrate(self.database)
        environment = settings_of(self.database) | {"PGRST_DB_SCHEMAS": "api,auth"}
        self.server = Server(front="nginx", workers=2, auth_workers=1, uri=self.database.uri, db_anon_role="web_anon",
                             jwt_secret=SECRET, log_level="warn", environment=environment, **options).wait_ready(60)
        self.tokens = {who: token({"role": "regular_user", "sub": who}) for who in PEOPLE}
        self.person = Person(self.server).sign_in()

    def __enter__(self):
        return self

    def __exit__(self, kind, problem, trace):
        try:
            self.server.stop(expect=0 if kind is None else None)
        finally:
            self.cluster.remove()


def leaks(text, who):
    """Whether an answer to that person, None for nobody, holds what is another's."""
    return any("only-" + other in text for other in PEOPLE if other != who)


def rounds():
    """SECONDS [SEED] from the command line: a generator of random numbers for as long, one for each round. The seed is
    printed, so that a finding can be had again."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(os.environ.get("ROWGATE_TEST_SEED", "16"))
    print(f"seed {seed}, {seconds:g} s", flush=True)
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        yield random.Random(f"{seed} {number}")
        number += 1
    print(f"{number} rounds")
