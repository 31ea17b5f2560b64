"""What a mail is about, before anybody knows its words or its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What a mail tells."""

    TICKETS = "TICKETS"
    """Here are the tickets of an order, or one that was passed on. The reference is the order or the ticket."""
    REFUND = "REFUND"
    """Tickets stopped working and their money goes back. The reference is the refund."""
    TRANSFER_OFFER = "TRANSFER_OFFER"
    """Somebody offers a ticket. The reference is the transfer."""
    TRANSFER_DONE = "TRANSFER_DONE"
    """An offered ticket was taken; to who had it before. The reference is the transfer."""


@dataclass(frozen=True, slots=True)
class PlannedMail:
    """A mail to send, once for each event, kind, reference and account."""

    event_id: int
    kind: Kind
    reference: str
    account_id: UUID
    due_time: datetime
    facts: Mapping[str, object] = field(default_factory=dict)
    """What the text needs and no row tells; JSON."""


@dataclass(frozen=True, slots=True)
class DueMail:
    """A mail whose time has come, leased to whoever read it."""

    event_id: int
    mail_id: UUID
    kind: Kind
    reference: str
    account_id: UUID
    facts: Mapping[str, object]
    attempts: int
    """Including this one."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes
    subtype: str
    """Of "image" when it is shown inline, of "application" when it is attached."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's words and pictures."""

    subject: str
    text: str
    html: str
    inline_images: tuple[Attachment, ...] = ()
    """Shown by the HTML as cid:<name>."""
    files: tuple[Attachment, ...] = ()
