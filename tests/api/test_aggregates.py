"""Aggregates with order: by what is grouped, by what is aggregated, and by columns of embeds (PARITY.md U4, U16).

SPDX-License-Identifier: MIT
"""
import pytest

from harness.cases import case, fault, table

SCHEMA = "aggregates.sql"
OPTIONS = {"db_schemas": "api", "db_aggregates_enabled": "true"}


@pytest.fixture(scope="module")
def sales(serve):
    return serve(front="nginx", **OPTIONS)


@pytest.fixture(scope="module")
def undone(serve):
    return serve(front="nginx", db_tx_end="rollback", **OPTIONS)


def shown(name, query, *rows, of="sales"):
    """`rows` are tuples of the values in the order of the answer."""
    return case(name, f"GET /{of}?{query}", 200, [*rows])


def pairs(one, two, *values):
    return [{one: first, two: second} for first, second in values]


OWN = [
    shown("U4 by a cast's column", "select=at::date,count()&order=at",
          *pairs("at", "count", ("2020-01-01", 2), ("2020-01-02", 1), ("2020-01-03", 2))),
    shown("U4 by a cast's alias", "select=day:at::date,count()&order=day.desc&limit=2",
          *pairs("day", "count", ("2020-01-03", 2), ("2020-01-02", 1))),
    shown("U4 by a column and its cast", "select=id,at:id::text,count()&order=id.desc&limit=1",
          {"id": 5, "at": "5", "count": 1}),
    shown("U4 by a path", "select=doc->k,amount.sum()&order=doc->k",
          *pairs("k", "sum", (1, 8), (2, 5), (10, 2), (None, 9))),
    shown("U4 by a path as text", "select=doc->>k,amount.sum()&order=doc->>k.desc.nullslast",
          *pairs("k", "sum", ("2", 5), ("10", 2), ("1", 8), (None, 9))),
    shown("U4 by a path's cast", "select=doc->>k::integer,amount.sum()&order=doc->>k",
          *pairs("k", "sum", (1, 8), (2, 5), (10, 2), (None, 9))),
    shown("U4 by a path's cast to a type of the user", "select=m:mood::mood,count()&order=m",
          *pairs("m", "count", ("sad", 2), ("happy", 2), (None, 1))),
    shown("U4 by an aggregate's alias", "select=shop_id,total:amount.sum()&order=total.desc",
          *pairs("shop_id", "total", (1, 12), (None, 9), (3, 2), (2, 1))),
    shown("U4 by an aggregate's name", "select=shop_id,amount.sum()&order=sum&limit=1",
          *pairs("shop_id", "sum", (2, 1))),
    shown("U4 by an aggregate with paths in it", "select=mood,doc->>k::integer.sum()&order=sum.desc.nullslast",
          *pairs("mood", "sum", ("happy", 11), ("sad", 3), (None, None))),
    shown("U4 by an alias that is a column's name too", "select=mood,amount:amount.sum()&order=amount.desc,mood",
          *pairs("mood", "amount", ("happy", 9), (None, 9), ("sad", 6))),
    shown("U4 by several", "select=at::date,count()&order=count,at.desc",
          *pairs("at", "count", ("2020-01-02", 1), ("2020-01-03", 2), ("2020-01-01", 2))),
    shown("U4 of a function's rows", "select=at::date,n:count()&order=n.desc,at&limit=1",
          *pairs("at", "n", ("2020-01-01", 2)), of="rpc/all_sales"),
    case("U4 by what is not grouped", "GET /sales?select=shop_id,count()&order=mood", 400, fault(
        "42803", 'column "sales.mood" must appear in the GROUP BY clause or be used in an aggregate function')),
    case("U4 an alias is no column of rows", "GET /sales?select=x:shop_id&order=x", 400,
         fault("42703", "column sales.x does not exist")),
]

