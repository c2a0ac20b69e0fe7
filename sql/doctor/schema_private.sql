-- A schema is exposed that is not meant for callers.
-- SPDX-License-Identifier: MIT
SELECT quote_ident(s), NULL::text FROM given AS g, unnest(g.schemas) AS s
WHERE s ~ '^pg_' OR s IN ('information_schema', g.private)
	OR s IN (SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE n.nspname = e.extname)
