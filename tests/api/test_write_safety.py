"""Writes are whole or not there at all, whatever dies and whatever is refused, and the client is told the truth.

ROWGATE_TEST_CSV_MB says how large the imported CSV is (tests/run full: 200). ROWGATE_TEST_LONG=yes makes the loads
longer.

SPDX-License-Identifier: MIT
"""
import collections
import csv
import os
import pathlib
import random
import subprocess
import threading

import pytest

from harness.cases import case, fault
from harness.cluster import Cluster, binaries
from harness.load import Clients
from harness.process import wait_until
from harness.server import Server, workers_of
from test_processes import kill_worker

SCHEMA = "write_safety.sql"
SQL = pathlib.Path(__file__).parent / "sql"
LONG = os.environ.get("ROWGATE_TEST_LONG") == "yes"
MEGABYTES = int(os.environ.get("ROWGATE_TEST_CSV_MB", "20"))
# A sanitized program keeps what was freed.
PLAIN = os.environ.get("ROWGATE_TEST_TIMING", "yes") == "yes"
SIZE = 50


@pytest.fixture
def own():
    """A cluster of the test's own, which it may break, and what was confirmed survives the end of a backend."""
    made = Cluster()
    made.start()
    copy = made.create("safety")
    copy.load(SQL / "roles.sql")
    copy.load(SQL / "write_safety.sql")
    copy.run("ALTER ROLE authenticator SET synchronous_commit = on")
    yield copy
    made.remove()


def kill_backend(server, cluster):
    cluster.kill_backend("INSERT|UPDATE")


def rows_of(batch, value):
    return "[" + ",".join(f'{{"batch":"{batch}","place":{place},"value":{value}}}'
                          for place in range(1, SIZE + 1)) + "]"


def insert_batch(client, number):
    return "POST", "/batches", rows_of(f"{client}/{number}", number)


def update_batch(client, number):
    return "PATCH", f"/batches?batch=eq.client%20{client}", f'{{"value":{number}}}'


def upsert_batch(client, number):
    return "POST", "/batches?on_conflict=batch,place", rows_of(f"client {client}", number)


class Upserts(Clients):
    """Clients whose inserts are upserts."""

    fields = {"Prefer": "resolution=merge-duplicates"}


def batches(database, pattern):
    """The values of each batch, which must be one value in SIZE rows."""
    found = database.run("SELECT batch, count(*), min(value), max(value) FROM batches WHERE batch LIKE %s GROUP BY "
                         "batch", pattern)
    assert all((count, low) == (SIZE, high) for _, count, low, high in found), found
    return {batch: low for batch, _, low, _ in found}


def check_inserts(database, answers):
    there = batches(database, "%/%")
    sent = {f"{client}/{number}": status for (client, number), status in answers.items()}
    assert not {batch for batch, status in sent.items() if status == 201} - set(there)
    assert not set(there) - set(sent)
    # What the server refused in its own name before the statement was sent is not there.
    assert not {batch for batch, status in sent.items() if status in (400, 504)} & set(there)


def check_changes(database, answers):
    """Of each client the last request that is known to have been done, or a later one whose fate was not told."""
    there = batches(database, "client %")
    by_client = collections.defaultdict(dict)
    for (client, number), status in answers.items():
        by_client[client][number] = status
    for client, sent in by_client.items():
        value = there[f"client {client}"]
        done = [number for number, status in sent.items() if status in (200, 204)]
        assert value >= max(done, default=-1), (client, value, sent)
        assert value == -1 or sent[value] not in (400, 504)


def done(clients):
    return sum(answer.status in (200, 201, 204) for answer in list(clients.answers))


def wait_for_more(clients, count=30):
    """However slow the machine is: harm comes in the middle of writes that work, and they work again behind it."""
    before = done(clients)
    wait_until(lambda: done(clients) >= before + count, 60, "writes are done")


@pytest.mark.parametrize("harm", [kill_worker, kill_backend])
@pytest.mark.parametrize("kind, ask, check",
                         [(Clients, insert_batch, check_inserts), (Clients, update_batch, check_changes),
                          (Upserts, upsert_batch, check_changes)])
def test_whole_or_absent(own, harm, kind, ask, check):
    server = Server(front="nginx", workers=4, uri=own.uri, db_anon_role="web_anon").wait_ready()
    with kind(server, 8, ask) as clients:
        for _ in range(8 if LONG else 2):
            wait_for_more(clients)
            harm(server, own.cluster)
        wait_for_more(clients)
    server.stop()
    answers = {answer.number: answer.status for answer in clients.answers}
    assert set(answers.values()) <= {200, 201, 204, 500, 502, 503, 504, None}, clients.statuses()
    check(own, answers)


