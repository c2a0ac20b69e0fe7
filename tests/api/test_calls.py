"""Calls of functions of every shape (PARITY.md 1.5 and what of 1.6, 1.7 and 1.11 is said of them).

SPDX-License-Identifier: MIT
"""
import json

import pytest

from harness.cases import ANYTHING, case, fault, table

SCHEMA = "functions.sql"
OPTIONS = {"db_schemas": "api,other", "db_plan_enabled": True, "db_aggregates_enabled": True}
FORM, CSV, TEXT, XML, BYTES = ("application/x-www-form-urlencoded", "text/csv", "text/plain", "text/xml",
                               "application/octet-stream")
SINGULAR = "application/vnd.pgrst.object+json"
TIE = "Try renaming the parameters or the function itself in the database so function overloading can be resolved"


@pytest.fixture(scope="module")
def calls(serve):
    return serve(front="nginx", **OPTIONS)


def get(name, path, status, says, fields=None, **send):
    return case(name, "GET /rpc/" + path, status, says, fields, **send)


def post(name, path, status, says, body=None, fields=None, **send):
    return case(name, "POST /rpc/" + path, status, says, fields, {} if body is None else body, **send)


def missing(shown, searched, hint=None):
    return fault("PGRST202", f"Could not find the function {shown} in the schema cache",
                 f"Searched for the function {searched}, but no matches were found in the schema cache.", hint)


def no_column(name):
    return fault("42703", f"column {name} does not exist")


