-- A foreign key refers to a column of accounts that is not their id.
-- SPDX-License-Identifier: MIT
SELECT format('%s, constraint %I', t.name, k.conname), format('ALTER TABLE %s DROP CONSTRAINT %I;', t.name, k.conname)
FROM pg_constraint AS k JOIN tables AS t ON t.oid = k.conrelid JOIN tables AS o ON o.oid = k.confrelid, given AS g
WHERE k.contype = 'f' AND o.nspname = g.auth AND t.nspname NOT IN (g.auth, g.private)
	AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indexrelid = k.conindid AND i.indisprimary)
