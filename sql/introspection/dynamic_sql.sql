-- Whether code of users can PREPARE or DEALLOCATE: some function or procedure, in whichever schema, says so or runs SQL
-- that is made while it runs, or is in a language that nobody here reads. Of C's only those are trusted that come with
-- extensions known to run no SQL of the caller's, or only what reads: xml2's xpath_table() runs whatever it is given.
SELECT EXISTS (
	SELECT
	FROM pg_catalog.pg_proc AS p
	JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
	WHERE p.pronamespace <> 'pg_catalog'::regnamespace
		AND CASE l.lanname
			WHEN 'internal' THEN false
			WHEN 'sql' THEN p.prosrc ~* '[[:<:]](execute|prepare|deallocate|discard)[[:>:]]'
			WHEN 'plpgsql' THEN p.prosrc ~* '[[:<:]](execute|prepare|deallocate|discard)[[:>:]]'
			WHEN 'c' THEN NOT EXISTS (
				SELECT
				FROM pg_catalog.pg_depend AS d
				JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
				WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
					AND d.refclassid = 'pg_catalog.pg_extension'::regclass
					AND e.extname IN ('adminpack', 'amcheck', 'autoinc', 'btree_gin', 'btree_gist', 'citext', 'cube',
						'dblink', 'dict_int', 'dict_xsyn', 'earthdistance', 'file_fdw', 'fuzzystrmatch', 'hstore',
						'insert_username', 'intarray', 'isn', 'lo', 'ltree', 'moddatetime', 'pageinspect',
						'pg_buffercache', 'pg_freespacemap', 'pg_prewarm', 'pg_stat_statements', 'pg_trgm',
						'pg_visibility', 'pgcrypto', 'pgrowlocks', 'pgstattuple', 'plpgsql', 'postgis',
						'postgis_raster', 'postgres_fdw', 'seg', 'sslinfo', 'tablefunc', 'tcn', 'tsm_system_rows',
						'tsm_system_time', 'unaccent', 'uuid-ossp', 'vector'))
			ELSE true
		END)
