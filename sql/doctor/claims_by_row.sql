-- A policy reads claims anew for each row.
-- SPDX-License-Identifier: MIT
SELECT c.name, format('(SELECT %s)', coalesce(min(p.called) || '()', 'current_setting(...)'))
FROM conditions AS c
LEFT JOIN routines AS p ON position(p.called || '{' IN c.text) > 0 AND p.provolatile <> 'i'
	AND (p.prosrc ~ 'current_setting' OR pg_get_function_sqlbody(p.oid) ~ 'current_setting')
WHERE p.oid IS NOT NULL OR c.text ~ '\mcurrent_setting\{'
GROUP BY c.oid, c.name
