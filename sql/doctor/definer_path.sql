-- A function with its owner's rights looks for names where its caller says.
-- SPDX-License-Identifier: MIT
SELECT name, format('ALTER ROUTINE %s SET search_path = pg_catalog, pg_temp;', name)
FROM routines
WHERE prosecdef AND prosqlbody IS NULL
	AND NOT EXISTS (SELECT FROM unnest(proconfig) AS item WHERE item ~ '^search_path=')
	AND prorettype NOT IN ('event_trigger'::regtype)
