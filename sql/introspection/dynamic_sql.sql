-- Whether code of users can PREPARE or DEALLOCATE: some function or procedure, in whichever schema, says so or runs SQL
-- that is made while it runs, or is in a language that nobody here reads. Those of C and of PostgreSQL itself are
-- made by superusers.
SELECT EXISTS (
	SELECT
	FROM pg_catalog.pg_proc AS p
	JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
	WHERE p.pronamespace <> 'pg_catalog'::regnamespace
		AND l.lanname NOT IN ('internal', 'c')
		AND (l.lanname NOT IN ('sql', 'plpgsql') OR p.prosrc ~* '[[:<:]](execute|prepare|deallocate|discard)[[:>:]]'))
