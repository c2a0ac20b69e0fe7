"""The query string without embedding (PARITY.md 1.2).

SPDX-License-Identifier: MIT
"""
import http.client
import json
import urllib.parse

import pytest

from harness.cases import case, check_pages, fault, table

SCHEMA = "parity.sql"
IDS = ["U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8", "U9", "U10", "U11", "U12", "U13", "U14", "U15",
       "U16", "U17", "U20"]
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra"}


@pytest.fixture(scope="module", params=["nginx", "lighttpd"])
def parity(request, serve):
    return serve(front=request.param, **OPTIONS)


def items(name, query, *ids, more=""):
    """The items that a filter leaves."""
    return case(name, f"GET /items?select=id&order=id&{query}{more}", 200, [{"id": number} for number in ids])


def types(name, query, *ids):
    return case(name, f"GET /types?select=id&order=id&{query}", 200, [{"id": number} for number in ids])


def texts(name, query, *ids):
    return case(name, f"GET /texts?select=id&order=id&{query}", 200, [{"id": number} for number in ids])


def picks(name, select, *rows, of="items?id=eq.1"):
    return case(name, f"GET /{of}&select={select}", 200, list(rows))


def parse_error(name, query, what, details):
    return case(name, f"GET /items?{query}", 400, fault("PGRST100", what, details))


OPERATORS = [
    items("U5 eq", "id=eq.3", 3), items("U5 gt", "id=gt.4", 5, 6), items("U5 gte", "id=gte.5", 5, 6),
    items("U5 lt", "id=lt.2", 1), items("U5 lte", "id=lte.2", 1, 2), items("U5 neq", "name=neq.apple", 2, 3, 5, 6),
    items("U5 like", "name=like.%25an%25", 2), items("U5 ilike", "name=ilike.B*", 2),
    items("U5 match", "name=match.^[ac]", 1, 3), items("U5 imatch", "name=imatch.^b", 2),
    items("U5 in", "id=in.(1,3)", 1, 3), items("U5 is", "name=is.null", 4),
    items("U5 isdistinct", "name=isdistinct.apple", 2, 3, 4, 5, 6),
    texts("U5 fts", "vec=fts.cat", 1), texts("U5 plfts", "vec=plfts.fat cats", 1),
    texts("U5 phfts", "vec=phfts.fat cats", 1),
    texts("U5 wfts", 'vec=wfts."fat cats" or dream', 1, 2),
    items("U5 cs", "tags=cs.{fruit}", 1, 2), items("U5 cd", "tags=cd.{red,fruit,x}", 1, 3),
    items("U5 ov", "tags=ov.{red,sale}", 1, 6),
    items("U5 cs json", 'data=cs.{"a":1}', 1),
    types("U5 sl", "range=sl.[6,7)", 1), types("U5 sr", "range=sr.[6,7)", 3), types("U5 nxr", "range=nxr.[0,8)", 1),
    types("U5 nxl", "range=nxl.[5,8)", 3), types("U5 adj", "range=adj.[5,10)", 1, 3),
    types("U5 ov range", "range=ov.[4,11)", 1, 3),
    types("U5 cs range", "range=cs.[2,3)", 1),
    case("U5 unknown operator", "GET /items?id=foo.1", 400,
         fault("PGRST100", '"failed to parse filter (foo.1)" (line 1, column 1)',
         'unexpected "f" expecting "not" or operator (eq, gt, ...)')),
    case("U5 no operator", "GET /items?id=1", 400, fault("PGRST100", '"failed to parse filter (1)" (line 1, column 1)',
         'unexpected "1" expecting "not" or operator (eq, gt, ...)')),
    items("U6 eq", "id=not.eq.1", 2, 3, 4, 5, 6), items("U6 in", "id=not.in.(1,2)", 3, 4, 5, 6),
    items("U6 is", "name=not.is.null", 1, 2, 3, 5, 6),
    items("U6 like", "name=not.like.*a*", 3, 6), items("U6 cs", "tags=not.cs.{fruit}", 3, 5, 6),
    items("U6 isdistinct", "name=not.isdistinct.apple", 1),
    texts("U6 fts", "vec=not.fts.cat", 2, 3), items("U6 quantified", "id=not.eq(any).{1,2}", 3, 4, 5, 6),
    items("U7 eq any", "id=eq(any).{1,4}", 1, 4), items("U7 eq all", "id=eq(all).{1,1}", 1),
    items("U7 gt all", "id=gt(all).{2,4}", 5, 6),
    items("U7 gte any", "id=gte(any).{4,6}", 4, 5, 6), items("U7 lt any", "id=lt(any).{2,3}", 1, 2),
    items("U7 lte all", "id=lte(all).{2,3}", 1, 2),
    items("U7 like any", "name=like(any).{a*,*e*}", 1, 3, 5), items("U7 ilike all", "name=ilike(all).{B*,*A}", 2),
    items("U7 match any", "name=match(any).{^a,y$}", 1, 3), items("U7 imatch all", "name=imatch(all).{^B,A$}", 2),
    case("U7 not on others", "GET /items?id=neq(any).{1}", 400), case("U7 not on in", "GET /items?id=in(any).(1)", 400),
    items("U8 null", "active=is.null", 3), items("U8 not_null", "active=is.not_null", 1, 2, 4, 5, 6),
    items("U8 true", "active=is.true", 1, 4, 6),
    items("U8 false", "active=is.false", 2, 5), items("U8 unknown", "active=is.unknown", 3),
    items("U8 any case", "active=is.TRUE", 1, 4, 6),
    items("U8 not true", "active=not.is.true", 2, 3, 5),
    parse_error("U8 other", "active=is.nil", '"failed to parse filter (is.nil)" (line 1, column 5)',
                'unexpected "i" expecting isVal: (null, not_null, true, false, unknown)'),
    texts("U9 language", "vec=fts(french).impossibles", 3), texts("U9 text column", "body=fts(english).cat", 1),
    texts("U9 text column, phrase", "body=phfts(english).impossible dream", 2),
    texts("U9 json column", "doc=fts(english).rat", 1),
    texts("U9 json path", "doc->>t=fts(english).dreaming", 2), types("U9 domain over tsvector", "search=fts.dog", 1),
    texts("U9 tree", "or=(vec.fts(french).chat,vec.plfts(english).cat)", 1, 3),
    case("U9 unknown language", "GET /texts?vec=fts(klingon).x", 400),
    types("U9 a type with a function of the host's", "point=fts.b", 1),
    case("U9 a type without", "GET /types?id=fts.a", 404, fault(
        "42883", "function to_tsvector(integer) does not exist", None,
        "No function matches the given name and argument types. You might need to add explicit type casts.")),
    items("U10 like", "name=like.*a*", 1, 2, 5), items("U10 ilike", "name=ilike.*BANANA", 2),
    items("U10 percent sign", "name=like.50%25*", 6),
    items("U11 numbers", "id=in.(1,2)", 1, 2), items("U11 quoted", 'name=in.("date, dried",apple)', 1, 5),
    items("U11 nothing", "id=in.()"),
    items("U11 escapes", 'name=in.("app\\le")', 1),
    items("U11 parenthesis", 'name=in.("50% (off)")'.replace("%", "%25"), 6),
    items("U11 not", "id=not.in.()", 1, 2, 3, 4, 5, 6), items("U11 text with blank", "name=in.(apple, Banana)", 1),
    types("U11 enum", "mood=in.(happy,sad)", 1, 3),
    parse_error("U11 unclosed", "id=in.(1,2", '"failed to parse filter (in.(1,2)" (line 1, column 8)',
                'unexpected end of input expecting "," or ")"'),
]

