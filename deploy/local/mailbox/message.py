"""Reading a mail: what it says, to whom, with what attached."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any, Final

CODE: Final = re.compile(r"(?<!\d)\d{6}(?!\d)")
"""A sign-in code, which the page shows large."""
SNIPPET_LENGTH: Final = 200


@dataclass(frozen=True)
class Attachment:
    """A part that is neither the text nor the HTML of a mail."""

    part_id: str
    file_name: str
    content_type: str
    content_id: str
    content: bytes

    def summary(self) -> dict[str, Any]:
        """Its description in Mailpit's shape."""
        return {
            "PartID": self.part_id,
            "FileName": self.file_name,
            "ContentType": self.content_type,
            "ContentID": self.content_id,
            "Size": len(self.content),
        }


@dataclass(frozen=True)
class Mail:
    """A mail as it was understood."""

    subject: str
    sender: tuple[str, str]
    """Name and address."""
    to: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...]

    def codes(self) -> list[str]:
        """The six-digit runs in the text."""
        return CODE.findall(self.text)


def read(raw: bytes) -> Mail:
    """Reads a mail, however odd; what cannot be decoded becomes replacement characters."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text, html, attachments = "", "", []
    for part_id, part in _leaves(message, ""):
        content = part.get_payload(decode=True)
        body = content if isinstance(content, bytes) else b""
        kind = part.get_content_type()
        attached = part.get_content_disposition() == "attachment" or part.get_filename()
        if not attached and kind == "text/plain" and not text:
            text = _decoded(part, body)
        elif not attached and kind == "text/html" and not html:
            html = _decoded(part, body)
        else:
            attachments.append(_attachment(part_id, part, kind, body))
    senders = _addresses(message, "from")
    return Mail(
        subject=str(message.get("subject", "")),
        sender=senders[0] if senders else ("", ""),
        to=_addresses(message, "to"),
        text=text,
        html=html,
        attachments=tuple(attachments),
    )


def address(pair: tuple[str, str]) -> dict[str, str]:
    """An address in Mailpit's shape."""
    return {"Name": pair[0], "Address": pair[1]}


def snippet(mail: Mail) -> str:
    """The beginning of a mail's text, on one line."""
    text = mail.text or re.sub(r"<[^>]*>", " ", mail.html)
    return " ".join(text.split())[:SNIPPET_LENGTH]


def _leaves(part: EmailMessage, part_id: str) -> Iterator[tuple[str, EmailMessage]]:
    """The parts that hold content, with ids like 1, 2, 2.1."""
    if not part.is_multipart():
        yield part_id or "1", part
        return
    for number, child in enumerate(part.iter_parts(), start=1):
        assert isinstance(child, EmailMessage)
        yield from _leaves(child, f"{part_id}.{number}" if part_id else str(number))


def _attachment(part_id: str, part: EmailMessage, kind: str, body: bytes) -> Attachment:
    return Attachment(
        part_id=part_id,
        file_name=part.get_filename() or "",
        content_type=kind,
        content_id=str(part.get("content-id", "")).strip("<>"),
        content=body,
    )


def _decoded(part: EmailMessage, body: bytes) -> str:
    charset = part.get_content_charset() or "utf-8"
    try:
        return body.decode(charset, errors="replace")
    except LookupError:  # a character set that nobody knows
        return body.decode("utf-8", errors="replace")


def _addresses(message: EmailMessage, header: str) -> tuple[tuple[str, str], ...]:
    values = [str(value) for value in message.get_all(header, [])]
    return tuple(pair for pair in getaddresses(values) if pair[1])
