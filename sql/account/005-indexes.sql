-- Accounts: an index for each reference, so that taking a role out of auth-roles does not read every account.
-- SPDX-License-Identifier: MIT

SET LOCAL ROLE @owner@;

CREATE INDEX IF NOT EXISTS users_role ON @auth@.users (role);

RESET ROLE;
