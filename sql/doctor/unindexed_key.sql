-- A foreign key has no index.
-- SPDX-License-Identifier: MIT
SELECT format('%s (%s)', t.name, string_agg(quote_ident(c.attname), ', ' ORDER BY u.place)),
	format('CREATE INDEX ON %s (%s);', t.name, string_agg(quote_ident(c.attname), ', ' ORDER BY u.place))
FROM pg_constraint AS k
JOIN tables AS t ON t.oid = k.conrelid
JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS u (attnum, place) ON true
JOIN pg_attribute AS c ON c.attrelid = t.oid AND c.attnum = u.attnum
WHERE k.contype = 'f' AND k.conparentid = 0 AND NOT EXISTS (
	SELECT FROM pg_index AS i
	WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indpred IS NULL
		AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)
GROUP BY k.oid, t.name
