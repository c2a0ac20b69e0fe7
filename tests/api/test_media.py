"""Media types (PARITY.md 1.7).

SPDX-License-Identifier: MIT
"""
import pytest

from harness.cases import case, fault, table

SCHEMA = "parity.sql"
IDS = ["M1", "M2", "M3", "M4", "M5"]
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra"}
JSON = {"Content-Type": "application/json; charset=utf-8"}
ROW = "/pairs?a=eq.1&b=eq.x"
BODY = '[{"a":1,"b":"x","value":10}]'
OBJECT = "application/vnd.pgrst.object"


@pytest.fixture(scope="module", params=["nginx", "lighttpd"])
def parity(request, serve):
    return serve(front=request.param, **OPTIONS)


def none_of(*types):
    return fault("PGRST107", "None of these media types are available: " + ", ".join(types))


MEDIA = [
    case("M1 json", f"GET {ROW}", 200, BODY, JSON, Accept="application/json"),
    case("M1 anything", f"GET {ROW}", 200, BODY, JSON, Accept="*/*"),
    case("M1 csv", "GET /pairs?order=a,b", 200, "a,b,value\n1,x,10\n1,y,20\n2,x,30",
         {"Content-Type": "text/csv; charset=utf-8"}, Accept="text/csv"),
    case("M1 csv quoting", "GET /items?select=id,name&id=in.(4,5)&order=id", 200, 'id,name\n4,\n5,"date, dried"',
         Accept="text/csv"),
    case("M1 csv without rows", "GET /pairs?a=eq.99", 200, "a,b,value\n", Accept="text/csv"),
    case("M1 csv without rows, some columns", "GET /pairs?a=eq.99&select=value,x:b", 200, "value,x\n",
         Accept="text/csv"),
    case("M1 csv of names", 'GET /pairs?a=eq.2&select="a,b":a,"%5C"q%5C"":b,plain b:value', 200,
         '"a,b","""q""",plain b\n2,x,30', Accept="text/csv"),
    case("M1 csv of what a write did not change", "PATCH /pairs?a=eq.99&select=a", 200, "a\n", body={"value": 1},
         Accept="text/csv", Prefer="return=representation"),
    case("M1 csv of a HEAD", "HEAD /pairs?a=eq.99", 200, b"", Accept="text/csv"),
    case("M1 geojson without PostGIS, even of rows without a geometry", "GET /pairs", 404,
         Accept="application/geo+json"),
    case("M1 openapi", "GET /", 200, fields={"Content-Type": "application/openapi+json; charset=utf-8"},
         Accept="application/openapi+json"),
    case("M2 object", f"GET {ROW}", 200, '{"a":1,"b":"x","value":10}',
         {"Content-Type": OBJECT + "+json; charset=utf-8"}, Accept=OBJECT),
    case("M2 object+json", f"GET {ROW}", 200, '{"a":1,"b":"x","value":10}',
         {"Content-Type": OBJECT + "+json; charset=utf-8"}, Accept=OBJECT + "+json"),
    case("M2 object of several", "GET /pairs", 406,
         fault("PGRST116", "Cannot coerce the result to a single JSON object", "The result contains 3 rows"),
         Accept=OBJECT),
    case("M2 object of none", "GET /no_rows", 406, fault("PGRST116", "Cannot coerce the result to a single JSON object",
                                                         "The result contains 0 rows"), Accept=OBJECT),
    case("M2 nulls stripped", "GET /items?select=id,name,price&id=eq.4", 200, [{"id": 4}],
         {"Content-Type": "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8"},
         Accept="application/vnd.pgrst.array+json;nulls=stripped"),
    case("M2 object, nulls stripped", "GET /items?select=id,name,price&id=eq.4", 200, {"id": 4},
         {"Content-Type": OBJECT + "+json;nulls=stripped; charset=utf-8"}, Accept=OBJECT + "+json;nulls=stripped"),
    case("M2 no plan", "GET /items", 406, Accept="application/vnd.pgrst.plan"),
    case("M3 function", "GET /rpc/page", 200, "<p>hi</p>", {"Content-Type": "text/html"}, Accept="text/html"),
    case("M3 octets", "GET /rpc/blob", 200, b"\x00\x01\xff", {"Content-Type": "application/vnd.page"},
         Accept="application/vnd.page"),
    case("M3 function, other", "GET /rpc/page", 406, none_of("image/png"), Accept="image/png"),
    case("M4 q", f"GET {ROW}", 200, "a,b,value\n1,x,10", Accept="application/json;q=0.5, text/csv"),
    case("M4 first", f"GET {ROW}", 200, BODY, Accept="application/json, text/csv"),
    case("M4 next", f"GET {ROW}", 200, BODY, Accept="image/png, application/json;q=0.1"),
    case("M4 none", f"GET {ROW}", 406, none_of("image/png", "text/strange"), Accept="image/png, text/strange"),
    case("M4 browser", f"GET {ROW}", 200, Accept="text/unknown,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    case("M5 no domain for text/plain", "GET /rpc/some_text", 406, none_of("text/plain"), Accept="text/plain"),
    case("M5 scalar as JSON", "GET /rpc/some_text", 200, '"line \\"1\\"\\nline 2"', JSON),
    case("M5 no domain for application/octet-stream", "GET /rpc/some_bytes", 406, none_of("application/octet-stream"),
         Accept="application/octet-stream"),
    case("M5 no domain for text/xml", "GET /rpc/some_xml", 406, none_of("text/xml"), Accept="text/xml"),
]


@table(MEDIA)
def test_media(parity, case):
    case.check(parity)


def test_every_id_has_a_case():
    assert not set(IDS) - {item.name.split()[0] for item in MEDIA}
