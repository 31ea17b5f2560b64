"""What goes back, worked out without a server."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from mesh import ids
from payment_svc.errors import NothingToRefund, RefundClosed, TicketNotActive, TicketNotFound
from payment_svc.neighbours import EventFacts, Ticket
from payment_svc.orders.order import Line, LineKind
from payment_svc.refunds.desk import choose, parse_tickets
from payment_svc.refunds.refund import (
    amount_of,
    derived_refund_id,
    face_value,
    match_lines,
    parts_left,
    parts_of_tickets,
    require_refunds_open,
)
from payment_svc.states import OrderState, RefundKind
from tests.unit.payment.test_checkout import EVENT, NOW, ORDER

SEAT = Line(1, LineKind.FACE, "Row 1, seat 1", "s0", "", "z1", 1, 6_000)
FLOOR = Line(2, LineKind.FACE, "Floor", "", "p1", "z2", 3, 1_000)
FEE = Line(3, LineKind.FEE, "Booking fee", "", "", "", 1, 500)
LINES = [SEAT, FLOOR, FEE]
PAID = replace(
    ORDER, state=OrderState.PAID, total_minor=9_500, captured_minor=9_500, refunded_minor=0
)


def ticket(seat_id: str = "", pool_id: str = "", state: str = "ACTIVE") -> Ticket:
    return Ticket(ids.new_id(EVENT), seat_id, pool_id, "z", state)


def test_tickets_are_worth_what_their_lines_say() -> None:
    matched = match_lines([ticket("s0"), ticket(pool_id="p1"), ticket(pool_id="p1")], LINES)
    assert [one.line_no for one in matched] == [1, 2, 2]
    assert face_value(matched, LINES) == 8_000


def test_a_ticket_of_no_line_is_not_found() -> None:
    with pytest.raises(TicketNotFound):
        match_lines([ticket("s99")], LINES)


def test_a_buyer_gets_the_face_and_a_cancelled_event_gives_all_of_it() -> None:
    matched = match_lines([ticket("s0")], LINES)
    assert amount_of(RefundKind.TICKETS, PAID, matched, LINES) == 6_000
    assert amount_of(RefundKind.EVENT_CANCELLED, PAID, matched, LINES) == 9_500
    partly = replace(PAID, refunded_minor=6_000)
    assert amount_of(RefundKind.EVENT_CANCELLED, partly, [], LINES) == 3_500


def test_no_refund_is_more_than_what_is_left() -> None:
    matched = match_lines([ticket("s0")], LINES)
    nearly_all = replace(PAID, refunded_minor=9_000)
    assert amount_of(RefundKind.TICKETS, nearly_all, matched, LINES) == 500


def test_what_goes_back_on_sale_is_what_was_sold_and_not_returned_before() -> None:
    parts = parts_left(LINES, {})
    assert (parts.seat_ids, parts.places) == (["s0"], {"p1": 3})
    parts = parts_left(LINES, {1: 1, 2: 2})
    assert (parts.seat_ids, parts.places) == ([], {"p1": 1})
    tickets = match_lines([ticket("s0"), ticket(pool_id="p1"), ticket(pool_id="p1")], LINES)
    parts = parts_of_tickets(tickets)
    assert (parts.seat_ids, parts.places) == (["s0"], {"p1": 2})


def test_the_same_request_names_the_same_refund_of_the_same_event() -> None:
    first = derived_refund_id(ORDER.order_id, "tickets/a/1")
    assert first == derived_refund_id(ORDER.order_id, "tickets/a/1")
    assert first != derived_refund_id(ORDER.order_id, "tickets/a/2")
    assert ids.event_of(first) == EVENT


def test_refunds_are_open_until_the_start() -> None:
    facts = EventFacts(EVENT, UUID(int=1), "Name", False, NOW, "EUR")
    require_refunds_open(facts, NOW - timedelta(seconds=1))
    with pytest.raises(RefundClosed):
        require_refunds_open(facts, NOW)


def test_none_named_means_every_active_ticket() -> None:
    active, used = ticket("s0"), ticket("s1", state="USED")
    assert choose([active, used], []) == [active]
    with pytest.raises(NothingToRefund):
        choose([used], [])


def test_a_named_ticket_must_be_there_and_active() -> None:
    active, used = ticket("s0"), ticket("s1", state="USED")
    assert choose([active, used], [active.ticket_id]) == [active]
    with pytest.raises(TicketNotActive) as refusal:
        choose([active, used], [active.ticket_id, used.ticket_id])
    assert refusal.value.facts()["state"] == "USED"
    with pytest.raises(TicketNotFound):
        choose([active], [ids.new_id(EVENT)])


def test_a_ticket_named_twice_counts_once() -> None:
    text = ids.text("tkt", ids.new_id(EVENT))
    assert len(parse_tickets([text, text])) == 1
    with pytest.raises(TicketNotFound):
        parse_tickets(["ord_x"])
