-- For test_proofs.py: code of users that leaves nothing in the session, and code that does.
CREATE SCHEMA api;
GRANT USAGE ON SCHEMA api TO web_anon, regular_user;

CREATE FUNCTION api.helper() RETURNS text LANGUAGE sql STABLE
	AS 'SELECT nullif(current_setting(''request.jwt.claims'', true), '''')::json ->> ''sub''';
CREATE FUNCTION api.uid() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN helper(); END $$;
CREATE FUNCTION api.who() RETURNS text LANGUAGE sql STABLE RETURN api.uid();
-- What the requests before this one left, if anything.
CREATE FUNCTION api.left_over() RETURNS text LANGUAGE sql STABLE AS 'SELECT current_setting(''app.left'', true)';
CREATE FUNCTION api.leaves(t text) RETURNS boolean LANGUAGE sql STABLE
	AS $$ SELECT set_config('app.left', t, false) IS NOT NULL $$;

CREATE TABLE api.teams (id int PRIMARY KEY, owner text);
CREATE TABLE api.notes (id int PRIMARY KEY, owner text, team int REFERENCES api.teams);
INSERT INTO api.teams VALUES (1, 'anna'), (2, 'ben');
INSERT INTO api.notes VALUES (1, 'anna', 1), (2, 'ben', 2);
ALTER TABLE api.teams ENABLE ROW LEVEL SECURITY;
ALTER TABLE api.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY teams ON api.teams USING (owner = (SELECT api.uid()));
CREATE POLICY notes ON api.notes FOR SELECT USING (EXISTS (SELECT FROM api.teams AS t WHERE t.id = team));
CREATE POLICY notes_written ON api.notes FOR UPDATE USING (api.leaves(owner));
CREATE VIEW api.seen AS SELECT id FROM api.notes WHERE owner = api.uid();
CREATE VIEW api.marks AS SELECT id, api.leaves(owner) FROM api.notes;
GRANT SELECT ON ALL TABLES IN SCHEMA api TO web_anon, regular_user;
