-- A policy believes what users say of themselves.
-- SPDX-License-Identifier: MIT
SELECT name, NULL::text FROM policies WHERE concat_ws(' ', qual, checked) ~* 'user_?meta_?data'
