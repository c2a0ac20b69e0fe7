"""What the catalog finds in a database that has one of everything, as --dump-schema prints it.

SPDX-License-Identifier: MIT
"""
import json
import os
import subprocess
import types

import pytest

from harness.process import BUILD

SCHEMA = "catalog.sql"


def dumped(database, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PGRST_", "ROWGATE_"))}
    return subprocess.run([BUILD / "rowgate", "--dump-schema"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True,
                          timeout=60, env={**kept, "PGRST_DB_URI": database.uri, **environment})


def dump(database, **environment):
    done = dumped(database, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def catalog(database):
    """Relations, functions by their names; keys and roles by theirs."""
    try:
        read = dump(database, PGRST_DB_SCHEMAS='api,Ünï "q"', PGRST_DB_EXTRA_SEARCH_PATH="extra")
    finally:
        # Roles belong to the cluster, and others test with them.
        database.run("ALTER ROLE regular_user RESET ALL")
    functions = {}
    for function in read["functions"]:
        functions.setdefault(function["name"], []).append(function)
    return types.SimpleNamespace(
        relations={(relation["schema"], relation["name"]): relation for relation in read["relations"]},
        functions=functions,
        keys={key["name"]: key for key in read["foreignKeys"]}, handlers=read["mediaHandlers"],
        roles={role["name"]: role for role in read["roles"]})


@pytest.fixture(scope="module")
def columns(catalog):
    return {column["name"]: column for column in catalog.relations["api", "projects"]["columns"]}


def test_relations(catalog):
    """Those exposed, what their views are made of, what their keys refer to; no partition, nothing else private."""
    found = {name: relation["kind"] for name, relation in catalog.relations.items()}
    views = ("v_simple v_through_hidden v_through_extra v_part_of_key v_join v_union v_with v_names v_partition "
             "v_nothing "
             "v_trigger").split()
    assert found == {
        **{("api", name): "r" for name in ("projects", "tasks", "subtasks", "of_day")}, ("api", "days"): "p",
        **{("api", name): "v" for name in views}, ("api", "materialized"): "m", ("Ünï \"q\"", "t.1"): "r",
        ("private", "clients"): "r", ("middle", "v_hidden"): "v", ("extra", "v_tasks"): "v"}
    assert catalog.relations["api", "projects"]["comment"] == "Projects"


@pytest.mark.parametrize("name, can", [
    ("projects", "iud"), ("days", "iud"), ("v_simple", "iud"), ("v_trigger", "i"), ("v_union", ""),
    ("materialized", ""),
])
def test_writable(catalog, name, can):
    relation = catalog.relations["api", name]
    assert can == "".join(way[0] for way in ("insertable", "updatable", "deletable") if relation.get(way))


@pytest.mark.parametrize("name, key", [
    ("projects", ["id"]), ("tasks", ["n", "project_id"]), ("days", ["id", "day"]),
    ("v_simple", ["id"]), ("v_through_extra", ["first", "pid"]), ("v_join", ["project", "client"]), ("v_with", ["id"]),
    ("v_names", [":resorigtbl"]), ("v_partition", ["id", "day"]), ("materialized", ["id"]),
    ("v_through_hidden", []), ("v_part_of_key", []), ("v_union", []), ("v_nothing", []), ("v_trigger", []),
])
def test_primary_keys(catalog, name, key):
    assert catalog.relations["api", name]["primaryKey"] == key


@pytest.mark.parametrize("name, expected", [
    ("id", {"type": "bigint", "cast": "bigint", "identity": "d",
            "default": "nextval('api.projects_id_seq'::regclass)"}),
    ("always", {"type": "integer", "cast": "integer", "identity": "a"}),
    ("doubled", {"type": "integer", "cast": "integer", "generated": "s", "nullable": True}),
    ("name", {"type": "character varying(20)", "cast": "character varying", "maxLength": 20, "comment": "The name",
              "default": "'it''s \"x\"'::character varying"}),
    ("three", {"type": "character(3)", "cast": "bpchar", "maxLength": 3, "nullable": True}),
    ("bits", {"type": "bit(4)", "cast": "bit varying", "maxLength": 4, "nullable": True}),
    ("mood", {"type": "api.mood", "cast": "api.mood", "default": "'ok'::api.mood", "nullable": True,
              "enum": ["sad", "ok", "happy's"]}),
    ("mood_domain", {"type": "api.mood_domain", "cast": "api.mood", "nullable": True,
                     "enum": ["sad", "ok", "happy's"]}),
    ("positive", {"type": "api.positive", "cast": "integer", "default": "7"}),
    ("more_positive", {"type": "api.more_positive", "cast": "integer", "default": "7"}),
    ("own_default", {"type": "api.positive", "cast": "integer", "default": "8"}),
    ("code", {"type": "api.code", "cast": "character varying", "maxLength": 12, "nullable": True}),
    ("client_id", {"type": "integer", "cast": "integer", "nullable": True}),
    ("Wéird \"col\"", {"type": "numeric(10,2)", "cast": "numeric", "nullable": True}),
])
def test_columns(columns, name, expected):
    assert columns[name] == {"name": name, **expected}


def test_no_dropped_column(columns):
    assert len(columns) == 14 and "dropped" not in columns


@pytest.mark.parametrize("name, expected", [
    ("projects_client_id_fkey", (["api", "projects"], ["client_id"], ["private", "clients"], ["id"], False)),
    ("tasks_project_id_fkey", (["api", "tasks"], ["project_id"], ["api", "projects"], ["id"], False)),
    ("tasks_owner_fkey", (["api", "tasks"], ["owner"], ["private", "clients"], ["id"], True)),
    ("subtasks_project_id_n_fkey", (["api", "subtasks"], ["project_id", "n"], ["api", "tasks"],
                                    ["project_id", "n"], True)),
    ("t.1_parent_fkey", (["Ünï \"q\"", "t.1"], ["parent"], ["Ünï \"q\"", "t.1"], ["id"], False)),
    ("of_day_day_id_day_fkey", (["api", "of_day"], ["day_id", "day"], ["api", "days"], ["id", "day"], False)),
])
def test_foreign_keys(catalog, name, expected):
    key = catalog.keys[name]
    assert (key["from"], key["columns"], key["to"], key["references"], key.get("oneToOne", False)) == expected


def test_no_other_keys(catalog):
    assert len(catalog.keys) == 6


def parameter(name, kind, required=True, **more):
    return {"name": name, "type": kind, **({"required": True} if required else {}), **more}


@pytest.mark.parametrize("name, expected", [
    ("many", {"volatility": "v", "parameters": [parameter("xs", "integer[]", variadic=True)], "returns": "scalar",
              "type": "integer", "set": True}),
    ("tabular", {"volatility": "v", "parameters": [parameter("x", "bpchar")], "returns": "composite", "type": "record",
                 "set": True, "columns": [parameter("i", "integer", False), parameter("t", "text", False)]}),
    ("outs", {"volatility": "v", "parameters": [parameter("a", "integer"), parameter("t", "text")],
              "returns": "composite", "type": "record",
              "columns": [parameter("s", "integer", False), parameter("t", "text", False)]}),
    ("one_out", {"volatility": "v", "returns": "composite", "type": "integer",
                 "columns": [parameter("r", "integer", False)]}),
    ("bare_record", {"volatility": "v", "returns": "scalar", "type": "record"}),
    ("body", {"volatility": "v", "parameters": [parameter("", "json")], "returns": "void", "type": "void"}),
    ("projects", {"volatility": "s", "returns": "composite", "type": "api.projects", "set": True,
                  "relation": ["api", "projects"],
                  "settings": {"statement_timeout": "5s", "search_path": "api, public"}}),
    ("client", {"volatility": "s", "returns": "composite", "type": "private.clients",
                "relation": ["private", "clients"]}),
    ("pair", {"volatility": "v", "returns": "composite", "type": "api.pair_domain",
              "columns": [parameter("a", "integer", False), parameter("b c", "text", False)]}),
    ("days_of_2020", {"volatility": "v", "returns": "composite", "type": "api.days_2020", "set": True,
                      "columns": [parameter("id", "integer", False), parameter("day", "date", False)]}),
])
def test_functions(catalog, name, expected):
    empty = {"parameters": [], "columns": [], "settings": {}}
    assert catalog.functions[name] == [{"schema": "api", "name": name, **empty, **expected}]


def test_overloads(catalog):
    ours = [(f["parameters"], f["type"], f["volatility"], f.get("comment")) for f in catalog.functions["add"]]
    assert ours == [
        ([parameter("a", "integer"), parameter("b", "integer", False)], "integer", "i", "Adds"),
        ([parameter("a", "text")], "text", "s", None)]


@pytest.mark.parametrize("name", ["unnamed", "unnamed_one", "triggered", "procedure", "aggregate"])
def test_what_cannot_be_called(catalog, name):
    assert name not in catalog.functions


def test_role_settings(catalog):
    """Only what the authenticator may set itself: log_min_duration_statement is a superuser's."""
    assert catalog.roles["regular_user"] == {
        "name": "regular_user", "isolation": "repeatable read", "settings": {"statement_timeout": "7s"}}


def test_unknown_schema(database):
    done = dumped(database, PGRST_DB_SCHEMAS="nowhere")
    assert (done.returncode, done.stdout) == (1, "") and 'schema "nowhere" does not exist' in done.stderr


def test_no_database():
    done = subprocess.run([BUILD / "rowgate", "--dump-schema"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True,
                          timeout=60, env={"PGRST_DB_URI": "host=/nowhere"})
    assert done.returncode == 1
    assert done.stdout == "" and done.stderr


def test_media_handlers(catalog):
    """Aggregates over a relation's rows or over anything, of the exposed schemas, that return a media type
    (PARITY.md M3)."""
    assert catalog.handlers == [
        {"function": 'api."any Thing"', "mediaType": "*/*", "answered": "application/octet-stream"},
        {"function": "api.page", "mediaType": "text/html", "answered": "Text/HTML", "of": "api.projects"}]
