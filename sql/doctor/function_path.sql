-- A function that decides for others looks for names where its caller says.
-- SPDX-License-Identifier: MIT
SELECT p.name, format('ALTER ROUTINE %s SET search_path = pg_catalog, pg_temp;', p.name)
FROM routines AS p
WHERE NOT p.prosecdef AND p.prosqlbody IS NULL AND p.prolang IN (SELECT l.oid FROM pg_language AS l WHERE l.lanname IN ('sql', 'plpgsql'))
	AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS item WHERE item ~ '^search_path=')
	AND (EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgfoid = p.oid)
		OR EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid))
