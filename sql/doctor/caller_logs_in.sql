-- A role that a request can become can connect by itself.
-- SPDX-License-Identifier: MIT
SELECT quote_ident(rolname), format('ALTER ROLE %I NOLOGIN;', rolname) FROM callers WHERE rolcanlogin AND NOT rolsuper