LOGIC = [
    items("U12 or", "or=(id.eq.1,id.eq.2)", 1, 2), items("U12 and", "and=(id.gt.1,id.lt.4)", 2, 3),
    items("U12 not or", "not.or=(id.eq.1,id.eq.2)", 3, 4, 5, 6),
    items("U12 not and", "not.and=(id.gt.1,id.lt.4)", 1, 4, 5, 6),
    items("U12 nested", "or=(id.eq.1,and(id.gt.4,id.lt.6),not.or(id.lt.6,id.gt.9))", 1, 5, 6),
    items("U12 not inside", "or=(id.not.gt.1,name.not.is.null)", 1, 2, 3, 5, 6),
    items("U12 in", "or=(id.in.(1,2),id.eq.5)", 1, 2, 5),
    items("U12 quoted", 'or=(name.eq."date, dried",id.eq.1)', 1, 5),
    items("U12 braces", "or=(tags.cs.{red,fruit},id.eq.6)", 1, 6),
    items("U12 JSON path", "or=(data->>a.eq.2,data->a.eq.1)", 1, 2),
    items("U12 two trees", "or=(id.eq.1,id.eq.2)&and=(id.gt.1,id.lt.9)", 2),
    items("U12 repeated", "or=(id.eq.1,id.eq.2)&or=(id.eq.2,id.eq.3)", 2), 
    items("U12 blanks", "or=(id.eq.1, id.eq.2)", 1, 2),
    items("U12 quantifier", "or=(id.eq(any).{1,3},name.is.null)", 1, 3, 4),
    items("U12 is", "or=(active.is.unknown,active.is.false)", 2, 3, 5),
    case("U12 empty", "GET /items?or=()", 400, fault("PGRST100", '"failed to parse logic tree (())" (line 1, column 4)',
         'unexpected ")" expecting field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, '
         'or)')),
    case("U12 unclosed", "GET /items?or=(id.eq.1", 400,
         fault("PGRST100", '"failed to parse logic tree ((id.eq.1)" (line 1, column 11)',
         'unexpected end of input expecting "," or ")"')),
]

