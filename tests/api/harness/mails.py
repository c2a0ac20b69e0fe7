"""The mailer with a directory for a mail server, and what tests read in mails.

SPDX-License-Identifier: MIT
"""
import email
import email.policy
import re

from .accounts import rowgate

SITE = "https://shop.example"


class Postman:
    """The mailer with a directory for a mail server."""

    def __init__(self, accounts, directory):
        self.accounts = accounts
        self.directory = directory
        self.seen = set()

    def settings(self, **more):
        return {"db_uri": self.accounts.cluster.uri(self.accounts.name, "rowgate_mail"), "auth_site_url": SITE,
                "mail_from": "Shop <noreply@shop.example>",
                "mail_transport": f"file:{self.directory}"} | more

    def once(self, status=0, **more):
        done = rowgate("mail", "--once", **self.settings(**more))
        assert done.returncode == status, done.stderr
        return done.stderr

    def mails(self):
        """The new ones, in the order in which they were sent: their names begin with the time."""
        self.once()
        files = [file for file in sorted(self.directory.rglob("*"), key=lambda file: file.name) if file.is_file()
                 and file not in self.seen]
        self.seen.update(files)
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def mails_to(self, address):
        return [mail for mail in self.mails() if address in mail["To"]]


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def link_of(mail):
    return re.search(re.escape(SITE) + r"(/account/\w+\?token=[\w-]+)", text_of(mail))[1]


def token_of(mail):
    return link_of(mail).partition("token=")[2]


def prove(person, post):
    """Proves the address, where that is still to be done."""
    person.ask("resend_activation", email=person.email)
    mail = post.mails_to(person.email)[-1]
    assert person.server.post("/rpc/activate_account", json={"token": token_of(mail)}).status_code == 204
    return person
