"""Hands letters to a mail server over SMTP."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Protocol
from uuid import UUID

import aiosmtplib

from mesh.clock import Clock
from mesh.config import MeshSettings
from ticket_svc.mail.letter import Letter

SMTP_TIMEOUT_SECONDS = 15.0
PERMANENT_CODE_MIN = 500


class Undeliverable(Exception):
    """The mail server refused the mail for good; trying again changes nothing."""


class PostAway(Exception):
    """The mail server did not take the mail this time."""


class Post(Protocol):
    """Somebody who delivers letters."""

    async def send(self, mail_id: UUID, address: str, letter: Letter) -> None:
        """Hands a letter over. Raises Undeliverable, PostAway."""


@dataclass(frozen=True)
class SmtpPost:
    """A mail server."""

    settings: MeshSettings
    clock: Clock

    async def send(self, mail_id: UUID, address: str, letter: Letter) -> None:
        settings = self.settings
        try:
            await aiosmtplib.send(
                self.message(mail_id, address, letter),
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_username or None,
                password=settings.smtp_password or None,
                use_tls=settings.smtp_tls,
                timeout=SMTP_TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise _refusal(min(codes, default=0), str(error)) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error.code, error.message) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise PostAway(repr(error)) from error

    def message(self, mail_id: UUID, address: str, letter: Letter) -> EmailMessage:
        """Returns a letter as a mail; the same mail has the same Message-ID on every attempt."""
        message = EmailMessage()
        sender = self.settings.mail_from
        domain = parseaddr(sender)[1].rpartition("@")[2]
        message["From"] = sender
        message["To"] = address
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(self.clock.now())
        message["Message-ID"] = f"<{mail_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        body = message.get_payload()[1]  # type: ignore[index]
        for image in letter.inline_images:
            body.add_related(  # type: ignore[union-attr]
                image.content,
                maintype="image",
                subtype=image.subtype,
                cid=f"<{image.name}>",
                filename=f"{image.name}.{image.subtype}",
                disposition="inline",
            )
        for file in letter.files:
            message.add_attachment(
                file.content, maintype="application", subtype=file.subtype, filename=file.name
            )
        return message


def _refusal(code: int, problem: str) -> Exception:
    return Undeliverable(problem) if code >= PERMANENT_CODE_MIN else PostAway(problem)
