-- A role that a request can become is not bound by row-level security.
-- SPDX-License-Identifier: MIT
SELECT quote_ident(rolname), format('ALTER ROLE %I NOBYPASSRLS;', rolname) FROM callers WHERE rolbypassrls AND NOT rolsuper
