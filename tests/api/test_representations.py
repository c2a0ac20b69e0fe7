"""Domain representations on reads (PARITY W12): what a domain is shown as, and what its filters say.

SPDX-License-Identifier: MIT
"""
import pytest

from harness.cases import case, table

SCHEMA = "representations.sql"


@pytest.fixture(scope="module")
def paints(serve):
    return serve(front="nginx", db_schemas="api", db_aggregates_enabled=True)


def found(name, query, *ids):
    return case("W12 " + name, f"GET /paints?select=id&order=id&{query}", 200, [{"id": number} for number in ids])


def shown(name, asks, says, **send):
    return case("W12 " + name, "GET " + asks, 200, says, **send)


READ = [
    shown("star", "/paints?id=eq.1", '[{"id":1,"name":"red","color":"#ff0000","plain":1}]'),
    shown("select", "/paints?select=color&order=id", [{"color": "#ff0000"}, {"color": "#00ff00"}, {"color": "#0000ff"}, {"color": None}]),
    shown("alias", "/paints?select=c:color&id=eq.3", [{"c": "#0000ff"}]),
    shown("cast", "/paints?select=color::text&id=eq.3", [{"color": '"#0000ff"'}]),
    shown("csv", "/paints?select=id,color&id=eq.3", 'id,color\n3,"""#0000ff"""', Accept="text/csv"),
    shown("view", "/bright?select=color&order=color", [{"color": "#00ff00"}, {"color": "#ff0000"}]),
    shown("function", "/rpc/all_paints?select=color&id=eq.2", [{"color": "#00ff00"}]),
    shown("order is the domain's own", "/paints?select=id&color=not.is.null&order=color.desc", [{"id": 1}, {"id": 2}, {"id": 3}]),
    shown("group", "/paints?select=color,count()&id=lt.2", [{"color": "#ff0000", "count": 1}]),
    found("eq", "color=eq.%2300ff00", 2), found("without a mark", "color=eq.00ff00", 2), found("lt", "color=lt.%2300ff00", 3),
    found("not", "color=not.eq.%2300ff00", 1, 3), found("in", "color=in.(%23ff0000,%230000ff)", 1, 3), found("in nothing", "color=in.()"),
    found("is", "color=is.null", 4), found("isdistinct takes the value as it is", "color=isdistinct.255", 1, 2, 4),
    found("tree", "or=(color.eq.%23ff0000,color.eq.%230000ff)", 1, 3), found("quantified", "color=neq.%2300ff00", 1, 3),
    found("a cast that is not implicit", "plain=eq.2", 2),
    case("W12 representation", "PATCH /paints?id=eq.1&select=color", 200, [{"color": "#ff0000"}], body={"name": "red"},
         Prefer="return=representation"),
]


@table(READ)
def test_W12_read(paints, case):
    case.check(paints)