ARGUMENTS = [
    post("F1 composite", "pair_of", 200, '"1x"', {"v": {"a": 1, "b": "x"}}),
    get("F1 composite literal", "pair_of?v=(1,x)", 200, '"1x"'),
    post("F1 array of composites", "pairs_of", 200, "6", {"v": [{"a": 1}, {"a": 5}]}),
    post("F1 row of a table", "film_title", 200, '"t"', {"v": {"id": 1, "title": "t"}}),
    post("F1 array of arrays", "matrix", 200, "3", {"v": [[1, 2], [3, 4]]}),
    get("F1 array of arrays literal", "matrix?v={{1,2},{3,4}}", 200, "3"),
    get("F1 some defaults", "many?a=1&c=3", 200, "14"),
    post("F1 some defaults, JSON", "many", 200, "14", {"a": 1, "c": 3}),
    post("F1 odd names", "Odd%20name", 200, '"ab"', {"the arg": "a", "select": "b"}),
    get("F1 last of a repeated name", "text_of?v=a&v=b", 200, '"b"'),
    post("F1 null", "is_null", 200, "true", {"v": None}), get("F1 null is a word", "is_null?v=null", 200, "false"),
    get("F1 empty", "is_null?v=", 200, "false"),
    post("F1 domain", "small_of", 200, "5", {"v": 5}),
    post("F1 domain refuses", "small_of", 400,
         fault("23514", 'value for domain small violates check constraint "small_check"'), {"v": 200}),
    post("F1 enum", "color_of", 200, '"red"', {"v": "red"}),
    get("F1 no such label", "color_of?v=blue", 400, fault("22P02", 'invalid input value for enum color: "blue"')),
    post("F1 digits stay", "numeric_of", 200, "1.10000000000000000001", '{"v": 1.10000000000000000001}'),
    post("F1 nothing is cut", "char_of", 200, "6", {"v": "abcdef"}),
    post("F1 bits", "bits_of", 200, '"10101"', {"v": "10101"}),
    post("F1 json of a string", "type_of", 200, '"string"', {"v": "s"}),
    get("F1 json literal", "type_of?v=[1]", 200, '"array"'),
    post("F1 json into text", "text_of", 200, '"{\\"a\\": [1]}"', '{"v": {"a": [1]}}'),
    post("F1 first of an array", "many", 200, "111", [{"a": 1}, {"a": 2}]),
    post("F1 columns", "many?columns=a", 200, "111", {"a": 1, "zz": 2}),
    post("F1 form", "many", 200, "103", "a=1&b=2", Content_Type=FORM),
    post("F1 CSV", "many", 200, "103", "a,b\n1,2", Content_Type=CSV),
    post("F1 CSV null", "is_null", 200, "true", "v\nNULL", Content_Type=CSV),
    post("F1 no body", "only_out", 200, {"answer": 42}, ""),
    post("F1 uneven", "many", 400, fault("PGRST102", "All object keys must match"), [{"a": 1}, {"b": 2}]),
    post("F1 bad JSON", "many", 400, fault("PGRST102", "Empty or invalid json"), '{"a":'),
    post("F1 other type", "many", 400, fault("PGRST102", "Content-Type not acceptable: image/png"),
         "x", Content_Type="image/png"),
    get("F1 polymorphic", "a_polymorph?v=1", 400,
        fault("42804", "could not determine polymorphic type because input has type unknown")),
    get("F1 INOUT and OUT", "in_out?a=1&b=2", 200, {"b": 3, "c": "x"}),
    get("F1 one OUT", "only_out", 200, {"answer": 42}),
    get("F1 set of one OUT", "set_of_out?n=2", 200, [{"i": 1}, {"i": 2}]),
    post("F2 json", "body_json", 200, '{"a": 1.50}', '{"a": 1.50}'),
    post("F2 jsonb", "body_jsonb", 200, '{"a": 1.50, "b": 1}', '{"b":1,"a":1.50}'),
    post("F2 array of objects", "body_json", 200, '[{"a":1}]', '[{"a":1}]'),
    post("F2 text", "body_text", 200, "7", "größe", Content_Type="text/plain; charset=utf-8"),
    post("F2 no text", "body_text", 200, "0", "", Content_Type=TEXT),
    post("F2 bytes", "body_bytes", 200, "3", b"\x00\xff\x00", Content_Type=BYTES),
    post("F2 xml", "body_xml", 200, '"<a>1</a>"', "<a>1</a>", Content_Type=XML),
    post("F2 bad xml", "body_xml", 400,
         fault("2200N", "invalid XML content", "line 1: Premature end of data in tag a line 1\n<a>\n   ^"),
         "<a>", Content_Type=XML), post("F2 named json is none", "body_named", 200, "[1]", {"v": [1]}),
    post("F2 CSV is no json", "body_json", 404, missing("api.body_json(a, b)", "api.body_json with parameters a, b"),
         "a,b\n1,2", Content_Type=CSV),
    get("F2 GET has no body", "body_json", 404,
        missing("api.body_json without parameters", "api.body_json without parameters",
                "Perhaps you meant to call the function api.body_json()")),
    post("F3 by name first", "body_any", 200, '"named"', {"x": 1, "y": 2}),
    post("F3 json", "body_any", 200, '"json"', {"x": 1}), post("F3 no keys", "body_any", 200, '"none"', {}),
    post("F3 no body", "body_any", 200, '"none"', ""),
    post("F3 text", "body_any", 200, '"text"', "a", Content_Type=TEXT),
    post("F3 bytes", "body_any", 200, '"bytea"', "a", Content_Type=BYTES),
    post("F3 xml", "body_any", 200, '"xml"', "<a/>", Content_Type=XML),
    post("F3 tie of bodies", "body_tie", 300,
         fault("PGRST203",
               "Could not choose the best candidate function between: api.body_tie( => json), api.body_tie( => jsonb)",
               None, TIE), {"a": 1}),
    get("F3 tie", "tied?a=1&b=2", 300,
        fault("PGRST203", "Could not choose the best candidate function between: api.tied(a => integer, b => integer), "
        "api.tied(a => text, b => api.color), api.tied(a => character, b => text, c => bit)", None, TIE)),
    get("F4 variadic", "join_all?sep=,&parts=a&parts=b", 200, '"a,b"'),
    post("F4 variadic form", "join_all", 200, '"1-2"', "sep=-&parts=1&parts=2", Content_Type=FORM),
    post("F4 variadic JSON", "join_all", 200, '"a b"', {"sep": " ", "parts": ["a", "b"]}),
    post("F4 variadic of json", "count_json", 200, "3", {"v": [1, "a", None]}),
    get("F4 left out", "join_all?sep=,", 404, fault("42883", "function api.join_all(sep => text) does not exist", None,
        "No function matches the given name and argument types. You might need to add explicit type casts.")),
]
BARE = '{"": "x"}'
UNNAMED = [
    post("F2 by the empty name", "bare_text", 200, json.dumps(BARE), BARE),
    post("F2 array", "bare_text", 200, json.dumps("[" + BARE + "]"), "[" + BARE + "]"),
    post("F2 form", "bare_text", 200, json.dumps('{"":"x\\"y"}'), "=z&=x%22y", Content_Type=FORM),
    post("F2 CSV", "bare_text", 200, json.dumps('[{"":"x"}]'), '""\nx\n', Content_Type=CSV),
    post("F2 columns", "bare_text?columns=%22%22", 200, json.dumps(BARE), BARE),
    post("F2 xml", "bare_xml", 200, json.dumps(BARE), BARE),
    post("F2 bytes", "bare_bytes", 200, json.dumps('{"": "\u00e9"}', ensure_ascii=False), '{"": "\u00e9"}'),
    post("F2 jsonb", "bare_json", 200, json.dumps(BARE), BARE),
    post("F2 jsonb by a form", "bare_json", 200, json.dumps(BARE), "=x", Content_Type=FORM),
    post("F2 default", "bare_default", 200, '"given"'), get("F2 default, GET", "bare_default", 200, '"given"'),
    post("F2 no default", "bare_default", 200, json.dumps(BARE), BARE),
    post("F2 text for a default", "bare_default", 200, '"t"', "t", Content_Type=TEXT),
    post("F2 other type", "bare_number", 200, {"twice": 10}, {"": 5}),
    post("F2 other type, form", "bare_number", 200, {"twice": 10}, "=5", Content_Type=FORM),
    post("F2 other type refuses", "bare_number", 400,
         fault("22P02", 'invalid input syntax for type integer: "x"'), BARE),
    get("F2 GET has no empty name", "bare_text?=x", 400,
        fault("PGRST100", '"failed to parse tree path ()" (line 1, column 1)',
              "unexpected end of input expecting field name (* or [a..z0..9_$])")),
    post("F3 overload without a name", "bare_over", 200, '"bare"', BARE),
    post("F3 overload with one", "bare_over", 200, '"named"', {"a": 1}),
    post("F3 overload of nothing", "bare_over", 200, '"none"'),
    post("F3 both", "bare_over", 404, ANYTHING, {"a": 1, "": "x"}),
    post("F3 tie", "bare_tie", 300, fault("PGRST203", "Could not choose the best candidate function between: "
         "api.bare_tie( => text), api.bare_tie( => xml)", None, TIE), BARE),
    post("F2 half", "half_named", 200, '"1 2 0"', {"": 2, "a": 1}),
    post("F2 half, array", "half_named", 200, '"1 2 [1.50]"',
         '[{"c": [1.50], "": 2, "a": 1}, {"c": 0, "": 0, "a": 0}]'),
    post("F2 half, last member", "half_named", 200, '"1 3 0"', '{"": 2, "a": 1, "": 3}'),
    post("F2 half, our own word for it", "half_named?columns=%22%22,a", 200, '"1 2 0"',
         {"": 2, "a": 1, "pgrst_unnamed": 3}),
    post("F2 half, of no rows", "half_named?columns=%22%22,a", 200, "null", "[]"),
    post("F2 half, of an empty one", "half_named?columns=%22%22,a", 200, '"0"', "[{}]"),
    post("F1 of no rows", "all_named?columns=a,b", 200, "null", "[]"),
    post("F1 of an empty one", "all_named?columns=a,b", 200, '"0"', "[{}]"),
    post("F2 half, form", "half_named", 200, '"1 2 0"', "=2&a=1", Content_Type=FORM),
    post("F2 half, CSV", "half_named", 200, '"1 2 {\\"x\\":1}"', 'c,a,\n"{""x"":1}",1,2\n', Content_Type=CSV),
    post("F2 half, missing", "half_named", 404, ANYTHING, {"a": 1}),
    post("F2 half, defaults", "half_default", 200, '"given1"'),
    post("F2 half, named", "half_default", 200, '"given2"', {"b": 2}),
    get("F2 half, GET", "half_default?b=2", 200, '"given2"'),
    post("F4 without a name", "half_variadic", 200, "3", {"": [7, 8], "a": 1}),
    post("F4 without a name, form", "half_variadic", 200, "3", "=7&a=1&=8", Content_Type=FORM),
    post("F10 one name for two", "two_bare", 404, ANYTHING, {"": 1, "c": 2}),
]
FAULTS = [
    get("R7 parameter", "many?b=1", 404, missing("api.many(b)", "api.many with parameter b")),
    get("R7 name", "filmz_since?y=1", 404, missing("api.filmz_since(y)", "api.filmz_since with parameter y",
                                                   "Perhaps you meant to call the function api.films_since")),
    post("R7 JSON", "many", 404,
         missing("api.many(a, zz)", "api.many with parameters a, zz or with a single unnamed json/jsonb parameter",
                 "Perhaps you meant to call the function api.many(a, b, c)"), {"zz": 1, "a": 1}),
    post("R7 JSON without keys", "nothing_like_that", 404,
         missing("api.nothing_like_that without parameters",
                 "api.nothing_like_that without parameters or with a single unnamed json/jsonb parameter")),
    post("R7 form", "many", 404,
         missing("api.many(c)", "api.many with parameter c",
                 "Perhaps you meant to call the function api.many(a, b, c)"), "c=1", Content_Type=FORM),
    post("R7 text", "xmany", 404, missing("api.xmany", "api.xmany with a single unnamed text parameter"),
         "x", Content_Type=TEXT),
         post("R7 xml", "many", 404, missing("api.many", "api.many with a single unnamed xml parameter"),
              "x", Content_Type=XML),
    post("R7 bytes to no parameters", "only_out", 404,
         missing("api.only_out", "api.only_out with a single unnamed bytea parameter"), "x", Content_Type=BYTES),
    get("R7 far off", "many?quite_another_name=1", 404,
        missing("api.many(quite_another_name)", "api.many with parameter quite_another_name")),
    get("R7 other schema", "root_", 404, missing("other.root_ without parameters", "other.root_ without parameters",
                                                 "Perhaps you meant to call the function other.root"),
                                                 Accept_Profile="other"),
    post("F10 procedure", "a_procedure", 404,
         missing("api.a_procedure(a)",
                 "api.a_procedure with parameter a or with a single unnamed json/jsonb parameter"), {"a": 1}),
    get("F10 aggregate", "an_aggregate?x=1", 404, missing("api.an_aggregate(x)", "api.an_aggregate with parameter x")),
    get("F10 trigger", "a_trigger", 404,
        missing("api.a_trigger without parameters", "api.a_trigger without parameters")),
    case("R3 PUT", "PUT /rpc/many", 405, fault("PGRST101", "Cannot use the PUT method on RPC"), body={}),
    case("R3 PATCH", "PATCH /rpc/many", 405, fault("PGRST101", "Cannot use the PATCH method on RPC"), body={}),
    case("R3 DELETE", "DELETE /rpc/many", 405, fault("PGRST101", "Cannot use the DELETE method on RPC")),
    get("F6 unknown filter", "films_since?y=1&nosuch=eq.1", 400, no_column("films.nosuch")),
    get("F6 unknown column", "films_since?y=1&select=id,nosuch", 400, no_column("pgrst_call.nosuch")),
    get("F6 unknown filter of columns", "films_since?y=1&select=id&nosuch=eq.1", 400, no_column("pgrst_call.nosuch")),
    get("F6 unknown order", "films_since?y=1&order=nosuch", 400, no_column("films.nosuch")),
    get("F6 unknown order of columns", "films_since?y=1&select=id&order=nosuch", 400, no_column("films.nosuch")),
    get("F6 unknown group", "films_since?y=1&select=year,count()&order=title", 400,
        fault("42803", 'column "films.title" must appear in the GROUP BY clause or be used in an aggregate function')),
    get("F6 unknown of a type", "a_pair?nosuch=eq.1", 400, no_column("pair.nosuch")),
    get("F6 unknown of a domain of it", "a_good_pair?nosuch=eq.1", 400, no_column("pair.nosuch")),
    get("F6 unknown of one OUT", "only_out?nosuch=eq.1", 400, no_column("int4.nosuch")),
    get("F6 unknown of a value", "text_of?v=a&select=nosuch", 400, no_column("text_of.nosuch")),
    get("F6 unknown of many values", "colors?order=nosuch", 400, no_column("colors.nosuch")),
    post("F5 void, select", "count_up?select=nosuch", 400, no_column("count_up.nosuch")),
    post("F5 void, filter", "count_up?nosuch=eq.1", 400, no_column("count_up.nosuch")),
    post("F5 void, logic", "count_up?or=(nosuch.eq.1,nosuch.eq.2)", 400, no_column("count_up.nosuch")),
    post("F5 void, order", "count_up?order=nosuch", 400, no_column("count_up.nosuch")),
    post("F5 void, embed", "count_up?select=films(id)", 400, ANYTHING),
    post("F5 void, filter of an embed", "count_up?films.id=eq.1", 400, ANYTHING),
    post("F5 void, it never ran", "ups", 200, "0"),
    post("P7 scalar", "say", 400,
         fault("PGRST128",
               "Function must return SETOF or TABLE when max-affected preference is used with handling=strict"),
               Prefer="handling=strict, max-affected=1"),
    post("P7 media type first", "say", 406, fault("PGRST107", "None of these media types are available: image/gif"),
         Accept="image/gif", Prefer="handling=strict, max-affected=1, nonsense"),
    post("P7 preferences first", "say", 400, fault("PGRST122", "Invalid preferences given with handling=strict",
                                                   "Invalid preferences: nonsense"),
                                                   Prefer="handling=strict, max-affected=1, nonsense"),
    get("M4 text of a scalar", "text_of?v=a", 406,
        fault("PGRST107", "None of these media types are available: text/plain"), Accept="text/plain"),
]
def beyond(offset, total):
    return fault("PGRST103", "Requested range not satisfiable",
                 f"An offset of {offset} was requested, but there are only {total} rows.")


