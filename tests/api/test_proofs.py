"""Which code of users is proven to leave nothing in a session, so that no cleansing follows it (PARITY.md T6).

SPDX-License-Identifier: MIT
"""
import pathlib

import pytest

from harness.process import wait_until
from harness.token import token

SCHEMA = "proofs.sql"
ASKED = (pathlib.Path(__file__).parents[2] / "sql/introspection/proofs.sql").read_text()

# What the cases stand on: a function that leaves something, tables, a helper in each style.
GROUND = """
CREATE SCHEMA s;
CREATE FUNCTION s.leaves(t text) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT set_config('a.b', t, false) $$;
CREATE FUNCTION s.uid() RETURNS text LANGUAGE sql STABLE
    RETURN nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub';
CREATE FUNCTION s.jwt() RETURNS jsonb LANGUAGE plpgsql STABLE AS $$ BEGIN
    RETURN coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb; END $$;
CREATE TABLE s.members (name text, team int);
ALTER TABLE s.members ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON s.members USING (name = (SELECT s.uid()));
CREATE TABLE s.plain (id int, name text);
CREATE TYPE s.pair AS (a int, b int);
CREATE FUNCTION s.pair_leaves(x s.pair, y s.pair) RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT s.leaves('x') IS NULL $$;
CREATE FUNCTION s.f() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
"""


def sql(body, more=""):
    return f"CREATE OR REPLACE FUNCTION s.f() RETURNS int LANGUAGE sql STABLE {more} AS $body$ {body} $body$"


def plpgsql(body, declared=""):
    return (f"CREATE OR REPLACE FUNCTION s.f() RETURNS int LANGUAGE plpgsql STABLE AS $body$ {declared} BEGIN {body} "
            "RETURN 1; END $body$")


def atomic(body):
    return f"CREATE OR REPLACE FUNCTION s.f() RETURNS int LANGUAGE sql STABLE BEGIN ATOMIC {body}; END"


