-- Films and all that they are related to in every way there is.
-- SPDX-License-Identifier: MIT
CREATE SCHEMA api;
CREATE SCHEMA other;
CREATE SCHEMA extra;
CREATE SCHEMA hidden;

CREATE TABLE api.directors (id integer PRIMARY KEY, first_name text, last_name text);
CREATE TABLE api.films (
	id integer PRIMARY KEY,
	title text,
	year integer,
	rating numeric(3,1),
	director_id integer CONSTRAINT films_director_fk REFERENCES api.directors,
	info jsonb
);
CREATE TABLE api.technical (film_id integer PRIMARY KEY REFERENCES api.films, camera text, runtime interval);
CREATE TABLE api.scripts (id integer PRIMARY KEY, film_id integer UNIQUE REFERENCES api.films, pages integer);
CREATE TABLE api.actors (id integer PRIMARY KEY, name text);
CREATE TABLE api.roles (
	film_id integer REFERENCES api.films,
	actor_id integer REFERENCES api.actors,
	character text,
	PRIMARY KEY (film_id, actor_id)
);
INSERT INTO api.directors VALUES (1, 'Ada', 'Moss'), (2, 'Ben', 'Nye'), (3, 'Cleo', 'Orr');
INSERT INTO api.films VALUES
	(1, 'Alpha', 1990, 7.5, 1, '{"colour": true, "sound": {"tracks": 2}}'), (2, 'Beta', 1991, 8.0, 1, NULL),
	(3, 'Gamma', 1992, 6.5, 2, '{"colour": false}'), (4, 'Delta', 1993, NULL, NULL, NULL);
INSERT INTO api.technical VALUES (1, 'A1', '90 minutes'), (2, 'B2', '100 minutes');
INSERT INTO api.scripts VALUES (10, 1, 120), (20, 3, 90);
INSERT INTO api.actors VALUES (1, 'Xena'), (2, 'Yuri'), (3, 'Zoe');
INSERT INTO api.roles VALUES (1, 1, 'Queen'), (1, 2, 'King'), (2, 1, 'Cook'), (3, 3, 'Fool');

-- Two keys to one table; two junctions between the same two.
CREATE TABLE api.addresses (id integer PRIMARY KEY, street text);
CREATE TABLE api.orders (
	id integer PRIMARY KEY,
	billing_id integer CONSTRAINT billing REFERENCES api.addresses,
	shipping_id integer CONSTRAINT shipping REFERENCES api.addresses
);
INSERT INTO api.addresses VALUES (1, 'High Street'), (2, 'Low Street');
INSERT INTO api.orders VALUES (1, 1, 2), (2, 2, 2);
CREATE TABLE api.users (id integer PRIMARY KEY, name text);
CREATE TABLE api.teams (id integer PRIMARY KEY, name text);
CREATE TABLE api.members (user_id integer REFERENCES api.users, team_id integer REFERENCES api.teams,
	PRIMARY KEY (user_id, team_id));
CREATE TABLE api.fans (user_id integer REFERENCES api.users, team_id integer REFERENCES api.teams,
	PRIMARY KEY (user_id, team_id));
CREATE TABLE api.visits (id integer PRIMARY KEY, user_id integer REFERENCES api.users,
	team_id integer REFERENCES api.teams);
INSERT INTO api.users VALUES (1, 'ann'), (2, 'bob');
INSERT INTO api.teams VALUES (1, 'red'), (2, 'blue');
INSERT INTO api.members VALUES (1, 1), (1, 2), (2, 2);
INSERT INTO api.fans VALUES (2, 1);
INSERT INTO api.visits VALUES (1, 1, 1), (2, 1, 1), (3, 1, 2);
CREATE TABLE api.cups (id integer PRIMARY KEY);
CREATE TABLE api.towns (id integer PRIMARY KEY);
CREATE TABLE api.games (cup integer REFERENCES api.cups, home integer REFERENCES api.towns,
	guest integer REFERENCES api.towns, PRIMARY KEY (cup, home, guest));
CREATE TABLE api.lonely (id integer);

-- To itself.
CREATE TABLE api.people (
	id integer PRIMARY KEY,
	name text,
	parent_id integer CONSTRAINT parent REFERENCES api.people,
	mentor_id integer CONSTRAINT mentor REFERENCES api.people
);
INSERT INTO api.people VALUES (1, 'Gran', NULL, NULL), (2, 'Mum', 1, NULL), (3, 'Kid', 2, 1), (4, 'Sis', 2, 1);

-- Composite keys, in another order than the table's columns.
CREATE TABLE api.plots (region text, number integer, owner text, PRIMARY KEY (region, number));
CREATE TABLE api.trees (id integer PRIMARY KEY, plot_number integer, plot_region text, kind text,
	CONSTRAINT trees_plot FOREIGN KEY (plot_region, plot_number) REFERENCES api.plots (region, number));
