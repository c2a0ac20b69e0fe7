-- The role of anonymous callers does not exist.
-- SPDX-License-Identifier: MIT
SELECT quote_ident(g.anonymous), format('CREATE ROLE %I NOLOGIN; GRANT %I TO %I;', g.anonymous, g.anonymous, session_user)
FROM given AS g WHERE g.anonymous IS NOT NULL AND NOT EXISTS (SELECT FROM anonymous)
