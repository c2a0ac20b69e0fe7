-- Which of these relations ($1) can be read, and which of these functions ($2) called, without that anything is left in
-- the session: by whom ever, and whatever the arguments are. Said is only what is proven. A row names the functions and
-- the relations that the proof rests on, the versions (xmin) of the functions, policies and rules, and the newest
-- function of all.
--
-- Things are functions and relations; what a thing uses are edges; what is not known to be harmless is bad, and so is
-- whoever uses it, however far away. PostgreSQL lets a function that is not volatile run no command but SELECT; so what
-- is left to look for is dynamic SQL, and calls. Of a body that is text every word counts, in comments and strings too,
-- as the name of all that have it, whichever schema they are in: more than any parser would find. Names that are no
-- words cannot be told that way, so a body that quotes one is bad. Operators, casts, domains, types and operator
-- classes run without being named: when a single one of these is bad, nothing is proven.
WITH RECURSIVE known AS MATERIALIZED (
	-- C that comes with these extensions changes nothing where it is not volatile.
	SELECT d.objid AS oid
	FROM pg_catalog.pg_depend AS d
	JOIN pg_catalog.pg_proc AS p ON p.oid = d.objid
	JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang AND l.lanname IN ('c', 'internal')
	JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
	WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.deptype = 'e'
		AND d.refclassid = 'pg_catalog.pg_extension'::regclass
		AND e.extname IN ('btree_gin', 'btree_gist', 'citext', 'cube', 'earthdistance', 'fuzzystrmatch', 'hstore',
			'intarray', 'isn', 'ltree', 'pg_trgm', 'pgcrypto', 'postgis', 'seg', 'unaccent', 'uuid-ossp', 'vector')
), functions AS MATERIALIZED (
	SELECT p.oid, l.lanname AS language, p.prosrc AS body, p.xmin::text AS version,
		p.oid >= 16384 AND l.lanname IN ('sql', 'plpgsql') AND p.prosqlbody IS NULL AND p.prokind = 'f' AS is_text,
		pg_catalog.regexp_replace(pg_catalog.lower(p.proname::text COLLATE "C"), '[^\x01-\x7f]', '____', 'g') AS word,
		CASE
			WHEN p.oid < 16384 THEN p.proname !~ '_to_xml' AND (p.provolatile <> 'v' OR p.proname IN ('clock_timestamp',
				'currval', 'gen_random_uuid', 'lastval', 'nextval', 'random', 'random_normal', 'timeofday', 'uuidv4',
				'uuidv7'))
			WHEN p.prokind = 'a' THEN true
			WHEN p.provolatile = 'v' OR p.prokind <> 'f' THEN false
			WHEN l.lanname NOT IN ('sql', 'plpgsql') THEN p.oid IN (SELECT oid FROM known)
			WHEN p.prosqlbody IS NOT NULL THEN true
			ELSE p.prosrc !~ '""|[uU]&"|[^\x01-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f][$]'
				AND pg_catalog.regexp_replace(p.prosrc, '"[^\x01-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]+"', '', 'g') !~ '"'
		END AS harmless
	FROM pg_catalog.pg_proc AS p
	JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
), over_foreign(oid) AS (
	SELECT c.oid FROM pg_catalog.pg_class AS c WHERE c.relkind = 'f'
	UNION
	SELECT i.inhparent FROM over_foreign AS o JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = o.oid
), relations AS MATERIALIZED (
	SELECT c.oid, c.relkind, c.relrowsecurity,
		pg_catalog.regexp_replace(pg_catalog.lower(c.relname::text COLLATE "C"), '[^\x01-\x7f]', '____', 'g') AS word,
		c.oid NOT IN (SELECT oid FROM over_foreign) AS harmless
	FROM pg_catalog.pg_class AS c
	WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
), words AS MATERIALIZED (
	-- Whatever is no part of an identifier becomes a blank, and a letter beyond ASCII as many lines as it may have bytes.
	SELECT DISTINCT f.oid, pg_catalog.ltrim(v.word, '0123456789') AS word, pg_catalog.length(v.word) >= 64 AS cut
	FROM functions AS f
	CROSS JOIN LATERAL pg_catalog.string_to_table(pg_catalog.translate(
		pg_catalog.regexp_replace(pg_catalog.lower(f.body COLLATE "C"), '[^\x01-\x7f]', '____', 'g'),
		E'\t\n\x0b\f\r !"#$%&''()*+,-./:;<=>?@[\\]^`{|}~', pg_catalog.repeat(' ', 64)), ' ') AS v(word)
	WHERE f.is_text AND f.harmless
), parsed AS MATERIALIZED (
	-- What was parsed when it was made: who uses it, under which name dependencies know it, and the trees.
	SELECT 'f' AS kind, p.oid, 'pg_catalog.pg_proc'::regclass::oid AS class, p.oid AS object,
		p.prosqlbody::text || coalesce(p.proargdefaults::text, '') AS tree
	FROM pg_catalog.pg_proc AS p
	WHERE p.oid >= 16384 AND p.prosqlbody IS NOT NULL
	UNION ALL
	SELECT 'f', p.oid, 'pg_catalog.pg_proc'::regclass, p.oid, p.proargdefaults::text
	FROM pg_catalog.pg_proc AS p
	WHERE p.oid >= 16384 AND p.prosqlbody IS NULL AND p.proargdefaults IS NOT NULL
	UNION ALL
	SELECT 'r', o.polrelid, 'pg_catalog.pg_policy'::regclass, o.oid, o.polqual::text
	FROM pg_catalog.pg_policy AS o
	JOIN relations AS r ON r.oid = o.polrelid
	WHERE r.relrowsecurity AND o.polcmd IN ('r', '*')
	UNION ALL
	SELECT 'r', w.ev_class, 'pg_catalog.pg_rewrite'::regclass, w.oid, w.ev_action::text
	FROM pg_catalog.pg_rewrite AS w
	JOIN relations AS r ON r.oid = w.ev_class
	WHERE r.relkind = 'v' AND w.rulename = '_RETURN'
	UNION ALL
	SELECT 'd', k.oid, 'pg_catalog.pg_constraint'::regclass, k.oid, k.conbin::text
	FROM pg_catalog.pg_constraint AS k
	WHERE k.contypid <> 0 AND k.contype = 'c'
), edges AS MATERIALIZED (
	SELECT 'f' AS kind, w.oid, 'f' AS used_kind, f.oid AS used
	FROM words AS w
	JOIN functions AS f ON f.word = w.word
	WHERE f.oid >= 16384 OR NOT f.harmless
	UNION
	SELECT 'f', w.oid, 'r', r.oid FROM words AS w JOIN relations AS r ON r.word = w.word
	UNION
	SELECT p.kind, p.oid, 'f', f.id[1]::oid
	FROM parsed AS p
	CROSS JOIN LATERAL pg_catalog.regexp_matches(p.tree, ':(?:[a-z]*funcid|aggfnoid|winfnoid|tsmhandler) ([0-9]+)', 'g')
		AS f(id)
	UNION
	SELECT p.kind, p.oid, CASE d.refclassid WHEN 'pg_catalog.pg_class'::regclass THEN 'r' ELSE 'f' END, d.refobjid
	FROM parsed AS p
	JOIN pg_catalog.pg_depend AS d ON d.classid = p.class AND d.objid = p.object
		AND d.refclassid IN ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_class'::regclass)
		AND (d.refclassid, d.refobjid) <> ('pg_catalog.pg_class'::regclass, p.oid)
	UNION
	SELECT 'f', a.aggfnoid, 'f', u.used
	FROM pg_catalog.pg_aggregate AS a
	CROSS JOIN LATERAL (VALUES (a.aggtransfn::oid), (a.aggfinalfn), (a.aggcombinefn), (a.aggserialfn),
		(a.aggdeserialfn), (a.aggmtransfn), (a.aggminvtransfn), (a.aggmfinalfn)) AS u(used)
	WHERE a.aggfnoid >= 16384 AND u.used <> 0
), bad(kind, oid) AS (
	SELECT 'f', f.oid FROM functions AS f WHERE NOT f.harmless
	UNION
	SELECT 'r', r.oid FROM relations AS r WHERE NOT r.harmless
	UNION
	SELECT 'f', w.oid
	FROM words AS w
	WHERE w.cut OR w.word IN ('execute', 'prepare', 'deallocate', 'discard')
	UNION
	SELECT e.kind, e.oid FROM bad AS b JOIN edges AS e ON (e.used_kind, e.used) = (b.kind, b.oid)
), unnamed(oid) AS MATERIALIZED (
	SELECT u.oid
	FROM pg_catalog.pg_operator AS o
	CROSS JOIN LATERAL (VALUES (o.oprcode::oid), (o.oprrest), (o.oprjoin)) AS u(oid)
	WHERE o.oid >= 16384
	UNION
	SELECT c.castfunc FROM pg_catalog.pg_cast AS c WHERE c.oid >= 16384
	UNION
	SELECT a.amproc FROM pg_catalog.pg_amproc AS a WHERE a.oid >= 16384
	UNION
	SELECT u.oid
	FROM pg_catalog.pg_range AS r
	CROSS JOIN LATERAL (VALUES (r.rngcanonical::oid), (r.rngsubdiff)) AS u(oid)
	WHERE r.rngtypid >= 16384
	UNION
	SELECT u.oid
	FROM pg_catalog.pg_type AS t
	CROSS JOIN LATERAL (VALUES (t.typinput::oid), (t.typoutput), (t.typreceive), (t.typsend), (t.typmodin),
		(t.typmodout)) AS u(oid)
	WHERE t.oid >= 16384
	UNION
	SELECT e.used FROM edges AS e WHERE e.kind = 'd' AND e.used_kind = 'f'
), roots(kind, oid) AS MATERIALIZED (
	SELECT 'r', r.oid
	FROM relations AS r
	WHERE r.oid = ANY ($1::oid[]) AND (r.relkind = 'v' OR r.relrowsecurity)
		AND NOT EXISTS (SELECT FROM bad AS b WHERE (b.kind, b.oid) = ('r', r.oid))
	UNION ALL
	SELECT 'f', f.oid
	FROM functions AS f
	WHERE f.oid = ANY ($2::oid[]) AND f.language IN ('sql', 'plpgsql')
		AND NOT EXISTS (SELECT FROM bad AS b WHERE (b.kind, b.oid) = ('f', f.oid))
), reached(root_kind, root, kind, oid) AS (
	SELECT r.kind, r.oid, r.kind, r.oid FROM roots AS r
	UNION
	SELECT r.kind, r.oid, 'f', u.oid FROM roots AS r CROSS JOIN unnamed AS u
	JOIN functions AS f ON f.oid = u.oid AND f.oid >= 16384 AND f.language IN ('sql', 'plpgsql')
	UNION
	SELECT r.root_kind, r.root, e.used_kind, e.used
	FROM reached AS r
	JOIN edges AS e ON (e.kind, e.oid) = (r.kind, r.oid)
	WHERE e.used >= 16384
), versions(kind, oid, version) AS MATERIALIZED (
	SELECT 'f', f.oid, f.version FROM functions AS f WHERE f.oid >= 16384 AND f.language IN ('sql', 'plpgsql')
	UNION ALL
	SELECT 'r', o.polrelid, o.xmin::text FROM pg_catalog.pg_policy AS o
	UNION ALL
	SELECT 'r', w.ev_class, w.xmin::text FROM pg_catalog.pg_rewrite AS w
)
SELECT r.root_kind, r.root,
	pg_catalog.string_agg(DISTINCT v.oid::text, ',') FILTER (WHERE v.kind = 'f') AS functions,
	pg_catalog.string_agg(DISTINCT r.oid::text, ',') FILTER (WHERE r.kind = 'r' AND s.is_checked) AS relations,
	pg_catalog.string_agg(DISTINCT v.version, ',') AS versions,
	(SELECT max(f.oid) FROM functions AS f) AS newest
FROM reached AS r
LEFT JOIN versions AS v ON v.kind = r.kind AND v.oid = r.oid
LEFT JOIN relations AS c ON r.kind = 'r' AND c.oid = r.oid
-- Of the policies of a table that is asked for itself the next load knows; of tables that are come by, nobody would.
CROSS JOIN LATERAL (SELECT r.oid <> r.root OR c.relkind = 'v' AS is_checked) AS s
WHERE NOT EXISTS (
		SELECT
		FROM unnamed AS u
		JOIN bad AS b ON (b.kind, b.oid) = ('f', u.oid)
		WHERE u.oid NOT IN (SELECT oid FROM known))
	AND pg_catalog.has_table_privilege('public', 'pg_catalog.pg_proc', 'SELECT')
	AND pg_catalog.has_table_privilege('public', 'pg_catalog.pg_policy', 'SELECT')
	AND pg_catalog.has_table_privilege('public', 'pg_catalog.pg_rewrite', 'SELECT')
GROUP BY r.root_kind, r.root
ORDER BY r.root_kind, r.root
