"""rowgate mail against a real SMTP server, programs that stand in for sendmail, and a directory.

SPDX-License-Identifier: MIT
"""
import asyncio
import email
import email.policy
import os
import pathlib
import ssl
import subprocess
import time

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from harness.process import BUILD
from harness.server import free_port

TAKEN, REFUSED, LATER = 0, 1, 75
LINK = "https://shop.example"


class Inbox:
    """What an SMTP server does with a mail. status: what it answers at a stage, instead of taking it."""

    def __init__(self, **status):
        self.status = status
        self.mails = []
        self.server = None

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self.status.get("mail", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.status.get("rcpt", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope)
        answer = self.status.get("data", "250 OK")
        if answer == "die":
            server.transport.abort()
            return "421 gone"
        if answer == "silent":
            await asyncio.sleep(8)
            return "250 OK"
        return answer.replace("LINK", LINK)

    def only(self):
        """The one mail that came, parsed."""
        assert len(self.mails) == 1
        return email.message_from_bytes(self.mails[0].content, policy=email.policy.default)


class Server(Controller):
    """An SMTP server on a port of its own; options are aiosmtpd's. over_tls: from the first byte on."""

    def __init__(self, inbox, over_tls=None, **options):
        self.options = options
        super().__init__(inbox, hostname="127.0.0.1", port=free_port(), ssl_context=over_tls)

    def factory(self):
        return SMTP(self.handler, hostname="mx.example", **self.options)


@pytest.fixture
def smtp():
    """smtp(**status, ...) starts a server; all are stopped in the end."""
    servers = []

    def start(over_tls=None, options=None, **status):
        server = Server(Inbox(**status), over_tls, **(options or {}))
        server.start()
        servers.append(server)
        return server
    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for localhost: the file, and a context that uses it."""
    directory = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", directory / "key.pem",
                    "-out", directory / "cert.pem"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
    return directory / "cert.pem", context


def send(transport, *arguments, to="user@example.org", **settings):
    """Runs rowgate mail; gives its exit status and what it said."""
    settings = {"auth_site_url": LINK, "mail_from": "Grüne Wiese <noreply@shop.example>", "mail_tls": "none",
                "mail_timeout": "3", "mail_transport": transport} | settings
    environment = {"PATH": os.environ["PATH"], "PGRST_DB_CONFIG": "false",
                   **{f"ROWGATE_{name.upper()}": str(value) for name, value in settings.items()},
                   **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}
    done = subprocess.run([BUILD / "rowgate", "mail", "--try", to, *arguments], env=environment, capture_output=True,
                          text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def url(server, scheme="smtp"):
    return f"{scheme}://127.0.0.1:{server.port}"


def test_a_mail_arrives_over_smtp_with_text_and_html(smtp):
    server = smtp()
    assert send(url(server)) == (TAKEN, "taken\n")
    inbox = server.handler
    assert (inbox.mails[0].mail_from, inbox.mails[0].rcpt_tos) == ("noreply@shop.example", ["user@example.org"])
    mail = inbox.only()
    assert mail["Subject"] == "A trial mail from shop.example"
    assert mail["From"].addresses[0].display_name == "Grüne Wiese"
    assert mail["To"].addresses[0].addr_spec == "user@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@shop.example>")
    assert abs(mail["Date"].datetime.timestamp() - time.time()) < 120
    assert not mail.defects
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert f"\n{LINK}\n" in text.get_content().replace("\r\n", "\n")
    assert f'href="{LINK}"' in html.get_content()


def test_german(smtp):
    server = smtp()
    assert send(url(server), "--language", "de-AT", "--template", "reset") == (TAKEN, "taken\n")
    mail = server.handler.only()
    assert (mail["Subject"], mail["Content-Language"]) == ("Neues Passwort für shop.example", "de")
    assert "Sie brauchen" not in mail["Subject"] and "wählen" in mail.get_body(("html",)).get_content()
    assert all(len(line) <= 998 for line in server.handler.mails[0].content.split(b"\r\n"))


def test_texts_of_the_host_come_first(smtp, tmp_path):
    server = smtp()
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "trial.txt").write_text("Subject: Ours for {{ site }}\n\nOnly text.\n.\nFrom us\n")
    assert send(url(server), mail_templates=tmp_path) == (TAKEN, "taken\n")
    mail = server.handler.only()
    assert (mail["Subject"], mail.get_content_type()) == ("Ours for shop.example", "text/plain")
    assert mail.get_content().replace("\r\n", "\n") == "Only text.\n.\nFrom us\n"


def test_a_text_with_an_unknown_place_is_not_sent(smtp, tmp_path):
    server = smtp()
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "trial.txt").write_text("Subject: x\n\n{{password}}\n")
    status, said = send(url(server), mail_templates=tmp_path)
    assert status == LATER and f"{tmp_path}/en/trial: {{{{password}}}} has no value" in said
    assert server.handler.mails == []


@pytest.mark.parametrize("refusal, status", [
    ({"mail": "550 no"}, REFUSED),
    ({"rcpt": "550 no such user"}, REFUSED),
    ({"data": "554 this is spam"}, REFUSED),
    ({"mail": "421 busy"}, LATER),
    ({"rcpt": "451 greylisted, come back later"}, LATER),
    ({"data": "452 disk full"}, LATER),
    ({"mail": "530 authentication required"}, LATER),
])
def test_what_a_server_refuses_is_given_up_or_tried_again(smtp, refusal, status):
    server = smtp(**refusal)
    got, said = send(url(server))
    assert (got, list(refusal.values())[0][:3] in said) == (status, True), said


def test_a_server_that_dies_after_data_may_have_taken_it(smtp):
    server = smtp(data="die")
    assert send(url(server))[0] == LATER
    assert len(server.handler.mails) == 1


def test_a_silent_server_is_given_up_in_time(smtp):
    server = smtp(data="silent")
    status, said = send(url(server), mail_timeout=1)
    assert status == LATER and "timeout" in said.lower()


def test_no_server_at_all():
    status, said = send(f"smtp://127.0.0.1:{free_port()}")
    assert status == LATER and "connect" in said.lower()


def test_starttls_is_used_and_the_certificate_checked(smtp, certificate):
    path, context = certificate
    server = smtp(options={"tls_context": context, "require_starttls": True})
    status, said = send(url(server), mail_tls="required")
    assert status == LATER and "certificate" in said.lower() and server.handler.mails == []
    assert send(url(server), mail_tls="required", mail_ca_file=path) == (TAKEN, "taken\n")


def test_without_starttls_nothing_is_sent_in_clear(smtp):
    server = smtp()
    assert send(url(server), mail_tls="required")[0] == LATER
    assert server.handler.mails == []
    assert send(url(server), mail_tls="try") == (TAKEN, "taken\n")


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd does not see that the whole connection is encrypted
def test_smtps_with_a_password(smtp, certificate, tmp_path):
    path, context = certificate
    secret = tmp_path / "password"
    secret.write_text("s3cret word\n")

    def check(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"mailer", b"s3cret word")
        return AuthResult(success=good)
    server = smtp(over_tls=context, options={"authenticator": check, "auth_required": True, "auth_require_tls": False})
    settings = {"mail_ca_file": path, "mail_user": "mailer"}
    status, said = send(url(server, "smtps"), mail_password="wrong", **settings)
    assert status == LATER and "wrong" not in said
    assert server.handler.mails == []
    assert send(url(server, "smtps"), mail_password=f"@{secret}", **settings) == (TAKEN, "taken\n")


@pytest.fixture
def program(tmp_path):
    """program(body) makes a shell script that stands in for sendmail; its arguments and input are kept."""
    def make(body):
        path = tmp_path / "sendmail"
        path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/arguments\nenv >{tmp_path}/environment\n{body}\n')
        path.chmod(0o755)
        return f"sendmail:{path}"
    return make


def test_sendmail_is_run_without_a_shell_and_with_a_clean_environment(program, tmp_path):
    to = "o'brien$(touch${IFS}x)`id`@example.org"
    assert send(program(f"cat >{tmp_path}/mail"), to=to)[0] == REFUSED
    assert not (tmp_path / "arguments").exists()
    to = "o'brien$`id`|x&y@example.org"
    assert send(program(f"cat >{tmp_path}/mail"), to=to) == (TAKEN, "taken\n")
    assert (tmp_path / "arguments").read_text().split("\n") == ["-i", "-f", "noreply@shop.example", "--", to, ""]
    assert "ROWGATE" not in (tmp_path / "environment").read_text()
    content = (tmp_path / "mail").read_bytes()
    assert b"\r" not in content
    assert email.message_from_bytes(content, policy=email.policy.default)["Subject"] == "A trial mail from shop.example"


@pytest.mark.parametrize("body, status, words", [
    ("cat >/dev/null; echo 'no such user' >&2; exit 67", REFUSED, "status 67: no such user"),
    ("cat >/dev/null; exit 75", LATER, "status 75"),
    ("exit 1", LATER, "status 1"),
    ("kill -9 $$", LATER, "status 137"),
    ("cat >/dev/null; yes 'a lot to say' | head -c 300000; exit 67", REFUSED, "a lot to say"),
])
def test_sendmail_fails(program, body, status, words):
    got, said = send(program(body))
    assert (got, words in said) == (status, True), said


def living_members(group):
    """Processes of a group; those that have ended and wait for their parent do not count."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, member_of = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it has ended
            continue
        if int(member_of) == group and state != "Z":
            found.append(stat.parent.name)
    return found


@pytest.mark.parametrize("body", ["sleep 30", "cat >/dev/null; exec >/dev/null 2>&1 </dev/null; sleep 30"])
def test_a_sendmail_that_hangs_is_ended_with_all_it_started(program, body, tmp_path):
    status, said = send(program(f"echo $$ >{tmp_path}/pid; {body}"), mail_timeout=1)
    assert status == LATER and "did not end in time" in said
    assert living_members(int((tmp_path / "pid").read_text())) == []


def test_no_sendmail():
    status, said = send("sendmail:/nowhere/sendmail")
    assert status == LATER and "No such file" in said


def test_mails_as_files(tmp_path):
    assert send(f"file:{tmp_path}") == (TAKEN, "taken\n")
    assert send(f"file:{tmp_path}") == (TAKEN, "taken\n")
    files = sorted(tmp_path.iterdir())
    assert len(files) == 2 and all(file.suffix == ".eml" for file in files)
    # The link stands in the text as it is: whoever reads the file can follow it.
    assert f"\n{LINK}\n" in files[0].read_text()
    status, said = send(f"file:{tmp_path}/nothing")
    assert status == LATER and "No such file" in said


@pytest.mark.parametrize("to", [
    "user@example.org\r\nBcc: victim@example.org", "user@example.org>\r\nRCPT TO:<victim@example.org",
    "user@example.org, victim@example.org", "user@example.org\nDATA", "-oQ@example.org", "user", "",
])
def test_an_address_that_is_none_reaches_no_server(smtp, to):
    server = smtp()
    assert send(url(server), to=to)[0] == REFUSED
    assert server.handler.mails == []


def test_texts_add_no_header_field(smtp):
    server = smtp()
    assert send(url(server), mail_from="x\r\nBcc: victim@example.org <noreply@shop.example>") == (TAKEN, "taken\n")
    mail = server.handler.only()
    assert mail["Bcc"] is None and server.handler.mails[0].rcpt_tos == ["user@example.org"]


@pytest.mark.parametrize("settings, words", [
    ({"auth_site_url": ""}, "auth-site-url is not set"),
    ({"auth_site_url": "https://u:p@shop.example"}, "auth-site-url must be"),
    ({"auth_site_url": "https://shop.example/"}, "auth-site-url must be"),
    ({"auth_site_url": "javascript://x"}, "auth-site-url must be"),
    ({"mail_from": ""}, "mail-from must be an address"),
    ({"mail_from": "nobody"}, "mail-from must be an address"),
    ({"mail_transport": "smtp://user:secret@host"}, "mail-transport must be"),
    ({"mail_tls": "maybe"}, "mail-tls must be one of required, try, none"),
])
def test_bad_settings_are_named(settings, words):
    status, said = send("file:/nowhere", **settings)
    assert status == REFUSED and words in said and "secret@" not in said
