-- A newer version of an extension is installed on the server.
-- SPDX-License-Identifier: MIT
SELECT format('%I is %s, the server has %s', e.extname, e.extversion, a.default_version), format('ALTER EXTENSION %I UPDATE;', e.extname)
FROM pg_extension AS e JOIN pg_available_extensions AS a ON a.name = e.extname
WHERE a.default_version <> e.extversion
	AND EXISTS (SELECT FROM pg_extension_update_paths(e.extname) AS u WHERE u.source = e.extversion AND u.target = a.default_version AND u.path IS NOT NULL)
