"""Claims and revocations: the ticket's row decides, all of a claim's tickets or none."""

import asyncio

import pytest

from mesh import ids
from protos.mesh.v1 import envelope_pb2
from protos.mesh.v1.money_pb2 import Money
from protos.payment.v1 import events_pb2, order_pb2
from protos.ticket.v1 import ticket_pb2
from tests.integration.ticket.conftest import (
    BoxOffice,
    a_device_scan,
    act_as,
    act_as_gate_of,
)
from tests.polling import eventually
from ticket_svc.errors import TicketNotActive, TicketNotFound, TicketsNotIssued
from ticket_svc.tickets.ticket import State, Ticket
from ticket_svc.tickets.workers import OrderFacts


async def states(box_office: BoxOffice, order_id: object) -> list[str]:
    return [str(t.state) for t in await box_office.of_order(order_id)]  # type: ignore[arg-type]


async def test_claim_takes_the_tickets_and_the_same_claim_again_succeeds(
    box_office: BoxOffice,
) -> None:
    tickets = await box_office.sell(seats=3)
    order_id, account_id = tickets[0].order_id, tickets[0].account_id
    chosen = [tickets[1].ticket_id, tickets[0].ticket_id]
    for _ in range(2):
        claimed = await box_office.revocations.claim("rfd_1", order_id, chosen, account_id)
        assert [t.ticket_id for t in claimed] == [tickets[0].ticket_id, tickets[1].ticket_id]
        assert {t.state for t in claimed} == {"REFUNDING"}
    assert await states(box_office, order_id) == ["REFUNDING", "REFUNDING", "ACTIVE"]


async def test_claim_takes_all_or_none_and_names_the_ticket_that_is_not_active(
    box_office: BoxOffice,
) -> None:
    tickets = await box_office.sell(seats=2)
    order_id, account_id = tickets[0].order_id, tickets[0].account_id
    await box_office.revocations.claim("rfd_1", order_id, [tickets[1].ticket_id], account_id)
    with pytest.raises(TicketNotActive) as refused:
        await box_office.revocations.claim(
            "rfd_2", order_id, [t.ticket_id for t in tickets], account_id
        )
    assert refused.value.facts() == {
        "ticketId": ids.text("tkt", tickets[1].ticket_id),
        "state": "REFUNDING",
    }
    assert await states(box_office, order_id) == ["ACTIVE", "REFUNDING"]


async def test_one_of_many_claims_at_once_has_a_ticket(box_office: BoxOffice) -> None:
    """Tried: without any FOR UPDATE and without the version in tickets_write, several claims succeed."""
    (ticket,) = await box_office.sell()
    await box_office.warm_up(8)
    claims = await asyncio.gather(
        *[
            box_office.revocations.claim(
                f"rfd_{number}", ticket.order_id, [ticket.ticket_id], ticket.account_id
            )
            for number in range(8)
        ],
        return_exceptions=True,
    )
    assert sum(not isinstance(claim, Exception) for claim in claims) == 1
    assert sum(isinstance(claim, TicketNotActive) for claim in claims) == 7


async def test_tickets_of_others_are_not_found(box_office: BoxOffice) -> None:
    (ticket,) = await box_office.sell()
    (other,) = await box_office.sell()
    for ticket_id, account_id in (
        (other.ticket_id, ticket.account_id),
        (ticket.ticket_id, ids.new_account_id()),
        (ids.new_id(box_office.event.event_id), ticket.account_id),
    ):
        with pytest.raises(TicketNotFound):
            await box_office.revocations.claim("rfd_1", ticket.order_id, [ticket_id], account_id)


async def test_an_order_whose_tickets_are_being_made_is_claimed_later(
    box_office: BoxOffice,
) -> None:
    with pytest.raises(TicketsNotIssued):
        await box_office.revocations.claim(
            "rfd_1", ids.new_id(box_office.event.event_id), [], ids.new_account_id()
        )


async def test_revoking_is_final_idempotent_and_told_once(box_office: BoxOffice) -> None:
    tickets = await box_office.sell(seats=2)
    order_id, account_id = tickets[0].order_id, tickets[0].account_id
    await box_office.revocations.claim("rfd_1", order_id, [tickets[0].ticket_id], account_id)
    for _ in range(2):
        (revoked,) = await box_office.revocations.revoke("rfd_1", order_id)
        assert (revoked.ticket_id, revoked.state) == (tickets[0].ticket_id, "REVOKED")
    assert await box_office.revocations.revoke("rfd_other", order_id) == []
    assert await states(box_office, order_id) == ["REVOKED", "ACTIVE"]
    types = [
        envelope_pb2.Envelope.FromString(row["envelope"]).type
        for row in await box_office.rows("SELECT envelope FROM outbox")
    ]
    assert types.count("TicketRevoked") == 1
    act_as(account_id)
    held = await box_office.tickets.ListTickets(ticket_pb2.ListTicketsRequest(), None)
    assert [t.ticket_id for t in held.tickets] == [ids.text("tkt", tickets[1].ticket_id)]


