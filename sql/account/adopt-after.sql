-- After the migrations: the hashes that were set aside, and a profile for everyone.
-- SPDX-License-Identifier: MIT
INSERT INTO @private@.credentials (user_id, email_key, password_hash) SELECT user_id, email_key, password_hash FROM adopted;
INSERT INTO @auth@.profiles (user_id) SELECT user_id FROM adopted;
INSERT INTO @auth@.activity_log (user_id, action, success) SELECT user_id, 'adopt', true FROM adopted;
