"""Every method of the real @supabase/supabase-js that asks the interface, and the whole of the errors it gives.

SPDX-License-Identifier: MIT
"""
import pytest

from harness.cases import fault
from harness.javascript import LIBRARIES, check, ran

SCHEMA = "parity.sql"


def rows(*found, count=None, status=200):
    return status, list(found), count, None


def ids(*numbers, **more):
    return rows(*({"id": number} for number in numbers), **more)


def nothing(status, count=None):
    return status, None, count, None


def refused(status, code):
    return status, None, None, code


ALL = (1, 2, 3, 4, 5, 6)

FILTERS = {
    "eq": ids(1), "eqReserved": ids(5), "eqPercent": ids(6), "neq": ids(2, 3), "gt": ids(3, 6), "gte": ids(3, 5, 6),
    "lt": ids(2), "lte": ids(1, 2), "like": ids(2), "likeStar": ids(2), "ilike": ids(2), "likeAllOf": ids(2),
    "likeAnyOf": ids(1, 3), "ilikeAllOf": ids(2), "ilikeAnyOf": ids(1, 3), "regexMatch": ids(1, 3),
    "regexIMatch": ids(1, 2, 3), "isNull": ids(3), "isTrue": ids(1, 4, 6), "isFalse": ids(2, 5),
    "isDistinct": ids(2, 3, 5), "isDistinctNull": ids(*ALL), "in": ids(1, 3), "inReserved": ids(5, 6),
    "inMany": ids(1), "inNothing": ids(), "notIn": ids(2, 3, 6), "containsText": ids(1), "containsArray": ids(1, 2),
    "containsJson": ids(1), "containedByText": ids(1, 3), "containedByArray": ids(3, 6), "containedByJson": ids(3),
    "rangeGt": ids(3), "rangeGte": ids(3), "rangeLt": ids(1), "rangeLte": ids(1, 3), "rangeAdjacent": ids(1, 3),
    "overlapsText": ids(1, 3), "overlapsArray": ids(1, 6), "textSearch": ids(1), "textSearchConfig": ids(1),
    "textSearchPlain": ids(1), "textSearchPhrase": ids(1), "textSearchWeb": ids(1, 2), "textSearchOfText": ids(2),
    "match": ids(1), "not": ids(2, 3, 5), "notIn2": ids(4, 5, 6), "notLike": ids(3, 6), "or": ids(1, 3),
    "orNested": ids(2, 5), "twoOrs": ids(1), "filter": ids(1, 2), "filterIn": ids(1, 5), "filterJson": ids(2),
    "filterComputed": ids(1),
}

READS = {
    "orderJson": ids(1, 2), "orderNulls": ids(4, 3), "limit": ids(1, 2), "limitNothing": ids(), "range": ids(3, 4),
    "rangeBeyond": ids(), "rangeBeyondCounted": refused(416, "PGRST103"),
    "countExact": ids(1, count=6, status=206), "countPlanned": ids(1, count=6, status=206),
    "countEstimated": ids(1, count=6, status=206), "countAll": ids(*ALL, count=6),
    "headOnly": nothing(200), "headCounted": nothing(200, 6), "headOfUnknown": nothing(204),
    "select": rows({"name": "apple", "price": "1.50", "first": 10}), "single": (200, {"id": 1}, None, None),
    "singleOfTwo": refused(406, "PGRST116"), "maybeSingle": (200, {"id": 1}, None, None),
    "maybeSingleOfNone": nothing(200), "csv": (200, "id,name\n1,apple\n2,Banana", None, None),
    "stripNulls": rows({"id": 4}, {"id": 5, "name": "date, dried", "price": 3}),
    "stripNullsSingle": (200, {"id": 4}, None, None), "returns": ids(1), "overrideTypes": ids(1),
    "setHeader": ids(1, count=6, status=206), "retry": ids(1), "explainText": (200, True, None, None),
    "explainJson": rows("Plan"), "explainAnalyze": rows("Plan", "Execution Time"), "explainVerbose": rows("Plan"),
    "explainAll": rows("Plan", "Execution Time", "Settings"), "explainSingle": (200, True, None, None),
    "explainWrite": (200, True, None, None),
}

WRITES = {
    "insert": nothing(201), "insertNothing": nothing(201), "insertCounted": nothing(201, 2),
    "insertReturning": (201, {"a": 9, "b": "x"}, None, None),
    "insertDefaults": rows({"rank": 10}, {"rank": 1}, status=201),
    "insertBig": (201, {"big": "9007199254740993"}, None, None),
    "upsert": nothing(200), "upsertNew": nothing(201, 1), "upsertReturning": rows({"value": 7}),
    "upsertOn": rows({"id": 5, "n": 2}), "upsertOnPair": rows(status=201),
    "upsertOnNothing": refused(400, "42P10"), "upsertDefaults": (201, {"rank": 10}, None, None),
    "update": nothing(204), "updateCounted": nothing(204, 2),
    "updateReturning": (200, {"meta": {"a": [1]}}, None, None), "updateNone": nothing(204, 0), "updateEmpty": rows(),
    "delete": nothing(204), "deleteCounted": nothing(204, 2), "deleteReturning": rows({"title": "one"}),
    "maxAffected": refused(400, "PGRST124"), "maxAffectedWithin": ids(1, 2, 3, count=3), "rollback": nothing(201),
}

