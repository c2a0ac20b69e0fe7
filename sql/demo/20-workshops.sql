-- Schema public: workshops and participants, who may read and write them, and three workshops to start with.
-- SPDX-License-Identifier: MIT
SET client_min_messages = warning;

CREATE TABLE IF NOT EXISTS public.workshops (
	id serial PRIMARY KEY,
	title text NOT NULL,
	description text,
	duration integer CHECK (duration > 0),
	instructor text,
	owner_id integer DEFAULT auth.uid() REFERENCES auth.users
);
CREATE TABLE IF NOT EXISTS public.participants (
	id serial PRIMARY KEY,
	workshop_id integer NOT NULL REFERENCES public.workshops ON DELETE CASCADE,
	user_id integer DEFAULT auth.uid() REFERENCES auth.users,
	name text NOT NULL
);
CREATE INDEX IF NOT EXISTS workshops_owner_id ON public.workshops (owner_id);
CREATE INDEX IF NOT EXISTS participants_workshop_id ON public.participants (workshop_id);
CREATE INDEX IF NOT EXISTS participants_user_id ON public.participants (user_id);
ALTER TABLE public.workshops OWNER TO auth_owner;
ALTER TABLE public.participants OWNER TO auth_owner;

COMMENT ON TABLE public.workshops IS E'Workshops\nAnyone reads them; whoever is signed in offers one.';
COMMENT ON COLUMN public.workshops.duration IS 'minutes';
COMMENT ON COLUMN public.workshops.owner_id IS 'who offers it: the caller, unless an admin says otherwise';
COMMENT ON TABLE public.participants IS E'Registrations\nEveryone sees and changes their own.';
COMMENT ON COLUMN public.participants.user_id IS 'who takes part: the caller, unless an admin says otherwise';

GRANT SELECT ON public.workshops TO web_anon, authenticated, viewer;
GRANT INSERT, UPDATE ON public.workshops TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.participants TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.workshops, public.participants TO admin_user;
GRANT USAGE ON SEQUENCE public.workshops_id_seq, public.participants_id_seq TO authenticated;

ALTER TABLE public.workshops ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.participants ENABLE ROW LEVEL SECURITY;

-- WITH CHECK is judged on the row as it will be: nobody makes a row in another's name or gives one away.
DROP POLICY IF EXISTS workshops_select_policy ON public.workshops;
CREATE POLICY workshops_select_policy ON public.workshops FOR SELECT USING (true);
DROP POLICY IF EXISTS workshops_insert_policy ON public.workshops;
CREATE POLICY workshops_insert_policy ON public.workshops FOR INSERT TO authenticated
	WITH CHECK (owner_id = (SELECT auth.uid()));
DROP POLICY IF EXISTS workshops_update_policy ON public.workshops;
CREATE POLICY workshops_update_policy ON public.workshops FOR UPDATE TO authenticated
	USING (owner_id = (SELECT auth.uid())) WITH CHECK (owner_id = (SELECT auth.uid()));
-- An editor is trusted with every workshop.
DROP POLICY IF EXISTS workshops_editor_policy ON public.workshops;
CREATE POLICY workshops_editor_policy ON public.workshops FOR UPDATE TO editor USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS workshops_admin_policy ON public.workshops;
-- Everyone reads them already: a second policy for that would be judged for nothing.
DROP POLICY IF EXISTS workshops_admin_insert_policy ON public.workshops;
CREATE POLICY workshops_admin_insert_policy ON public.workshops FOR INSERT TO admin_user WITH CHECK (true);
DROP POLICY IF EXISTS workshops_admin_update_policy ON public.workshops;
CREATE POLICY workshops_admin_update_policy ON public.workshops FOR UPDATE TO admin_user USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS workshops_admin_delete_policy ON public.workshops;
CREATE POLICY workshops_admin_delete_policy ON public.workshops FOR DELETE TO admin_user USING (true);

DROP POLICY IF EXISTS participants_select_policy ON public.participants;
CREATE POLICY participants_select_policy ON public.participants FOR SELECT TO authenticated
	USING (user_id = (SELECT auth.uid()));
DROP POLICY IF EXISTS participants_insert_policy ON public.participants;
CREATE POLICY participants_insert_policy ON public.participants FOR INSERT TO authenticated
	WITH CHECK (user_id = (SELECT auth.uid()));
DROP POLICY IF EXISTS participants_update_policy ON public.participants;
CREATE POLICY participants_update_policy ON public.participants FOR UPDATE TO authenticated
	USING (user_id = (SELECT auth.uid())) WITH CHECK (user_id = (SELECT auth.uid()));
DROP POLICY IF EXISTS participants_delete_policy ON public.participants;
CREATE POLICY participants_delete_policy ON public.participants FOR DELETE TO authenticated
	USING (user_id = (SELECT auth.uid()));
DROP POLICY IF EXISTS participants_admin_policy ON public.participants;
CREATE POLICY participants_admin_policy ON public.participants FOR ALL TO admin_user USING (true) WITH CHECK (true);

INSERT INTO public.workshops (title, description, duration, instructor, owner_id)
SELECT title, description, duration, instructor, NULL
FROM (VALUES
	('A first API', 'From a table to a URL', 90, 'Ada'),
	('Row level security', 'Who may see and change which row', 120, 'Edgar'),
	('Signing in', 'Tokens, roles and sessions', 60, 'Grace')) AS sample (title, description, duration, instructor)
WHERE NOT EXISTS (SELECT FROM public.workshops);
