"""Which relations run code of users when they are read, so that the session is cleansed after it (PARITY.md T6).

SPDX-License-Identifier: MIT
"""
import pathlib

import pytest

ASKED = (pathlib.Path(__file__).parents[2] / "sql/introspection/relations.sql").read_text()

GROUND = """
CREATE SCHEMA s;
CREATE FUNCTION s.own(t text) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true';
CREATE DOMAIN s.checked AS text CHECK (s.own(VALUE));
CREATE TYPE s.mood AS ENUM ('good', 'bad');
CREATE TABLE s.members (name text);
CREATE TABLE s.asked (id int, name text);
ALTER TABLE s.asked ENABLE ROW LEVEL SECURITY;
"""
# Policies of s.asked, and whether reading it runs code.
POLICIES = {
    "true": ("USING (true)", False),
    "the claims": ("USING (name = current_setting('request.jwt.claims', true)::json ->> 'sub')", False),
    "a function": ("USING (s.own(name))", True),
    "a function, restrictive": ("AS RESTRICTIVE USING (s.own(name))", True),
    "a function, for one role": ("TO pg_monitor USING (s.own(name))", True),
    "a function, for reading": ("FOR SELECT USING (s.own(name))", True),
    "a function, for inserting": ("FOR INSERT WITH CHECK (s.own(name))", False),
    "a function, for updating": ("FOR UPDATE USING (s.own(name)) WITH CHECK (s.own(name))", False),
    "a function, for deleting": ("FOR DELETE USING (s.own(name))", False),
    "another table": ("USING (EXISTS (SELECT FROM s.members))", True),
    "set_config": ("USING (set_config('a.b', name, false) = 'x')", True),
    "set_config, for deleting": ("FOR DELETE USING (set_config('a.b', name, false) = 'x')", False),
    "a table read by its name": ("USING (table_to_xml('pg_class', true, true, '') IS NULL)", True),
    "an enum": ("USING (name::s.mood = 'good' AND name::s.mood = ANY ('{bad}'::s.mood[]))", False),
    "domains in an array": ("USING ('{x}'::s.checked[] IS NOT NULL)", True),
    "a domain": ("USING (name::s.checked = 'x')", True),
}


@pytest.mark.parametrize("policy, runs", POLICIES.values(), ids=POLICIES)
def test_T6_policies(cluster, database, policy, runs):
    with cluster.connect(database.name) as connection, connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL jit = off; {GROUND} CREATE POLICY p ON s.asked {policy}")
        cursor.execute(ASKED.replace("$1::text[]", "'{s}'::text[]"))
        found = {row[2]: row[7] for row in cursor.fetchall()}
        connection.rollback()
    assert found == {"members": False, "asked": runs}
