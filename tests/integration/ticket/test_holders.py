"""What holders see, and what others do not."""

from datetime import timedelta

import pytest

from mesh import ids
from mesh.errors import InvalidArgument
from protos.ticket.v1 import ticket_pb2
from tests.integration.ticket.conftest import BoxOffice, act_as
from tests.unit.ticket.builders import START, an_event, an_order
from ticket_svc.errors import OrderNotFound, TicketNotActive, TicketNotFound, TransferNotFound
from ticket_svc.tickets.ticket import Ticket

Get, ListOf, Render = (
    ticket_pb2.GetTicketRequest,
    ticket_pb2.ListOrderTicketsRequest,
    ticket_pb2.RenderTicketRequest,
)


def text(ticket: Ticket) -> str:
    return ids.text("tkt", ticket.ticket_id)


async def test_holder_sees_the_ticket_with_its_code_and_event(box_office: BoxOffice) -> None:
    (ticket,) = await box_office.sell()
    act_as(ticket.account_id)
    seen = await box_office.tickets.GetTicket(Get(ticket_id=text(ticket)), None)
    assert (seen.code, seen.seat_id) == (ticket.code, f"s{ticket.seat_no}")
    assert (seen.pool_id, seen.zone_id) == ("", "z1")
    assert (seen.event_name, seen.venue_name) == ("Night & Day", "Rockefeller")
    assert seen.start_time.ToDatetime() == START.replace(tzinfo=None)


async def test_other_peoples_tickets_and_nonsense_are_not_found_in_every_form(
    box_office: BoxOffice,
) -> None:
    (ticket,) = await box_office.sell()
    act_as(ids.new_account_id())
    unknown = ids.text("tkt", ids.new_id(box_office.event.event_id))
    for ticket_id in (text(ticket), unknown, "tkt_nonsense", "", text(ticket).upper()):
        for call in (
            box_office.tickets.GetTicket(Get(ticket_id=ticket_id), None),
            box_office.tickets.RenderTicket(Render(ticket_id=ticket_id), None),
            box_office.tickets.TransferTicket(
                ticket_pb2.TransferTicketRequest(ticket_id=ticket_id, email="a@b.test"), None
            ),
            box_office.tickets.locate("GetTicket", Get(ticket_id=ticket_id)),
        ):
            with pytest.raises(TicketNotFound):
                await call
    assert box_office.accounts.addresses == {}  # nobody was made an account for it


async def test_order_lists_its_tickets_to_its_buyer_only(box_office: BoxOffice) -> None:
    tickets = await box_office.sell(seats=2, pool_units=1)
    order = ListOf(order_id=ids.text("ord", tickets[0].order_id))
    act_as(tickets[0].account_id)
    listed = (await box_office.tickets.ListOrderTickets(order, None)).tickets
    assert [t.ticket_id for t in listed] == [text(t) for t in tickets]
    assert [(t.seat_id != "", t.pool_id) for t in listed] == [(True, ""), (True, ""), (False, "p1")]
    act_as(ids.new_account_id())
    with pytest.raises(OrderNotFound):
        await box_office.tickets.ListOrderTickets(order, None)


async def test_own_order_without_tickets_yet_is_empty_and_others_are_not_found(
    box_office: BoxOffice,
) -> None:
    order = an_order(box_office.event.event_id)
    act_as(order.account_id)
    request = ListOf(order_id=ids.text("ord", order.order_id))
    with pytest.raises(OrderNotFound):
        await box_office.tickets.ListOrderTickets(request, None)
    box_office.orders.own.add(order.order_id)
    assert not (await box_office.tickets.ListOrderTickets(request, None)).tickets
    with pytest.raises(OrderNotFound):
        await box_office.tickets.ListOrderTickets(ListOf(order_id="ord_nonsense"), None)


async def test_my_tickets_begin_with_the_next_event_and_come_once_page_by_page(
    box_office: BoxOffice,
) -> None:
    account_id = ids.new_account_id()
    days = [30, -20, 10, -3, 20]
    names = {}
    for day in days:
        start = box_office.clock.now() + timedelta(days=day)
        event = box_office.catalog.add(
            an_event(name=f"day {day}", start_time=start, end_time=start + timedelta(hours=2))
        )
        names[day] = event.name
        await box_office.issue(an_order(event.event_id, seats=2, account_id=account_id))
    act_as(account_id)
    seen: list[ticket_pb2.Ticket] = []
    request = ticket_pb2.ListTicketsRequest(page_size=3)
    while True:
        page = await box_office.tickets.ListTickets(request, None)
        seen += page.tickets
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
        box_office.clock.advance(60)
    expected = [names[day] for day in (10, 20, 30, -3, -20) for _ in range(2)]
    assert [t.event_name for t in seen] == expected
    assert len({t.ticket_id for t in seen}) == 10
    with pytest.raises(InvalidArgument):
        await box_office.tickets.ListTickets(
            ticket_pb2.ListTicketsRequest(page_token="nonsense"), None
        )


@pytest.mark.parametrize(
    ("form", "content_type", "beginning"),
    [
        (Render.FORMAT_UNSPECIFIED, "image/svg+xml", b"<svg "),
        (Render.PNG, "image/png", b"\x89PNG"),
        (Render.PDF, "application/pdf", b"%PDF-"),
    ],
)
async def test_ticket_is_drawn(
    box_office: BoxOffice, form: int, content_type: str, beginning: bytes
) -> None:
    (ticket,) = await box_office.sell()
    act_as(ticket.account_id)
    request = Render(ticket_id=text(ticket), format=form)  # type: ignore[arg-type]
    drawn = await box_office.tickets.RenderTicket(request, None)
    assert drawn.content_type == content_type
    assert drawn.data.startswith(beginning)


async def test_a_ticket_that_opens_no_gate_shows_and_draws_no_code(box_office: BoxOffice) -> None:
    (ticket,) = await box_office.sell()
    await box_office.revocations.claim("rfd_1", ticket.order_id, [], ticket.account_id)
    act_as(ticket.account_id)
    seen = await box_office.tickets.GetTicket(Get(ticket_id=text(ticket)), None)
    assert (seen.state, seen.code) == (ticket_pb2.Ticket.REFUNDING, "")
    with pytest.raises(TicketNotActive):
        await box_office.tickets.RenderTicket(Render(ticket_id=text(ticket)), None)


async def test_unknown_transfer_is_not_found(box_office: BoxOffice) -> None:
    act_as(ids.new_account_id())
    for transfer_id in ("trf_nonsense", ids.text("trf", ids.new_id(box_office.event.event_id))):
        accept = ticket_pb2.AcceptTransferRequest(transfer_id=transfer_id)
        with pytest.raises(TransferNotFound):
            await box_office.tickets.AcceptTransfer(accept, None)
        with pytest.raises(TransferNotFound):
            await box_office.tickets.locate("AcceptTransfer", accept)
