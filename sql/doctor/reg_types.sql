-- A column has a type that keeps pg_upgrade from working.
-- SPDX-License-Identifier: MIT
SELECT format('%s.%I (%s)', t.name, c.attname, format_type(c.atttypid, c.atttypmod)), format('ALTER TABLE %s ALTER COLUMN %I TYPE text;', t.name, c.attname)
FROM relations AS t JOIN pg_attribute AS c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
WHERE t.relkind IN ('r', 'p', 'm') AND c.atttypid::regtype::text IN ('regcollation', 'regconfig', 'regdictionary', 'regnamespace', 'regoper',
	'regoperator', 'regproc', 'regprocedure')
