"""Tickets come once from each paid place, whoever tells of the order and however often."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from mesh import ids
from mesh.errors import Unavailable
from protos.inventory.v1 import catalog_pb2
from protos.inventory.v1 import events_pb2 as catalog_events_pb2
from protos.mesh.v1 import envelope_pb2
from protos.ticket.v1 import events_pb2
from tests.integration.ticket.conftest import BoxOffice
from tests.unit.ticket.builders import NOW, START, an_order
from ticket_svc.tickets.workers import CatalogFacts


async def test_each_seat_and_each_pool_place_becomes_a_ticket(box_office: BoxOffice) -> None:
    tickets = await box_office.sell(seats=2, pool_units=3)
    assert [(t.line_no, t.unit_no) for t in tickets] == [(1, 1), (2, 1), (3, 1), (3, 2), (3, 3)]
    assert all(box_office.codes.read(t.code).ticket_id == t.ticket_id for t in tickets)  # type: ignore[union-attr]
    assert all(ids.event_of(t.ticket_id) == box_office.event.event_id for t in tickets)


async def test_an_order_told_many_times_at_once_is_issued_once(box_office: BoxOffice) -> None:
    """Tried: with every order taken for a new one, tickets_issued_once refuses the second."""
    order = an_order(box_office.event.event_id, seats=2, pool_units=2)
    issued = await asyncio.gather(*[box_office.issue(order, order) for _ in range(12)])
    assert sorted(issued) == [0] * 11 + [4]
    assert len(await box_office.of_order(order.order_id)) == 4


async def test_facts_and_mail_are_written_with_the_tickets_or_not_at_all(
    box_office: BoxOffice,
) -> None:
    order = an_order(box_office.event.event_id, seats=2)

    async def issue_and_crash() -> None:
        async with box_office.database.transaction() as connection:
            await box_office.issuer.issue(connection, [order])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await issue_and_crash()
    for table in ("tickets", "outbox", "mails", "account_tickets", "ticket_orders"):
        assert await box_office.value(f"SELECT count(*) FROM {table}") == 0
    await box_office.issue(order)
    envelopes = [
        envelope_pb2.Envelope.FromString(row["envelope"])
        for row in await box_office.rows("SELECT envelope FROM outbox ORDER BY outbox_no")
    ]
    assert [envelope.type for envelope in envelopes] == ["TicketIssued"] * 2
    fact = events_pb2.TicketIssued()
    envelopes[0].payload.Unpack(fact)
    assert fact.ticket.code == ""
    assert fact.account_id == ids.text("acc", order.account_id)
    assert envelopes[0].key == box_office.event_text
    assert await box_office.value("SELECT count(*) FROM mails WHERE kind = 'TICKETS'") == 1


async def test_a_refunded_order_gets_no_tickets(box_office: BoxOffice) -> None:
    order = replace(an_order(box_office.event.event_id), is_refunded=True)
    assert await box_office.issue(order) == 0
    assert await box_office.issue(replace(order, is_refunded=False)) == 0


async def test_an_order_taken_back_before_its_tickets_gets_none(box_office: BoxOffice) -> None:
    order = an_order(box_office.event.event_id)
    assert await box_office.revocations.claim("rfd_1", order.order_id, [], None) == []
    assert await box_office.issue(order) == 0


async def test_a_seat_has_one_living_ticket_whatever_the_orders_say(
    box_office: BoxOffice,
) -> None:
    """Tried: without the index tickets_one_alive_per_seat both orders get a ticket for the seat."""
    first = an_order(box_office.event.event_id)
    second = replace(an_order(box_office.event.event_id), lines=first.lines)
    await box_office.issue(first)
    with pytest.raises(Exception, match="seat_no"):
        await box_office.issue(second)
    assert await box_office.of_order(second.order_id) == []


async def test_the_floor_issues_what_kafka_never_told(box_office: BoxOffice) -> None:
    orders = [an_order(box_office.event.event_id) for _ in range(8)]
    box_office.orders.feed = [
        (NOW + timedelta(seconds=second), order) for second, order in enumerate(orders)
    ]
    while await box_office.feed.poll():
        pass
    assert await box_office.value("SELECT count(*) FROM tickets") == 8
    assert await box_office.feed.poll() is False


async def test_the_sweep_finds_orders_that_committed_late(box_office: BoxOffice) -> None:
    early, late = (an_order(box_office.event.event_id) for _ in range(2))
    box_office.orders.feed = [(NOW + timedelta(days=3650), early)]
    while await box_office.feed.poll():
        pass
    box_office.orders.feed.append((NOW + timedelta(days=3649), late))
    assert await box_office.feed.poll() is False  # the cursor has passed it
    assert await box_office.of_order(late.order_id) == []
    await box_office.feed.sweep()
    assert len(await box_office.of_order(late.order_id)) == 1


async def test_spoilt_orders_do_not_keep_the_others_waiting(
    box_office: BoxOffice,
) -> None:
    taken = an_order(box_office.event.event_id)
    await box_office.issue(taken)
    spoilt = replace(an_order(box_office.event.event_id), lines=taken.lines)
    good = an_order(box_office.event.event_id)
    unknown = an_order(ids.new_event_id())
    box_office.orders.feed = [
        (NOW + timedelta(seconds=second), order)
        for second, order in enumerate([spoilt, unknown, good])
    ]
    while await box_office.feed.poll():
        pass
    assert len(await box_office.of_order(good.order_id)) == 1
    assert await box_office.of_order(spoilt.order_id) == []


async def test_tickets_are_issued_while_the_catalogue_is_away_once_the_event_is_known(
    box_office: BoxOffice,
) -> None:
    box_office.catalog.is_away = True
    with pytest.raises(Unavailable):
        await box_office.sell()
    box_office.catalog.is_away = False
    await box_office.sell()
    box_office.catalog.is_away = True
    assert len(await box_office.sell(seats=2)) == 2


async def test_a_moved_event_moves_on_its_tickets(box_office: BoxOffice) -> None:
    (ticket,) = await box_office.sell()
    start = START + timedelta(days=7)
    event = catalog_pb2.Event(
        event_id=box_office.event_text,
        venue_id=box_office.event.venue_id,
        name="Night & Day, postponed",
        time_zone="Europe/Oslo",
        version=2,
    )
    event.start_time.FromDatetime(start)
    event.end_time.FromDatetime(start + timedelta(hours=3))
    facts = catalog_pb2.EventFacts(
        event=event, organiser_id=ids.text("acc", box_office.event.organiser_id)
    )
    handler = CatalogFacts()
    for version in (2, 1):  # the older one comes late and changes nothing
        facts.event.version = version
        async with box_office.database.transaction() as connection:
            await handler.handle(
                connection, envelope_pb2.Envelope(), catalog_events_pb2.EventChanged(facts=facts)
            )
        facts.event.name = "older"
    assert await box_office.value("SELECT name FROM events") == "Night & Day, postponed"
    assert (
        await box_office.value(
            "SELECT start_time FROM account_tickets WHERE ticket_id = $1", ticket.ticket_id
        )
        == start
    )