# What s.f() is made, and whether that is proven.
FUNCTIONS = {
    "nothing": ("", True),
    "the claims": (sql("SELECT (current_setting('request.jwt.claims', true)::json ->> 'sub')::int"), True),
    "the claims, parsed": (atomic("SELECT (current_setting('request.jwt.claims', true)::json ->> 'sub')::int"), True),
    "helpers": (sql("SELECT length(s.uid()) + length(s.jwt() ->> 'email')"), True),
    "helpers, parsed": (atomic("SELECT length(s.uid()) + length(s.jwt() ->> 'email')"), True),
    "quoted names": (sql('SELECT length("s"."uid"())'), True),
    "plpgsql": (plpgsql("IF EXISTS (SELECT FROM s.members WHERE name = s.uid()) THEN RETURN 2; END IF;"), True),
    "a setting of its own": (sql("SELECT 1", "SET search_path = ''"), True),
    "its owner's rights": (sql("SELECT 1 FROM s.members", "SECURITY DEFINER"), True),
    "nextval, random": ("CREATE SEQUENCE s.x; " + sql("SELECT (random() * nextval('s.x'))::int"), True),
    "a word that holds another": (plpgsql("RAISE NOTICE 'executed';"), True),
    "itself": (sql("SELECT s.f()"), True),
    "an umlaut": (sql("SELECT 1 /* für sich */"), True),
    "volatile": ("CREATE OR REPLACE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", False),
    "set_config": (sql("SELECT length(set_config('a.b', 'x', false))"), False),
    "set_config, parsed": (atomic("SELECT length(set_config('a.b', 'x', false))"), False),
    "set_config, with its schema": (sql("SELECT length(pg_catalog . set_config('a.b', 'x', false))"), False),
    "set_config, quoted": (sql("SELECT length(\"set_config\"('a.b', 'x', false))"), False),
    "set_config, in capitals": (sql("SELECT length(SET_CONFIG('a.b', 'x', false))"), False),
    "set_config, in Unicode": (sql(r"""SELECT length(U&"set\005fconfig"('a.b', 'x', false))"""), False),
    "set_config, another escape": (sql("SELECT length(U&\"setx005fconfig\" UESCAPE 'x' ('a.b', 'x', false))"), False),
    "set_config, behind a comment": (sql("SELECT length(set_config/* ( */('a.b', 'x', false))"), False),
    "set_config, behind a line": (sql("SELECT length(set_config -- (\n('a.b', 'x', false))"), False),
    "set_config, behind a sign": (sql("SELECT 1 WHERE 1=-set_config('a.b', '1', false)::int"), False),
    "a lock": (sql("SELECT 1 FROM pg_advisory_lock(1)"), False),
    "a lock, parsed": (atomic("SELECT 1 FROM pg_advisory_lock(1)"), False),
    "setseed": (sql("SELECT 1 FROM setseed(0)"), False),
    "a large object": (sql("SELECT lo_creat(1)::int"), False),
    "EXECUTE": (plpgsql("EXECUTE 'SELECT 1';"), False),
    "execute": (plpgsql("execute\n'SELECT 1';"), False),
    "EXECUTE behind a comment": (plpgsql("/* nothing */EXECUTE/**/'SELECT 1';"), False),
    "EXECUTE without a space": (plpgsql("IF true THEN EXECUTE'SELECT 1';END IF;"), False),
    "EXECUTE in a loop": (plpgsql("FOR r IN EXECUTE 'SELECT 1' LOOP END LOOP;", "DECLARE r record;"), False),
    "EXECUTE for a cursor": (plpgsql("OPEN c FOR EXECUTE 'SELECT 1';", "DECLARE c refcursor;"), False),
    "EXECUTE behind a dollar quote": (plpgsql("FOR r IN SELECT $q$ x $q$LOOP EXECUTE $$SELECT 1$$; END LOOP;",
                                              "DECLARE r record;"), False),
    "EXECUTE in a dollar quote only": (plpgsql("RAISE NOTICE $$ EXECUTE $$;"), False),
    "query_to_xml": (sql("SELECT length(query_to_xml('SELECT 1', true, true, '')::text)"), False),
    "table_to_xml": (sql("SELECT length(table_to_xml('s.plain', true, true, '')::text)"), False),
    "schema_to_xml, parsed": (atomic("SELECT length(schema_to_xml('s', true, true, '')::text)"), False),
    "what leaves something": (sql("SELECT length(s.leaves('x'))"), False),
    "what leaves something, parsed": (atomic("SELECT length(s.leaves('x'))"), False),
    "what calls that": ("CREATE FUNCTION s.g() RETURNS text LANGUAGE sql STABLE AS 'SELECT s.leaves(''x'')'; "
                        + sql("SELECT length(s.g())"), False),
    "another of that name": ("CREATE FUNCTION public.g(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT 1'; "
                             "CREATE FUNCTION s.g(text) RETURNS int LANGUAGE sql AS 'SELECT 1'; "
                             + sql("SELECT g(1)"), False),
    "as an attribute": ("CREATE FUNCTION public.final(s.plain) RETURNS text LANGUAGE sql AS 'SELECT s.leaves(''x'')'; "
                        + sql("SELECT length(p.final) FROM s.plain AS p"), False),
    "a name of other letters": ("CREATE FUNCTION s.LÖSCHE() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
                                + sql("SELECT s.lÖsche()"), False),
    "a name with a space": ('CREATE FUNCTION s."le aves"() RETURNS int LANGUAGE sql AS \'SELECT 1\'; '
                            + sql('SELECT s."le aves"()'), False),
    "a name with a quote": ('CREATE FUNCTION s."le""aves"() RETURNS int LANGUAGE sql AS \'SELECT 1\'; '
                            + sql('SELECT s."le""aves"()'), False),
    "a name with a dollar": ("CREATE FUNCTION s.le$aves() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
                             + sql("SELECT s.le$aves()"), False),
    "a name that is cut": (f"CREATE FUNCTION s.{'l' * 63}() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
                           + sql(f"SELECT s.{'l' * 70}()"), False),
    "a view that leaves something": ("CREATE VIEW s.v AS SELECT s.leaves('x'); " + sql("SELECT 1 FROM s.v"), False),
    "that view, parsed": ("CREATE VIEW s.v AS SELECT s.leaves('x'); " + atomic("SELECT 1 FROM s.v"), False),
    "a view": ("CREATE VIEW s.v AS SELECT s.uid(); " + sql("SELECT 1 FROM s.v"), True),
    "a table whose policy leaves something": ("CREATE POLICY more ON s.members FOR SELECT "
                                              "USING (s.leaves(name) = 'x'); " + sql("SELECT 1 FROM s.members"), False),
    "a table where only writing does": ("CREATE POLICY more ON s.members FOR INSERT "
                                        "WITH CHECK (s.leaves(name) = 'x'); " + sql("SELECT 1 FROM s.members"), True),
    "a foreign table": ("CREATE EXTENSION file_fdw; CREATE SERVER x FOREIGN DATA WRAPPER file_fdw; CREATE FOREIGN "
                        "TABLE s.far (a int) SERVER x OPTIONS (filename '/dev/null'); "
                        + sql("SELECT 1 FROM s.far"), False),
    "a foreign partition": ("CREATE EXTENSION file_fdw; CREATE SERVER x FOREIGN DATA WRAPPER file_fdw; CREATE TABLE "
                            "s.near (a int) PARTITION BY LIST (a); CREATE FOREIGN TABLE s.far PARTITION OF s.near "
                            "DEFAULT SERVER x OPTIONS (filename '/dev/null'); " + sql("SELECT 1 FROM s.near"), False),
    "an aggregate": ("CREATE FUNCTION s.add(t text, x text) RETURNS text LANGUAGE sql STABLE AS "
                     "'SELECT s.leaves(x)'; CREATE AGGREGATE s.all_of(text) (SFUNC = s.add, STYPE = text); "
                     + sql("SELECT length(s.all_of(name)) FROM s.plain"), False),
    "an aggregate that does not": ("CREATE FUNCTION s.add(t text, x text) RETURNS text LANGUAGE sql STABLE AS "
                                   "'SELECT t || x'; CREATE AGGREGATE s.all_of(text) (SFUNC = s.add, STYPE = text); "
                                   + sql("SELECT length(s.all_of(name)) FROM s.plain"), True),
    "a default of a parameter": ("CREATE FUNCTION s.g(t text DEFAULT s.leaves('x')) RETURNS int LANGUAGE sql STABLE AS "
                                 "'SELECT 1'; " + sql("SELECT s.g()"), False),
    "an operator": ("CREATE OPERATOR s.=== (LEFTARG = s.pair, RIGHTARG = s.pair, FUNCTION = s.pair_leaves); "
                    + sql("SELECT 1"), False),
    "an operator that does not": ("CREATE FUNCTION s.same(s.pair, s.pair) RETURNS boolean LANGUAGE sql STABLE AS "
                                  "'SELECT ($1).a = ($2).a'; CREATE OPERATOR s.=== (LEFTARG = s.pair, RIGHTARG = "
                                  "s.pair, FUNCTION = s.same); " + sql("SELECT 1"), True),
    "a cast": ("CREATE FUNCTION s.to_pair(text) RETURNS s.pair LANGUAGE sql AS 'SELECT NULL::s.pair'; "
               "CREATE CAST (text AS s.pair) WITH FUNCTION s.to_pair(text); " + sql("SELECT 1"), False),
    "a domain": ("CREATE DOMAIN s.d AS text CHECK (s.leaves(VALUE) = 'x'); " + sql("SELECT length('x'::s.d)"), False),
    "a domain that does not": ("CREATE DOMAIN s.d AS text CHECK (VALUE ~ '^x' AND s.uid() IS NULL); "
                               + sql("SELECT length('x'::s.d)"), True),
    "a domain that is volatile": ("CREATE DOMAIN s.d AS text CHECK (set_config('a.b', VALUE, false) = 'x'); "
                                  + sql("SELECT 1"), False),
    "known C": ("CREATE EXTENSION pgcrypto; CREATE EXTENSION hstore; CREATE EXTENSION citext; "
                + sql("SELECT length(public.digest('x', 'md5'))"), True),
    "C that sets something": ("CREATE EXTENSION pg_trgm; " + sql("SELECT public.set_limit(0.1)::int"), False),
    "C that asks others": ("CREATE EXTENSION dblink; " + sql("SELECT 1 FROM public.dblink_get_notify()"), False),
}

