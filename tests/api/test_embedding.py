"""Resource embedding (PARITY.md 1.3), with the orders, filters and null filters of embeds, and aggregates in them.

SPDX-License-Identifier: MIT
"""
import pytest

from harness.cases import case, check_pages, fault, table
from harness.process import wait_until

SCHEMA = "embedding.sql"
OPTIONS = {"db_schemas": "api,other", "db_extra_search_path": "extra", "db_aggregates_enabled": "true"}


@pytest.fixture(scope="module")
def films(serve):
    return serve(front="nginx", **OPTIONS)


@pytest.fixture(scope="module")
def capped(serve):
    return serve(front="nginx", db_max_rows=2, **OPTIONS)


@pytest.fixture(scope="module")
def strict(serve):
    return serve(front="nginx", url_use_legacy_target_names="false", **OPTIONS)


@pytest.fixture(scope="module")
def cases(serve):
    return serve(front="nginx", db_schemas="cases", openapi_mode="ignore-privileges")


@pytest.fixture(scope="module")
def undone(serve):
    return serve(front="nginx", db_tx_end="rollback", **OPTIONS)


def get(name, path, *rows, **more):
    return case(name, "GET /" + path, 200, list(rows), **more)


def no_relationship(name, path, parent, child, hint=None, using=""):
    return case(name, "GET /" + path, 400, fault(
        "PGRST200", f"Could not find a relationship between '{parent}' and '{child}' in the schema cache",
        f"Searched for a foreign key relationship between '{parent}' and '{child}'{using} in the schema 'api', but no "
        f"matches "
        "were found.", hint))


def candidate(cardinality, embedding, relationship):
    return {"cardinality": cardinality, "embedding": embedding, "relationship": relationship}


def ambiguous(name, path, parent, child, hints, *candidates):
    return case(name, "GET /" + path, 300, fault(
        "PGRST201", f"Could not embed because more than one relationship was found for '{parent}' and '{child}'",
        list(candidates),
        f"Try changing '{child}' to one of the following: {hints}. Find the desired relationship in the "
        "'details' key."))


def not_embedded(name, path, what):
    return case(name, "GET /" + path, 400, fault(
        "PGRST108", f"'{what}' is not an embedded resource in this request", None,
        f"Verify that '{what}' is included in the 'select' query parameter."))


FOREIGN_KEYS = [
    get("E1 to one, null where there is none", "films?select=title,directors(last_name)&order=id&id=gte.3",
        {"title": "Gamma", "directors": {"last_name": "Nye"}}, {"title": "Delta", "directors": None}),
    get("E1 to many, an empty array where there are none",
        "directors?select=last_name,films(title)&films.order=id&order=id",
        {"last_name": "Moss", "films": [{"title": "Alpha"}, {"title": "Beta"}]},
        {"last_name": "Nye", "films": [{"title": "Gamma"}]}, {"last_name": "Orr", "films": []}),
    get("E1 one to one over a primary key", "films?select=id,technical(camera)&order=id&limit=3",
        {"id": 1, "technical": {"camera": "A1"}}, {"id": 2, "technical": {"camera": "B2"}},
        {"id": 3, "technical": None}),
    get("E1 one to one, the other way", "technical?select=camera,films(title)&film_id=eq.1",
        {"camera": "A1", "films": {"title": "Alpha"}}),
    get("E1 one to one over a unique column", "scripts?select=pages,films(title)&order=id",
        {"pages": 120, "films": {"title": "Alpha"}}, {"pages": 90, "films": {"title": "Gamma"}}),
    get("E1 composite keys, in the key's order", "trees?select=kind,plots(owner)&order=id",
        {"kind": "oak", "plots": {"owner": "ann"}}, {"kind": "elm", "plots": {"owner": "ann"}},
        {"kind": "fir", "plots": {"owner": "cyd"}}, {"kind": "ash", "plots": None}),
    get("E1 composite keys, to many", "plots?select=owner,trees(id)&order=owner",
        {"owner": "ann", "trees": [{"id": 1}, {"id": 2}]}, {"owner": "bob", "trees": []},
        {"owner": "cyd", "trees": [{"id": 3}]}),
    get("E1 every column", "films?select=*,directors(*)&id=eq.3",
        {"id": 3, "title": "Gamma", "year": 1992, "rating": 6.5, "director_id": 2, "info": {"colour": False},
         "directors": {"id": 2, "first_name": "Ben", "last_name": "Nye"}}),
    get("E2 through a junction", "films?select=title,actors(name)&actors.order=name&order=id",
        {"title": "Alpha", "actors": [{"name": "Xena"}, {"name": "Yuri"}]},
        {"title": "Beta", "actors": [{"name": "Xena"}]},
        {"title": "Gamma", "actors": [{"name": "Zoe"}]}, {"title": "Delta", "actors": []}),
    get("E2 through a junction, the other way", "actors?select=name,films(title)&order=id&id=eq.1",
        {"name": "Xena", "films": [{"title": "Alpha"}, {"title": "Beta"}]}),
    get("E2 through the junction by hand", "films?select=title,roles(character,actors(name))&id=eq.2",
        {"title": "Beta", "roles": [{"character": "Cook", "actors": {"name": "Xena"}}]}),
]