FILMS = [{"id": 2, "title": "Stalker", "year": 1979}, {"id": 3, "title": "Ran", "year": 1985}]
RESULTS = [
    get("F5 no composite", "no_film", 200, {"id": None, "title": None, "year": None}, {"Content-Range": "0-0/*"}),
    get("F5 null composite", "null_pair", 200, {"a": None, "b": None}),
    get("F5 composite", "a_pair", 200, '{"a":1,"b":"x"}'),
    get("F5 domain of a composite", "a_good_pair", 200, {"a": 1, "b": "x"}),
    get("F5 set of it", "good_pairs", 200, [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]),
    get("F5 set of records", "records", 200, [{"column1": 1, "column2": "a"}, {"column1": 2, "column2": "b"}]),
    get("F5 set with a null", "no_values", 200, ["a", None]), get("F5 set of json", "jsons", 200, [{"a": 1}, [2]]),
    get("F5 set of enums", "colors", 200, ["red", "green"]),
    get("F5 one column", "one_column?n=2", 200, '[{"i":1}, \n {"i":2}]'), get("F5 set of nothing", "voids", 200, "[]"),
    get("F5 infinite", "infinite", 200, '"Infinity"'),
    get("F5 time", "when_it_was", 200, '"2020-06-01T12:00:00+00:00"'),
    case("F5 HEAD", "HEAD /rpc/only_out", 200, b"", {"Content-Range": "0-0/*", "Content-Length": None}),
    get("F6 filter takes the only row", "one_film?n=1&id=eq.2", 200, "null", {"Content-Range": "0-0/*"}),
    get("F6 limit 0", "text_of?v=a&limit=0", 200, "null"),
    get("F6 columns of a row", "one_film?n=1&select=title", 200, {"title": "Metropolis"}),
    get("F6 singular", "one_film?n=1&id=eq.2", 200, "null", {"Content-Range": "0-0/1"}, Accept=SINGULAR,
        Prefer="count=exact"),
        get("F6 count of one", "one_film?n=1", 200, {"id": 1, "title": "Metropolis", "year": 1927},
        {"Content-Range": "0-0/1"}, Prefer="count=exact"),
    get("F6 range and count", "films_since?y=1970&order=id&limit=2", 206, FILMS, {"Content-Range": "0-1/3"},
        Prefer="count=exact"), get("F6 Range", "films_since?y=1970&order=id", 206, FILMS[1:],
                                   {"Content-Range": "1-1/3"}, Range="1-1", Prefer="count=exact"),
    get("P9 beyond a row", "one_film?n=1&offset=10", 416, beyond(10, 1), {"Content-Range": "10-10/1"},
        Prefer="count=exact"),
    get("P9 beyond a value", "text_of?v=a&offset=10", 416, beyond(10, 1), {"Content-Range": "10-10/1"},
        Prefer="count=exact"),
    post("P9 beyond what a volatile function returns", "say?offset=2", 416, beyond(2, 1), None,
         {"Content-Range": "2-2/1"}, Prefer="count=exact"),
    get("P9 behind the only row", "one_film?n=1&offset=1", 200, "null", {"Content-Range": "1-1/1"},
        Prefer="count=exact"),
    get("P9 beyond a row that a filter takes", "one_film?n=1&offset=1&id=eq.2", 416, beyond(1, 0),
        {"Content-Range": "*/0"}, Prefer="count=exact"),
    get("P9 nobody counts", "one_film?n=1&offset=10", 200, "null", {"Content-Range": "10-10/*"}),
    post("F5 void, range", "count_up?limit=5&offset=3", 204, b"", None, {"Content-Range": "3-3/1"},
         Prefer="count=exact"),
    get("F6 estimated", "films_since?y=1970&order=id&limit=2", 206, FILMS, {"Content-Range": "0-1/3"},
        Prefer="count=estimated"), get("F6 planned", "films_since?y=1970&order=id&limit=2", 200, FILMS,
                                       {"Content-Range": "0-1/*"}, Prefer="count=planned"),
    get("F6 logic", "films_since?y=1900&or=(id.eq.1,and(year.gt.1980,title.like.R*))&select=id&order=id",
        200, [{"id": 1}, {"id": 3}]), get("F6 aggregate", "films_since?y=1900&select=count()", 200, [{"count": 4}]),
    get("F6 cast and alias", "films_since?y=1980&select=n:id::text", 200, [{"n": "3"}]),
    get("F6 CSV", "films_since?y=1980", 200, "id,title,year\n3,Ran,1985", Accept="text/csv"),
    get("F6 CSV of a scalar", "text_of?v=a", 200, "pgrst_scalar\na", Accept="text/csv"),
    get("M1 CSV of a row that a filter takes", "one_film?n=1&id=eq.2", 200, "id,title,year\n", Accept="text/csv"),
    get("M1 CSV of a value that a filter takes", "text_of?v=a&pgrst_scalar=eq.b", 200, "pgrst_scalar\n",
        Accept="text/csv"),
    get("M1 CSV of no rows", "films_since?y=2100", 200, "id,title,year\n", Accept="text/csv"),
    post("F1 CSV, json", "type_of", 200, '"object"', 'v\n"{""a"": 1}"\n', Content_Type=CSV),
    post("F1 CSV, no value", "text_of", 200, "null", "v,v\nx,\n", Content_Type=CSV),
    post("F1 CSV, empty text", "text_of", 200, '""', 'v\n""\n', Content_Type=CSV),
    get("F6 nulls stripped", "null_pair", 200, "{}", Accept=SINGULAR + ";nulls=stripped"),
    get("F6 singular of many", "films_since?y=1900", 406,
        fault("PGRST116", "Cannot coerce the result to a single JSON object", "The result contains 4 rows"),
        Accept=SINGULAR),
    post("F6 volatile", "films_made?limit=1&offset=1", 206, FILMS[1:], {"y": 1970}, {"Content-Range": "1-1/3"},
         Prefer="count=exact"),
         post("F6 beyond", "films_made?offset=9", 416, fault("PGRST103", "Requested range not satisfiable",
        "An offset of 9 was requested, but there are only 3 rows."), {"y": 1970}, {"Content-Range": "*/3"},
        Prefer="count=exact"),
    case("F8 volatile", "OPTIONS /rpc/say", 200, b"", {"Allow": "OPTIONS,POST"}),
    case("F8 immutable", "OPTIONS /rpc/only_out", 200, b"", {"Allow": "OPTIONS,GET,HEAD,POST"}),
    case("F8 unknown", "OPTIONS /rpc/nothing_like_that", 404),
]