INSERT INTO api.plots VALUES ('n', 1, 'ann'), ('n', 2, 'bob'), ('s', 1, 'cyd');
INSERT INTO api.trees VALUES (1, 1, 'n', 'oak'), (2, 1, 'n', 'elm'), (3, 1, 's', 'fir'), (4, NULL, NULL, 'ash');

-- Views of views over tables that are not exposed, one level not in a schema of the interface but in its extra path.
CREATE TABLE hidden.makers (id integer PRIMARY KEY, name text);
CREATE TABLE hidden.cars (id integer PRIMARY KEY, maker_id integer REFERENCES hidden.makers, plate text);
INSERT INTO hidden.makers VALUES (1, 'Vroom'), (2, 'Zip');
INSERT INTO hidden.cars VALUES (1, 1, 'V-1'), (2, 1, 'V-2'), (3, 2, 'Z-1');
CREATE VIEW api.makers AS SELECT id AS maker, name FROM hidden.makers;
CREATE VIEW extra.cars_1 AS SELECT id, maker_id, plate FROM hidden.cars;
CREATE VIEW api.cars_2 AS SELECT id AS car, maker_id AS made_by, plate FROM extra.cars_1 WHERE plate IS NOT NULL;
CREATE VIEW api.cars AS SELECT car, made_by, plate FROM api.cars_2;
CREATE MATERIALIZED VIEW api.films_seen AS SELECT id, title, director_id FROM api.films WHERE year > 1990;
CREATE VIEW api.trees_of_plots AS SELECT id, plot_region AS r, plot_number AS n, kind FROM api.trees;
CREATE VIEW api.trees_twice AS SELECT id, plot_region AS r, plot_number AS n, plot_number AS m, kind FROM api.trees;
CREATE VIEW api.twice AS SELECT id, title, director_id AS first, director_id AS second FROM api.films;
CREATE VIEW api.casting AS SELECT film_id, character FROM api.roles;
CREATE VIEW api.memberships AS SELECT user_id, team_id FROM api.members;

-- Functions that stand for relationships.
CREATE FUNCTION api.best_film(api.directors) RETURNS SETOF api.films ROWS 1 LANGUAGE sql STABLE AS
	$$ SELECT * FROM api.films WHERE director_id = $1.id ORDER BY rating DESC NULLS LAST LIMIT 1 $$;
CREATE FUNCTION api.good_films(director api.directors) RETURNS SETOF api.films LANGUAGE sql STABLE AS
	$$ SELECT * FROM api.films WHERE director_id = $1.id AND rating >= 7.5 $$;
CREATE FUNCTION api.scripts(api.films) RETURNS SETOF api.scripts LANGUAGE sql STABLE AS
	$$ SELECT * FROM api.scripts WHERE film_id = $1.id $$;
CREATE FUNCTION api.ancestor(api.people) RETURNS SETOF api.people ROWS 1 LANGUAGE sql STABLE AS
	$$ SELECT * FROM api.people WHERE id = $1.parent_id $$;
CREATE FUNCTION api.full_name(api.directors) RETURNS text LANGUAGE sql STABLE AS
	$$ SELECT $1.first_name || ' ' || $1.last_name $$;

-- Functions that return rows to embed in.
CREATE FUNCTION api.films_of(year_from integer) RETURNS SETOF api.films LANGUAGE sql STABLE AS
	$$ SELECT * FROM api.films WHERE year >= year_from $$;
CREATE FUNCTION api.one_film(id integer) RETURNS api.films LANGUAGE sql STABLE AS
	$$ SELECT * FROM api.films WHERE films.id = one_film.id $$;
CREATE FUNCTION api.new_film(title text) RETURNS SETOF api.films LANGUAGE sql VOLATILE AS
	$$ INSERT INTO api.films (id, title, director_id) VALUES (99, title, 2) RETURNING * $$;
CREATE FUNCTION api.numbers() RETURNS TABLE (n integer) LANGUAGE sql STABLE AS $$ VALUES (1), (2) $$;

CREATE TABLE hidden.songs (id integer PRIMARY KEY, film_id integer REFERENCES api.films, name text);
CREATE VIEW api.songs AS SELECT id, film_id, name FROM hidden.songs;
INSERT INTO hidden.songs VALUES (1, 1, 'La');
CREATE FUNCTION api.all_songs() RETURNS SETOF hidden.songs LANGUAGE sql STABLE SECURITY DEFINER AS
	$$ SELECT * FROM hidden.songs $$;

