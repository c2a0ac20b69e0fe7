-- sign, verify, url_encode, url_decode with the signatures of pgjwt, which distributions do not package.
-- For databases whose own SQL makes tokens; rowgate's account service signs in the worker instead, where a secret
-- is in no query and no log. Needs pgcrypto on the search path. The functions go to the first schema there, and
-- what they call is bound when they are made, so that no caller's search path can change it.
-- SPDX-License-Identifier: MIT

CREATE OR REPLACE FUNCTION url_encode(data bytea) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN translate(encode(data, 'base64'), E'+/=\n', '-_');

-- Base64 wants whole groups of four: the padding that url_encode drops is put back.
CREATE OR REPLACE FUNCTION url_decode(data text) RETURNS bytea
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN decode(translate(data, '-_', '+/') || repeat('=', (4 - length(data) % 4) % 4), 'base64');

-- Null for an algorithm other than the three.
CREATE OR REPLACE FUNCTION algorithm_sign(signables text, secret text, algorithm text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN url_encode(hmac(signables, secret,
		CASE algorithm WHEN 'HS256' THEN 'sha256' WHEN 'HS384' THEN 'sha384' WHEN 'HS512' THEN 'sha512' END));

CREATE OR REPLACE FUNCTION sign(payload json, secret text, algorithm text DEFAULT 'HS256') RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT signables || '.' || algorithm_sign(signables, secret, algorithm)
	FROM (SELECT url_encode(convert_to(format('{"alg":"%s","typ":"JWT"}', algorithm), 'utf8')) || '.' ||
		url_encode(convert_to(payload::text, 'utf8')) AS signables) AS parts;
END;

-- valid: the signature is the secret's, and now lies between nbf and exp as far as they are there. A token that is
-- no token raises.
CREATE OR REPLACE FUNCTION verify(token text, secret text, algorithm text DEFAULT 'HS256',
		OUT header json, OUT payload json, OUT valid boolean) RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT t.header, t.payload,
		coalesce(token = signables || '.' || algorithm_sign(signables, secret, algorithm), false)
			AND CASE json_typeof(t.payload -> 'exp') WHEN 'number' THEN extract(epoch FROM now()) < (t.payload ->> 'exp')::numeric
				ELSE t.payload -> 'exp' IS NULL END
			AND CASE json_typeof(t.payload -> 'nbf') WHEN 'number' THEN extract(epoch FROM now()) >= (t.payload ->> 'nbf')::numeric
				ELSE t.payload -> 'nbf' IS NULL END
	FROM (SELECT convert_from(url_decode(split_part(token, '.', 1)), 'utf8')::json AS header,
		convert_from(url_decode(split_part(token, '.', 2)), 'utf8')::json AS payload,
		split_part(token, '.', 1) || '.' || split_part(token, '.', 2) AS signables) AS t;
END;