@table(ARGUMENTS, UNNAMED, FAULTS, RESULTS)
def test_calls(calls, case):
    case.check(calls)


POSTGREST_CSV = [
    get("M1 CSV of PostgREST, one row filtered away", "one_film?n=1&id=eq.2", 200, "id,title,year\n",
        Accept="text/csv"),
    get("M1 CSV of PostgREST, no rows", "films_since?y=2100", 200, "\n", Accept="text/csv"),
    get("M1 CSV of PostgREST, backslash", "text_of?v=a%5Cb", 200, 'pgrst_scalar\n"a\\\\b"', Accept="text/csv"),
    get("M1 CSV of PostgREST, the word", "text_of?v=NULL", 200, "pgrst_scalar\nNULL", Accept="text/csv"),
    get("M1 CSV of PostgREST, names", 'films_since?y=1980&select="a,b":id', 200, "a,b\n3", Accept="text/csv"),
    post("F1 CSV of PostgREST, json", "type_of", 200, '"string"', 'v\n"{""a"": 1}"\n', Content_Type=CSV),
    post("F1 CSV of PostgREST, empty", "is_null", 200, "false", "v,v\nx,\n", Content_Type=CSV),
]


@table(POSTGREST_CSV)
def test_csv_dialect_of_postgrest(serve, case):
    case.check(serve(front="nginx", csv_dialect="postgrest", **OPTIONS))


