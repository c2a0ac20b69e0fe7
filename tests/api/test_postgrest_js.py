"""What applications do through the real @supabase/postgrest-js, alone and as part of @supabase/supabase-js.

SPDX-License-Identifier: MIT
"""
import pytest

from harness.javascript import LIBRARIES, check, ran

SCHEMA = "parity.sql"


def ids(*numbers):
    return [{"id": number} for number in numbers]


# name: status, data, count, code of the error
EXPECTED = {
    "select": (200, [{"id": 1, "name": "apple"}, {"id": 2, "name": "Banana"}], None, None),
    "filters": (200, ids(5, 3, 2), None, None),
    "in": (200, ids(1, 5), None, None), "or": (200, ids(1, 6), None, None), "contains": (200, ids(1, 2), None, None),
    "like": (200, ids(2), None, None), "textSearch": (200, ids(1), None, None), "range": (206, ids(2, 3), 6, None),
    "head": (200, None, 6, None), "single": (200, {"id": 1, "label": "1:apple"}, None, None),
    "singleOfNone": (406, None, None, "PGRST116"), "maybeSingle": (200, None, None, None),
    "csv": (200, "a,b\n1,x\n1,y\n2,x", None, None),
    "insert": (201, [{"a": 9, "b": "x", "value": None}, {"a": 9, "b": "y", "value": 1}], None, None),
    "insertOnly": (201, None, None, None), "upsert": (200, {"a": 1, "b": "x", "value": 99}, None, None),
    "update": (200, [{"id": 1, "rank": 77}], None, None), "delete": (204, None, 2, None),
    "insertOne": (201, {"id": 9, "title": "nine", "rank": 10}, None, None),
    "insertWithKeysOfSome": (201, [{"value": 1}, {"value": None}], 2, None),
    "insertDefaults": (201, [{"rank": 10}, {"rank": 1}], None, None),
    "insertNulls": (201, [{"rank": None}, {"rank": 1}], None, None),
    "insertNested": (201, {"meta": {"a": [1, {"b": None}], "c d": "\u00e9"}}, None, None),
    "insertRefused": (400, None, None, "23502"), "insertUnknown": (400, None, None, "PGRST204"),
    "insertCsv": (201, "a,b\n9,x", None, None),
    "upsertMany": (201, [{"value": 5}, {"value": 6}], 2, None),
    "upsertIgnore": (201, [{"a": 9, "value": 6}], None, None),
    "upsertOnConflict": (200, [{"id": 5, "n": 2}], None, None), "upsertDefaults": (201, {"rank": 10}, None, None),
    "updateCounted": (204, None, 2, None), "updateNothing": (200, [], None, None),
    "updateSingleOfMany": (406, None, None, "PGRST116"),
    "updateMaybe": (200, None, None, None), "updateOrdered": (200, ids(3, 2, 1), None, None),
    "updateOr": (200, ids(1, 2), None, None),
    "maxAffected": (400, None, None, "PGRST124"), "maxAffectedWithin": (204, None, 1, None),
    "deleteReturned": (200, ids(1, 3), None, None),
    "rolledBack": (201, [{"a": 9, "b": "x", "value": None}], None, None),
    "rpc": (200, 3, None, None), "rpcGet": (200, 3, None, None), "rpcRows": (200, {"id": 3}, None, None),
    "rpcHead": (200, None, 6, None), "rpcCount": (206, ids(2, 3), 6, None), "rpcFilters": (200, ids(6, 1), None, None),
    "rpcArray": (200, 6, None, None), "rpcVariadic": (200, 6, None, None),
    "rpcVoid": (204, None, None, None), "rpcNull": (200, None, None, None), "rpcSet": (200, [1, 2, 3], None, None),
    "rpcOne": (200, {"id": 1, "name": "apple"}, None, None),
    "rpcCsv": (200, "n,square\n2,4\n3,9", None, None), "rpcMaxAffected": (400, None, None, "PGRST124"),
    "rpcRaise": (402, None, None, "PT402"), "rpcMissing": (404, None, None, "PGRST202"),
    "rpcAmbiguous": (300, None, None, "PGRST203"), "rpcReadOnly": (405, None, None, "25006"),
    "rpcSchema": (200, "other", None, None),
    "otherSchema": (200, [{"id": 1, "other": "elsewhere"}], None, None),
    "error": (404, None, None, "PGRST205"), "conflict": (409, None, None, "23505"),
}


@pytest.fixture(scope="module", params=LIBRARIES)
def results(serve, request):
    return ran("scenarios.mjs", serve(front="nginx", db_schemas="api,other", db_extra_search_path="extra",
                                      db_tx_end="rollback"), *LIBRARIES[request.param])


@pytest.mark.parametrize("name", EXPECTED)
def test_scenario(results, name):
    check(results[name], EXPECTED[name])
