-- A function that the configuration names does not exist, or callers may not run it.
-- SPDX-License-Identifier: MIT
SELECT f, NULL::text FROM given AS g, unnest(g.functions) AS f
WHERE NOT EXISTS (
	SELECT FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
	WHERE f IN (n.nspname || '.' || p.proname, format('%I.%I', n.nspname, p.proname))
		OR (p.proname = f AND (n.nspname = ANY (g.schemas) OR n.nspname = ANY (g.extra_path))))