async def test_a_revoked_seat_can_be_sold_again(box_office: BoxOffice) -> None:
    (ticket,) = await box_office.sell()
    await box_office.revocations.claim("rfd_1", ticket.order_id, [], ticket.account_id)
    await box_office.revocations.revoke("rfd_1", ticket.order_id)
    (again,) = await box_office.sell()
    assert (
        await box_office.value(
            "UPDATE tickets SET seat_no = $1 WHERE ticket_id = $2 RETURNING seat_no",
            ticket.seat_no,
            again.ticket_id,
        )
        == ticket.seat_no
    )


async def test_cancelled_event_takes_back_used_and_offered_tickets(
    box_office: BoxOffice,
) -> None:
    tickets = await box_office.sell(seats=3)
    order_id, account_id = tickets[0].order_id, tickets[0].account_id
    act_as(account_id)
    offer = await box_office.tickets.TransferTicket(
        ticket_pb2.TransferTicketRequest(
            ticket_id=ids.text("tkt", tickets[1].ticket_id), email="friend@x.test"
        ),
        None,
    )
    act_as_gate_of(box_office.event)
    await box_office.scan([a_device_scan(tickets[0].code, "1", box_office.clock.now())])
    assert await states(box_office, order_id) == ["USED", "TRANSFERRING", "ACTIVE"]
    assert len(await box_office.revocations.claim("rfd_1", order_id, [], None)) == 3
    await box_office.revocations.revoke("rfd_1", order_id)
    assert await states(box_office, order_id) == ["REVOKED"] * 3
    assert await box_office.value("SELECT state FROM transfers") == "CANCELLED"
    friend = await box_office.accounts.account_of("friend@x.test")
    act_as(friend)
    with pytest.raises(Exception, match="ended"):
        await box_office.tickets.AcceptTransfer(
            ticket_pb2.AcceptTransferRequest(transfer_id=offer.transfer_id), None
        )


async def test_amount_reaches_the_mail_that_the_revocation_planned(
    box_office: BoxOffice,
) -> None:
    (ticket,) = await box_office.sell()
    refund_id = ids.text("rfd", ids.new_id(box_office.event.event_id))
    await box_office.revocations.claim(refund_id, ticket.order_id, [], ticket.account_id)
    await box_office.revocations.revoke(refund_id, ticket.order_id)
    fact = events_pb2.OrderRefunded(
        order=order_pb2.Order(
            order_id=ids.text("ord", ticket.order_id), event_id=box_office.event_text
        ),
        account_id=ids.text("acc", ticket.account_id),
        refund=order_pb2.Order.Refund(
            refund_id=refund_id,
            state=order_pb2.Order.Refund.SUCCEEDED,
            amount=Money(amount_minor=9200, currency_code="EUR"),
        ),
    )
    handler = OrderFacts(box_office.issuer, box_office.revocations)
    async with box_office.database.transaction() as connection:
        await handler.handle(connection, envelope_pb2.Envelope(), fact)
    (mail,) = await box_office.rows(
        "SELECT facts->>'amount_minor' AS amount, due_time FROM mails WHERE kind = 'REFUND'"
    )
    assert (mail["amount"], mail["due_time"]) == ("9200", box_office.clock.now())


async def test_a_cancelled_event_takes_back_the_ticket_that_is_being_accepted(
    box_office: BoxOffice,
) -> None:
    """Tried: without the order's lock in accept, the claim waits for the old ticket only and misses its successor."""
    giver, friend = (box_office.accounts.add(f"{name}@x.test") for name in ("giver", "friend"))
    (ticket,) = await box_office.sell(account_id=giver)

    async def no_record(*_: object) -> None:
        return None

    offer = await box_office.transfers.offer(ticket.ticket_id, giver, "friend@x.test", no_record)
    claims: list[asyncio.Task[list[Ticket]]] = []

    async def claim_waits() -> bool:
        waiting = await box_office.value(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(waiting)

    async def cancel_the_event(*_: object) -> None:
        """Claims all tickets of the order while the new one is written and not yet committed."""
        claim = box_office.revocations.claim("rfd_1", ticket.order_id, [], None)
        claims.append(asyncio.create_task(claim))
        await eventually(claim_waits, within_seconds=5, what="the claim waiting for the transfer")

    new, _ = await box_office.transfers.accept(offer.transfer_id, friend, cancel_the_event)
    claimed = await claims[0]
    assert [t.ticket_id for t in claimed] == [new.ticket_id]
    assert (await box_office.ticket(new.ticket_id)).state is State.REFUNDING
