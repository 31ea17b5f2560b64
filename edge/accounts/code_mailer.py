"""Mails sign-in codes, beside the request: whoever waits for the mail server, it is not the buyer."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

import aiosmtplib

from edge.accounts.store import AccountStore, CodeMail
from mesh import telemetry
from mesh.config import MeshSettings

BATCH_MAX = 50
LEASE_SECONDS = 30.0
SMTP_TIMEOUT_SECONDS = 10.0
WAIT_SECONDS_MAX = 60.0
_ATTEMPTS_COUNTED_MAX = 6

_TEXT = """Your code to sign in to Onsale:

    {code}

It works for {minutes} minutes and once. If you did not ask for it, ignore this mail: without the
code nobody gets in.
"""
_HTML = """<!doctype html>
<html lang="en"><body style="font-family: system-ui, sans-serif; line-height: 1.5">
<p>Your code to sign in to Onsale:</p>
<p style="font-size: 2rem; letter-spacing: .2em; font-weight: 600">{code}</p>
<p>It works for {minutes} minutes and once. If you did not ask for it, ignore this mail: without the code nobody gets
in.</p>
</body></html>
"""


@dataclass(frozen=True)
class Postbox:
    """Where mails go, and whom they come from."""

    host: str
    port: int
    username: str
    password: str
    use_tls: bool
    mail_from: str

    @classmethod
    def of(cls, mesh: MeshSettings) -> Postbox:
        """Reads it from the settings."""
        return cls(
            mesh.smtp_host,
            mesh.smtp_port,
            mesh.smtp_username,
            mesh.smtp_password,
            mesh.smtp_tls,
            mesh.mail_from,
        )

    def connection(self) -> Any:
        """Returns a connection to the mail server, to enter."""
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username or None,
            password=self.password or None,
            use_tls=self.use_tls,
            timeout=SMTP_TIMEOUT_SECONDS,
        )


def compose(mail: CodeMail, mail_from: str, life_seconds: int) -> EmailMessage:
    """Returns the mail; its text has the code and no other run of six digits."""
    message = EmailMessage()
    message["From"] = mail_from
    message["To"] = mail.email
    message["Subject"] = "Your sign-in code"
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=mail_from.rpartition("@")[2].rstrip(">"))
    message["Auto-Submitted"] = "auto-generated"
    minutes = max(1, life_seconds // 60)
    message.set_content(_TEXT.format(code=mail.code, minutes=minutes))
    message.add_alternative(_HTML.format(code=mail.code, minutes=minutes), subtype="html")
    return message


class CodeMailer:
    """Sends what is due; a step of a worker."""

    def __init__(self, store: AccountStore, postbox: Postbox, life_seconds: int) -> None:
        self._store = store
        self._postbox = postbox
        self._life_seconds = life_seconds

    async def step(self) -> bool:
        """Sends a batch over one connection; True when there may be more."""
        mails = await self._store.take_mails(BATCH_MAX, LEASE_SECONDS)
        if not mails:
            return False
        unsent = {mail.mail_no: mail for mail in mails}
        try:
            async with self._postbox.connection() as connection:
                for mail in mails:
                    await self._send(connection, mail)
                    await self._store.mails_sent([mail.mail_no])
                    del unsent[mail.mail_no]
        except (aiosmtplib.SMTPException, OSError) as error:
            telemetry.log.warning("mail server does not take codes", error=repr(error))
            attempts = min(
                min(mail.attempt_count for mail in unsent.values()), _ATTEMPTS_COUNTED_MAX
            )
            wait_seconds = min(WAIT_SECONDS_MAX, 2.0 ** (attempts - 1))
            await self._store.mails_again(list(unsent), wait_seconds)
            return False
        return len(mails) == BATCH_MAX

    async def _send(self, connection: Any, mail: CodeMail) -> None:
        try:
            message = compose(mail, self._postbox.mail_from, self._life_seconds)
            await connection.send_message(message)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPNotSupported, ValueError) as error:
            # The address cannot be mailed at all: trying again would only keep others waiting.
            telemetry.log.info("address refused by the mail server", error=type(error).__name__)
