-- A policy compares a column that has no index.
-- SPDX-License-Identifier: MIT
SELECT format('%s (%s)', c.relation, quote_ident(a.attname)), format('CREATE INDEX ON %s (%s);', c.relation, quote_ident(a.attname))
FROM conditions AS c
JOIN pg_attribute AS a ON a.attrelid = c.polrelid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid <> 'bool'::regtype
WHERE c.exposed AND c.relrowsecurity AND c.qual IS NOT NULL AND a.attname ~ '^[a-z_][a-z0-9_]*$'
	AND c.text ~ format('(^|[^\w.])%s\}*(::[a-z ]+)?\}* = |= \{*%s(\}|$|\s)', a.attname, a.attname)
	AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.polrelid AND i.indisvalid AND i.indkey[0] = a.attnum)
	AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.contype = 'f' AND k.conrelid = c.polrelid AND k.conkey[1] = a.attnum)
GROUP BY c.polrelid, c.relation, a.attname
