"""What clients send leaves no more behind than a bound says, whatever it is and however often it comes.

SPDX-License-Identifier: MIT
"""
import pathlib
import random

import pytest
import requests

from test_processes import start  # noqa: F401 (a fixture)

SCHEMA = "bounds.sql"
COLUMNS = ("id", "name", "price", "made", "maker_id")
LONG = 30_000
BOUND = 40 << 20


def resident(pid):
    """Bytes of memory of its own that a process has."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) << 10


def of_length(length, part):
    """Parts that part(n) makes, up to so many bytes."""
    parts, size, n = [], 0, 0
    while size < length:
        parts.append(part(n))
        size += len(parts[-1]) + 1
        n += 1
    return parts


def filters(chance, length):
    ask = {"id": "id=gt.0", "name": "name=neq.x", "price": "price=lt.9", "made": "made=not.is.null",
           "maker_id": "maker_id=lte.1"}
    return "&".join(of_length(length, lambda n: ask[chance.choice(COLUMNS)]))


def paths(chance, length):
    return "&".join(of_length(length,
                              lambda n: chance.choice(("data->a=neq.0", "data->>b=is.null", "data->0->c=is.null"))))


def logic(chance, length):
    return "or=(" + ",".join(of_length(length,
                                       lambda n: chance.choice(("id.gt.0", "name.eq.x", "price.in.(1,2)")))) + ")"


def columns(chance, length):
    """1,664 columns are what PostgreSQL takes."""
    return "select=" + ",".join(of_length(length,
                                          lambda n: f"c{n}{chance.choice('xyz')}:{chance.choice(COLUMNS)}")[:1600])


def rows(chance, length):
    """The rows of an embed are a record type that PostgreSQL remembers as long as the session lives."""
    return "select=id,makers(" + columns(chance, length)[7:].replace("price", "id").replace("made",
        "name").replace("maker_id", "id") + ")"


def order(chance, length):
    return "order=" + ",".join(of_length(length,
                                         lambda n: chance.choice(("data->a", "data->b.desc", "data->>c.nullsfirst"))))


KINDS = [(filters, LONG, 150), (filters, 3_000, 300), (paths, LONG // 2, 60), (logic, LONG, 80), (columns, LONG, 60),
         (rows, LONG, 220), (rows, 700, 400),
         (order, LONG // 2, 60), (order, 2_000, 300)]


@pytest.mark.parametrize("make,length,count", KINDS, ids=[f"{kind[0].__name__} {kind[1]}" for kind in KINDS])
def test_many_different_urls_leave_a_backend_small(start, database, make, length, count):  # noqa: F811
    server = start(front="nginx", workers=1).wait_ready()
    chance, most = random.Random(1), 0
    with requests.Session() as session:
        for number in range(count):
            answer = session.get(f"{server.url}/things?{make(chance, length)}", timeout=60)
            assert answer.status_code == 200, answer.text[:500]
            if number % 20 == 19:
                most = max(most, *(resident(pid) for (pid,) in database.run(
                    "SELECT pid FROM pg_stat_activity "
                    "WHERE usename = 'authenticator' AND datname = current_database()")))
                assert most < BOUND, f"{most >> 20} MB after {number + 1} requests"


def test_many_time_zones_leave_a_backend_small(start, database):  # noqa: F811
    """PostgreSQL makes each zone that is written as a rule, and forgets none."""
    server = start(front="nginx", workers=1).wait_ready()
    with requests.Session() as session:
        for number in range(2000):
            answer = session.get(f"{server.url}/things?limit=1", headers={"Prefer": f"timezone=<x{number}>5"})
            assert answer.status_code == 200, answer.text
    most = max(resident(pid) for (pid,) in database.run(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'authenticator' AND datname = current_database()"))
    assert most < BOUND, f"{most >> 20} MB"


REG_TYPES = ["regclass", "REGCLASS", "_regclass", "regclass%20array", "regtype", "regproc", "regprocedure", "regoper",
             "regoperator", "regrole", "regnamespace", "regconfig", "regdictionary", "regcollation"]
WHERE = ["/things?select=id::{}", "/things?select=x:maker_id::{},id", "/things?select=makers(id::{})",
         "/things?select=...makers(x:id::{})", "/makers?select=things(id::{})", "/things?select=data->a::{}",
         "/things?select=id.max()::{}", "/things?select=id::{}.count()", "/things?select=count()::{}"]


@pytest.fixture(scope="module")
def strict(serve):
    return serve(url_allow_reg_casts=False, db_aggregates_enabled=True)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("kind", REG_TYPES)
def test_casts_to_names_of_objects_can_be_forbidden(strict, kind, where):
    answer = strict.get(where.format(kind))
    assert answer.status_code == 400, answer.text
    message = f"Casts to {kind.replace('%20', ' ')} are not allowed"
    assert answer.json() == {"code": "PGRST100", "message": message, "hint": None,
                             "details": "They name objects of schemas that are not exposed (url-allow-reg-casts)."}


def test_casts_to_regclass_name_hidden_relations_where_they_are_allowed(serve, strict, database):
    """As PostgREST lets them; others are nobody's loss."""
    database.run("INSERT INTO things (id, name) SELECT 'hidden.treasure'::regclass::oid::integer, 'hidden.treasure'")
    try:
        path = "/things?name=eq.hidden.treasure&select=id::regclass"
        assert serve().get(path).json() == [{"id": "hidden.treasure"}]
        assert "treasure" not in strict.get(path).text
        assert strict.get("/things?id=eq.1&select=id::text,price::regress").status_code == 400
        assert strict.get("/things?id=eq.1&select=id::text,price::integer").json() == [{"id": "1", "price": 5}]
        assert "not allowed" not in strict.get("/things?select=id::region").text
    finally:
        database.run("DELETE FROM things WHERE id <> 1")