HINTS = [
    ambiguous("E4 two foreign keys", "orders?select=*,addresses(*)", "orders", "addresses",
              "'addresses!billing', 'addresses!shipping'",
              candidate("many-to-one", "orders with addresses", "billing using orders(billing_id) and addresses(id)"),
              candidate("many-to-one", "orders with addresses",
                        "shipping using orders(shipping_id) and addresses(id)")),
    ambiguous("E4 two foreign keys, from the other side", "addresses?select=*,orders(*)", "addresses", "orders",
              "'orders!billing', 'orders!shipping'",
              candidate("one-to-many", "addresses with orders", "billing using addresses(id) and orders(billing_id)"),
              candidate("one-to-many", "addresses with orders",
                        "shipping using addresses(id) and orders(shipping_id)")),
    ambiguous("E4 one junction that leads there twice", "cups?select=*,towns(*)", "cups", "towns",
              "'towns!games', 'towns!games'",
              *[candidate("many-to-many", "cups with towns", "games using games_cup_fkey(cup) and " + key)
                for key in ("games_guest_fkey(guest)", "games_home_fkey(home)")]),
    ambiguous("E4 junctions, a view among them", "users?select=*,teams(*)", "users", "teams",
              "'teams!fans', 'teams!members', 'teams!memberships'",
              candidate("many-to-many", "users with teams", "fans using fans_user_id_fkey(user_id) and "
                        "fans_team_id_fkey(team_id)"),
              candidate("many-to-many", "users with teams", "members using members_user_id_fkey(user_id) and "
                        "members_team_id_fkey(team_id)"),
              candidate("many-to-many", "users with teams", "memberships using members_user_id_fkey(user_id) and "
                        "members_team_id_fkey(team_id)")),
    get("E3 by constraint", "orders?select=id,addresses!billing(street)&id=eq.1",
        {"id": 1, "addresses": {"street": "High Street"}}),
    get("E3 by own column", "orders?select=id,addresses!shipping_id(street)&id=eq.1",
        {"id": 1, "addresses": {"street": "Low Street"}}),
    get("E3 by the other's column", "addresses?select=id,orders!billing_id(id)&order=id",
        {"id": 1, "orders": [{"id": 1}]}, {"id": 2, "orders": [{"id": 2}]}),
    get("E3 by the column referred to", "films?select=id,directors!id(last_name)&id=eq.1",
        {"id": 1, "directors": {"last_name": "Moss"}}),
    get("E3 by junction", "users?select=name,teams!members(name)&teams.order=id&order=id",
        {"name": "ann", "teams": [{"name": "red"}, {"name": "blue"}]}, {"name": "bob", "teams": [{"name": "blue"}]}),
    get("E3 by another junction", "users?select=name,teams!fans(name)&order=id",
        {"name": "ann", "teams": []}, {"name": "bob", "teams": [{"name": "red"}]}),
    get("E3 by a view that is a junction", "users?select=name,teams!memberships(name)&id=eq.2",
        {"name": "bob", "teams": [{"name": "blue"}]}),
    get("E3 inner behind a hint", "orders?select=id,addresses!billing!inner(street)&addresses.street=eq.Low Street",
        {"id": 2, "addresses": {"street": "Low Street"}}),
    get("E3 inner in front of a hint",
        "orders?select=id,addresses!inner!billing(street)&addresses.street=eq.Low Street",
        {"id": 2, "addresses": {"street": "Low Street"}}),
    get("E3 left", "films?select=id,directors!left(last_name)&id=eq.4", {"id": 4, "directors": None}),
    get("E3a by constraint as a name", "orders?select=id,billing(street),shipping(street)&id=eq.1",
        {"id": 1, "billing": {"street": "High Street"}, "shipping": {"street": "Low Street"}}),
    get("E3a by constraint, to many", "addresses?select=id,shipping(id)&id=eq.2",
        {"id": 2, "shipping": [{"id": 1}, {"id": 2}]}),
    get("E3a by column as a name", "orders?select=id,billing_id(street),at:shipping_id(street)&id=eq.1",
        {"id": 1, "billing_id": {"street": "High Street"}, "at": {"street": "Low Street"}}),
    no_relationship("E3 a hint that is none", "films?select=*,directors!nope(*)", "films", "directors", None,
                    " using the hint 'nope'"),
    get("E3b children by name and hint", "people?select=name,children:people!parent_id(name)&children.order=id&id=eq.2",
        {"name": "Mum", "children": [{"name": "Kid"}, {"name": "Sis"}]}),
    get("E3b the one by column", "people?select=name,parent:parent_id(name),mentor_id(name)&id=eq.3",
        {"name": "Kid", "parent": {"name": "Mum"}, "mentor_id": {"name": "Gran"}}),
    get("E3b three generations", "people?select=name,parent_id(name,parent_id(name))&id=eq.4",
        {"name": "Sis", "parent_id": {"name": "Mum", "parent_id": {"name": "Gran"}}}),
    ambiguous("E3b two keys to itself", "people?select=*,people(*)", "people", "people",
              "'people!mentor', 'people!parent'",
              candidate("one-to-many", "people with people", "mentor using people(id) and people(mentor_id)"),
              candidate("one-to-many", "people with people", "parent using people(id) and people(parent_id)")),
    no_relationship("E5 none", "films?select=*,addresses(*)", "films", "addresses",
                    "Perhaps you meant 'roles' instead of 'addresses'."),
    no_relationship("E5 a name nearly right", "films?select=*,director(*)", "films", "director",
                    "Perhaps you meant 'directors' instead of 'director'."),
    no_relationship("E5 none of a table that has none", "lonely?select=*,films(*)", "lonely", "films",
                    "Perhaps you meant 'songs' instead of 'lonely'."),
    no_relationship("E5 of a name in other letters", "films?select=*,Directors(*)", "films", "Directors", None),
    no_relationship("E5 spread", "films?select=...orders(id)", "films", "orders",
                    "Perhaps you meant 'actors' instead of 'orders'."),
    no_relationship("E13 another schema", "films?select=*,awards(*)", "films", "awards",
                    "Perhaps you meant 'actors' instead of 'awards'."),
]

VIEWS = [
    get("E6 views of private tables", "cars?select=plate,makers(name)&order=plate",
        {"plate": "V-1", "makers": {"name": "Vroom"}}, {"plate": "V-2", "makers": {"name": "Vroom"}},
        {"plate": "Z-1", "makers": {"name": "Zip"}}),
    get("E6 to many through three views", "makers?select=name,cars(plate)&cars.order=plate&order=maker",
        {"name": "Vroom", "cars": [{"plate": "V-1"}, {"plate": "V-2"}]}, {"name": "Zip", "cars": [{"plate": "Z-1"}]}),
    get("E6 a view in the middle of a chain", "cars_2?select=plate,makers(name)&car=eq.3",
        {"plate": "Z-1", "makers": {"name": "Zip"}}),
    get("E6 materialized view to table", "films_seen?select=title,directors(last_name)&id=eq.3",
        {"title": "Gamma", "directors": {"last_name": "Nye"}}),
    get("E6 table to materialized view", "directors?select=last_name,films_seen(title)&id=eq.1",
        {"last_name": "Moss", "films_seen": [{"title": "Beta"}]}),
    get("E6 composite key", "trees_of_plots?select=kind,plots(owner)&id=eq.3",
        {"kind": "fir", "plots": {"owner": "cyd"}}),
    get("E6 composite key, to many", "plots?select=owner,trees_of_plots(kind)&owner=eq.cyd",
        {"owner": "cyd", "trees_of_plots": [{"kind": "fir"}]}),
    get("E6 part of a key", "films?select=title,casting(character)&id=eq.2",
        {"title": "Beta", "casting": [{"character": "Cook"}]}),
    get("E6 by the view's column", "cars?select=plate,makers!made_by(name)&car=eq.1",
        {"plate": "V-1", "makers": {"name": "Vroom"}}),
    no_relationship("E3a a constraint does not name a view", "cars?select=plate,cars_maker_id_fkey(*)", "cars",
                    "cars_maker_id_fkey", None),
    ambiguous("E6 a column shown twice", "twice?select=*,directors(*)", "twice", "directors",
              "'directors!films_director_fk', 'directors!films_director_fk'",
              candidate("many-to-one", "twice with directors",
                        "films_director_fk using twice(first) and directors(id)"),
              candidate("many-to-one", "twice with directors",
                        "films_director_fk using twice(second) and directors(id)")),
    ambiguous("E6 a column of a composite key shown twice", "trees_twice?select=*,plots(*)", "trees_twice", "plots",
              "'plots!trees_plot', 'plots!trees_plot'",
              candidate("many-to-one", "trees_twice with plots",
                        "trees_plot using trees_twice(r, m) and plots(region, number)"),
              candidate("many-to-one", "trees_twice with plots",
                        "trees_plot using trees_twice(r, n) and plots(region, number)")),
    get("E6 a column shown twice, by hint", "twice?select=title,directors!second(last_name)&id=eq.1",
        {"title": "Alpha", "directors": {"last_name": "Moss"}}),
]

