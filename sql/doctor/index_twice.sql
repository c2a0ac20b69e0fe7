-- Two indexes of a table are the same.
-- SPDX-License-Identifier: MIT
SELECT format('%s: %s', t.name, string_agg(quote_ident(n.relname), ', ' ORDER BY i.indexrelid)), format('DROP INDEX %I.%I;', t.nspname,
	(array_agg(n.relname ORDER BY i.indisprimary, i.indisunique, EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid), i.indexrelid DESC))[1])
FROM pg_index AS i JOIN tables AS t ON t.oid = i.indrelid JOIN pg_class AS n ON n.oid = i.indexrelid
WHERE i.indisvalid AND n.relkind = 'i'
GROUP BY t.oid, t.name, t.nspname, n.relam, i.indkey::text, i.indclass::text, i.indcollation::text, i.indoption::text, i.indnkeyatts,
	pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)
HAVING count(*) > 1
