"""Related rows through the real @supabase/postgrest-js (PARITY.md 1.3), and the ends of a query that the library has.

SPDX-License-Identifier: MIT
"""
import re

import pytest

from harness.javascript import LIBRARIES, check, ran

SCHEMA = "embedding.sql"


def rows(*found, count=None, status=200):
    return status, list(found), count, None


def error(status, code):
    return status, None, None, code


MOSS, NYE = {"last_name": "Moss"}, {"last_name": "Nye"}

# name: status, data, count, code of the error
EXPECTED = {
    "toOne": rows({"title": "Gamma", "directors": NYE}, {"title": "Delta", "directors": None}),
    "toMany": rows(MOSS | {"films": [{"title": "Alpha"}, {"title": "Beta"}]}, NYE | {"films": [{"title": "Gamma"}]},
                   {"last_name": "Orr", "films": []}),
    "oneToOne": rows({"id": 1, "technical": {"camera": "A1"}}),
    "junction": rows({"title": "Alpha", "actors": [{"name": "Yuri"}, {"name": "Xena"}]}),
    "lines": rows({"title": "Alpha", "directors": MOSS}), "alias": rows({"title": "Alpha", "by": {"name": "Moss"}}),
    "hint": rows({"id": 1, "from": {"street": "High Street"}, "to": {"street": "Low Street"}}),
    "ambiguous": error(300, "PGRST201"), "unrelated": error(400, "PGRST200"), "notEmbedded": error(400, "PGRST108"),
    "inner": rows({"id": 1, "directors": MOSS}, {"id": 2, "directors": MOSS}),
    "left": rows({"id": 3, "directors": NYE}, {"id": 4, "directors": None}),
    "hintAndInner": rows({"id": 2, "addresses": {"street": "Low Street"}}),
    "nested": rows({"id": 2, "films": [{"id": 3, "roles": [{"character": "Fool", "actors": {"name": "Zoe"}}]}]}),
    "spread": rows({"title": "Gamma"} | NYE, {"title": "Delta", "last_name": None}),
    "spreadToMany": rows(MOSS | {"titles": ["Alpha", "Beta"]}, NYE | {"titles": ["Gamma"]},
                         {"last_name": "Orr", "titles": []}),
    "referencedOrder": rows({"id": 1, "films": [{"id": 2}, {"id": 1}]}),
    "referencedNulls": rows({"id": 1, "films": [{"id": 2}, {"id": 1}]}),
    "referencedLimit": rows({"id": 1, "films": [{"id": 1}]}, {"id": 2, "films": [{"id": 3}]}),
    "referencedRange": rows({"id": 1, "films": [{"id": 2}]}),
    "referencedOr": rows({"id": 1, "films": [{"title": "Alpha"}]}, {"id": 2, "films": [{"title": "Gamma"}]},
                         {"id": 3, "films": []}),
    "foreignTable": rows({"id": 1, "films": [{"id": 1}]}),
    "orderByRelated": rows({"id": 3, "directors": NYE}, {"id": 1, "directors": MOSS}, {"id": 2, "directors": MOSS},
                           {"id": 4, "directors": None}),
    "filterNested": rows({"id": 1, "films": [{"id": 1, "actors": [{"name": "Yuri"}]}, {"id": 2, "actors": []}]}),
    "nullFilter": rows({"id": 4, "directors": None}), "notNullFilter": rows({"id": 1}, {"id": 2}),
    "counted": rows({"id": 1}, count=2, status=206), "countedOnly": (200, None, 2, None),
    "embeddedCount": rows({"id": 1, "films": [{"count": 2}]}, {"id": 2, "films": [{"count": 1}]},
                          {"id": 3, "films": [{"count": 0}]}),
    "aggregates": rows({"director_id": 1, "max": 1991, "count": 2}, {"director_id": 2, "max": 1992, "count": 1},
                       {"director_id": None, "max": 1993, "count": 1}),
    "single": (200, {"id": 1, "directors": MOSS}, None, None), "singleOfMany": error(406, "PGRST116"),
    "maybeSingleOfMany": error(406, "PGRST116"),
    "maybeSingle": (200, {"id": 1, "technical": {"camera": "A1"}}, None, None),
    "csv": (200, 'id,directors\n1,"{""id"": 1}"', None, None), "geojson": error(404, "42883"),
    "explainJson": rows("Execution Time", "Plan", "Planning Time", "Triggers"), "aborted": error(0, "AbortError"),
    "notAborted": rows({"id": 1}),
    "insert": (201, {"id": 90, "directors": {"last_name": "Orr"}}, None, None),
    "update": rows({"title": "Gamma", "directors": MOSS}),
    "upsert": rows({"pages": 8, "films": {"title": "Beta"}}),
    "delete": rows({"character": "Fool", "films": {"title": "Gamma"}}),
    "rpc": rows({"id": 3, "directors": NYE}, {"id": 4, "directors": None}),
    "rpcGet": rows({"id": 3, "actors": [{"name": "Zoe"}]}, count=2, status=206),
    "rpcSingle": (200, {"id": 1, "technical": {"camera": "A1"}}, None, None),
    "computed": rows(MOSS | {"best_film": {"title": "Beta"}}),
    "view": rows({"plate": "Z-1", "makers": {"name": "Zip"}}), "otherSchema": rows({"name": "Gold"}),
    "otherSchemaRelation": error(400, "PGRST200"),
}


@pytest.fixture(scope="module", params=LIBRARIES)
def results(serve, request):
    return ran("embeds.mjs", serve(front="nginx", db_schemas="api,other", db_extra_search_path="extra",
                                   db_tx_end="rollback", db_aggregates_enabled="true", db_plan_enabled="true"),
               *LIBRARIES[request.param])


@pytest.mark.parametrize("name", EXPECTED)
def test_scenario(results, name):
    check(results[name], EXPECTED[name])


def test_explain(results):
    got = results["explain"]
    assert (got["status"], got["code"]) == (200, None)
    assert (re.match(r"Aggregate  \(cost=[0-9.]+ rows=1 width=144\)\n  ->", got["data"])
            and "Sort  (cost=" in got["data"] and "Join" in got["data"])


def test_every_scenario_has_an_expectation(results):
    assert set(results) == {*EXPECTED, "explain"}
