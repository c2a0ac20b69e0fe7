-- Callers read a column whose name promises a secret, in all rows.
-- SPDX-License-Identifier: MIT
SELECT format('%s (%s) by %s', t.name, string_agg(DISTINCT quote_ident(c.attname), ', '), string_agg(DISTINCT quote_ident(r.rolname), ', ')),
	format('REVOKE SELECT ON %s FROM %s;', t.name, string_agg(DISTINCT quote_ident(r.rolname), ', '))
FROM relations AS t JOIN pg_attribute AS c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped, bound AS r
WHERE t.exposed AND t.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT t.relrowsecurity AND has_schema_privilege(r.oid, t.relnamespace, 'USAGE')
	AND c.attname ~* '(^|_)(password|passwd|passphrase|pwd|secret|api_?key|private_?key|access_?token|refresh_?token|ssn|social_security|credit_?card|card_?number|cvv|iban|passport)($|_)'
	AND has_column_privilege(r.oid, t.oid, c.attnum, 'SELECT')
	AND NOT EXISTS (SELECT FROM unnest(t.reloptions) AS item WHERE item ~* '^security_invoker=(true|on|yes|1|t)$')
GROUP BY t.name
