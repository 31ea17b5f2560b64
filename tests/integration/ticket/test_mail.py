"""Mails over a real SMTP server: each once, with what is true when it is sent, and never to nobody."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from mesh import ids
from mesh.config import MeshSettings
from tests.integration.ticket.conftest import BoxOffice
from tests.unit.ticket.builders import an_event
from ticket_svc.mail.letters import Letters
from ticket_svc.mail.mailer import ATTEMPTS_MAX, Mailer
from ticket_svc.mail.post import SmtpPost

Reply = Callable[[int], str]


class Postbox:
    """An SMTP server that keeps what it takes, and answers as told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.tries = 0
        self.reply: Reply = lambda tries: "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.tries += 1
        reply = self.reply(self.tries)
        if reply.startswith("250"):
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.mails.append(message)
        return reply


@pytest.fixture
async def postbox() -> AsyncIterator[tuple[Postbox, MeshSettings]]:
    kept = Postbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(kept, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield kept, MeshSettings(smtp_port=port, public_url="https://onsale.test")
    server.close()
    await server.wait_closed()


class Round:
    """A box office, its mailer, and where its mails arrive."""

    def __init__(self, box_office: BoxOffice, postbox: Postbox, mesh: MeshSettings) -> None:
        self.box_office = box_office
        self.postbox = postbox
        letters = Letters(box_office.database, box_office.drawings, mesh.public_url)
        post = SmtpPost(mesh, box_office.clock)
        self.mailer = Mailer(box_office.database, box_office.accounts, letters.compose, post, 4)

    async def deliver(self) -> list[EmailMessage]:
        """Sends whatever waits, however long it would have to; returns all that has arrived."""
        await self.box_office.value("UPDATE mails SET due_time = clock_timestamp() - interval '1s'")
        while await self.mailer.step():
            pass
        return self.postbox.mails

    async def states(self) -> list[tuple[str, str, int]]:
        rows = await self.box_office.rows(
            "SELECT kind, state, attempts FROM mails ORDER BY create_time, kind"
        )
        return [(row["kind"], row["state"], row["attempts"]) for row in rows]


@pytest.fixture
def post_round(box_office: BoxOffice, postbox: tuple[Postbox, MeshSettings]) -> Round:
    return Round(box_office, *postbox)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


async def test_one_mail_an_order_with_every_ticket_as_picture_and_pdf(post_round: Round) -> None:
    office = post_round.box_office
    buyer = office.accounts.add("buyer@x.test")
    tickets = await office.sell(seats=2, pool_units=1, account_id=buyer)
    (mail,) = await post_round.deliver()
    assert mail["To"] == "buyer@x.test"
    assert mail["Subject"] == "Your 3 tickets for Night & Day"
    for kind in ("plain", "html"):
        words = part(mail, kind)
        assert all(ticket.seat_label in words for ticket in tickets)
        assert "Saturday, 15 June 2030, 19:30 CEST" in words
    assert "Night &amp; Day" in part(mail, "html")
    pictures = {p["Content-ID"] for p in mail.walk() if p.get_content_type() == "image/png"}
    assert pictures == {"<code-1>", "<code-2>", "<code-3>"}
    (pdf,) = [a for a in mail.iter_attachments() if a.get_content_type() == "application/pdf"]
    assert b"/Type/Pages/Count 3" in pdf.get_content()
    assert await post_round.deliver() == [mail]
    assert await post_round.states() == [("TICKETS", "SENT", 1)]


async def test_two_mailers_at_once_send_a_mail_once(post_round: Round) -> None:
    """Tried: without SKIP LOCKED and the new due_time in mails_take, mails go out twice."""
    office = post_round.box_office
    for number in range(6):
        await office.sell(account_id=office.accounts.add(f"buyer{number}@x.test"))
    await office.value("UPDATE mails SET due_time = clock_timestamp() - interval '1 minute'")
    await office.warm_up(4)
    while any(await asyncio.gather(*[post_round.mailer.step() for _ in range(4)])):
        pass
    assert len(post_round.postbox.mails) == 6


async def test_a_mail_to_nobody_is_never_composed(post_round: Round) -> None:
    await post_round.box_office.sell()
    assert await post_round.deliver() == []
    assert post_round.postbox.tries == 0
    assert await post_round.states() == [("TICKETS", "DEAD", 1)]


async def test_a_server_that_is_busy_gets_the_same_mail_again_later(post_round: Round) -> None:
    office = post_round.box_office
    await office.sell(account_id=office.accounts.add("buyer@x.test"))
    post_round.postbox.reply = lambda tries: "451 later" if tries < 3 else "250 OK"
    mail_id = await office.value("SELECT mail_id FROM mails")
    for _ in range(3):
        await post_round.deliver()
    (mail,) = post_round.postbox.mails
    assert mail["Message-ID"].startswith(f"<{mail_id}@")
    assert await post_round.states() == [("TICKETS", "SENT", 3)]


async def test_a_mail_is_given_up_after_bounded_attempts_or_at_once_when_refused_for_good(
    post_round: Round,
) -> None:
    office = post_round.box_office
    post_round.postbox.reply = lambda tries: "451 later"
    await office.sell(account_id=office.accounts.add("a@x.test"))
    for _ in range(ATTEMPTS_MAX + 2):
        await post_round.deliver()
    post_round.postbox.reply = lambda tries: "550 no such user"
    await office.sell(account_id=office.accounts.add("b@x.test"))
    await post_round.deliver()
    assert await post_round.states() == [("TICKETS", "DEAD", ATTEMPTS_MAX), ("TICKETS", "DEAD", 1)]


async def test_refunded_tickets_are_not_mailed_and_the_refund_is(post_round: Round) -> None:
    office = post_round.box_office
    buyer = office.accounts.add("buyer@x.test")
    (ticket,) = await office.sell(account_id=buyer)
    await office.revocations.claim("rfd_1", ticket.order_id, [], buyer)
    await office.revocations.revoke("rfd_1", ticket.order_id)
    await office.value("""UPDATE mails SET facts = facts || '{"amount_minor": 9250,
                          "currency_code": "EUR"}' WHERE kind = 'REFUND'""")
    (mail,) = await post_round.deliver()
    assert mail["Subject"] == "Your refund for Night & Day"
    assert "You get €92.50 back" in part(mail, "plain")
    order_link = f"https://onsale.test/orders/{ids.text('ord', ticket.order_id)}"
    assert order_link in part(mail, "plain")
    assert {(kind, state) for kind, state, _ in await post_round.states()} == {
        ("TICKETS", "DROPPED"),
        ("REFUND", "SENT"),
    }


async def test_an_offer_reaches_the_other_with_a_link_and_no_code(post_round: Round) -> None:
    office = post_round.box_office
    giver, friend = (office.accounts.add(f"{name}@x.test") for name in ("giver", "friend"))
    (ticket,) = await office.sell(account_id=giver)
    await post_round.deliver()

    async def record(*_: object) -> None:
        return None

    transfer = await office.transfers.offer(ticket.ticket_id, giver, "friend@x.test", record)
    mails = await post_round.deliver()
    offer = mails[1]
    assert offer["To"] == "friend@x.test"
    assert f"https://onsale.test/transfers/{ids.text('trf', transfer.transfer_id)}" in part(
        offer, "plain"
    )
    assert ticket.code not in offer.as_string()
    assert not list(offer.iter_attachments())
    await office.transfers.accept(transfer.transfer_id, friend, record)
    mails = await post_round.deliver()
    assert {(mail["To"], mail["Subject"]) for mail in mails[2:]} == {
        ("giver@x.test", "Your ticket for Night & Day was accepted"),
        ("friend@x.test", "Your ticket for Night & Day"),
    }


async def test_a_name_with_line_breaks_or_markup_stays_words(post_round: Round) -> None:
    office = post_round.box_office
    office.event = office.catalog.add(
        an_event(name="Night\r\nBcc: everybody@x.test <script>", organiser_id=ids.new_account_id())
    )
    await office.sell(account_id=office.accounts.add("buyer@x.test"))
    (mail,) = await post_round.deliver()
    assert mail["Bcc"] is None
    assert "<script>" not in part(mail, "html")