UNEQUAL = [
    shown("U4 a cast to json", "select=doc::json,count()&order=doc",
          *pairs("doc", "count", ({"k": 1}, 2), ({"k": 2}, 1), ({"k": 10}, 1), (None, 1))),
    shown("U4 a path's cast to json", "select=doc->k::json,count()&order=doc->k&limit=1", *pairs("k", "count", (1, 2))),
    shown("U4 a spread's cast to xml", "select=count(),...shops(l:label::xml)&order=l",
          *pairs("count", "l", (1, "alpha"), (1, "mid"), (2, "zeta"), (1, None))),
    shown("U4 a json column", "select=raw,count()&order=raw",
          *pairs("raw", "count", ({"a": 1}, 1), ({"a": 2}, 2), ({"a": 10}, 1), (None, 1))),
    shown("U4 a path of a json column", "select=raw->a,amount.sum()&order=raw->a",
          *pairs("a", "sum", (1, 1), (2, 14), (10, 7), (None, 2))),
    shown("U13 json, equal", "select=id&raw->a=eq.2&order=id", {"id": 1}, {"id": 5}),
    shown("U13 json, greater", "select=id&raw->a=gt.2", {"id": 2}),
    shown("U13 json, among", "select=id&raw->a=in.(1,10)&order=id", {"id": 2}, {"id": 3}),
    shown("U13 json, not distinct in a tree", "select=id&or=(raw->a.not.isdistinct.1,raw->a.not.eq.2)&order=id",
          {"id": 2}, {"id": 3}),
    shown("U13 json, null", "select=id&raw->a=is.null", {"id": 4}),
    shown("U16 json", "select=id&order=raw->a.desc.nullslast,id", *[{"id": number} for number in (2, 1, 5, 3, 4)]),
]

DE, FR = "DE", "FR"

