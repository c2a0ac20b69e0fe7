-- The connecting role is a superuser.
-- SPDX-License-Identifier: MIT
SELECT quote_ident(rolname), format('ALTER ROLE %I NOSUPERUSER;', rolname) FROM connecting WHERE rolsuper
