"""Passing tickets on: at every moment at most one code is good, and only the account offered to takes the ticket."""

import asyncio

import pytest

from mesh import ids
from mesh.errors import InvalidArgument
from mesh.requests import IdempotencyKeyReused
from protos.ticket.v1 import gate_pb2, ticket_pb2
from tests.integration.ticket.conftest import BoxOffice, a_device_scan, act_as, act_as_gate_of
from ticket_svc.errors import TicketNotActive, TransferNotFound, TransferNotPending
from ticket_svc.tickets.ticket import Ticket

DAY_SECONDS = 86_400


class Offer:
    """An offered ticket, and the two people."""

    def __init__(self, box_office: BoxOffice, ticket: Ticket, receiver_email: str) -> None:
        self.box_office = box_office
        self.ticket = ticket
        self.email = receiver_email
        self.transfer_id = ""

    async def make(self, request_id: str = "") -> ticket_pb2.Transfer:
        act_as(self.ticket.account_id)
        transfer = await self.box_office.tickets.TransferTicket(
            ticket_pb2.TransferTicketRequest(
                request_id=request_id,
                ticket_id=ids.text("tkt", self.ticket.ticket_id),
                email=self.email,
            ),
            None,
        )
        self.transfer_id = transfer.transfer_id
        return transfer

    async def accept(self, request_id: str = "") -> ticket_pb2.Ticket:
        act_as(await self.box_office.accounts.account_of(self.email))
        return await self.box_office.tickets.AcceptTransfer(
            ticket_pb2.AcceptTransferRequest(request_id=request_id, transfer_id=self.transfer_id),
            None,
        )

    async def cancel(self) -> ticket_pb2.Transfer:
        act_as(self.ticket.account_id)
        return await self.box_office.tickets.CancelTransfer(
            ticket_pb2.CancelTransferRequest(transfer_id=self.transfer_id), None
        )

    async def state(self) -> str:
        return str((await self.box_office.ticket(self.ticket.ticket_id)).state)

    async def scan(self, code: str, scan_id: str) -> tuple[str, str]:
        act_as_gate_of(self.box_office.event)
        (result,) = await self.box_office.scan(
            [a_device_scan(code, scan_id, self.box_office.clock.now())]
        )
        return gate_pb2.ScanResult.Verdict.Name(result.verdict), result.reason


@pytest.fixture
async def offer(box_office: BoxOffice) -> Offer:
    giver = box_office.accounts.add("giver@x.test")
    (ticket,) = await box_office.sell(account_id=giver)
    return Offer(box_office, ticket, "Friend@x.test ")


async def test_accepting_gives_a_new_code_and_ends_the_old_one_in_one_commit(
    offer: Offer,
) -> None:
    await offer.make()
    assert await offer.state() == "TRANSFERRING"
    assert await offer.scan(offer.ticket.code, "1") == ("DENY", "TRANSFERRED")
    new = await offer.accept()
    assert (new.seat_id, new.order_id) == (
        f"s{offer.ticket.seat_no}",
        ids.text("ord", offer.ticket.order_id),
    )
    assert new.code != offer.ticket.code
    assert await offer.state() == "TRANSFERRED"
    assert await offer.scan(offer.ticket.code, "2") == ("DENY", "TRANSFERRED")
    assert await offer.scan(new.code, "3") == ("ADMIT", "")


async def test_each_sees_only_what_is_his(offer: Offer) -> None:
    await offer.make()
    new = await offer.accept()
    held = await offer.box_office.tickets.ListTickets(ticket_pb2.ListTicketsRequest(), None)
    assert [t.ticket_id for t in held.tickets] == [new.ticket_id]
    act_as(offer.ticket.account_id)
    held = await offer.box_office.tickets.ListTickets(ticket_pb2.ListTicketsRequest(), None)
    assert not held.tickets
    order = ticket_pb2.ListOrderTicketsRequest(order_id=ids.text("ord", offer.ticket.order_id))
    (old,) = (await offer.box_office.tickets.ListOrderTickets(order, None)).tickets
    assert (old.state, old.code) == (ticket_pb2.Ticket.TRANSFERRED, "")


async def test_only_the_account_offered_to_accepts_and_only_the_giver_cancels(
    offer: Offer,
) -> None:
    await offer.make()
    for account_id in (offer.ticket.account_id, ids.new_account_id()):
        act_as(account_id)
        with pytest.raises(TransferNotFound):
            await offer.box_office.tickets.AcceptTransfer(
                ticket_pb2.AcceptTransferRequest(transfer_id=offer.transfer_id), None
            )
    act_as(await offer.box_office.accounts.account_of(offer.email))
    with pytest.raises(TransferNotFound):
        await offer.box_office.tickets.CancelTransfer(
            ticket_pb2.CancelTransferRequest(transfer_id=offer.transfer_id), None
        )