CALLS = {
    "rpc": (200, 3, None, None), "rpcNoArguments": (200, "hello world", None, None),
    "rpcGet": (200, "hello you", None, None), "rpcHead": nothing(200, 6),
    "rpcUndefined": (200, "hello world", None, None), "rpcFiltered": ids(4, 2),
    "rpcCounted": (200, [1, 2, 3], 3, None), "rpcMaybe": nothing(200), "rpcRange": ids(2, 3, count=6, status=206),
    "rpcArray": (200, 3, None, None), "rpcHeadOfObject": (200, {"a": {"b": 1}}, 1, None),
    "rpcJson": (200, {"a": {"b": [1]}}, None, None), "rpcWrites": (200, {"id": 9, "title": "t"}, None, None),
    "rpcVoid": nothing(204), "rpcMaxAffected": ids(1, 2, 3, count=3),
}

OTHERS = {
    "schema": rows({"id": 1, "other": "elsewhere"}), "schemaRpc": (200, "other", None, None),
    "schemaUnknown": refused(406, "PGRST106"), "schemaWrite": (201, {"id": 2, "other": None}, None, None),
    "openApi": (200, ["2.0", ["/", "/items", "/only_here", "/rpc/here"]], None, None),
    "thrown": (0, "PostgrestError", None, "PGRST205"), "notThrown": ids(1), "deniedColumn": refused(401, "42501"),
    "check": refused(400, "23514"), "unknownColumn": refused(400, "42703"), "badValue": refused(400, "22P02"),
    "badOperator": refused(400, "PGRST100"), "raised": refused(418, "PT418"),
    "sends": (200, [[{"id": 1}], True, True, "handling=strict, max-affected=1", "api", True], None, None),
    "accessToken": (200, "web_anon", None, None), "wrongToken": refused(401, "PGRST301"),
    "ownHeaders": (200, "yes", None, None),
}

EXPECTED = FILTERS | READS | WRITES | CALLS | OTHERS

# name: the reason in the status line, the error as a whole
ERRORS = {
    "rangeBeyondCounted": (("Range Not Satisfiable", "Requested Range Not Satisfiable"), fault(
        "PGRST103", "Requested range not satisfiable", "An offset of 10 was requested, but there are only 6 rows.")),
    "singleOfTwo": (("Not Acceptable",), fault(
        "PGRST116", "Cannot coerce the result to a single JSON object", "The result contains 2 rows")),
    "maxAffected": (("Bad Request",), fault(
        "PGRST124", "Query result exceeds max-affected preference constraint", "The query affects 3 rows")),
    "schemaUnknown": (("Not Acceptable",), fault(
        "PGRST106", "Invalid schema: nope", None, "Only the following schemas are exposed: api, other")),
    "deniedColumn": (("Unauthorized",), fault("42501", "permission denied for table members_only")),
    "check": (("Bad Request",), fault(
        "23514", 'new row for relation "unique_words" violates check constraint "unique_words_n_check"',
        "Failing row contains (2, null, -1).")),
    "unknownColumn": (("Bad Request",), fault(
        "42703", "column items.nope does not exist", None, 'Perhaps you meant to reference the column "items.name".')),
    "badValue": (("Bad Request",), fault("22P02", 'invalid input syntax for type integer: "x"')),
    "wrongToken": (("Unauthorized",), fault(
        "PGRST301", "No suitable key or wrong key type", "None of the keys was able to decode the JWT")),
}


@pytest.fixture(scope="module", params=["nginx", "lighttpd", "apache"])
def results(serve, request):
    server = serve(front=request.param, db_schemas="api,other", db_extra_search_path="extra", db_tx_end="rollback",
                   db_plan_enabled="true")
    return ran("methods.mjs", server, *LIBRARIES["supabase-js"])


@pytest.mark.parametrize("name", EXPECTED)
def test_scenario(results, name):
    check(results[name], EXPECTED[name])


@pytest.mark.parametrize("name", ERRORS)
def test_error(results, name):
    reasons, error = ERRORS[name]
    assert results[name]["error"] == error
    assert results[name]["statusText"] in reasons


def test_what_a_function_raises_is_the_error(results):
    assert results["raised"]["error"] == fault("PT418", "tea", "green", "milk")


def test_every_scenario_has_an_expectation(results):
    assert set(results) == set(EXPECTED)