COMPUTED = [
    get("E7 at most one row", "directors?select=last_name,best_film(title)&order=id",
        {"last_name": "Moss", "best_film": {"title": "Beta"}}, {"last_name": "Nye", "best_film": {"title": "Gamma"}},
        {"last_name": "Orr", "best_film": None}),
    get("E7 many rows", "directors?select=last_name,good_films(title)&good_films.order=title.desc&order=id&limit=2",
        {"last_name": "Moss", "good_films": [{"title": "Beta"}, {"title": "Alpha"}]},
        {"last_name": "Nye", "good_films": []}),
    get("E7 in place of a foreign key", "films?select=id,scripts(pages)&order=id&limit=2",
        {"id": 1, "scripts": [{"pages": 120}]}, {"id": 2, "scripts": []}),
    get("E7 again and again", "people?select=name,ancestor(name,ancestor(name))&id=eq.3",
        {"name": "Kid", "ancestor": {"name": "Mum", "ancestor": {"name": "Gran"}}}),
    get("E7 with what its rows are related to", "directors?select=id,best_film(title,actors(name))&id=eq.2",
        {"id": 2, "best_film": {"title": "Gamma", "actors": [{"name": "Zoe"}]}}),
    get("E7 filtered, inner", "directors?select=id,good_films!inner(title)&good_films.title=eq.Beta",
        {"id": 1, "good_films": [{"title": "Beta"}]}),
    get("E7 computed fields in embeds", "films?select=id,directors(full_name)&id=eq.1&directors.full_name=like.Ada*",
        {"id": 1, "directors": {"full_name": "Ada Moss"}}),
    get("E7 spread, of one row", "directors?select=last_name,...best_film(best:title)&order=id&limit=1",
        {"last_name": "Moss", "best": "Beta"}),
    get("E8 to a partitioned table", "workers?select=name,shifts(day)&order=id",
        {"name": "ann", "shifts": {"day": "2020-05-05"}}, {"name": "bob", "shifts": {"day": "2021-05-05"}},
        {"name": "cyd", "shifts": None}),
    get("E8 from a partitioned table", "shifts?select=day,workers(name)&order=day",
        {"day": "2020-05-05", "workers": [{"name": "ann"}]}, {"day": "2021-05-05", "workers": [{"name": "bob"}]}),
    no_relationship("E8 not to a partition", "workers?select=*,shifts_1(*)", "workers", "shifts_1",
                    "Perhaps you meant 'shifts' instead of 'shifts_1'."),
]

SPREADS = [
    get("E9 to one", "films?select=title,...directors(last_name,who:first_name)&order=id&id=gte.3",
        {"title": "Gamma", "last_name": "Nye", "who": "Ben"}, {"title": "Delta", "last_name": None, "who": None}),
    get("E9 nested", "roles?select=character,...films(title,...directors(last_name))&film_id=eq.3",
        {"character": "Fool", "title": "Gamma", "last_name": "Nye"}),
    get("E9 with a hint",
        "orders?select=id,...addresses!billing(bill:street),...addresses!shipping(ship:street)&id=eq.1",
        {"id": 1, "bill": "High Street", "ship": "Low Street"}),
    get("E9 with an object in it", "roles?select=character,...films(title,directors(last_name))&film_id=eq.3",
        {"character": "Fool", "title": "Gamma", "directors": {"last_name": "Nye"}}),
    get("E9 with an array in it", "technical?select=camera,...films(title,actors(name))&film_id=eq.2",
        {"camera": "B2", "title": "Beta", "actors": [{"name": "Xena"}]}),
    get("E9 to many", "directors?select=last_name,...films(titles:title,years:year)&films.order=year.desc&order=id",
        {"last_name": "Moss", "titles": ["Beta", "Alpha"], "years": [1991, 1990]},
        {"last_name": "Nye", "titles": ["Gamma"], "years": [1992]}, {"last_name": "Orr", "titles": [], "years": []}),
    get("E9 to many, every column", "users?select=name,...teams!fans(*)&id=eq.2", {"name": ["red"], "id": [1]}),
    get("E9 through a junction", "films?select=title,...actors(cast:name)&actors.order=name.desc&id=eq.1",
        {"title": "Alpha", "cast": ["Yuri", "Xena"]}),
    get("E9 to one in to many", "directors?select=last_name,...films(titles:title,...technical(cameras:camera))"
        "&films.order=id&id=eq.1", {"last_name": "Moss", "titles": ["Alpha", "Beta"], "cameras": ["A1", "B2"]}),
    get("E9 to many in to many",
        "directors?select=last_name,...films(titles:title,...actors(names:name))&films.order=id"
        "&films.actors.order=name&id=eq.1",
        {"last_name": "Moss", "titles": ["Alpha", "Beta"], "names": [["Xena", "Yuri"], ["Xena"]]}),
    get("E9 to many, limited in order",
        "directors?select=id,...films(titles:title)&films.order=id.desc&films.limit=1&id=eq.1",
        {"id": 1, "titles": ["Beta"]}),
    get("E9 to many, inner", "directors?select=last_name,...films!inner(titles:title)&films.year=eq.1992",
        {"last_name": "Nye", "titles": ["Gamma"]}),
    get("E9 ordered by a column of an object", "actors?select=name,...films(titles:title,directors())"
        "&films.order=directors(last_name).desc&id=eq.1", {"name": "Xena", "titles": ["Alpha", "Beta"]}),
    get("E9 JSON and arrows", "technical?select=...films(info,tracks:info->sound->tracks)&film_id=eq.1",
        {"info": {"colour": True, "sound": {"tracks": 2}}, "tracks": 2}),
    get("E9 dates and intervals", "films?select=id,...technical(runtime)&id=eq.1", {"id": 1, "runtime": "01:30:00"}),
    get("E9 inside an embed", "actors?select=name,films(title,...directors(last_name))&id=eq.3",
        {"name": "Zoe", "films": [{"title": "Gamma", "last_name": "Nye"}]}),
]