SELECT = [
    picks("U3 star", "*", {"id": 1, "name": "apple", "price": 1.50}, of="cheap_items?id=eq.1"),
    picks("U3 columns", "name,id", {"name": "apple", "id": 1}), picks("U3 alias", "n:name", {"n": "apple"}),
    picks("U3 cast", "id::text", {"id": "1"}), picks("U3 alias and cast", "x:price::integer", {"x": 2}),
    picks("U3 json", "data->a", {"a": 1}), picks("U3 json text", "data->>a", {"a": "1"}),
    picks("U3 json deep", "data->b->>c", {"c": "x"}),
    picks("U3 json index", "data->l->1", {"l": 20}), picks("U3 json negative index", "data->l->-1", {"l": 30}),
    picks("U3 json alias", "z:data->b", {"z": {"c": "x"}}),
    picks("U3 json cast", "data->>a::integer", {"a": 1}), picks("U3 repeated column", "id,a:id", {"id": 1, "a": 1}),
    picks("U3 blanks", "id,%20name", {"id": 1, "name": "apple"}),
    picks("U3 composite", "point->x", {"x": 1}, of="types?id=eq.1"),
    picks("U3 composite text", "point->>label", {"label": 'a "b"'}, of="types?id=eq.1"),
    picks("U3 array index", "ints->0", {"ints": 1}, of="types?id=eq.1"),
    picks("U3 array of composites", "points->1->>label", {"label": "q"}, of="types?id=eq.1"),
    case("U3 empty is all", "GET /with.dot?select=", 200, [{"id": 1}]),
    case("U3 missing is all", "GET /no_rows", 200, "[]"),
    case("U3 unknown column", "GET /items?select=qqqqqq", 400, fault("42703", "column items.qqqqqq does not exist")),
    case("U3 unknown cast", "GET /items?select=id::nope", 400, fault("42704", 'type "nope" does not exist')),
    case("U3 precision", "GET /types?select=big,single,flag&id=eq.1", 200,
         '[{"big":9223372036854775807,"single":1.5,"flag":"101"}]'),
    case("U3 json is kept", "GET /types?select=plain&id=eq.1", 200, '[{"plain":{"k":  "v", "n": 1.10}}]'),
    case("U3 types",
         "GET /types?select=bytes,at,at_zone,clock,span,uid,address,mood,point,ints,grid,moods,range,multi,kept,spot&"
         "id=eq.1", 200, [{
        "bytes": "\\xdeadbeef", "at": "2020-01-02T03:04:05.678", "at_zone": "2020-01-02T03:04:05+00:00",
        "clock": "03:04:05",
        "span": "1 day 02:03:04", "uid": "00000000-0000-0000-0000-000000000001", "address": "10.0.0.1/24",
        "mood": "happy",
        "point": {"x": 1, "y": 2, "label": 'a "b"'}, "ints": [1, 2, 3], "grid": [[1, 2], [3, 4]],
        "moods": ["sad", "ok"], "range": "[1,5)",
        "multi": "{[1,3),[5,7)}", "kept": "ab  ", "spot": "(1,2)"}]),
    case("U3 NaN", "GET /types?select=single&id=eq.3", 200, '[{"single":"NaN"}]'),
    case("U1 plus is a blank", "GET /items?select=id&name=eq.date,+dried", 200, [{"id": 5}]),
    case("U1 empty parameter", "GET /items?select=id&id=eq.1&&name", 200, [{"id": 1}]),
    case("U1 first select wins", "GET /items?select=id&select=name&id=eq.1", 200, [{"id": 1}]),
    items("U1 several filters of a column", "id=gt.1&id=lt.4", 2, 3),
    case("U1 encoded", "GET /items?%73elect=%69d&id=%65q.1", 200, [{"id": 1}]),
    case("U2 letters", "GET /Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F?select=l%C3%A4nge,two words,x-y,$money,UPPER", 200,
         [{"länge": 7, "two words": "space", "x-y": "dash", "$money": 5, "UPPER": "upper"}]),
    case("U2 quoted", 'GET /Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F?select="a.b","say \\"hi\\"","a,b","(p)","c:d"', 200,
         [{"a.b": "dot", 'say "hi"': "quote", "a,b": "comma", "(p)": "paren", "c:d": "colon"}]),
    case("U2 quoted filter",
         'GET /Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F?select=id&"a.b"=eq.dot&"say \\"hi\\""=eq.quote&"(p)"=eq.paren',
         200, [{"id": 1}]),
    case("U2 quoted in a tree", 'GET /Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F?select=id&or=("a,b".eq.comma,"c:d".eq.x)',
         200, [{"id": 1}]),
    case("U2 quoted order", 'GET /Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F?select=id&order="a.b".desc,l%C3%A4nge',
         200, [{"id": 1}]),
    items("U13 text", "data->>a=eq.2", 2), items("U13 json", "data->a=eq.1", 1),
    items("U13 deep", "data->b->>c=eq.y", 2),
    items("U13 index", "data->l->>0=eq.10", 1), items("U13 contains", 'data->b=cs.{"c":"x"}', 1),
    items("U13 null", "data->>a=is.null", 3, 4, 6),
    items("U13 in", "data->>a=in.(1,2)", 1, 2, 5), types("U13 composite", "point->>y=eq.2", 1),
    types("U13 array", "ints->>0=eq.3", 3),
    case("U13 order", "GET /items?select=id&data->>a=not.is.null&order=data->>a.desc,id.desc", 200,
         [{"id": 2}, {"id": 5}, {"id": 1}]),
    case("U14 column", "GET /items?id=eq.price", 400, fault("22P02", 'invalid input syntax for type integer: "price"')),
    items("U14 a cast is not looked at", "id::text=eq.1", 1),
    case("U15 select", "GET /items?select=id,label&id=eq.1", 200, [{"id": 1, "label": "1:apple"}]),
    case("U15 extra search path", "GET /items?select=twice&id=eq.3", 200, [{"twice": 6}]),
    items("U15 filter", "label=eq.4:-", 4),
    case("U15 order", "GET /items?select=id&order=twice.desc&limit=1", 200, [{"id": 6}]),
    case("U15 not in star", "GET /items?id=eq.4", 200,
         [{"id": 4, "name": None, "price": None, "score": None, "active": True,
         "made": "1999-12-31", "tags": None, "data": None}]),
    case("U4 off", "GET /items?select=id.sum()", 400, fault("PGRST123", "Use of aggregate functions is not allowed")),
    case("U4 bare count off", "GET /items?select=count()", 400,
         fault("PGRST123", "Use of aggregate functions is not allowed")),
]


