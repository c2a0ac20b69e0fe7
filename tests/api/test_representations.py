"""Domain representations (PARITY.md W12): what a domain is shown as, what its filters say, and what it is written as.

SPDX-License-Identifier: MIT
"""
import pytest

from harness.cases import case, table

SCHEMA = "representations.sql"


@pytest.fixture(scope="module", params=["nginx", "lighttpd"])
def paints(request, serve):
    return serve(front=request.param, db_schemas="api", db_aggregates_enabled=True)


def found(name, query, *ids):
    return case("W12 " + name, f"GET /paints?select=id&order=id&{query}", 200, [{"id": number} for number in ids])


def shown(name, asks, says, **send):
    return case("W12 " + name, "GET " + asks, 200, says, **send)


READ = [
    shown("star", "/paints?id=eq.1", '[{"id":1,"name":"red","color":"#ff0000","plain":1}]'),
    shown("select", "/paints?select=color&order=id",
          [{"color": "#ff0000"}, {"color": "#00ff00"}, {"color": "#0000ff"}, {"color": None}]),
    shown("alias", "/paints?select=c:color&id=eq.3", [{"c": "#0000ff"}]),
    shown("cast", "/paints?select=color::text&id=eq.3", [{"color": '"#0000ff"'}]),
    shown("csv", "/paints?select=id,color&id=eq.3", 'id,color\n3,"""#0000ff"""', Accept="text/csv"),
    shown("view", "/bright?select=color&order=color", [{"color": "#00ff00"}, {"color": "#ff0000"}]),
    shown("function", "/rpc/all_paints?select=color&id=eq.2", [{"color": "#00ff00"}]),
    shown("order is the domain's own", "/paints?select=id&color=not.is.null&order=color.desc",
          [{"id": 1}, {"id": 2}, {"id": 3}]),
    shown("group", "/paints?select=color,count()&id=lt.2", [{"color": "#ff0000", "count": 1}]),
    found("eq", "color=eq.%2300ff00", 2), found("without a mark", "color=eq.00ff00", 2),
    found("lt", "color=lt.%2300ff00", 3),
    found("not", "color=not.eq.%2300ff00", 1, 3), found("in", "color=in.(%23ff0000,%230000ff)", 1, 3),
    found("in nothing", "color=in.()"),
    found("is", "color=is.null", 4), found("isdistinct takes the value as it is", "color=isdistinct.255", 1, 2, 4),
    found("tree", "or=(color.eq.%23ff0000,color.eq.%230000ff)", 1, 3), found("quantified", "color=neq.%2300ff00", 1, 3),
    found("a cast that is not implicit", "plain=eq.2", 2),
    case("W12 representation", "PATCH /paints?id=eq.1&select=color", 200, [{"color": "#ff0000"}], body={"name": "red"},
         Prefer="return=representation"),
]


@table(READ)
def test_W12_read(paints, case):
    case.check(paints)


FULL = "return=representation"
GREY = {"id": 9, "color": "#777777"}
WRITTEN = [
    case("W12 POST", "POST /paints?select=id,color", 201, [GREY], body=GREY, Prefer=FULL),
    case("W12 POST rows", "POST /paints?select=color", 201, [{"color": "#000001"}, {"color": None}],
         body=[{"id": 8, "color": "#1"}, {"id": 9, "color": None}], Prefer=FULL),
    case("W12 POST columns", "POST /paints?columns=id,color&select=color", 201, [{"color": "#777777"}],
         body=GREY | {"more": 1}, Prefer=FULL),
    case("W12 POST default", "POST /defaults?columns=id,color&select=color", 201,
         [{"color": "#0000ff"}, {"color": "#777777"}],
         body=[{"id": 1}, {"id": 2, "color": "#777777"}], Prefer=FULL + ", missing=default"),
    case("W12 POST CSV", "POST /paints?select=id,color,name", 201,
         [{"id": 8, "color": "#777777", "name": "a"}, {"id": 9, "color": None, "name": "b"}],
         body="name,color,id\na,#777777,8\nb,NULL,9\n", Content_Type="text/csv", Prefer=FULL),
    case("W12 POST CSV that only begins as JSON does", "POST /books?select=title&order=id", 201,
         [{"title": "[draft] title"}, {"title": "{x"}, {"title": '"'}, {"title": '"a" b'}, {"title": "said"},
          {"title": "[1]"}],
         body='id,title\n1,[draft] title\n2,{x\n3,""""\n4,"""a"" b"\n5,"""said"""\n6,[1]\n',
         Content_Type="text/csv", Prefer=FULL),
    case("W12 POST form", "POST /paints?select=color", 201, [{"color": "#777777"}], body="id=9&color=%23777777",
         Content_Type="application/x-www-form-urlencoded", Prefer=FULL),
    case("W12 PATCH", "PATCH /paints?color=eq.%23ff0000&select=id,color", 200, [{"id": 1, "color": "#777777"}],
         body={"color": "#777777"}, Prefer=FULL),
    case("W12 PATCH view", "PATCH /bright?id=eq.1&select=color", 200, [{"color": "#777777"}],
         body={"color": "#777777"}, Prefer=FULL),
    case("W12 PUT", "PUT /paints?id=eq.9&select=color", 201, [{"color": "#777777"}], body=GREY, Prefer=FULL),
    case("W12 upsert", "POST /paints?select=color", 200, [{"color": "#777777"}], body={"id": 1, "color": "#777777"},
         Prefer=FULL + ", resolution=merge-duplicates"),
    case("W12 ordered", "PATCH /paints?color=not.is.null&select=c:color&order=color.desc", 200,
         [{"c": "#ff0000"}, {"c": "#00ff00"}, {"c": "#0000ff"}], body={"name": "x"}, Prefer=FULL),
    case("W12 DELETE", "DELETE /paints?color=in.(%23ff0000,%230000ff)&select=color&order=id", 200,
         [{"color": "#ff0000"}, {"color": "#0000ff"}], Prefer=FULL),
    case("W12 key", "PUT /shades?color=eq.%23000001", 204, body={"color": "#000001"}),
    case("W12 Location", "POST /shades", 201, b"", {"Location": "/shades?color=eq.1"}, body={"color": "#000001"},
         Prefer="return=headers-only"),
    case("W12 no color", "POST /paints", 400, body={"id": 9, "color": "#1000000"}),
]


@table(WRITTEN)
def test_W12_write(serve, case):
    case.check(serve(front="nginx", db_schemas="api", db_tx_end="rollback"))