LONG, LONGER = 63 * "t", 62 * "t" + "u"
SHAPES = [
    get("E10 empty, to filter by", "films?select=title,directors!inner()&directors.last_name=eq.Nye",
        {"title": "Gamma"}),
    get("E10 empty, with nothing to say", "films?select=title,directors()&id=eq.4", {"title": "Delta"}),
    get("E10 only empty ones within",
        "directors?select=id,films!inner(actors!inner())&films.actors.name=eq.Zoe", {"id": 2}),
    get("E10 nothing but an empty one", "directors?select=films()&id=lt.3", {}, {}),
    get("E10 four levels", "directors?select=id,films(id,roles(character,actors(name,roles(film_id))))&id=eq.2",
        {"id": 2,
         "films": [{"id": 3, "roles": [{"character": "Fool", "actors": {"name": "Zoe", "roles": [{"film_id": 3}]}}]}]}),
    get("E10 only embeds", "films?select=directors(id)&id=eq.1", {"directors": {"id": 1}}),
    get("E12 the same table twice", "directors?select=id,early:films(title),late:films(title)&early.year=lt.1991"
        "&late.year=gte.1991&id=eq.1", {"id": 1, "early": [{"title": "Alpha"}], "late": [{"title": "Beta"}]}),
    get("E12 each with order and limit",
        "directors?select=id,first:films(title),last:films(title)&first.order=year&first.limit=1"
        "&last.order=year.desc&last.limit=1&id=eq.1",
        {"id": 1, "first": [{"title": "Alpha"}], "last": [{"title": "Beta"}]}),
    get("E12 there and back", "films?select=title,directors(last_name,films(title))&directors.films.order=id&id=eq.1",
        {"title": "Alpha", "directors": {"last_name": "Moss", "films": [{"title": "Alpha"}, {"title": "Beta"}]}}),
    get("E12 through a junction and back", "films?select=title,actors(name,films(title))&actors.films.order=id&id=eq.2",
        {"title": "Beta", "actors": [{"name": "Xena", "films": [{"title": "Alpha"}, {"title": "Beta"}]}]}),
    get("E12 itself, under the longest name", f"{LONG}?select=id,{LONG}(id)&order=id",
        {"id": 1, LONG: [{"id": 2}, {"id": 3}]},
        {"id": 2, LONG: []}, {"id": 3, LONG: []}),
    get("E12 itself, under the longest name, by column", f"{LONG}?select=id,parent(id,parent(id))&id=eq.2",
        {"id": 2, "parent": {"id": 1, "parent": None}}),
    get("E12 names that differ in the last letter", f"{LONGER}?select=id,{LONG}(id,{LONGER}(id,t(id)))",
        {"id": 7, LONG: {"id": 2, LONGER: [{"id": 7, "t": {"id": 2}}]}}),
    get("E13 within the other schema", "awards?select=name", {"name": "Gold"}, Accept_Profile="other"),
    case("E1 as bytes", "GET /directors?select=id,films(id,title)&films.order=id&order=id&limit=1", 200,
         '[{"id":1,"films":[{"id":1,"title":"Alpha"}, \n {"id":2,"title":"Beta"}]}]'),
    case("E1 as CSV", "GET /films?select=id,directors(last_name,id)&id=eq.1", 200,
         'id,directors\n1,"{""id"": 1, ""last_name"": ""Moss""}"', Accept="text/csv"),
    case("E1 one object", "GET /films?select=id,directors(id)&id=eq.1", 200, {"id": 1, "directors": {"id": 1}},
         Accept="application/vnd.pgrst.object+json"),
    case("E1 nulls stripped", "GET /films?select=id,rating,directors(id)&id=eq.4", 200, [{"id": 4}],
         Accept="application/vnd.pgrst.array+json;nulls=stripped"),
    case("E1 HEAD", "HEAD /films?select=id,directors(id)", 200, "", {"Content-Range": "0-3/*"}),
]

