-- A table of the API has no primary key.
-- SPDX-License-Identifier: MIT
SELECT t.name, NULL::text FROM tables AS t
WHERE t.exposed AND NOT t.relispartition AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = t.oid AND k.contype = 'p')