RELATED = [
    shown("U16 groups by an embed", "select=shops(label),amount.sum()&order=shops(label)", *pairs("shops", "sum", *[
        ({"label": "alpha"}, 1), ({"label": "mid"}, 2), ({"label": "zeta"}, 12), (None, 9)])),
    shown("U16 rows by what an embed counts", "select=id,shops(n:count())&order=shops(label).desc.nullslast,id&id=gt.2",
          *[{"id": number, "shops": {"n": count}} for number, count in ((4, 1), (3, 1), (5, 0))]),
    shown("U16 rows by what an embed groups", "select=id,shops(l:label,count())&order=shops(l).nullsfirst,id&id=gt.2",
          {"id": 5, "shops": None}, {"id": 3, "shops": {"l": "alpha", "count": 1}},
          {"id": 4, "shops": {"l": "mid", "count": 1}}),
    shown("U16 rows by what an embed in an embed counts",
          "select=id,shops(count(),cities(name))&order=shops(cities(name)).nullsfirst,id&limit=2&id=gt.2",
          {"id": 5, "shops": None}, {"id": 4, "shops": {"count": 1, "cities": {"name": "Aachen"}}}),
    shown("U16 one group", "select=count(),shops()&order=shops(label)", {"count": 5}),
    shown("U16 groups by what refers to an embed", "select=shop_id,count(),shops()&order=shops(label)",
          *pairs("shop_id", "count", (2, 1), (3, 1), (1, 2), (None, 1))),
    shown("U16 groups by their own key",
          "select=id,count(),shops(city_id)&order=shops(label).desc.nullslast,id&limit=2",
          *[{"id": number, "count": 1, "shops": {"city_id": 1}} for number in (1, 2)]),
    shown("U16 groups by an embed's key", "select=shops(id),count()&order=shops(label)&limit=2",
          *[{"shops": {"id": number}, "count": 1} for number in (2, 3)]),
    shown("U16 groups by all that an embed has", "select=shops(*),count()&order=shops(label)&limit=1",
          {"shops": {"id": 2, "label": "alpha", "city_id": 2}, "count": 1}),
    case("U16 groups by what does not tell", "GET /sales?select=mood,count(),shops()&order=shops(label)", 400, fault(
        "42803", 'column "sales_shops_1.o1" must appear in the GROUP BY clause or be used in an aggregate function')),
    shown("U16 groups by an embed's alias", "select=s:shops(l:label),amount.sum()&order=s(l).desc.nullslast&limit=1",
          {"s": {"l": "zeta"}, "sum": 12}),
    shown("U16 groups by a spread's column", "select=...shops(label),amount.sum()&order=shops(label)",
          *pairs("label", "sum", ("alpha", 1), ("mid", 2), ("zeta", 12), (None, 9))),
    shown("U16 groups by a spread column's alias", "select=...shops(l:label),amount.sum()&order=shops(l)&limit=1",
          {"l": "alpha", "sum": 1}),
    shown("U16 groups by what was lifted", "select=...shops(l:label),amount.sum()&order=l.desc.nullslast&limit=1",
          {"l": "zeta", "sum": 12}),
    shown("U16 groups by an aggregate of a spread",
          "select=mood,...shops(id.max())&order=shops(max).desc.nullslast,mood",
          *pairs("mood", "max", ("happy", 3), ("sad", 2), (None, None))),
    shown("U16 groups by spreads of spreads",
          "select=amount.sum(),...shops(id.count(),...cities(n:name,...countries(c:name)))&order=shops(cities(n))",
          *[dict(zip(("sum", "count", "n", "c"), row)) for row in (
              (2, 1, "Aachen", DE), (12, 2, "Bonn", DE), (1, 1, "Paris", FR), (9, 0, None, None))]),
    shown("U16 aggregates on several levels",
          "select=amount.sum(),...shops(id.count(),...cities(m:id.max(),...countries(name)))&order=m.desc.nullslast",
          *[dict(zip(("sum", "count", "m", "name"), row)) for row in (
              (14, 3, 3, DE), (1, 1, 2, FR), (9, 0, None, None))]),
    shown("U4 grouped by embeds in spreads", "select=...shops(cities(name)),amount.sum()&order=sum", *pairs(
        "cities", "sum", ({"name": "Paris"}, 1), ({"name": "Aachen"}, 2), (None, 9), ({"name": "Bonn"}, 12))),
    shown("U4 grouped by two embeds", "select=shops(label,cities(name)),...shops(id),count()&order=id&limit=1",
          {"shops": {"label": "zeta", "cities": {"name": "Bonn"}}, "id": 1, "count": 2}),
    shown("U4 grouped by an array", "select=sales(id),count()&label=eq.mid", {"sales": [{"id": 4}], "count": 1},
          of="shops"),
    shown("U4 order within an embed", "select=label,sales(doc->k,count(),most:amount.max())&sales.order=most&id=eq.1",
          {"label": "zeta", "sales": [{"k": 2, "count": 1, "most": 5}, {"k": 1, "count": 1, "most": 7}]}, of="shops"),
    shown("U16 two embeds away", "select=id,shops(cities(name))&order=shops(cities(name)).desc.nullslast,id&limit=2",
          {"id": 3, "shops": {"cities": {"name": "Paris"}}}, {"id": 1, "shops": {"cities": {"name": "Bonn"}}}),
    shown("U16 three embeds away, nothing of them shown",
          "select=id,shops(cities(countries()))&order=shops(cities(countries(name))).desc.nullslast,id.desc",
          *[{"id": number} for number in (3, 4, 2, 1, 5)]),
    shown("U16 two spreads away", "select=id,...shops(...cities(n:name))&order=shops(cities(n)),id&limit=1",
          {"id": 4, "n": "Aachen"}),
    shown("U16 away from an embed",
          "select=name,cities(name,shops(label,sales(id)))&cities.shops.order=label&name=eq.FR",
          {"name": FR, "cities": [{"name": "Paris", "shops": [{"label": "alpha", "sales": [{"id": 3}]}]}]},
          of="countries"),
    shown("U16 by the alias of a column", "select=id,shops(l:label)&order=shops(l).desc.nullslast,id&limit=1",
          {"id": 1, "shops": {"l": "zeta"}}),
    shown("U16 groups two embeds away", "select=count(),shops(cities(name))&order=shops(cities(name))", *pairs(
        "count", "shops", (1, {"cities": {"name": "Aachen"}}), (2, {"cities": {"name": "Bonn"}}),
        (1, {"cities": {"name": "Paris"}}), (1, None))),
    case("U16 two away, not embedded", "GET /sales?select=id,shops(label)&order=shops(cities(name))", 400, fault(
        "PGRST108", "'cities' is not an embedded resource in this request", None,
        "Verify that 'cities' is included in the 'select' query parameter.")),
    case("U16 two away, many", "GET /shops?select=id,cities(shops(id))&order=cities(shops(id))", 400, fault(
        "PGRST118", "A related order on 'shops' is not possible",
        "'cities' and 'shops' do not form a many-to-one or one-to-one relationship")),
    case("U16 unclosed", "GET /sales?select=id&order=shops(cities(name)", 400),
]