-- A partitioned table and a table that refers to it.
CREATE TABLE api.shifts (day date, place integer, PRIMARY KEY (day, place)) PARTITION BY RANGE (day);
CREATE TABLE api.shifts_1 PARTITION OF api.shifts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE api.shifts_2 PARTITION OF api.shifts FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE api.workers (id integer PRIMARY KEY, day date, place integer, name text,
	CONSTRAINT workers_shift FOREIGN KEY (day, place) REFERENCES api.shifts);
INSERT INTO api.shifts VALUES ('2020-05-05', 1), ('2021-05-05', 1);
INSERT INTO api.workers VALUES (1, '2020-05-05', 1, 'ann'), (2, '2021-05-05', 1, 'bob'), (3, NULL, NULL, 'cyd');

-- Related, but in another schema of the interface.
CREATE TABLE other.awards (id integer PRIMARY KEY, film_id integer REFERENCES api.films, name text);
INSERT INTO other.awards VALUES (1, 1, 'Gold');

-- The longest name that there is, and one that only its last letter tells from it.
CREATE TABLE api.ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt (id integer PRIMARY KEY, parent integer REFERENCES api.ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt);
CREATE TABLE api.ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttu (id integer PRIMARY KEY, t integer REFERENCES api.ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt);
INSERT INTO api.ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt VALUES (1, NULL), (2, 1), (3, 1);
INSERT INTO api.ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttu VALUES (7, 2);

-- A foreign key that has the name of another relation; functions over the rows of a type; a foreign key of one
-- partition alone, and one to it.
CREATE SCHEMA cases;
CREATE TABLE cases.clients (id integer PRIMARY KEY, name text);
CREATE TABLE cases.client (id integer PRIMARY KEY, note text);
CREATE TABLE cases.projects (id integer PRIMARY KEY, name text,
	client_id integer CONSTRAINT client REFERENCES cases.clients);
INSERT INTO cases.clients VALUES (1, 'acme');
INSERT INTO cases.projects VALUES (5, 'moon', 1);
CREATE TABLE cases.plots (region text, number integer, owner text, PRIMARY KEY (region, number));
CREATE TABLE cases.trees (id integer PRIMARY KEY, region text, number integer,
	CONSTRAINT trees_plot FOREIGN KEY (region, number) REFERENCES cases.plots);
INSERT INTO cases.plots VALUES ('n', 1, 'ann'), ('s', 1, 'bob');
INSERT INTO cases.trees VALUES (1, 'n', 1), (2, 's', 1);
CREATE TYPE cases.pair AS (a integer, b text);
CREATE FUNCTION cases.pairs() RETURNS SETOF cases.pair LANGUAGE sql STABLE AS $$ VALUES (1, 'x'), (2, 'y') $$;
CREATE FUNCTION cases.one_pair(a integer) RETURNS cases.pair LANGUAGE sql STABLE AS $$ SELECT a, 'z' $$;
CREATE FUNCTION cases.trees_of(cases.pair) RETURNS SETOF cases.trees LANGUAGE sql STABLE AS
	$$ SELECT * FROM cases.trees WHERE id >= $1.a $$;
CREATE FUNCTION cases.tree_of(cases.pair) RETURNS SETOF cases.trees ROWS 1 LANGUAGE sql STABLE AS
	$$ SELECT * FROM cases.trees WHERE id = $1.a $$;
CREATE TABLE cases.person (id integer PRIMARY KEY, name text);
CREATE TABLE cases.log (id integer, at date, person_id integer, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE cases.log_2024 PARTITION OF cases.log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE cases.log_2025 PARTITION OF cases.log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
ALTER TABLE cases.log_2024 ADD CONSTRAINT log_2024_person FOREIGN KEY (person_id) REFERENCES cases.person;
ALTER TABLE cases.log_2025 ADD UNIQUE (id);
CREATE TABLE cases.notes (id integer PRIMARY KEY, log_id integer REFERENCES cases.log_2025 (id), note text);
INSERT INTO cases.person VALUES (1, 'ann');
INSERT INTO cases.log VALUES (7, '2024-05-05', 1), (8, '2025-05-05', 1);
INSERT INTO cases.notes VALUES (3, 8, 'late');
CREATE TABLE cases.stems (id integer PRIMARY KEY, name text);
CREATE TABLE cases.twigs () INHERITS (cases.stems);
CREATE TABLE cases.leaves (id integer PRIMARY KEY, stem_id integer REFERENCES cases.stems);
INSERT INTO cases.stems VALUES (1, 'a');
INSERT INTO cases.twigs VALUES (1, 'a');
INSERT INTO cases.leaves VALUES (5, 1);

GRANT USAGE ON SCHEMA api, other, cases TO web_anon;
GRANT ALL ON ALL TABLES IN SCHEMA api, other, cases TO web_anon;
