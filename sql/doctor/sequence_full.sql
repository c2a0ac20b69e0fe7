-- A sequence has used most of its numbers.
-- SPDX-License-Identifier: MIT
SELECT format('%I.%I: %s of %s', s.schemaname, s.sequencename, s.last_value, s.max_value), NULL::text
FROM pg_sequences AS s JOIN own_schemas AS n ON n.nspname = s.schemaname
WHERE s.increment_by > 0 AND NOT s.cycle AND s.last_value > s.max_value / 4 * 3