async def test_both_see_what_is_offered_and_nobody_else_does(offer: Offer) -> None:
    made = await offer.make()
    request = ticket_pb2.GetTransferRequest(transfer_id=offer.transfer_id)
    tickets = offer.box_office.tickets
    assert await tickets.GetTransfer(request, None) == made
    act_as(await offer.box_office.accounts.account_of(offer.email))
    seen = await tickets.GetTransfer(request, None)
    assert (made.incoming, seen.incoming) == (False, True)
    assert (seen.event_name, seen.seat_label) == ("Night & Day", offer.ticket.seat_label)
    act_as(ids.new_account_id())
    with pytest.raises(TransferNotFound):
        await tickets.GetTransfer(request, None)
    offer.box_office.clock.advance(7 * DAY_SECONDS)
    act_as(offer.ticket.account_id)
    assert (await tickets.GetTransfer(request, None)).state == ticket_pb2.Transfer.EXPIRED


async def test_offer_taken_back_makes_the_ticket_good_again(offer: Offer) -> None:
    await offer.make()
    first = await offer.cancel()
    assert (first.state, await offer.cancel()) == (ticket_pb2.Transfer.CANCELLED, first)
    with pytest.raises(TransferNotPending):
        await offer.accept()
    assert await offer.scan(offer.ticket.code, "1") == ("ADMIT", "")


async def test_an_offer_ends_after_seven_days(offer: Offer) -> None:
    await offer.make()
    offer.box_office.clock.advance(7 * DAY_SECONDS - 1)
    await offer.box_office.transfers.expire()
    assert await offer.state() == "TRANSFERRING"
    offer.box_office.clock.advance(1)
    with pytest.raises(TransferNotPending) as refused:  # before any worker tidied up
        await offer.accept()
    assert refused.value.facts()["state"] == "EXPIRED"
    await offer.box_office.transfers.expire()
    assert await offer.state() == "ACTIVE"
    with pytest.raises(TransferNotPending):
        await offer.cancel()


async def test_an_offered_ticket_can_be_nothing_else(offer: Offer) -> None:
    await offer.make()
    with pytest.raises(TicketNotActive):
        await offer.make()
    with pytest.raises(TicketNotActive):
        await offer.box_office.revocations.claim(
            "rfd_1", offer.ticket.order_id, [offer.ticket.ticket_id], offer.ticket.account_id
        )


async def test_nobody_passes_a_ticket_on_to_himself(offer: Offer) -> None:
    offer.email = "giver@x.test"
    with pytest.raises(InvalidArgument):
        await offer.make()
    assert await offer.state() == "ACTIVE"


async def test_the_same_request_again_replays_and_another_body_is_refused(offer: Offer) -> None:
    first = await offer.make("key-1")
    assert await offer.make("key-1") == first
    offer.email = "somebody.else@x.test"
    with pytest.raises(IdempotencyKeyReused):
        await offer.make("key-1")
    offer.email = "friend@x.test"
    new = await offer.accept("key-2")
    assert await offer.accept("key-2") == new
    assert await offer.accept() == new


async def test_accept_and_cancel_at_one_instant_have_one_winner(box_office: BoxOffice) -> None:
    """Tried: without FOR UPDATE, the version and the PENDING in transfer_end, a ticket is taken and taken back."""
    giver = box_office.accounts.add("giver@x.test")
    friend = box_office.accounts.add("friend@x.test")
    await box_office.warm_up(4)

    async def record(*_: object) -> None:
        return None

    for _ in range(15):
        (ticket,) = await box_office.sell(account_id=giver)
        offer = Offer(box_office, ticket, "friend@x.test")
        await offer.make()
        transfer_id = ids.parse("trf", offer.transfer_id)
        accepted, cancelled = await asyncio.gather(
            box_office.transfers.accept(transfer_id, friend, record),
            box_office.transfers.cancel(transfer_id, giver, record),
            return_exceptions=True,
        )
        assert isinstance(accepted, TransferNotPending) != isinstance(cancelled, TransferNotPending)
        alive = await box_office.value(
            "SELECT count(*) FROM tickets WHERE seat_no = $1 AND state = 'ACTIVE'", ticket.seat_no
        )
        assert alive == 1