COUNTS = [
    case("P4 groups", "GET /sales?select=shop_id,count()&order=shop_id&limit=2", 206,
         pairs("shop_id", "count", (1, 2), (2, 1)), {"Content-Range": "0-1/4"}, Prefer="count=exact"),
    case("P4 groups, offset", "GET /sales?select=at::date,count()&order=at&offset=2", 206,
         pairs("at", "count", ("2020-01-03", 2)), {"Content-Range": "2-2/3"}, Prefer="count=exact"),
    case("P4 groups by a spread", "GET /sales?select=...shops(cities(name)),count()&order=count.desc&limit=1", 206,
         pairs("cities", "count", ({"name": "Bonn"}, 2)), {"Content-Range": "0-0/4"}, Prefer="count=exact"),
    case("P4 one group of all", "GET /sales?select=count()&limit=3", 200, [{"count": 5}],
         {"Content-Range": "0-0/1"}, Prefer="count=exact"),
    case("P4 groups of some", "GET /sales?select=shop_id,count()&shop_id=lt.3&order=shop_id&limit=1", 206,
         pairs("shop_id", "count", (1, 2)), {"Content-Range": "0-0/2"}, Prefer="count=exact"),
    case("P4 groups of a function", "GET /rpc/all_sales?select=shop_id,count()&order=shop_id&limit=1", 206,
         pairs("shop_id", "count", (1, 2)), {"Content-Range": "0-0/4"}, Prefer="count=exact"),
]


@table(OWN)
def test_groups_in_order_U4(sales, case):
    case.check(sales)


@table(UNEQUAL)
def test_values_without_equality_U4_U13_U16(sales, case):
    case.check(sales)


@table(RELATED)
def test_orders_of_embeds_U4_U16(sales, case):
    case.check(sales)


@table(COUNTS)
def test_groups_are_counted_P4(sales, case):
    case.check(sales)


def test_all_rows_are_no_part_P4(database, serve):
    """Whatever the planner thinks of them."""
    database.run("CREATE TABLE api.swollen (id integer, city_id integer REFERENCES api.cities) "
                 "WITH (autovacuum_enabled = false); "
                 "INSERT INTO api.swollen SELECT n, 1 FROM generate_series(1, 5000) AS n; ANALYZE api.swollen; "
                 "DELETE FROM api.swollen WHERE id > 3; GRANT SELECT ON api.swollen TO web_anon")
    server = serve(front="nginx", db_schemas="api", db_channel="later")

    def said(query, count="planned", on=server, **fields):
        answer = on.get("/swollen?select=id" + query, headers={"Prefer": f"count={count}", **fields})
        span, _, total = answer.headers["Content-Range"].partition("/")
        assert int(total) > 100, answer.headers
        return answer.status_code, span
    assert said("") == said("", "estimated") == said(",cities(id)") == (200, "0-2")
    assert said("&limit=10") == said("", Range="0-9") == (206, "0-2")
    assert said("&offset=1") == (206, "1-2")
    assert said("&id=gt.0")[0] == said(",cities!inner(id)")[0] == 206
    capped = serve(front="nginx", db_schemas="api", db_channel="later", db_max_rows=2)
    assert said("", on=capped) == (206, "0-1")
    roomy = serve(front="nginx", db_schemas="api", db_channel="later", db_max_rows=4)
    assert said("", on=roomy) == (200, "0-2")


def test_order_of_what_is_written_U16(undone):
    answered = [{"id": number, "shops": {"cities": {"name": name}}}
                for number, name in ((3, "Paris"), (1, "Bonn"), (2, "Bonn"), (4, "Aachen"))]
    case("two embeds away",
         "PATCH /sales?select=id,shops(cities(name))&order=shops(cities(name)).desc,id&shop_id=not.is.null",
         200, answered, body={"mood": None}, Prefer="return=representation").check(undone)
    case("groups", "PATCH /sales?select=at::date,sum:amount.sum()&order=sum.desc,at", 200,
         pairs("at", "sum", ("2020-01-01", 2), ("2020-01-03", 2), ("2020-01-02", 1)),
         body={"amount": 1}, Prefer="return=representation").check(undone)
