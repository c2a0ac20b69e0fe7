"""Which functions of a database let SQL of users PREPARE, so that a flight looks before it uses a name (PARITY.md T6).

SPDX-License-Identifier: MIT
"""
import pathlib

import pytest

ASKED = (pathlib.Path(__file__).parents[2] / "sql/introspection/dynamic_sql.sql").read_text()

PLPGSQL = "CREATE FUNCTION f(t text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN {} END $$"
CASES = {
    "nothing": ("", False),
    "static": (PLPGSQL.format("RETURN (SELECT t);"), False),
    "a word that holds another": (PLPGSQL.format("RETURN (SELECT 'executed' || t);"), False),
    "EXECUTE": (PLPGSQL.format("EXECUTE t; RETURN t;"), True),
    "execute behind a line end": (PLPGSQL.format("RETURN 'x';\nexecute\nt;"), True),
    "a cursor": ("CREATE FUNCTION f(t text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE t; "
                 "END $$", True),
    "SQL that prepares": ("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'PREPARE x AS SELECT 1'", True),
    "a procedure": ("CREATE PROCEDURE f() LANGUAGE sql AS 'DISCARD ALL'", True),
    "in another schema": ("CREATE SCHEMA hidden; "
                          + PLPGSQL.format("EXECUTE t; RETURN t;").replace("f(t", "hidden.f(t"), True),
    "known C": ("CREATE EXTENSION pgcrypto", False),
    "C that only reads what it is given": ("CREATE EXTENSION tablefunc", False),
    "C that runs what it is given": ("CREATE EXTENSION xml2", True),
    "unknown C": ("CREATE FUNCTION f() RETURNS trigger LANGUAGE c AS '$libdir/refint', 'check_primary_key'", True),
}


@pytest.mark.parametrize("made, dynamic", CASES.values(), ids=CASES)
def test_T6_dynamic_sql(cluster, database, made, dynamic):
    with cluster.connect(database.name) as connection, connection.cursor() as cursor:
        cursor.execute(made or "SELECT 1")
        cursor.execute(ASKED)
        found = cursor.fetchone()[0]
        connection.rollback()
    assert found is dynamic


def test_T6_the_names_are_those_of_the_next_caller(cluster, database):
    """What xpath_table() leaves behind although it fails: the reason why xml2 counts."""
    with cluster.connect(database.name) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION xml2")
        connection.commit()
        with pytest.raises(Exception, match="SPI execution failed"):
            cursor.execute("SELECT * FROM xpath_table('id', 'x', '(SELECT 1 AS id, ''<a/>''::text AS x) AS q', '/a', "
                           "'true; PREPARE left_behind AS SELECT 1') "
                           "AS t (id integer, a text)")
        connection.rollback()
        cursor.execute("SELECT name, from_sql FROM pg_prepared_statements")
        left = cursor.fetchall()
    assert left == [("left_behind", True)]
