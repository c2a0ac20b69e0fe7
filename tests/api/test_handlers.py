"""Custom media types and GeoJSON (PARITY.md M1, M3): domains, functions that return them, aggregates over rows.

SPDX-License-Identifier: MIT
"""
import pytest

from harness.cases import case, fault, table

SCHEMA = "handlers.sql"
OPTIONS = {"db_schemas": "api", "db_tx_end": "rollback-allow-override"}


@pytest.fixture(scope="module", params=["nginx", "lighttpd"])
def films(request, serve):
    return serve(front=request.param, **OPTIONS)


def body(name, asks, says, kind, accept=None, status=200, fields=None, **send):
    return case(name, asks, status, says, {"Content-Type": kind, **(fields or {})}, Accept=accept or kind, **send)


def none_of(name, asks, accept):
    return case(name, asks, 406, fault("PGRST107", "None of these media types are available: " + accept), Accept=accept)


PAGE = "<ul><li>Metropolis</li><li>M</li><li>?</li></ul>"
COUNT = {"Prefer": "count=exact"}
AGGREGATES = [
    body("M3 aggregate of a table", "GET /films?order=id", PAGE, "text/html", fields={"Content-Range": "0-2/*"}),
    body("M3 select=*", "GET /films?select=*&order=id", PAGE, "text/html"),
    body("M3 filtered and counted", "GET /films?id=gt.1&order=id&limit=1", "<ul><li>M</li></ul>",
         "text/html", status=206,
         fields={"Content-Range": "0-0/2"}, **COUNT),
    body("M3 of no rows", "GET /films?id=gt.9", "<ul></ul>", "text/html", fields={"Content-Range": "*/*"}),
    none_of("M3 not of a select list", "GET /films?select=name", "text/html"),
    none_of("M3 not of another table", "GET /books?select=id", "text/html"),
    none_of("M3 not of a view of the table", "GET /old_films", "text/html"),
    body("M3 overrides csv", "GET /films?order=id", "ids:1;2;3;", "text/csv; charset=utf-8", "text/csv"),
    body("M3 csv of a select list is the builtin", "GET /films?select=id&order=id", "id\n1\n2\n3",
         "text/csv; charset=utf-8", "text/csv"),
    body("M3 of anything", "GET /films?select=id,name&id=eq.1", "(1,METROPOLIS)!", "application/vnd.Shout",
         "application/vnd.shout"),
    body("M3 of anything, by what is asked for first", "GET /films?id=eq.1", "(1,METROPOLIS)!", "application/vnd.Shout",
         "image/png, application/vnd.shout;q=0.9, text/html;q=0.8"),
    body("M3 any type", "GET /books", b"\x00\xffUlysses", "application/octet-stream", "*/*"),
    body("M3 any type, even JSON", "GET /books", b"\x00\xffUlysses", "application/octet-stream", "application/json"),
    body("M3 any type with its own Content-Type", "GET /books", b"\x00\xffUlysses", "application/x-book"),
    body("M3 any type is not of a select list", "GET /books?select=id", [{"id": 1}],
         "application/json; charset=utf-8", "*/*"),
    body("M3 vendor types are not overridden", "GET /books", {"id": 1, "title": "Ulysses"},
         "application/vnd.pgrst.object+json; charset=utf-8",
         "application/vnd.pgrst.object"),
    body("M3 HEAD", "HEAD /films", b"", "text/html"),
    body("M3 function of a table's rows", "GET /rpc/all_films?order=id", PAGE, "text/html"),
    body("M3 function's value", "GET /rpc/word", "WORD!", "application/vnd.Shout", "application/vnd.shout"),
    body("M3 volatile function, counted", "POST /rpc/add_films?order=id&limit=1", "<ul><li>Metropolis</li></ul>",
         "text/html", **COUNT),
    body("M3 representation", "POST /films", "<ul><li>New</li></ul>", "text/html", status=201,
         body={"id": 9, "name": "New"}, Prefer="return=representation"),
    body("M3 of a delete", "DELETE /films?id=eq.1", "<ul><li>Metropolis</li></ul>", "text/html",
         Prefer="return=representation"),
    body("M3 of an empty update", "PATCH /films?id=eq.1", "<ul></ul>", "text/html", body={},
         Prefer="return=representation"),
    case("M3 minimal", "POST /films", 201, b"", {"Content-Type": None}, body={"id": 9}, Accept="text/html"),
]

FUNCTIONS = [
    body("M3 page", "GET /rpc/page", "<p>hi</p>", "text/html"),
    body("M3 page by POST", "POST /rpc/page", "<p>hi</p>", "text/html"),
    body("M3 page as anything is JSON", "GET /rpc/page", '"<p>hi</p>"', "application/json; charset=utf-8", "*/*"),
    body("M3 nothing", "GET /rpc/no_page", b"", "text/html"),
    body("M5 text/plain", "GET /rpc/plain", 'plain, "text"', "text/plain; charset=utf-8", "text/plain"),
    body("M5 text/xml", "GET /rpc/xml", "<a>1</a>", "text/xml; charset=utf-8", "text/xml"),
    body("M5 octets", "GET /rpc/octets", b"\x00\xffA", "application/octet-stream"),
    body("M3 image", "GET /rpc/image", b"\x89PNG", "image/png"),
    none_of("M3 other image", "GET /rpc/image", "image/gif"),
    body("M3 own JSON", "GET /rpc/own_json", '{"as":   "it is"}', "application/json; charset=utf-8",
         "application/json"),
    body("M3 any type", "GET /rpc/anything", b"any", "application/octet-stream", "application/json"),
    body("M3 any type as anything", "GET /rpc/anything", b"any", "application/octet-stream", "*/*"),
    body("M3 any type, set by the function", "GET /rpc/anything", b"any", "image/gif", "image/webp"),
]


