-- Accounts: what an outsider cannot stop, keep or take. Each section stands for itself.
--
-- A function that is written anew here takes the place of the one in an earlier file.
-- SPDX-License-Identifier: MIT

SET LOCAL ROLE @owner@;

-- ==== Recovery ====

-- ==== The end: nobody calls what is not granted above ====

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA @private@ FROM PUBLIC;

RESET ROLE;