def order(name, terms, *ids):
    return case(name, f"GET /items?select=id&order={terms}", 200, [{"id": number} for number in ids])


ORDER = [
    order("U16 ascending", "price,id", 2, 1, 5, 6, 3, 4), order("U16 asc", "price.asc", 2, 1, 5, 6, 3, 4),
    order("U16 desc", "price.desc", 4, 3, 6, 5, 1, 2),
    order("U16 desc nullslast", "price.desc.nullslast", 3, 6, 5, 1, 2, 4),
    order("U16 nullsfirst", "price.nullsfirst", 4, 2, 1, 5, 6, 3),
    order("U16 several", "active.desc.nullslast,id.desc", 6, 4, 1, 5, 2, 3),
    parse_error("U16 not one", "order=id.up", '"failed to parse order (id.up)" (line 1, column 4)',
                'unexpected "u" expecting "asc", "desc", "nullsfirst" or "nullslast"'),
    case("U16 unknown column", "GET /items?order=qqqqqq", 400, fault("42703", "column items.qqqqqq does not exist")),
    items("U17 limit", "limit=2", 1, 2), items("U17 offset", "offset=4", 5, 6),
    items("U17 both", "limit=2&offset=1", 2, 3),
    case("U17 limit 0", "GET /items?limit=0", 200, "[]", {"Content-Range": "*/*"}),
    case("U17 negative limit", "GET /items?limit=-1", 416,
         fault("PGRST103", "Requested range not satisfiable", "Limit should be greater than or equal to zero.")),
    case("U17 beyond", "GET /items?offset=100", 200, "[]", {"Content-Range": "*/*"}),
    items("U17 not a number", "limit=x", 1, 2, 3, 4, 5, 6),
    case("U20 select", "GET /items?select=id!x", 400),
    case("U20 name", "GET /items?(=eq.1", 400), case("U20 columns", "POST /items?columns=(", 400, body="[]"),
    case("U20 on_conflict", "POST /items?on_conflict=(", 400, body="[]", Prefer="resolution=merge-duplicates"),
]


