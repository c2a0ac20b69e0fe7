-- Callers reach the table of a message queue.
-- SPDX-License-Identifier: MIT
SELECT t.name, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', t.name)
FROM relations AS t
WHERE t.relkind IN ('r', 'p') AND t.exposed AND NOT t.relrowsecurity
	AND (SELECT count(*) FROM pg_attribute AS c WHERE c.attrelid = t.oid AND c.attname IN ('msg_id', 'read_ct', 'enqueued_at', 'vt', 'message')) = 5
	AND EXISTS (SELECT FROM bound AS r WHERE has_any_column_privilege(r.oid, t.oid, 'SELECT, INSERT, UPDATE'))