STRICT = "handling=strict, max-affected=1"
OBJECT = "application/vnd.pgrst.object+json"
REFUSED = [
    case("P7 PATCH", "PATCH /watched", 400, body={"value": 0}, Prefer=STRICT),
    case("P7 PATCH shown", "PATCH /watched", 400, body={"value": 0}, Prefer=STRICT + ", return=representation"),
    case("P7 DELETE", "DELETE /watched", 400,
         fault("PGRST124", "Query result exceeds max-affected preference constraint", "The query affects 3 rows"),
         Prefer=STRICT),
    case("P7 RPC", "POST /rpc/drop_watched", 400, body={}, Prefer=STRICT),
    case("W8 PATCH", "PATCH /watched", 406, body={"value": 0}, Accept=OBJECT),
    case("W8 PATCH shown", "PATCH /watched?id=gt.1", 406, body={"value": 0}, Accept=OBJECT,
         Prefer="return=representation"),
    case("W8 DELETE", "DELETE /watched", 406, Accept=OBJECT, Prefer="return=representation"),
    case("W8 POST", "POST /watched", 406, body=[{"id": 8}, {"id": 9}], Accept=OBJECT, Prefer="return=representation"),
    case("W8 POST minimal", "POST /watched", 406, body=[{"id": 8}, {"id": 9}], Accept=OBJECT),
    case("W8 RPC", "POST /rpc/drop_watched", 406, body={}, Accept=OBJECT),
    case("W6 mismatch", "PUT /watched?id=eq.1", 400, body={"id": 2, "value": 0}),
    case("W6 mismatch shown", "PUT /watched?id=eq.9", 400, body={"id": 2, "value": 0}, Prefer="return=representation"),
    case("constraint", "POST /watched", 409, body=[{"id": 9, "value": 1}, {"id": 1, "value": 1}]),
]


def state_of(database):
    return database.run("SELECT xmin::text, * FROM watched ORDER BY id"), database.value("SELECT count(*) FROM log")


@pytest.mark.parametrize("refused", REFUSED, ids=[item.name for item in REFUSED])
def test_T6_what_is_refused_leaves_nothing(serve, database, refused):
    server = serve(front="nginx", workers=1)
    before, session = state_of(database), server.get("/rpc/session").json()
    refused.check(server)
    assert state_of(database) == before
    assert server.get("/rpc/session").json() == session | {"role": "web_anon", "locks": 0}
    assert database.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'authenticator' AND datname = %s AND "
                          "state <> 'idle'", database.name) == 0


def make_csv(path, megabytes):
    """Fields with everything that CSV quotes; the same in every run."""
    r = random.Random(1)
    with open(path, "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(["id", "name", "price", "at", "note"])
        number = 0
        while number % 1000 or out.tell() < megabytes << 20:
            note = r.choice(['say "hi"', "a,b", "two\nlines", "\u00e9\u20ac", "{x}\\",
                             "plain words of some length " * 3])
            writer.writerow([number, f"name {number}", f"{r.randint(-10**6, 10**6) / 100:.2f}",
                             f"20{number % 90 + 10}-01-02 03:04:05+00", note])
            number += 1
    return number


def anonymous(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Anonymous:"))


class Peak:
    """with Peak(pids) as peak: …; peak.most: the most memory of its own that one of them had."""

    def __init__(self, pids):
        self.pids, self.most, self.ending = pids, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *how):
        self.ending.set()
        self.thread.join()

    def watch(self):
        while not self.ending.wait(0.01):
            self.most = max(self.most, *(anonymous(pid) for pid in self.pids))


def checksum(database, table):
    return database.run(f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {table} AS t")


def test_W1_a_large_CSV_is_what_COPY_makes_of_it(serve, database, tmp_path):
    """Body and arrays are mapped files; of the worker's own memory they take one copy, libpq's, which it gives back."""
    server = serve(front="nginx", workers=1, server_max_body="500M")
    file = tmp_path / "large.csv"
    count = make_csv(file, MEGABYTES)
    workers = workers_of(server)
    with Peak(workers) as peak, open(file, "rb") as body:
        answer = server.post("/imported", data=body,
                             headers={"Content-Type": "text/csv", "Prefer": "count=exact"}, timeout=600)
    assert (answer.status_code, answer.headers["Content-Range"]) == (201, f"*/{count}"), answer.text
    server.get("/imported?limit=1")
    assert not PLAIN or peak.most < 1.1 * file.stat().st_size + 4 * 2**20
    assert not PLAIN or max(anonymous(pid) for pid in workers) < 10 * 2**20
    copy = "COPY copied FROM STDIN (FORMAT csv, HEADER, NULL 'NULL')"
    with open(file, "rb") as rows:
        subprocess.run([binaries() / "psql", "-X", "-q", "-h", database.cluster.directory, "-U", "postgres",
                        "-d", database.name, "-c", copy], stdin=rows, check=True)
    assert checksum(database, "imported") == checksum(database, "copied")
    database.run("TRUNCATE imported, copied")


def test_W1_a_large_JSON_body_takes_one_copy(serve, database):
    server = serve(front="nginx", workers=1, server_max_body="500M")
    row = '{"id":%d,"name":"some name","price":1.50,"note":"' + "words " * 20 + '"}'
    body = ("[" + ",".join(row % number for number in range(MEGABYTES << 20 >> 8)) + "]").encode()
    workers = workers_of(server)
    with Peak(workers) as peak:
        answer = server.post("/imported", data=body, headers={"Content-Type": "application/json"}, timeout=600)
    assert answer.status_code == 201
    server.get("/imported?limit=1")
    assert not PLAIN or peak.most < 1.1 * len(body) + 4 * 2**20
    assert not PLAIN or max(anonymous(pid) for pid in workers) < 10 * 2**20
    assert database.value("SELECT count(*) FROM imported") == MEGABYTES << 20 >> 8
    database.run("TRUNCATE imported")
