"""react-admin's way through @raphiniert/ra-data-postgrest: every call of its data provider, compound keys too.

SPDX-License-Identifier: MIT
"""
import pytest

from harness.javascript import check, ran

SCHEMA = "embedding.sql"


def rows(*found, total=None):
    return 200, list(found), total, None


def ids(*numbers):
    return rows(*({"id": number} for number in numbers), total=len(numbers))


def one(**found):
    return 200, found, None, None


def refused(status, code):
    return status, None, None, code


def prefetched(data, name, *found, total=None):
    return 200, {"data": data, "meta": {"prefetched": {name: list(found)}}}, total, None


MOSS = {"id": 1, "first_name": "Ada", "last_name": "Moss"}
ORR = {"id": 3, "first_name": "Cleo", "last_name": "Orr"}
GAMMA = {"id": 3, "title": "Gamma", "year": 1992, "rating": 6.5, "director_id": 2, "info": {"colour": False}}


def role(film, actor, **more):
    return {"film_id": film, "actor_id": actor, "id": f"[{film},{actor}]"} | more


# name: status, data, total, code of the error
EXPECTED = {
    "getList": rows({"id": 1, "title": "Alpha"}, {"id": 2, "title": "Beta"}, total=4),
    "getListPage": rows({"id": 4, "name": "Delta", "year": "1993"}, total=4), "getListEmpty": ids(),
    "getListBeyond": refused(416, "PGRST103"), "getListSorted": ids(3, 4, 2, 1), "getListNullsFirst": ids(4, 3, 1, 2),
    "getListNullsLast": ids(2, 1, 3, 4), "getListNullsSet": ids(2, 1, 3, 4),
    "getListCompound": rows(role(1, 1), role(1, 2), total=4),
    "getListEmbed": rows({"id": 1, "directors": MOSS}, total=4),
    "getListPrefetch": prefetched([{"id": 1}, {"id": 2}], "directors", MOSS, total=4),
    "getListSchema": rows({"id": 1, "film_id": 1, "name": "Gold"}, total=1),
    "getListHeaders": rows({"id": 1}, total=4), "getListFunction": ids(3, 4),
    "getListUnknown": refused(404, "PGRST205"),
    "filter": ids(1), "filterOperator": ids(3, 4), "filterLike": ids(2), "filterWords": ids(1, 4),
    "filterIn": ids(1, 4), "filterIs": ids(4),
    "filterNot": ids(1, 2, 3), "filterOr": ids(1, 4), "filterAnd": ids(2, 4), "filterEmbed": ids(1, 2),
    "filterJson": ids(3), "filterSeveral": ids(3), "filterContains": ids(1),
    "getOne": one(id=1, title="Alpha"), "getOneOfNone": refused(406, "PGRST116"),
    "getOneEmbed": one(id=1, technical={"film_id": 1, "camera": "A1", "runtime": "01:30:00"}),
    "getOnePrefetch": prefetched({"id": 2}, "films", GAMMA), "getOneCompound": one(**role(1, 2, character="King")),
    "getOneOtherKey": one(film_id=1, camera="A1", id=1), "getOneSchema": one(name="Gold"),
    "getMany": rows({"id": 2}, {"id": 4}), "getManyOne": rows({"id": 3}), "getManyNone": rows(),
    "getManyCompound": rows(role(1, 1), role(3, 3)), "getManyReference": ids(2, 1),
    "getManyReferencePage": rows({"id": 1}, total=2), "getManyReferenceFiltered": ids(1),
    "create": one(id=90, title="New"), "createCompound": one(**role(4, 1, character="Spy")),
    "createTwice": refused(409, "23505"), "createPrefetch": prefetched({"id": 90}, "directors", ORR),
    "createSchema": one(id=2, film_id=None, name="Silver"), "update": one(id=1, title="Changed"),
    "updateNothing": one(id=1, title="Alpha"), "updateNone": refused(406, "PGRST116"),
    "updateCompound": one(**role(1, 2, character="Heir")), "updateMany": rows(1, 2),
    "updateManyCompound": rows("[1,1]", "[1,2]"), "delete": one(id=10, film_id=1, pages=120),
    "deleteNone": refused(406, "PGRST116"), "deleteCompound": one(**role(3, 3, character="Fool")),
    "deleteRefused": refused(409, "23503"), "deleteMany": rows(10, 20), "deleteManyCompound": rows("[1,1]", "[1,2]"),
}


@pytest.fixture(scope="module", params=["nginx", "lighttpd", "apache"])
def results(serve, request):
    return ran("admin.mjs", serve(front=request.param, db_schemas="api,other", db_extra_search_path="extra",
                                  db_tx_end="rollback"))


@pytest.mark.parametrize("name", EXPECTED)
def test_scenario(results, name):
    check(results[name], EXPECTED[name])


def test_every_scenario_has_an_expectation(results):
    assert set(results) == set(EXPECTED)