FILTERS = [
    get("U18 filter in an embed", "directors?select=id,films(title)&films.rating=gte.7.5&films.title=neq.Alpha&id=eq.1",
        {"id": 1, "films": [{"title": "Beta"}]}),
    get("U18 logic in an embed",
        "directors?select=id,films(title)&films.or=(year.eq.1990,title.eq.Beta)&films.order=id&id=eq.1",
        {"id": 1, "films": [{"title": "Alpha"}, {"title": "Beta"}]}),
    get("U18 logic, negated", "directors?select=id,films(title)&films.not.or=(year.eq.1990,year.eq.1992)&id=eq.1",
        {"id": 1, "films": [{"title": "Beta"}]}),
    get("U18 filter of a nested embed",
        "directors?select=id,films(id,actors(name))&films.actors.name=eq.Yuri&films.order=id&id=eq.1",
        {"id": 1, "films": [{"id": 1, "actors": [{"name": "Yuri"}]}, {"id": 2, "actors": []}]}),
    get("U18 a to-one that is filtered out", "films?select=id,directors(id)&directors.last_name=eq.Nye&order=id",
        {"id": 1, "directors": None}, {"id": 2, "directors": None}, {"id": 3, "directors": {"id": 2}},
        {"id": 4, "directors": None}),
    get("U18 inner, to one", "films?select=id,directors!inner(id)&directors.last_name=eq.Moss&order=id",
        {"id": 1, "directors": {"id": 1}}, {"id": 2, "directors": {"id": 1}}),
    get("U18 inner, to many", "directors?select=id,films!inner(title)&films.year=gt.1991",
        {"id": 2, "films": [{"title": "Gamma"}]}),
    get("U18 inner in a junction", "films?select=id,actors!inner(name)&actors.name=eq.Xena&order=id",
        {"id": 1, "actors": [{"name": "Xena"}]}, {"id": 2, "actors": [{"name": "Xena"}]}),
    get("U18 inner below inner", "directors?select=id,films!inner(id,actors!inner(name))&films.actors.name=eq.Zoe",
        {"id": 2, "films": [{"id": 3, "actors": [{"name": "Zoe"}]}]}),
    get("U18 inner below left", "directors?select=id,films(id,actors!inner(name))&films.actors.name=eq.Zoe&order=id",
        {"id": 1, "films": []}, {"id": 2, "films": [{"id": 3, "actors": [{"name": "Zoe"}]}]}, {"id": 3, "films": []}),
    get("U18 an alias", "directors?select=id,f:films(title)&f.year=eq.1990&id=eq.1",
        {"id": 1, "f": [{"title": "Alpha"}]}),
    not_embedded("U18 not in select", "films?select=id&directors.id=eq.1", "directors"),
    not_embedded("U18 not in select, deeper", "directors?select=id,films(id)&films.actors.name=eq.x", "actors"),
    not_embedded("U18 order of what is not in select", "films?select=id&directors.order=id", "directors"),
    not_embedded("U18 limit of what is not in select", "films?select=id&directors.limit=1", "directors"),
    get("U17 limit and offset of an embed",
        "directors?select=id,films(id)&films.order=id&films.limit=1&films.offset=1&id=eq.1",
        {"id": 1, "films": [{"id": 2}]}),
    get("U17 limit of 0", "directors?select=id,films(id)&films.limit=0&id=eq.1", {"id": 1, "films": []}),
    get("U17 limit of 0, inner", "directors?select=id,films!inner(id)&films.limit=0"),
    get("U17 limit of a nested embed", "directors?select=id,films(id,actors(name))&films.order=id&films.limit=1"
        "&films.actors.order=name.desc&films.actors.limit=1&id=eq.1",
        {"id": 1, "films": [{"id": 1, "actors": [{"name": "Yuri"}]}]}),
    case("U17 negative limit", "GET /directors?select=id,films(id)&films.limit=-1", 416, fault(
        "PGRST103", "Requested range not satisfiable", "Limit should be greater than or equal to zero.")),
    get("U19 is null, to one", "films?select=id,directors(id)&directors=is.null", {"id": 4, "directors": None}),
    get("U19 not is null, to one", "films?select=id,directors(id)&directors=not.is.null&order=id&limit=1",
        {"id": 1, "directors": {"id": 1}}),
    get("U19 is null, to many", "directors?select=id,films()&films=is.null", {"id": 3}),
    get("U19 not is null, to many", "directors?select=id,films()&films=not.is.null&order=id", {"id": 1}, {"id": 2}),
    get("U19 not is null, empty to one", "films?select=id,directors()&directors=not.is.null&order=id",
        {"id": 1}, {"id": 2}, {"id": 3}),
    get("U19 junction", "films?select=id,actors()&actors=is.null", {"id": 4}),
    get("U19 with a filter", "directors?select=id,films()&films.year=eq.1992&films=not.is.null", {"id": 2}),
    get("U19 in logic", "films?select=id,directors(),actors()&directors.last_name=eq.Nye&actors.name=eq.Yuri"
        "&or=(directors.not.is.null,actors.not.is.null)&order=id", {"id": 1}, {"id": 3}),
    get("U19 in logic with a column", "directors?select=id,films()&or=(films.is.null,id.eq.2)&order=id",
        {"id": 2}, {"id": 3}),
    get("U19 in an embed", "directors?select=id,films(id,directors(),scripts())&films.scripts=is.null&id=eq.1",
        {"id": 1, "films": [{"id": 2}]}),
    get("U19 by alias", "films?select=id,d:directors()&d=is.null", {"id": 4}),
    case("U19 another operator", "GET /films?select=id,directors(id)&directors=eq.1", 400, fault(
        "PGRST120", "Bad operator on the 'directors' embedded resource",
        "Only is null or not is null filters are allowed on embedded resources")),
    get("U16 by a column of a to-one",
        "films?select=id,directors(last_name)&order=directors(last_name).desc.nullslast,id",
        {"id": 3, "directors": {"last_name": "Nye"}}, {"id": 1, "directors": {"last_name": "Moss"}},
        {"id": 2, "directors": {"last_name": "Moss"}}, {"id": 4, "directors": None}),
    get("U16 by a column that is not shown",
        "films?select=id,directors(id)&order=directors(first_name).desc,id.desc&limit=2&id=lt.4",
        {"id": 3, "directors": {"id": 2}}, {"id": 2, "directors": {"id": 1}}),
    get("U16 of an empty embed",
        "films?select=id,directors()&order=directors(last_name).nullsfirst&limit=1", {"id": 4}),
    get("U16 of a spread", "films?select=id,...directors(last_name)&order=directors(last_name).desc.nullslast&limit=1",
        {"id": 3, "last_name": "Nye"}),
    get("U16 by a path", "technical?select=film_id,films()&order=films(info->sound->>tracks).nullslast",
        {"film_id": 1}, {"film_id": 2}),
    get("U16 by alias", "films?select=id,d:directors()&order=d(last_name).desc.nullslast&limit=1", {"id": 3}),
    get("U16 in an embed",
        "actors?select=name,films(title,directors(last_name))&films.order=directors(last_name).desc&id=eq.1",
        {"name": "Xena", "films": [{"title": "Alpha", "directors": {"last_name": "Moss"}},
                                   {"title": "Beta", "directors": {"last_name": "Moss"}}]}),
    case("U16 not to one", "GET /directors?select=id,films(id)&order=films(id)", 400, fault(
        "PGRST118", "A related order on 'films' is not possible",
        "'directors' and 'films' do not form a many-to-one or one-to-one relationship")),
    not_embedded("U16 not in select", "films?select=id&order=directors(id)", "directors"),
    get("U16 embeds in their own order", "directors?select=id,films(id)&films.order=year.desc&order=id.desc&limit=3",
        {"id": 3, "films": []}, {"id": 2, "films": [{"id": 3}]}, {"id": 1, "films": [{"id": 2}, {"id": 1}]}),
]