def test_F6_inlined(calls):
    """A set-returning function in SQL is planned as the query it holds, filters and all."""
    shown = calls.get("/rpc/films_since?y=1970&id=eq.2", headers={"Accept": "application/vnd.pgrst.plan+text"}).text
    assert "Index Scan using films_pkey" in shown or "Seq Scan on films" in shown, shown
    assert "Function Scan" not in shown


COUNTED = [
    ("counted?limit=2&offset=1", {"Prefer": "count=exact"}, 206, "[2, 3]", 1),
    ("counted?limit=0", {"Prefer": "count=exact"}, 206, "[]", 1),
    ("counted", {"Prefer": "count=exact"}, 200, "[1, 2, 3, 4, 5]", 1),
    ("counted?limit=2", {"Prefer": "handling=strict, max-affected=2"}, 200, "[1, 2]", 1),
    ("counted", {"Prefer": "handling=strict, max-affected=4"}, 400, None, 0),
    ("counted", {"Accept": SINGULAR}, 406, None, 0),
    ("counted?limit=1", {"Accept": SINGULAR, "Prefer": "count=exact"}, 206, "1", 1),
    ("counted", {"Accept": "application/vnd.pgrst.plan+text"}, 200, None, 0),
]


@pytest.mark.parametrize("path, headers, status, says, runs", COUNTED,
                         ids=[f"{path} {list(headers.values())}" for path, headers, *_ in COUNTED])
