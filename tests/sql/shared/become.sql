-- tap.become(): makes the session a caller's, as a request would: what connects is the authenticator.
-- SPDX-License-Identifier: MIT
CREATE FUNCTION tap.become(name text, number integer DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('role', 'none', true);
	PERFORM set_config('request.jwt.claims', json_build_object('role', name, 'user_id', number)::text, true);
	PERFORM set_config('role', name, true);
END $$;