# Policies of s.plain, and whether reading it is proven.
POLICIES = {
    "true": ("USING (true)", True), "the claims": ("USING (name = (SELECT s.uid()))", True),
    "of another style": ("USING (s.jwt() ->> 'sub' = name)", True),
    "members": ("USING (EXISTS (SELECT FROM s.members AS m WHERE m.name = s.plain.name))", True),
    "set_config": ("USING (set_config('a.b', name, false) = 'x')", False),
    "what leaves something": ("USING (s.leaves(name) = 'x')", False),
    "that, restrictive": ("AS RESTRICTIVE USING (s.leaves(name) = 'x')", False),
    "that, for one role": ("TO pg_monitor USING (s.leaves(name) = 'x')", False),
    "that, for reading": ("FOR SELECT USING (s.leaves(name) = 'x')", False),
    "that, for writing": ("FOR UPDATE USING (s.leaves(name) = 'x')", True),
    "table_to_xml": ("USING (table_to_xml('s.members', true, true, '') IS NULL)", False),
}

VIEWS = {
    "nothing": ("SELECT id FROM s.plain", True), "the claims": ("SELECT s.uid()", True),
    "members": ("SELECT * FROM s.members", True), "what leaves something": ("SELECT s.leaves('x')", False),
    "set_config": ("SELECT set_config('a.b', 'x', false)", False),
    "a window": ("SELECT row_number() OVER (ORDER BY name) FROM s.plain", True),
    "a sample": ("SELECT id FROM s.plain TABLESAMPLE system (10)", False),
    "a lateral call": ("SELECT l FROM s.plain CROSS JOIN LATERAL s.leaves(name) AS l", False),
    "an order": ("SELECT id FROM s.plain ORDER BY s.leaves(name)", False),
}


