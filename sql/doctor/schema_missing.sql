-- A schema that is exposed does not exist.
-- SPDX-License-Identifier: MIT
SELECT quote_ident(s), format('CREATE SCHEMA %I;', s)
FROM given AS g, unnest(g.schemas) AS s WHERE NOT EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = s)
