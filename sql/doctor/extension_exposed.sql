-- An extension lies in a schema that is exposed.
-- SPDX-License-Identifier: MIT
SELECT format('%I in %I', e.extname, n.nspname),
	CASE WHEN e.extrelocatable THEN format('CREATE SCHEMA IF NOT EXISTS extensions; ALTER EXTENSION %I SET SCHEMA extensions;', e.extname) END
FROM pg_extension AS e JOIN own_schemas AS n ON n.oid = e.extnamespace WHERE n.exposed
