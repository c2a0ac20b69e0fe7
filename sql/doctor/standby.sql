-- The server is a standby, which cannot be written to.
-- SPDX-License-Identifier: MIT
SELECT current_database()::text, NULL::text WHERE pg_is_in_recovery()