AGGREGATES = [
    get("U4 in an embed", "directors?select=id,films(count(),year.max())&order=id",
        {"id": 1, "films": [{"count": 2, "max": 1991}]}, {"id": 2, "films": [{"count": 1, "max": 1992}]},
        {"id": 3, "films": [{"count": 0, "max": None}]}),
    get("U4 grouped in an embed", "directors?select=id,films(year,count())&films.order=year&id=eq.1",
        {"id": 1, "films": [{"year": 1990, "count": 1}, {"year": 1991, "count": 1}]}),
    get("U4 lifted out of a spread", "films?select=director_id,...technical(runtime.max())&director_id=eq.1",
        {"director_id": 1, "max": "01:40:00"}),
    get("U4 count() lifted out of a spread",
        "films?select=director_id,...technical(count())&order=director_id.nullslast",
        {"director_id": 1, "count": 2}, {"director_id": 2, "count": 0}, {"director_id": None, "count": 0}),
    get("U4 lifted out of two spreads", "roles?select=...films(...directors(n:count()))", {"n": 4}),
    get("U4 with an object beside it", "films?select=directors(last_name),rating.avg()&director_id=eq.2",
        {"directors": {"last_name": "Nye"}, "avg": 6.5}),
    get("U4 grouped by a spread", "films?select=...directors(last_name),count()&directors=not.is.null&id=lt.3",
        {"last_name": "Moss", "count": 2}),
    get("U4 with an array beside it", "directors?select=films(id),count()&films.id=eq.1&id=eq.1",
        {"films": [{"id": 1}], "count": 1}),
    case("U4 in a spread to many", "GET /directors?select=id,...films(count())", 400, fault(
        "PGRST127", "Feature not implemented",
        "Aggregates are not implemented for one-to-many or many-to-many spreads.")),
]

CALLS = [
    get("E11 function returning a table's rows",
        "rpc/films_of?year_from=1991&select=title,directors(last_name)&order=id&limit=2",
        {"title": "Beta", "directors": {"last_name": "Moss"}}, {"title": "Gamma", "directors": {"last_name": "Nye"}}),
    get("E11 to many", "rpc/films_of?year_from=1992&select=id,actors(name),roles(character)&order=id",
        {"id": 3, "actors": [{"name": "Zoe"}], "roles": [{"character": "Fool"}]}, {"id": 4, "actors": [], "roles": []}),
    get("E11 spread", "rpc/films_of?year_from=1992&select=id,...directors(last_name)&order=id",
        {"id": 3, "last_name": "Nye"}, {"id": 4, "last_name": None}),
    get("E11 inner", "rpc/films_of?year_from=1990&select=id,directors!inner(id)&directors.last_name=eq.Nye",
        {"id": 3, "directors": {"id": 2}}),
    get("E11 computed relationship", "rpc/films_of?year_from=1992&select=id,scripts(pages)&id=eq.3",
        {"id": 3, "scripts": [{"pages": 90}]}),
    case("E11 one row", "GET /rpc/one_film?id=1&select=id,directors(last_name),technical(camera)", 200,
         {"id": 1, "directors": {"last_name": "Moss"}, "technical": {"camera": "A1"}}),
    case("E11 by POST", "POST /rpc/films_of?select=id,directors(id)&id=eq.3", 200, [{"id": 3, "directors": {"id": 2}}],
         body={"year_from": 1990}),
    no_relationship("E11 a function without a table", "rpc/numbers?select=n,films(*)", "numbers", "films",
                    "Perhaps you meant 'members' instead of 'numbers'."),
    get("E11 rows of a hidden table that a view is called like", "rpc/all_songs?select=name,films(title)",
        {"name": "La", "films": {"title": "Alpha"}}),
]

WRITES = [
    case("E11 insert", "POST /films?select=id,directors(last_name),actors(name)", 201,
         [{"id": 90, "directors": {"last_name": "Orr"}, "actors": []}],
         body={"id": 90, "title": "New", "director_id": 3},
         Prefer="return=representation"),
    case("E11 insert, spread", "POST /films?select=title,...directors(last_name)", 201,
         [{"title": "New", "last_name": "Orr"}],
         body={"id": 90, "title": "New", "director_id": 3}, Prefer="return=representation"),
    case("E11 insert of a child", "POST /roles?select=character,films(title,directors(last_name)),actors(name)", 201,
         [{"character": "Bee", "films": {"title": "Gamma", "directors": {"last_name": "Nye"}},
           "actors": {"name": "Yuri"}}],
         body={"film_id": 3, "actor_id": 2, "character": "Bee"}, Prefer="return=representation"),
    case("E11 update", "PATCH /films?select=title,directors(last_name)&id=eq.3", 200,
         [{"title": "G", "directors": {"last_name": "Moss"}}], body={"title": "G", "director_id": 1},
         Prefer="return=representation"),
    case("E11 update, filters of the embed", "PATCH /directors?select=id,films(id)&id=eq.1&films.year=eq.1990", 200,
         [{"id": 1, "films": [{"id": 1}]}], body={"first_name": "A"}, Prefer="return=representation"),
    case("E11 update, a tree of the embed",
         "PATCH /directors?select=id,films(id)&id=eq.1&films.or=(id.eq.2,id.eq.3)", 200,
         [{"id": 1, "films": [{"id": 2}]}], body={"first_name": "A"}, Prefer="return=representation"),
    case("E11 delete, a tree of the embed", "DELETE /roles?select=actor_id,films(id)&film_id=eq.1&films.and=(id.eq.3)",
         200, [{"actor_id": 1, "films": None}, {"actor_id": 2, "films": None}], Prefer="return=representation"),
    case("E11 update, order of the embed", "PATCH /directors?select=id,films(id)&id=eq.1&films.order=id.desc", 200,
         [{"id": 1, "films": [{"id": 2}, {"id": 1}]}], body={"first_name": "A"}, Prefer="return=representation"),
    case("E11 update of nothing", "PATCH /films?select=id,directors(id)&id=eq.3", 200, [], body={},
         Prefer="return=representation"),
    case("E11 delete", "DELETE /roles?select=character,films(title)&film_id=eq.3", 200,
         [{"character": "Fool", "films": {"title": "Gamma"}}], Prefer="return=representation"),
    case("E11 put", "PUT /scripts?id=eq.10&select=pages,films(title)", 200, [{"pages": 7, "films": {"title": "Alpha"}}],
         body={"id": 10, "film_id": 1, "pages": 7}, Prefer="return=representation"),
    case("E11 upsert", "POST /scripts?select=pages,films(title)", 200, [{"pages": 8, "films": {"title": "Beta"}}],
         body=[{"id": 20, "film_id": 2, "pages": 8}], Prefer="return=representation, resolution=merge-duplicates"),
    case("E11 computed relationship", "PATCH /directors?select=id,best_film(title),full_name&id=eq.1", 200,
         [{"id": 1, "full_name": "Z Moss", "best_film": {"title": "Beta"}}], body={"first_name": "Z"},
         Prefer="return=representation"),
    case("E11 in a view", "POST /trees_of_plots?select=kind,plots(owner)", 201,
         [{"kind": "yew", "plots": {"owner": "bob"}}],
         body={"id": 9, "r": "n", "n": 2, "kind": "yew"}, Prefer="return=representation"),
    case("E11 no relationship, nothing written", "POST /films?select=id,addresses(*)", 400, body={"id": 91},
         Prefer="return=representation"),
    case("E11 by a volatile function", "POST /rpc/new_film?select=title,directors(last_name)", 200,
         [{"title": "Made", "directors": {"last_name": "Nye"}}], body={"title": "Made"}),
]

