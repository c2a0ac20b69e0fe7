-- Accounts: what an outsider cannot stop, keep or take. Each section stands for itself.
--
-- A function that is written anew here takes the place of the one in an earlier file.
-- SPDX-License-Identifier: MIT

SET LOCAL ROLE @owner@;

-- ==== Recovery ====

-- ==== Networks ====

-- The part of an address that one customer of a provider has. An IPv4 address written as IPv6 is IPv4: of these a /64
-- holds all there are.
CREATE OR REPLACE FUNCTION @private@.network(ip inet) RETURNS inet
	LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	RETURN CASE WHEN family(ip) = 4 THEN ip
		WHEN ip <<= '::ffff:0.0.0.0/96'::inet THEN '0.0.0.0'::inet + (ip - '::ffff:0.0.0.0'::inet)
		ELSE network(set_masklen(ip, 64))::inet END;

-- As before, but that an account at a network it is known at has a bucket of its own and no other: what neighbours try
-- there does not keep its owner out.
CREATE OR REPLACE FUNCTION @private@.begin_login(email_key text, ip inet, ip_tries integer, ip_period integer, tries integer,
	period integer, OUT wait integer, OUT user_id integer, OUT password_hash text, OUT decoy text, OUT buckets text[])
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	place CONSTANT inet := @private@.network(ip);
BEGIN
	SELECT c.user_id, c.password_hash INTO user_id, password_hash
	FROM @private@.credentials AS c WHERE c.email_key = begin_login.email_key;
	IF EXISTS (SELECT FROM @private@.known_networks AS k
		WHERE k.user_id = begin_login.user_id AND k.network = place AND k.seen_at > now() - interval '90 days') THEN
		buckets := ARRAY['login as ' || user_id || ' from ' || place];
		wait := @private@.take(buckets[1], tries, period);
	ELSE
		buckets := ARRAY['login from ' || place, 'login as ' || encode(sha256(convert_to(email_key, 'UTF8')), 'hex')];
		wait := @private@.take(buckets[1], ip_tries, ip_period);
		IF wait = 0 THEN
			wait := @private@.take(buckets[2], tries, period);
		END IF;
	END IF;
	SELECT c.password_hash INTO decoy FROM @private@.credentials AS c
	WHERE c.password_hash NOT LIKE '$argon2%' ORDER BY c.user_id LIMIT 1;
END $$;

-- ==== The end: nobody calls what is not granted above ====

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA @private@ FROM PUBLIC;

RESET ROLE;