def test_F6_T6_runs_once_or_is_undone(calls, database, path, headers, status, says, runs):
    database.run("TRUNCATE api.calls")
    answer = calls.post("/rpc/" + path, json={"n": 5}, headers=headers)
    assert (answer.status_code, database.value("SELECT count(*) FROM api.calls")) == (status, runs), answer.text
    assert says is None or answer.text == says


def test_P10_max_rows(serve, database):
    server = serve(front="nginx", db_max_rows=2, **OPTIONS)
    get("P10", "films_since?y=1970&order=id", 206, FILMS, {"Content-Range": "0-1/3"},
        Prefer="count=exact").check(server)
    post("P10 volatile", "films_made", 206, FILMS, {"y": 1970}, {"Content-Range": "0-1/3"},
         Prefer="count=exact").check(server)
    get("P10 single", "only_out", 200, {"answer": 42}, {"Content-Range": "0-0/1"}, Prefer="count=exact").check(server)


def test_R1_root_spec(serve):
    server = serve(front="nginx", db_root_spec="root", **OPTIONS)
    case("R1 GET", "GET /", 200, {"root": "/"}, {"Content-Type": "application/json; charset=utf-8"}).check(server)
    case("R1 other schema", "GET /", 200, {"root": "other"}, Accept_Profile="other").check(server)
    case("R1 HEAD", "HEAD /", 200, b"").check(server)
    case("R1 OPTIONS", "OPTIONS /", 200, b"", {"Allow": "OPTIONS,GET,HEAD,POST"}).check(server)
    case("R1 DELETE", "DELETE /", 405, fault("PGRST101", "Cannot use the DELETE method on RPC")).check(server)
    disabled = serve(front="nginx", db_root_spec="root", openapi_mode="disabled", **OPTIONS)
    case("R1 disabled", "GET /", 404, fault("PGRST126", "Root endpoint metadata is disabled")).check(disabled)