@table(OPERATORS, LOGIC, SELECT, ORDER)
def test_query(parity, case):
    answer = case.check(parity)
    if case.name.startswith("U20") or case.status == 400 and case.says is None:
        assert answer.json()["code"] == "PGRST100" and "failed to parse" in answer.json()["message"]


PAGED = [
    "types?order=id", "types?select=id,point,moods,grid->0,single::text&order=id.desc",
    "items?select=*,label&order=id", "types?select=point->>label,points&order=small,id",
    "items?select=id,d:data->a,price::text,twice&order=price,id", "items?select=label,data&id=gt.1&order=label.desc",
    "types?select=*,again:point&order=id", "own_points?order=id.desc",
]


@pytest.mark.parametrize("path", PAGED)
def test_U17_pages_are_slices(parity, path):
    check_pages(parity, path)
    whole, page = (parity.get(f"/{path}{more}", headers={"Accept": "text/csv"}).text for more in ("", "&offset=1"))
    assert whole.count("\n") > 2 and page.splitlines()[1:] == whole.splitlines()[2:]


AGGREGATES = [
    case("U4 functions", "GET /items?select=id.sum(),price.max(),min_id:id.min(),id.count()", 200,
         '[{"sum":21,"max":12.00,"min_id":1,"count":6}]'),
    case("U4 avg and casts", "GET /items?select=a:id.avg()::integer", 200, [{"a": 4}]),
    case("U4 cast before", "GET /items?select=s:data->>a::integer.sum()&data->>a=not.is.null", 200, [{"s": 4}]),
    case("U4 bare count", "GET /items?select=count()", 200, [{"count": 6}]),
    case("U4 alias", "GET /items?select=n:count()", 200, [{"n": 6}]),
    case("U4 group", "GET /items?select=active,count()&order=active", 200,
         [{"active": False, "count": 2}, {"active": True, "count": 3}, {"active": None, "count": 1}]),
    case("U4 filtered", "GET /items?select=count()&id=gt.3", 200, [{"count": 3}]),
]


@table(AGGREGATES)
def test_aggregates(serve, case):
    case.check(serve(front="nginx", db_aggregates_enabled=True, **OPTIONS))


@pytest.mark.parametrize("query, ids", [
    ("name=like.%an%", [2]), ("name=like.%25an%", [2]), ("name=like(any).{%rr%,%nan%}", [2, 3]),
    ("or=(name.like.%rr%,name.like.50%*)", [3, 6]), ("not.and=(name.like.%e%,id.gt.0)", [2, 6]),
    ("name=ilike.%%41N%", [2]), ("name=in.(%,apple,50%+(off))", [1]), ("name=in.(%22%%22,%2250%+(off)%22)", [6]),
    ("data->>a%=is.null&id=eq.1", [1]), ("data->%=is.null&id=lt.3", [1, 2]), ("or=(data->>%a.is.null)&id=eq.2", [2]),
    ("order=data->>%.desc,id&id=lt.3", [1, 2]), ("id=eq.1&limit=%", [1])], ids=lambda item: str(item))
def test_a_stray_percent_sign_stands_for_itself(parity, query, ids):
    assert raw(parity, "/items?select=id&" + query) == (200, [{"id": number} for number in ids])


def test_a_stray_percent_sign_in_what_is_selected_and_written(parity, serve):
    assert raw(parity, "/items?select=data->%,x:data->>50%&id=eq.1") == (200, [{"%": None, "x": None}])
    assert raw(parity, "/items?select=id&%=eq.1")[0] == 400
    undone = serve(front=parity.front, db_tx_end="rollback", **OPTIONS)
    kept = {"Prefer": "return=representation", "Content-Type": "application/x-www-form-urlencoded"}
    assert raw(undone, "/tasks?select=title", "POST", b"id=900&title=100%+%zz%2", kept) == (201, [
        {"title": "100% %zz%2"}])


def raw(server, target, method="GET", body=None, fields=None):
    """Sends a target as it is, where other clients would encode it first."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=30)
    connection.request(method, target, body, fields or {})
    answer = connection.getresponse()
    said = answer.status, json.loads(answer.read())
    connection.close()
    return said


@pytest.mark.parametrize("case", OPERATORS[:12] + LOGIC[:6] + SELECT[:6], ids=lambda item: item.name)
def test_query_through_lighttpd(serve, case):
    case.check(serve(front="lighttpd", **OPTIONS))


def test_every_id_has_a_case():
    named = {item.name.split()[0] for part in (OPERATORS, LOGIC, SELECT, ORDER, AGGREGATES) for item in part}
    assert not set(IDS) - named
