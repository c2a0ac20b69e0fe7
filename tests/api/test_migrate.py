"""rowgate migrate: the account schema installed, brought forward, looked at, and the tutorial's taken over.

SPDX-License-Identifier: MIT
"""
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading

import pytest

from harness.accounts import Person, rowgate, settings_of
from harness.cluster import Cluster, binaries
from harness.process import wait_until
from harness.server import SECRET, Server

HERE = pathlib.Path(__file__).parent


@pytest.fixture
def empty(own_cluster, request):
    return own_cluster.create("m_" + re.sub(r"\W", "_", request.node.name)[-40:])


def run(database, *arguments, user="postgres", **settings):
    return rowgate("migrate", *arguments, db_uri=database.cluster.uri(database.name, user), **settings)


def done(answer):
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def dump(database, *more):
    """The schema as pg_dump writes it."""
    answer = subprocess.run([binaries() / "pg_dump", "-s", "-h", database.cluster.directory, "-U", "postgres",
                             *more, database.name],
                            capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    # The keys that keep a dump from being tampered with are others each time.
    return re.sub(r"(?m)^\\(un)?restrict .*$", "", answer.stdout)


def test_installs_once_and_says_so(empty):
    status = run(empty, "--status")
    assert status.returncode == 1 and status.stdout.count("pending") == status.stdout.count("\n") > 0
    assert re.fullmatch(r"migrated from 0 to \d+\n", done(run(empty)))
    before = dump(empty)
    assert done(run(empty)) == "up to date\n"
    assert dump(empty) == before
    status = run(empty, "--status")
    assert status.returncode == 0 and "pending" not in status.stdout and "schema" in status.stdout


def test_which_versions_of_postgresql_have_accounts(empty):
    ((version,),) = empty.run("SELECT current_setting('server_version_num')::integer")
    answer = run(empty)
    if version >= 150000:
        assert (answer.returncode, answer.stderr) == (0, "")
    else:
        assert (answer.returncode, answer.stderr) == (1, "rowgate: accounts need PostgreSQL 15 or later\n")


def test_dry_run_prints_what_another_can_run(own_cluster, empty):
    sql = done(run(empty, "--dry-run"))
    assert empty.run("SELECT 1 FROM pg_namespace WHERE nspname = 'auth'") == []
    other = own_cluster.create("m_by_hand")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(sql)
        file.flush()
        pathlib.Path(file.name).chmod(0o644)
        with_psql(other, file.name)
    done(run(empty))
    assert dump(other) == dump(empty)
    assert done(run(other)) == "up to date\n"


def with_psql(database, file):
    answer = subprocess.run([binaries() / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null",
                             "-h", database.cluster.directory,
                             "-U", "postgres", "-d", database.name, "-f", file], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr


def test_as_an_installer_who_may_make_roles_and_is_no_superuser(own_cluster, empty):
    """The host gave a database and CREATEROLE; roles of its own, so that none is there already."""
    empty.run("CREATE ROLE installer LOGIN CREATEROLE NOSUPERUSER")
    empty.run(f'GRANT CREATE ON DATABASE "{empty.name}" TO installer')
    done(run(empty, "--to", "1", user="installer", auth_role_prefix="inst_"))
    done(run(empty, user="installer", auth_role_prefix="inst_"))
    assert done(run(empty, user="installer", auth_role_prefix="inst_")) == "up to date\n"
    assert (empty.run("SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname LIKE 'auth%'")
            == [("inst_auth_owner",)] * 2)
    # Nothing of the membership is left, so nobody can become the owner.
    assert empty.value("SELECT count(*) FROM pg_auth_members WHERE roleid = 'inst_auth_owner'::regrole AND "
                       "pg_get_userbyid(member) <> 'installer'") == 0
    assert empty.value("SELECT pg_has_role('installer', 'inst_auth_owner', 'USAGE')") is False


def test_an_installer_makes_what_a_superuser_makes(own_cluster, empty):
    empty.run("CREATE ROLE maker LOGIN CREATEROLE NOSUPERUSER")
    empty.run(f'GRANT CREATE ON DATABASE "{empty.name}" TO maker')
    done(run(empty, user="maker", auth_role_prefix="made_"))
    as_superuser = own_cluster.create("m_as_superuser")
    done(run(as_superuser, auth_role_prefix="made_"))
    assert dump(empty) == dump(as_superuser)


def test_root_installs_as_the_user_whom_peer_authentication_knows(tmp_path):
    """By Debian's own rules, with a configuration and a key that only root can read."""
    own = Cluster()
    own.start()
    try:
        own.create("peer")
        (own.directory / "data" / "pg_hba.conf").write_text("local all postgres peer\nlocal all all peer\n")
        own.process.send(signal.SIGHUP)
        config = tmp_path / "rowgate.conf"
        config.write_text(f'db-uri = "host={own.directory} dbname=peer user=authenticator"\nauth-enabled = true\n'
                          f'jwt-secret = "@{tmp_path}/key"\n')
        config.chmod(0o600)
        wait_until(lambda: rowgate("migrate", "--status", config).stderr != "", 10, "the rules are in force")
        assert "eer authentication failed" in rowgate("migrate", "--status", config).stderr
        sql = done(rowgate("migrate", "--as", own.user, "--dry-run", config))
        assert "CREATE SCHEMA" in sql
        assert re.fullmatch(r"migrated from 0 to \d+\n", done(rowgate("migrate", "--as", own.user, config)))
        assert done(rowgate("migrate", config, "--as", own.user)) == "up to date\n"
        refused = rowgate("migrate", "--as", "no-such-user", config)
        assert refused.returncode == 1 and "no such user" in refused.stderr
    finally:
        own.remove()


def test_names_can_be_others(own_cluster, empty):
    names = {"auth_schema": "people", "auth_role_prefix": "site2_"}
    done(run(empty, **names))
    assert (sorted(row[0] for row in empty.run("SELECT nspname FROM pg_namespace WHERE nspname ~ '^people'"))
            == ["people", "people_private"])
    server = Server(uri=own_cluster.uri(empty.name, "site2_authenticator"), db_anon_role="site2_web_anon",
                    jwt_secret=SECRET,
                    environment=settings_of(empty,
                                            auth_db_uri=own_cluster.uri(empty.name, "site2_rowgate_account"), **names)
                    | {"PGRST_DB_SCHEMAS": "people"}).wait_ready()
    person = Person(server).sign_in()
    assert person.login["user"]["role"] == "site2_regular_user"
    assert server.get("/users?select=email", token=person.token).json() == [{"email": person.email}]
    person.call("logout")
    assert server.get("/users?select=email", token=person.token).status_code == 401
    server.stop()


@pytest.mark.parametrize("installer", ["itself", "a superuser"])
def test_where_the_host_gives_one_role_only(own_cluster, empty, installer):
    """db-single-role: everything connects as one role, and the start says what that costs."""
    role = "hosted_" + installer.split()[-1]
    one = {"db_single_role": "true", "auth_role_prefix": role + "_"}
    empty.run(f"CREATE ROLE {role} LOGIN CREATEROLE; ALTER DATABASE {empty.name} OWNER TO {role};"
              "GRANT ALL ON SCHEMA public TO PUBLIC")
    if installer == "a superuser":
        done(run(empty, user=role, auth_install_uri=own_cluster.uri(empty.name, "postgres"), **one))
    else:
        done(run(empty, user=role, **one))
    assert empty.value("SELECT has_schema_privilege(%s, 'auth_private', 'USAGE')", role)
    server = Server(uri=own_cluster.uri(empty.name, role), db_anon_role=role + "_web_anon", jwt_secret=SECRET,
                    environment=settings_of(empty, auth_db_uri=None, **one)).wait_ready()
    person = Person(server).sign_in()
    assert [row["id"] for row in person.table("GET", "/users").json()] == [person.id]
    assert server.get("/users", headers={"Accept-Profile": "auth"}).status_code == 401
    assert person.call("logout").status_code == 204
    assert person.table("GET", "/users").status_code == 401
    assert {name for name,
            in empty.run("SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND usename "
                         "<> 'postgres'")} == {role}
    assert "db-single-role: a function" in server.stop()


@pytest.mark.parametrize("name", ["Auth", "a b", 'x"y', "auth;", "a" * 41, ""])
def test_names_that_cannot_be(empty, name):
    assert run(empty, auth_schema=name or " ").returncode == 1
    if name:
        assert run(empty, auth_role_prefix=name).returncode == 1


def test_a_schema_of_others_is_left_alone(empty):
    empty.run("CREATE SCHEMA auth")
    empty.run("CREATE TABLE auth.users (id int)")
    before = dump(empty)
    refused = run(empty)
    assert refused.returncode == 1 and "not made by rowgate" in refused.stderr and "--adopt-tutorial" in refused.stderr
    assert dump(empty) == before


def test_a_failure_leaves_nothing_behind(empty):
    empty.run("CREATE SCHEMA auth_private")
    before = dump(empty)
    assert run(empty).returncode == 1
    assert dump(empty) == before


def test_a_later_version_is_not_touched(empty):
    done(run(empty))
    empty.run("COMMENT ON SCHEMA auth_private IS 'rowgate accounts, migration 999'")
    refused = run(empty)
    assert refused.returncode == 1 and "later version" in refused.stderr


def test_two_at_once(empty):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(run(empty))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.returncode for answer in answers].count(0) >= 1
    assert done(run(empty)) == "up to date\n"
    assert (empty.value("SELECT count(*) FROM auth_private.migrations")
            == empty.value("SELECT max(version) FROM auth_private.migrations"))


def test_upgrade_from_every_earlier_migration_keeps_the_data(own_cluster, empty):
    latest = int(re.search(r"to (\d+)", done(run(empty)))[1])
    fresh = dump(empty)
    for start in range(1, latest):
        older = own_cluster.create(f"m_from_{start}")
        done(run(older, "--to", str(start)))
        older.run("INSERT INTO auth.users (email) VALUES ('kept@example.com')")
        older.run("INSERT INTO auth.profiles (user_id, name) VALUES (1, 'Kept')")
        older.run("INSERT INTO auth_private.credentials (user_id, email_key, password_hash) VALUES (1, "
                  "'kept@example.com', 'x')")
        assert done(run(older)) == f"migrated from {start} to {latest}\n"
        assert older.run("SELECT email, name, email_key FROM auth.users AS u JOIN auth.profiles AS p ON p.user_id = "
                         "u.id "
                         "JOIN auth_private.credentials AS c ON c.user_id = u.id") == [("kept@example.com",
                             "Kept", "kept@example.com")]
        assert dump(older) == fresh


def test_upgrade_to_recovery_knows_who_had_proven_an_address(own_cluster, empty):
    """An account that nobody had to prove is in force, but not proven; one that waited for its link still waits."""
    done(run(empty, "--to", "3"))
    empty.run("INSERT INTO auth.users (email, created_at, email_confirmed_at) VALUES "
              "('waits@example.com', '2026-01-01', NULL), "
              "('never@example.com', '2026-01-01', '2026-01-01 00:00:00.1'), "
              "('proved@example.com', '2026-01-01', '2026-01-02'), ('quick@example.com', '2026-01-01', '2026-01-01')")
    empty.run("INSERT INTO auth.activity_log (user_id, action, success) VALUES (4, 'activate_account', true)")
    empty.run("INSERT INTO auth_private.credentials (user_id, email_key, password_hash) SELECT id, email, 'x' "
              "FROM auth.users")
    empty.run("INSERT INTO auth_private.outbox (user_id, template, purpose, address) "
              "SELECT id, 'reset', 'reset', email FROM auth.users")
    empty.run("INSERT INTO auth_private.purpose_tokens (user_id, purpose, token_hash, mail, expires_at) "
              "VALUES (1, 'activate', 'hash', 1, now() + interval '1 hour')")
    touched = empty.run("SELECT updated_at FROM auth.users ORDER BY id")
    done(run(empty))
    assert empty.run("SELECT u.id, u.email_confirmed_at IS NOT NULL, c.pending FROM auth.users AS u "
                     "JOIN auth_private.credentials AS c ON c.user_id = u.id ORDER BY u.id") == [
        (1, False, True), (2, False, False), (3, True, False), (4, True, False)]
    assert empty.run("SELECT updated_at FROM auth.users ORDER BY id") == touched
    assert empty.value("SELECT count(*) FROM auth_private.purpose_tokens WHERE used_at IS NULL") == 1
    assert empty.value("SELECT auth_private.activate('hash', NULL, NULL)") == "done"
    assert empty.value("SELECT pending FROM auth_private.credentials WHERE user_id = 1") is False


def test_roles_that_reach_further_are_not_given_to_accounts(empty):
    empty.run("CREATE ROLE mighty NOLOGIN BYPASSRLS")
    for name in ("mighty", "postgres", "authenticator", "auth_owner", "nobody_there"):
        refused = run(empty, auth_roles=f"regular_user, {name}")
        assert refused.returncode == 1 and name in refused.stderr, refused.stderr
    empty.run("CREATE ROLE member_of_owner NOLOGIN")
    done(run(empty))
    empty.run("GRANT auth_owner TO member_of_owner")
    assert run(empty, auth_roles="regular_user, member_of_owner").returncode == 1
    empty.run("CREATE ROLE teacher NOLOGIN")
    done(run(empty, auth_roles="regular_user, teacher, admin_user"))
    assert (sorted(row[0] for row in empty.run("SELECT role FROM auth_private.assignable_roles"))
            == ["admin_user", "regular_user", "teacher"])


@pytest.mark.parametrize("arguments", [["--to"], ["--to", "0"], ["--to", "99"], ["--sideways"], ["a", "b"],
                                       ["--adopt-tutorial"]])
def test_mistakes(empty, arguments):
    assert run(empty, *arguments).returncode == 1
    assert empty.run("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'auth%'") == []


@pytest.fixture(scope="module")
def tutorial():
    """What a team has that followed the tutorial: 1,000 accounts, made by its own SQL."""
    cluster = Cluster()
    cluster.start()
    database = cluster.create("tutorial")
    database.load(HERE / "tutorial" / "tutorial.sql")
    # gen_salt('bf', 8) takes 20 ms: most have the hash of one.
    database.run("SELECT auth.register_user('User' || n || '@Example.com', 'password of ' || n, "
                 "CASE n WHEN 1 THEN 'admin_user' ELSE 'regular_user' END) FROM generate_series(1, 5) AS n")
    database.run("INSERT INTO auth.users (email, password_hash, role) SELECT 'user' || n || '@example.com', "
                 "password_hash, role "
                 "FROM generate_series(6, 1000) AS n, auth.users AS u WHERE u.id = 2")
    database.run("UPDATE auth.users SET active = false WHERE id = 4")
    database.run("UPDATE auth.users SET role = DEFAULT WHERE id = 5")
    database.run("UPDATE workshops SET owner_id = 3 WHERE id = 1")
    database.run("INSERT INTO auth.sessions (user_id) SELECT id FROM auth.users LIMIT 10")
    yield database
    cluster.remove()


def test_adoption_keeps_a_thousand_accounts_ids_and_passwords(tutorial):
    before = tutorial.run("SELECT id, email, created_at FROM auth.users ORDER BY id")
    clash = run(tutorial)
    assert clash.returncode == 1 and "--adopt-tutorial" in clash.stderr
    done(run(tutorial, "--adopt-tutorial"))
    assert ([row[:2] for row in tutorial.run("SELECT id, email FROM auth.users ORDER BY id")]
            == [row[:2] for row in before])
    assert tutorial.value("SELECT count(*) FROM auth_private.credentials WHERE password_hash LIKE '$2a$08$%'") == 1000
    assert tutorial.value("SELECT owner_id FROM workshops WHERE id = 1") == 3
    assert run(tutorial, "--adopt-tutorial").returncode == 1
    assert done(run(tutorial)) == "up to date\n"
    # Nothing is left that shows a hash or runs the old functions.
    assert tutorial.value("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'auth' AND column_name "
                          "~ 'password|hash'") == 0
    assert tutorial.run("SELECT proname FROM pg_proc WHERE pronamespace = 'auth'::regnamespace AND proname IN "
                        "('register_user', 'login', 'hash_password', 'verify_password', 'refresh_token')") == []
    for role in ("authenticated", "admin_user", "regular_user", "web_anon", "authenticator"):
        assert tutorial.value("SELECT has_schema_privilege(%s, 'auth_private', 'USAGE')",
                              role) is (role == "authenticator")
        assert tutorial.value("SELECT has_table_privilege(%s, 'auth.users', 'INSERT, DELETE, TRUNCATE')", role) is False


def test_adopted_accounts_sign_in_and_the_tutorials_policies_go_on(tutorial):
    server = Server(uri=tutorial.cluster.uri(tutorial.name), db_anon_role="web_anon", jwt_secret=SECRET,
                    environment=settings_of(tutorial)).wait_ready()
    for number in (1, 2, 3, 5):
        person = Person(server, f"user{number}@example.com", password=f"password of {number}", register=False).sign_in()
        assert person.id == number and person.login["user"]["role"] == ("admin_user" if number == 1 else "regular_user")
        assert person.login["user"]["email"] == f"User{number}@Example.com"
    assert Person(server, "user2@example.com", "password of 3", register=False).try_to_sign_in().status_code == 401
    assert Person(server, "user4@example.com", "password of 4", register=False).try_to_sign_in().status_code == 401
    Person(server, "user777@example.com", "password of 2", register=False).sign_in()
    assert (tutorial.run("SELECT left(password_hash, 9) FROM auth_private.credentials WHERE user_id IN (1, 777)")
            == [("$argon2id",)] * 2)
    newcomer = Person(server)
    assert newcomer.id == 1001
    owner = Person(server, "user3@example.com", "password of 3", register=False).sign_in()
    assert owner.server.get("/workshops?select=id&id=eq.1", token=owner.token).json() == [{"id": 1}]
    server.stop()


def test_addresses_that_differ_in_case_only_are_named():
    cluster = Cluster()
    cluster.start()
    try:
        database = cluster.create("tutorial")
        database.load(HERE / "tutorial" / "tutorial.sql")
        database.run("INSERT INTO auth.users (email, password_hash) VALUES ('a@example.com', 'x'), ('A@example.com', "
                     "'y')")
        refused = run(database, "--adopt-tutorial")
        assert refused.returncode == 1 and "A@example.com" in refused.stderr
        assert database.value("SELECT count(*) FROM information_schema.columns WHERE table_name = 'users' AND "
                              "column_name = 'password_hash'") == 1
    finally:
        cluster.remove()


def test_deploy_serve_takes_a_state_directory_of_an_earlier_version_over():
    """Its cluster has the demo with account functions in SQL, and accounts that were made with them."""
    state = pathlib.Path(tempfile.mkdtemp(prefix="rowgate-state-", dir="/tmp"))
    state.chmod(0o755)
    cluster = Cluster()
    cluster.start()
    database = cluster.create("workshop")
    top = HERE.parent.parent
    database.load(top / "sql/demo/10-roles.sql", HERE / "earlier/20-auth.sql", top / "sql/demo/20-workshops.sql",
                  HERE / "earlier/40-accounts.sql")
    database.run("SELECT auth.register_user('early@example.com', 'securepassword123')")
    database.run("UPDATE auth.users SET role = 'admin_user'")
    database.run("INSERT INTO workshops (title, owner_id) VALUES ('An early one', 1)")
    cluster.stop()
    shutil.move(cluster.directory / "data", state / "data")
    shutil.rmtree(cluster.directory)
    (state / "demo.sum").write_text("of an earlier version\n")
    server = Server(environment={"ROWGATE_STATE": str(state)}).wait_ready(60)
    try:
        person = Person(server, "early@example.com", "securepassword123", register=False).sign_in()
        assert person.login["user"] == {"id": 1, "email": "early@example.com", "role": "admin_user"}
        assert [row["title"] for row in server.get("/workshops?owner_id=eq.1").json()] == ["An early one"]
        assert server.get("/rpc/hash_password?password=x").status_code == 404
    finally:
        log = server.stop()
        shutil.rmtree(state)
    assert "taking the accounts of an earlier version over" in log
