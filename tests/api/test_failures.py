"""What breaks around rowgate, at each moment of a request: nothing is lost or doubled, the truth is told, and the
service comes back by itself.

SPDX-License-Identifier: MIT
"""
import random
import time

from harness.fcgi import Connection
from test_processes import start  # noqa: F401 (a fixture)

SCHEMA = "processes.sql"


def test_requests_that_are_given_up_while_it_connects_leave_nothing_behind(start):  # noqa: F811
    """The time an attempt to connect may take is the attempt's: with what an earlier one had used up every later one
    would be over before it began."""
    server = start(front="nginx", workers=2, db_pool_max_idletime=1)
    path, choice = server.fastcgi_socket(), random.Random(16)
    for _ in range(2):
        time.sleep(2)
        for _ in range(24):
            with Connection(path) as leaving:
                leaving.send("/things?id=eq.1")
                time.sleep(choice.uniform(0.0002, 0.0015))
    time.sleep(6)
    assert [server.get("/things?id=eq.1").status_code for _ in range(40)] == [200] * 40
