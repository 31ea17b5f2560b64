"""The words of each mail, from templates, with what is true at the moment of sending."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from mesh import ids
from mesh.database import Database
from mesh.money import Money, format_money
from ticket_svc.drawing.drawings import Drawings
from ticket_svc.drawing.words import LOCALE, local_time
from ticket_svc.mail.letter import Attachment, DueMail, Kind, Letter
from ticket_svc.tickets import store
from ticket_svc.tickets.ticket import Event, State, Ticket

INLINE_CODES_MAX = 12
"""Codes shown in the mail itself; more of them are in the attached PDF only."""

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=select_autoescape(["html.j2"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class EventUnknown(Exception):
    """A mail is about an event of which nothing is known yet."""


class Letters:
    """Finds the words of mails."""

    def __init__(self, database: Database, drawings: Drawings, public_url: str) -> None:
        self._database = database
        self._drawings = drawings
        self._public_url = public_url.rstrip("/")

    async def compose(self, mail: DueMail) -> Letter | None:
        """Returns a mail's letter; None when there is nothing to say any more."""
        match mail.kind:
            case Kind.TICKETS:
                return await self._tickets(mail)
            case Kind.REFUND:
                return await self._refund(mail)
            case Kind.TRANSFER_OFFER:
                return await self._transfer_offer(mail)
            case Kind.TRANSFER_DONE:
                return await self._transfer_done(mail)

    async def _tickets(self, mail: DueMail) -> Letter | None:
        event, tickets = await self._good_tickets(mail)
        if not tickets:
            return None
        shown = tickets[:INLINE_CODES_MAX]
        pngs = await asyncio.gather(*[self._drawings.png(ticket) for ticket in shown])
        codes = tuple(
            Attachment(f"code-{number}", picture, "png") for number, picture in enumerate(pngs, 1)
        )
        pdf = Attachment("tickets.pdf", await self._drawings.pdf(tickets, event), "pdf")
        count = "Your ticket" if len(tickets) == 1 else f"Your {len(tickets)} tickets"
        return self._letter(
            "tickets",
            f"{count} for {event.name}",
            event,
            tickets=tickets,
            shown=list(zip(shown, codes, strict=True)),
            was_passed_on=mail.reference.startswith("tkt_"),
            inline_images=codes,
            files=(pdf,),
        )

    async def _good_tickets(self, mail: DueMail) -> tuple[Event, Sequence[Ticket]]:
        """Returns the tickets of the mail's order, or its one ticket, that its reader can go in with."""
        async with self._database.connection() as connection:
            event = await _event(connection, mail)
            if mail.reference.startswith("tkt_"):
                ticket_id = ids.parse("tkt", mail.reference)
                known = await store.read_ticket(connection, mail.event_id, ticket_id)
                tickets = [known] if known else []
            else:
                order_id = ids.parse("ord", mail.reference)
                tickets = await store.read_order_tickets(connection, mail.event_id, order_id)
        return event, [
            ticket
            for ticket in tickets
            if ticket.account_id == mail.account_id and ticket.state is State.ACTIVE
        ]

    async def _refund(self, mail: DueMail) -> Letter:
        async with self._database.connection() as connection:
            event = await store.read_event(connection, mail.event_id)
        amount = ""
        if "amount_minor" in mail.facts:
            money = Money(int(str(mail.facts["amount_minor"])), str(mail.facts["currency_code"]))
            amount = format_money(money, LOCALE)
        name = event.name if event else str(mail.facts.get("event_name", ""))
        is_cancelled = event is not None and event.is_cancelled
        subject = f"{name} is cancelled" if is_cancelled else f"Your refund for {name}"
        return self._letter(
            "refund",
            subject,
            event,
            name=name,
            amount=amount,
            is_cancelled=is_cancelled,
            order_id=str(mail.facts.get("order_id", "")),
        )

    async def _transfer_offer(self, mail: DueMail) -> Letter | None:
        event, ticket = await self._transferred(mail)
        if ticket is None or ticket.state is not State.TRANSFERRING:
            return None
        ends = local_time(datetime.fromisoformat(str(mail.facts["expire_time"])), event.time_zone)
        return self._letter(
            "transfer_offer",
            f"A ticket for {event.name} is waiting for you",
            event,
            ticket=ticket,
            ends=ends,
            link=f"{self._public_url}/transfers/{mail.reference}",
        )

    async def _transfer_done(self, mail: DueMail) -> Letter | None:
        event, ticket = await self._transferred(mail)
        if ticket is None:
            return None
        return self._letter(
            "transfer_done", f"Your ticket for {event.name} was accepted", event, ticket=ticket
        )

    async def _transferred(self, mail: DueMail) -> tuple[Event, Ticket | None]:
        ticket_id = ids.parse("tkt", str(mail.facts["ticket_id"]))
        async with self._database.connection() as connection:
            event = await _event(connection, mail)
            return event, await store.read_ticket(connection, mail.event_id, ticket_id)

    def _letter(
        self,
        template: str,
        subject: str,
        event: Event | None,
        *,
        inline_images: tuple[Attachment, ...] = (),
        files: tuple[Attachment, ...] = (),
        **values: object,
    ) -> Letter:
        values |= {
            "event": event,
            "when": local_time(event.start_time, event.time_zone) if event else None,
            "public_url": self._public_url,
        }
        # A header holds one line; a name may hold anything.
        subject = " ".join(subject.split())
        return Letter(
            subject=subject,
            text=_templates.get_template(f"{template}.txt.j2").render(values, subject=subject),
            html=_templates.get_template(f"{template}.html.j2").render(values, subject=subject),
            inline_images=inline_images,
            files=files,
        )


async def _event(connection: object, mail: DueMail) -> Event:
    event = await store.read_event(connection, mail.event_id)
    if event is None:
        raise EventUnknown(ids.event_text(mail.event_id))
    return event