@pytest.fixture(scope="module")
def cursor(cluster, database):
    """In a transaction in which the ground is made, and which nobody else sees."""
    with cluster.connect(database.name) as connection, connection.cursor() as made:
        made.execute("SET LOCAL jit = off; " + GROUND)
        yield made
        connection.rollback()


def proven(cursor, made, relation, function):
    """Whether that is said of the one that is asked for."""
    cursor.execute("SAVEPOINT ground; " + made)
    cursor.execute("SELECT ARRAY[to_regclass(%s)]::oid[]::text, ARRAY[to_regprocedure(%s)]::oid[]::text",
                   (relation, function))
    relations, functions = (f"'{oids.replace('NULL', '0')}'::oid[]" for oids in cursor.fetchone())
    cursor.execute(ASKED.replace("$1::oid[]", relations).replace("$2::oid[]", functions))
    found = cursor.fetchall()
    cursor.execute("ROLLBACK TO ground")
    return found != []


@pytest.mark.parametrize("made, expected", FUNCTIONS.values(), ids=FUNCTIONS)
def test_T6_functions(cursor, made, expected):
    assert proven(cursor, made, None, "s.f()") is expected


@pytest.mark.parametrize("policy, expected", POLICIES.values(), ids=POLICIES)
def test_T6_policies(cursor, policy, expected):
    made = f"ALTER TABLE s.plain ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON s.plain {policy}"
    assert proven(cursor, made, "s.plain", None) is expected


@pytest.mark.parametrize("view, expected", VIEWS.values(), ids=VIEWS)
def test_T6_views(cursor, view, expected):
    assert proven(cursor, f"CREATE VIEW s.v AS {view}", "s.v", None) is expected


ANNA, BEN = (token({"role": "regular_user", "sub": who}) for who in ("anna", "ben"))


@pytest.fixture(scope="module")
def single(serve):
    """One worker, one connection to the database: every request meets what the one before left."""
    return serve(front="nginx", environment={"ROWGATE_WORKERS": "1"}, db_schemas="api")


def last_said(database):
    """What the worker's connection ended its last flight with."""
    return database.value("SELECT query FROM pg_stat_activity WHERE usename = 'authenticator' AND datname = "
                          "current_database() AND query !~* '^LISTEN'")


