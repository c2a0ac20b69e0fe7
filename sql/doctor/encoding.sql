-- The database has another encoding than UTF-8.
-- SPDX-License-Identifier: MIT
SELECT format('%s (%s)', current_database(), current_setting('server_encoding')), NULL::text
WHERE current_setting('server_encoding') <> 'UTF8'
