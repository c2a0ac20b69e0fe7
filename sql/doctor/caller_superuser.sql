-- A role that a request can become is a superuser.
-- SPDX-License-Identifier: MIT
SELECT quote_ident(r.rolname), format('REVOKE %I FROM %I;', r.rolname, session_user)
FROM callers AS r, connecting AS c WHERE r.rolsuper AND NOT c.rolsuper