# A request of Anna's, what it answers, and whether the next one cleanses.
REQUESTS = {
    "a table": ("/notes", [{"id": 1, "owner": "anna", "team": 1}], False),
    "an embed": ("/notes?select=id,teams(owner)", [{"id": 1, "teams": {"owner": "anna"}}], False),
    "a count": ("/notes?select=id&limit=1", [{"id": 1}], False),
    "a function": ("/rpc/who", "anna", False),
    "a view": ("/seen", [{"id": 1}], False),
    "a view that leaves something": ("/marks?select=id", None, True),
    "a function that does": ("/rpc/leaves?t=x", True, True),
}


@pytest.mark.parametrize("path, answer, cleanses", REQUESTS.values(), ids=REQUESTS)
def test_T6_what_is_proven_is_not_cleansed_after(single, database, path, answer, cleanses):
    found = single.get(path, token=ANNA, headers={"Prefer": "count=exact"})
    assert found.status_code in (200, 206), found.text
    assert answer is None or found.json() == answer
    assert (last_said(database) == "UNLISTEN *") is cleanses
    assert single.get("/rpc/left_over", token=BEN).json() in (None, "")
    assert single.get("/notes?select=id", token=BEN).json() == [{"id": 2}]


def test_T6_calls_by_post(single, database):
    assert single.post("/rpc/who", json={}, token=BEN).json() == "ben"
    assert last_said(database) != "UNLISTEN *"


LEAVING = "PERFORM set_config('app.left', 'x', false); "
PLPGSQL = "CREATE OR REPLACE FUNCTION {} RETURNS text LANGUAGE plpgsql {} AS $$ BEGIN {} END $$; "
# What becomes of the schema without a word to us, how it was, and what is asked for then.
CHANGES = {
    "a function is replaced": (
        PLPGSQL.format("api.uid()", "", LEAVING + "LISTEN other; PERFORM set_config('response.headers', "
                       """'[{"X-Now": "1"}]', true); RETURN api.helper();"""),
        PLPGSQL.format("api.uid()", "STABLE", "RETURN helper();"), "/teams"),
    "one that it calls is replaced": (
        PLPGSQL.format("api.helper()", "", LEAVING + "RETURN 'anna';"),
        "CREATE OR REPLACE FUNCTION api.helper() RETURNS text LANGUAGE sql STABLE AS 'SELECT ''anna''::text'",
        "/rpc/who"),
    "another takes its name": (
        "ALTER FUNCTION api.helper() RENAME TO helped; "
        + PLPGSQL.format("public.helper(int DEFAULT 1)", "", LEAVING + "RETURN 'anna';"),
        "DROP FUNCTION public.helper(int); ALTER FUNCTION api.helped() RENAME TO helper", "/teams"),
    "a policy of a table further on": (
        "CREATE POLICY more ON api.teams USING (api.leaves('x'))", "DROP POLICY more ON api.teams", "/notes"),
    "a view is replaced": (
        "CREATE OR REPLACE VIEW api.seen AS SELECT id FROM api.notes WHERE api.leaves('x')",
        "CREATE OR REPLACE VIEW api.seen AS SELECT id FROM api.notes WHERE owner = api.uid()", "/seen"),
}


@pytest.mark.parametrize("change, back, path", CHANGES.values(), ids=CHANGES)
def test_T6_a_proof_ends_with_what_it_rests_on(single, database, change, back, path):
    """Functions are replaced without a reload; nothing of one request reaches the next for all that."""
    database.run("NOTIFY pgrst, 'reload schema'")
    wait_until(lambda: single.get(path, token=ANNA).status_code == 200 and last_said(database) != "UNLISTEN *", 10,
               "the schema is loaded as it is")
    database.run(change)
    try:
        for _ in range(3):
            found = single.get(path, token=ANNA)
            assert found.status_code == 200, found.text
            assert single.get("/rpc/left_over", token=BEN).json() in (None, "")
        if "X-Now" in change:
            assert found.headers["X-Now"] == "1" and found.json() == [{"id": 1, "owner": "anna"}]
    finally:
        database.run(back)