COUNTS = [
    case("P4 inner, to one",
         "GET /films?select=id,directors!inner(id)&directors.last_name=eq.Moss&limit=1&order=id", 206,
         [{"id": 1, "directors": {"id": 1}}], {"Content-Range": "0-0/2"}, Prefer="count=exact"),
    case("P4 inner, to many", "GET /directors?select=id,films!inner(id)&limit=1&order=id", 206,
         [{"id": 1, "films": [{"id": 1}, {"id": 2}]}], {"Content-Range": "0-0/2"}, Prefer="count=exact"),
    case("P4 inner below inner",
         "GET /directors?select=id,films!inner(actors!inner())&films.actors.name=eq.Xena&limit=1", 200,
         [{"id": 1}], {"Content-Range": "0-0/1"}, Prefer="count=exact"),
    case("P4 null filter", "GET /films?select=id,directors()&directors=is.null&limit=5", 200, [{"id": 4}],
         {"Content-Range": "0-0/1"}, Prefer="count=exact"),
    case("P4 not null filter", "GET /films?select=id,directors()&directors=not.is.null&limit=1&order=id",
         206, [{"id": 1}],
         {"Content-Range": "0-0/3"}, Prefer="count=exact"),
    case("P4 left does not count",
         "GET /films?select=id,directors(id)&directors.last_name=eq.Nye&limit=1&order=id", 206,
         [{"id": 1, "directors": None}], {"Content-Range": "0-0/4"}, Prefer="count=exact"),
    case("P4 of a function",
         "GET /rpc/films_of?year_from=1990&select=id,directors!inner(id)&directors.id=eq.1&order=id&limit=1", 206,
         [{"id": 1, "directors": {"id": 1}}], {"Content-Range": "0-0/2"}, Prefer="count=exact"),
]

CAPPED = [
    get("P10 embeds are capped", "users?select=id,visits(id)&visits.order=id&id=eq.1",
        {"id": 1, "visits": [{"id": 1}, {"id": 2}]}),
    get("P10 at every level", "addresses?select=id,shipping(id)&order=id", {"id": 1, "shipping": []},
        {"id": 2, "shipping": [{"id": 1}, {"id": 2}]}),
    get("P10 a limit below it counts", "directors?select=id,films(id)&films.limit=1&films.order=id&id=eq.1",
        {"id": 1, "films": [{"id": 1}]}),
    get("P10 a limit above it does not", "users?select=id,visits(id)&visits.limit=9&visits.order=id&id=eq.1",
        {"id": 1, "visits": [{"id": 1}, {"id": 2}]}),
    get("P10 to one", "films?select=id,directors(id)&id=eq.1", {"id": 1, "directors": {"id": 1}}),
]


LAST = [
    get("E3a the name of a constraint and of a relation", "projects?select=name,client(name)",
        {"name": "moon", "client": {"name": "acme"}}),
    get("E3a the same from the other side", "clients?select=name,client(id)", {"name": "acme", "client": [{"id": 5}]}),
    case("E3a but not as a hint to that relation", "GET /projects?select=name,client!client(name)", 400),
    get("E7 over rows of a type", "rpc/pairs?select=*,trees_of(id)&trees_of.order=id&order=a",
        {"a": 1, "b": "x", "trees_of": [{"id": 1}, {"id": 2}]}, {"a": 2, "b": "y", "trees_of": [{"id": 2}]}),
    get("E7 over rows of a type, one, ordered by",
        "rpc/pairs?select=b,tree_of(region,plots(owner))&order=tree_of(id).desc",
        {"b": "y", "tree_of": {"region": "s", "plots": {"owner": "bob"}}},
        {"b": "x", "tree_of": {"region": "n", "plots": {"owner": "ann"}}}),
    case("E7 over the one value of a type", "GET /rpc/one_pair?a=2&select=b,...tree_of(id)", 200, {"b": "z", "id": 2}),
    case("E7 the type is no relation", "GET /pair", 404),
    get("E8 a partition's own key", "person?select=name,log_2024(id,at)",
        {"name": "ann", "log_2024": [{"id": 7, "at": "2024-05-05"}]}),
    get("E8 a partition's own key, every column, and back", "person?select=log_2024(*,person(id))",
        {"log_2024": [{"id": 7, "at": "2024-05-05", "person_id": 1, "person": {"id": 1}}]}),
    get("E8 a key to a partition", "notes?select=note,log_2025(at)",
        {"note": "late", "log_2025": {"at": "2025-05-05"}}),
    get("E8 of a table that others inherit from, each row", "leaves?select=a:stems(id)", {"a": {"id": 1}},
        {"a": {"id": 1}}),
    get("E8 in one of many embeds, too", "leaves?select=" + ",".join(f"{name}:stems!inner(id)" for name in "abcdefgh")
        + ",i:stems(id)&limit=1", {name: {"id": 1} for name in "abcdefghi"}),
    case("E8 not of the others", "GET /person?select=log_2025(id)", 400),
    case("E8 nor of the whole", "GET /person?select=log(id)", 400),
    case("E8 partitions are not addressed", "GET /log_2024", 404,
         fault("PGRST205", "Could not find the table 'cases.log_2024' in the schema cache")),
    case("E8 nor written", "PATCH /log_2025?id=eq.1", 404, body={"id": 2}),
]


@table(LAST)
def test_relationships_of_the_last_kinds_E3a_E7_E8(cases, case):
    case.check(cases)


def test_what_is_only_embedded_is_not_described_E8(cases):
    described = cases.get("/").json()
    assert {"/person", "/log", "/rpc/pairs"} <= set(described["paths"])
    assert not {"/log_2024", "/log_2025", "/pair"} & set(described["paths"])
    assert not {"log_2024", "log_2025", "pair"} & set(described["definitions"])


@table(FOREIGN_KEYS, HINTS)
def test_relationships_E1_E2_E3_E4_E5_E13(films, case):
    case.check(films)


@table(VIEWS, COMPUTED)
def test_views_and_functions_E6_E7_E8(films, case):
    case.check(films)


