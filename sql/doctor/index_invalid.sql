-- An index is not valid.
-- SPDX-License-Identifier: MIT
SELECT format('%I.%I', t.nspname, n.relname), format('REINDEX INDEX CONCURRENTLY %I.%I;', t.nspname, n.relname)
FROM pg_index AS i JOIN tables AS t ON t.oid = i.indrelid JOIN pg_class AS n ON n.oid = i.indexrelid WHERE NOT i.indisvalid AND n.relkind = 'i'
