"""What every API test can ask for. A module names its schema: SCHEMA = "first.sql", a file in tests/api/sql.

    cluster     a throw-away PostgreSQL, one for the whole run
    own_cluster one for a module that makes roles
    database    one for each module, with roles.sql and SCHEMA loaded
    serve       serve(front=…, **options) starts deploy/serve on that database and waits until it answers
    server      serve() with no options
    tmp_path    a directory where the server can go, too

SPDX-License-Identifier: MIT
"""
import pathlib

import pytest

from harness.cluster import Cluster
from harness.process import open_directory
from harness.server import SECRET, Server

SQL = pathlib.Path(__file__).parent / "sql"


@pytest.fixture
def tmp_path():
    """In the place of pytest's."""
    with open_directory() as directory:
        yield directory


def throw_away():
    started = Cluster()
    started.start()
    yield started
    started.remove()


@pytest.fixture(scope="session")
def cluster():
    yield from throw_away()


@pytest.fixture(scope="module")
def own_cluster():
    """Roles belong to a whole cluster: who makes some has one to itself."""
    yield from throw_away()


@pytest.fixture(scope="module")
def database(cluster, request):
    made = cluster.create(request.module.__name__.rpartition(".")[2])
    made.load(SQL / "roles.sql")
    schema = getattr(request.module, "SCHEMA", None)
    if schema:
        made.load(SQL / schema)
    return made


@pytest.fixture(scope="module")
def serve(database):
    """Servers with the same options are started once for a module; all are stopped, and looked at, in the end."""
    started = {}

    def start(front=None, **options):
        key = (front, tuple(sorted((name, str(value)) for name, value in options.items())))
        if key not in started:
            settings = {"uri": database.uri, "db_anon_role": "web_anon", "jwt_secret": SECRET} | options
            started[key] = Server(front=front, **settings)
            started[key].wait_ready()
        return started[key]
    yield start
    problems = []
    for server in started.values():
        try:
            server.stop()
        except AssertionError as problem:
            problems.append(str(problem))
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="module")
def server(serve):
    return serve()