def feature(number, name, x, y):
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [x, y]},
            "properties": {"id": number, "name": name}}


GEOJSON = "application/geo+json; charset=utf-8"
FEATURES = {"type": "FeatureCollection", "features": [feature(1, "Corner", 1, 2), feature(2, "Market", -3, 4)]}
GEO = [
    body("M1 geojson", "GET /shops?order=id", FEATURES, GEOJSON, "application/geo+json",
         fields={"Content-Range": "0-1/*"}),
    body("M1 geojson of a select list", "GET /shops?select=id,name,place&id=eq.1",
         {**FEATURES, "features": FEATURES["features"][:1]}, GEOJSON,
         "application/geo+json"),
    body("M1 geojson of nothing", "GET /shops?id=eq.9", '{"type" : "FeatureCollection", "features" : []}',
         GEOJSON, "application/geo+json"),
    body("M1 geojson of a representation", "DELETE /shops?id=eq.2",
         {**FEATURES, "features": FEATURES["features"][1:]}, GEOJSON,
         "application/geo+json", Prefer="return=representation"),
]


def unlocated(**properties):
    return {"type": "Feature", "geometry": None, "properties": properties}


def collection(*features):
    return {"type": "FeatureCollection", "features": [*features]}


GEO_OF_NOTHING = [
    body("M1 geojson without a geometry", "GET /old_films?id=eq.1", collection(unlocated(id=1, name="Metropolis")),
         GEOJSON, "application/geo+json", fields={"Content-Range": "0-0/*"}),
    body("M1 geojson, the geometry is not selected", "GET /shops?select=id,n:name&order=id",
         collection(unlocated(id=1, n="Corner"), unlocated(id=2, n="Market")), GEOJSON, "application/geo+json"),
    body("M1 geojson without a geometry, of a function", "GET /rpc/all_films?select=id&id=eq.2",
         collection(unlocated(id=2)), GEOJSON, "application/geo+json"),
    body("M1 geojson without a geometry, of a value", "GET /rpc/word", collection(unlocated(pgrst_scalar="word")),
         GEOJSON, "application/geo+json"),
    body("M1 geojson without a geometry, embeds", "GET /owners?select=name,stalls(id)&stalls.id=eq.1",
         '{"type" : "FeatureCollection", "features" : [{"type" : "Feature", "geometry" : null, "properties" : '
         '{"name":"ann","stalls":[{"id": 1}]}}]}', GEOJSON, "application/geo+json"),
    body("M1 geojson without a geometry, representation", "PATCH /books?id=eq.1&select=title",
         collection(unlocated(title="U")), GEOJSON, "application/geo+json", body={"title": "U"},
         Prefer="return=representation"),
    body("M1 geojson, the geometry of an embed", "GET /stalls?select=id,...owners(name)&id=eq.1",
         collection(unlocated(id=1, name="ann")), GEOJSON, "application/geo+json"),
    body("M1 geojson without a geometry, none", "GET /old_films?id=eq.9", collection(), GEOJSON,
         "application/geo+json"),
    body("M1 geojson, counted", "GET /books?select=title&limit=1", collection(unlocated(title="Ulysses")), GEOJSON,
         "application/geo+json", fields={"Content-Range": "0-0/1"}, **COUNT),
]

EMBEDS = [
    body("M3 embedded object", "GET /stalls?select=id,owners(id,name)&id=eq.1",
         '(1,"{""id"": 1, ""name"": ""ann""}")\n',
         "text/lines", "text/lines"),
    body("M3 embedded array", "GET /owners?select=stalls(id)", '("[{""id"": 1}, {""id"": 2}]")\n', "text/lines",
         "text/lines"),
    body("M3 embedded in embedded", "GET /owners?select=stalls(id,owners(name))&stalls.id=eq.1",
         '("[{""id"": 1, ""owners"": {""name"": ""ann""}}]")\n', "text/lines", "text/lines"),
    body("M3 spread array", "GET /owners?select=...stalls(id)", '("[1, 2]")\n', "text/lines", "text/lines"),
    body("M3 embedded in a spread", "GET /stalls?select=...owners(stalls(id))&id=eq.1&limit=1",
         '("[{""id"": 1}, {""id"": 2}]")\n', "text/lines", "text/lines"),
    body("M3 embedded in what is written", "PATCH /stalls?select=id,owners(id)&id=eq.2", '(2,"{""id"": 1}")\n',
         "text/lines", "text/lines", body={"id": 2}, Prefer="return=representation"),
    body("M4 spread array as CSV", "GET /owners?select=name,...stalls(id)", 'name,id\nann,"[1, 2]"',
         "text/csv; charset=utf-8", "text/csv"),
]


@table(GEO_OF_NOTHING, EMBEDS)
def test_rows_of_embeds_and_without_geometry_M1_M3_M4(films, case):
    case.check(films)


@table(AGGREGATES, FUNCTIONS, GEO)
def test_M3_handlers(films, case):
    case.check(films)


def test_M2_plan_of_a_handler(serve):
    server = serve(front="nginx", db_plan_enabled=True, **OPTIONS)
    answer = server.get("/films", headers={"Accept": 'application/vnd.pgrst.plan; for="text/html"; options=verbose'})
    assert answer.status_code == 200 and "films_page" in answer.text
    assert answer.headers[
        "Content-Type"] == 'application/vnd.pgrst.plan+text; for="text/html"; options=verbose; charset=utf-8'
    assert server.get("/books?select=id",
                      headers={"Accept": 'application/vnd.pgrst.plan; for="text/html"'}).status_code == 406
