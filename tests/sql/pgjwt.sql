-- pgjwt's functions: the tokens are the ones another implementation makes (Python's hmac), and back again.
-- SPDX-License-Identifier: MIT
\set ON_ERROR_STOP on
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE SCHEMA pgjwt_test;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgcrypto;
SET LOCAL search_path = pgjwt_test, public;
\ir ../../sql/compat/pgjwt.sql
SELECT plan(34);

\set secret '''reallyreallyreallyreallyverysafe'''
\set claims '''{"role":"author","user_id":42}'''
\set body '.eyJyb2xlIjoiYXV0aG9yIiwidXNlcl9pZCI6NDJ9.'
CREATE TEMP TABLE tokens (algorithm text, token text);
INSERT INTO tokens VALUES
	('HS256', 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9' || :'body' || 'ljU3HAvSTNNrvnx8g7KFdqeHVclNGhkj4LpZMGssieE'),
	('HS384', 'eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9' || :'body'
		|| 'PfZRkGCgU6vCh2tNGCN9xb4oNW8d3qMgXXUhwK4cuee8dV3cQEdIbrg8BRXGisAM'),
	('HS512', 'eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9' || :'body'
		|| 'O4Jf88KnLC9webb22Ichx7E8lRLYpYcYqQuUNeAo7rttIa9bkvti2MFm6_-fBpFMUjckHQvFj8t0xc3UYALVSQ');

SELECT is(sign(:claims, :secret, algorithm), token, 'sign ' || algorithm) FROM tokens;
SELECT is(sign(:claims, :secret), (SELECT token FROM tokens WHERE algorithm = 'HS256'), 'HS256 is the default');
SELECT is(valid, true, 'verify ' || algorithm) FROM tokens, verify(token, :secret, algorithm);
SELECT is(header::jsonb, jsonb_build_object('alg', algorithm, 'typ', 'JWT'), 'header of ' || algorithm)
	FROM tokens, verify(token, :secret, algorithm);
SELECT is(payload::jsonb, :claims::jsonb, 'payload of ' || algorithm) FROM tokens, verify(token, :secret, algorithm);
SELECT is(valid, false, algorithm || ' with another secret') FROM tokens, verify(token, 'another', algorithm);
SELECT is(valid, false, algorithm || ' taken for another algorithm')
	FROM tokens, verify(token, :secret, CASE algorithm WHEN 'HS256' THEN 'HS512' ELSE 'HS256' END);
SELECT is(valid, false, 'an unknown algorithm') FROM tokens, verify(token, :secret, 'RS256') WHERE algorithm = 'HS256';
SELECT is(valid, false, 'a changed signature') FROM tokens, verify(token || 'A', :secret) WHERE algorithm = 'HS256';
SELECT is(valid, false, 'a fourth part') FROM tokens, verify(token || '.A', :secret) WHERE algorithm = 'HS256';
SELECT is(valid, false, 'no signature') FROM verify('eyJhbGciOiJub25lIn0.e30.', :secret);
SELECT is(payload ->> 'name', 'Zoë ☃', 'UTF-8 in payload and secret, blanks in the header')
	FROM verify('eyJ0eXAiOiAiSldUIiwgImFsZyI6ICJIUzI1NiJ9.eyJuYW1lIjoiWm_DqyDimIMiLCJzdWIiOiJ4In0.'
		|| 'jgJ1kK_VfoCbTqQJrBNCqTJ5PpS1uN5IMKkMG1ykW9A', 'schlüssel-mit-umlaut') WHERE valid;
SELECT throws_ok('SELECT verify(''no token'', ''x'')', NULL, NULL, 'what is no token raises');

SELECT is(valid, expected, what) FROM (VALUES
	(-1, NULL, false, 'expired'), (60, NULL, true, 'not expired'), (NULL, 60, false, 'not yet valid'),
	(NULL, -60, true, 'valid already'), (60, -60, true, 'between nbf and exp')
) AS t(exp, nbf, expected, what), verify(sign(json_strip_nulls(json_build_object(
	'exp', extract(epoch FROM now()) + t.exp, 'nbf', extract(epoch FROM now()) + t.nbf)), :secret), :secret);
SELECT is(valid, false, 'an exp that is no number') FROM verify(sign('{"exp":"tomorrow"}', :secret), :secret);

SELECT is(url_encode('\xfffefd'), '__79', 'the URL alphabet');
SELECT is(url_decode('__79'), '\xfffefd', 'and back');
SELECT is(url_encode(decode(repeat('00', 100), 'hex')), rpad('', 134, 'A'), 'no line ends, no padding');

SELECT * FROM finish();
ROLLBACK;
