-- What the tests of authentication ask: who am I, what does the token say, and a table that not everyone may read.
-- SPDX-License-Identifier: MIT
CREATE FUNCTION whoami() RETURNS text LANGUAGE sql STABLE RETURN current_user;
CREATE FUNCTION claims() RETURNS json LANGUAGE sql STABLE RETURN current_setting('request.jwt.claims')::json;
CREATE TABLE members_only (id int PRIMARY KEY);
CREATE TABLE anyone (id int PRIMARY KEY);
INSERT INTO members_only VALUES (1);
INSERT INTO anyone VALUES (1);
GRANT SELECT ON members_only TO regular_user;
GRANT SELECT ON anyone TO web_anon, regular_user, other_user;