@table(SPREADS, SHAPES)
def test_shapes_E9_E10_E12(films, case):
    case.check(films)


@table(FILTERS, AGGREGATES, COUNTS)
def test_filters_and_order_U4_U16_U17_U18_U19_P4(films, case):
    case.check(films)


@table(CALLS)
def test_calls_E11(films, case):
    case.check(films)


@table(WRITES)
def test_writes_E11(undone, case):
    case.check(undone)


@table(CAPPED)
def test_max_rows_P10(capped, case):
    case.check(capped)


def warning(*names):
    pairs = ", ".join(f"`{name}` to `{alias}`" for name, alias in names)
    return ("299 PostgRESTv16 \"Embedded resource was referenced by relation name even though it has an alias. This is "
            "deprecated and "
            f"will stop working in a future release. Update {pairs} in query string filters, orders or limits.\"")


LEGACY = [
    get("U18 by relation name in spite of an alias", "directors?select=id,f:films(title)&films.year=eq.1990&id=eq.1",
        {"id": 1, "f": [{"title": "Alpha"}]}, fields={"Warning": warning(("films", "f"))}),
    get("U18 two of them", "films?select=id,d:directors(id),a:actors(name)&directors.id=eq.2&actors.limit=1&id=eq.3",
        {"id": 3, "d": {"id": 2}, "a": [{"name": "Zoe"}]},
        fields={"Warning": warning(("directors", "d"), ("actors", "a"))}),
    get("U18 the one without an alias is meant first",
        "directors?select=id,f:films(id),films(title)&films.year=eq.1990&id=eq.1",
        {"id": 1, "f": [{"id": 1}, {"id": 2}], "films": [{"title": "Alpha"}]}, fields={"Warning": None}),
    get("U18 said under both names",
        "directors?select=id,f:films(title)&films.year=gte.1990&f.order=id.desc&f.title=neq.x&id=eq.1",
        {"id": 1, "f": [{"title": "Beta"}, {"title": "Alpha"}]}, fields={"Warning": warning(("films", "f"))}),
    get("U18 filter, order and limit by relation name",
        "directors?select=id,f:films(title)&films.year=gte.1990&films.order=id.desc&films.limit=1&id=eq.1",
        {"id": 1, "f": [{"title": "Beta"}]}, fields={"Warning": warning(("films", "f"))}),
    get("U18 filter, order and limit by alias, nested too",
        "directors?select=id,f:films(id,a:actors(id))&f.year=gte.1990&f.order=id.desc&f.limit=1&f.a.id=gt.0"
        "&f.a.order=id.desc&f.a.limit=0&id=eq.1", {"id": 1, "f": [{"id": 2, "a": []}]}, fields={"Warning": None}),
    get("U18 by alias: no warning", "directors?select=id,f:films(title)&f.year=eq.1990&id=eq.1",
        {"id": 1, "f": [{"title": "Alpha"}]},
        fields={"Warning": None}),
]


@table(LEGACY)
def test_legacy_names_U18(films, case):
    case.check(films)


def test_legacy_names_may_be_refused_U18(strict):
    case("refused", "GET /directors?select=id,f:films(title)&films.year=eq.1990", 400, fault(
        "PGRST108", "'films' is not an embedded resource in this request",
        "Target names are not allowed in filters if they have an alias",
        "Change 'films' to 'f' in filters, orders or limits.")).check(strict)
    get("by alias", "directors?select=id,f:films(title)&f.year=eq.1990&id=eq.1",
        {"id": 1, "f": [{"title": "Alpha"}]}).check(strict)


def test_a_dropped_foreign_key_is_forgotten_E5(database, serve):
    database.run("CREATE SCHEMA late CREATE TABLE b (id int PRIMARY KEY) CREATE TABLE a (id int, b_id int CONSTRAINT "
                 "ab REFERENCES b)")
    database.run("INSERT INTO late.b VALUES (2); INSERT INTO late.a VALUES (1, 2); GRANT USAGE ON SCHEMA late TO "
                 "web_anon; "
                 "GRANT SELECT ON ALL TABLES IN SCHEMA late TO web_anon")
    server = serve(front="nginx", db_schemas="late", db_channel="late")
    with_key = case("with the key", "GET /a?select=id,b(id)", 200, [{"id": 1, "b": {"id": 2}}])
    without = case("without", "GET /a?select=id,b(id)", 400, fault(
        "PGRST200", "Could not find a relationship between 'a' and 'b' in the schema cache",
        "Searched for a foreign key relationship between 'a' and 'b' in the schema 'late', but no matches were found."))
    with_key.check(server)
    database.run("ALTER TABLE late.a DROP CONSTRAINT ab; NOTIFY late, 'reload schema'")
    wait_until(lambda: all(without.ask(server).status_code == 400 for _ in range(20)), 20, "the key is forgotten")
    without.check(server)
    database.run("ALTER TABLE late.a ADD CONSTRAINT ab FOREIGN KEY (b_id) REFERENCES late.b; NOTIFY late, 'reload "
                 "schema'")
    wait_until(lambda: all(with_key.ask(server).status_code == 200 for _ in range(20)), 20, "the key is known again")
    with_key.check(server)


@pytest.mark.parametrize("around, inside", [(1500, 50), (500, 90), (300, 300), (1600, 1)])
def test_E1_so_many_columns_that_an_object_must_be_one(films, around, inside):
    """PostgreSQL selects 1,664 at most."""
    columns, below = ([f"c{n}" for n in range(count)] for count in (around, inside))
    names = [",".join(f"{name}:id" for name in list) for list in (columns, below)]
    answer = films.get(f"/films?select={names[0]},directors({names[1]})&id=eq.3")
    assert answer.status_code == 200, answer.text[:300]
    assert answer.json() == [dict.fromkeys(columns, 3) | {"directors": dict.fromkeys(below, 2)}]


PAGED = [
    "films?select=title,director:directors(*),technical(*),scripts(pages)&order=year.desc",
    "directors?select=*,films(*,technical(*))&order=id.desc", "films?select=title,...directors(last_name)&order=id",
    "films?select=title,directors!inner(last_name)&order=id",
    "films?select=id,directors()&directors=not.is.null&order=id",
    "films?select=*,directors(last_name)&order=directors(last_name).nullslast,id",
    "directors?select=films(count())&order=id",
    "films?select=title,actors!inner(name)&actors.name=neq.Yuri&order=id.desc",
    "films?select=*,roles(*),actors(*)&order=id",
]


@pytest.mark.parametrize("path", PAGED)
def test_E1_pages_are_slices(films, path):
    check_pages(films, path)
