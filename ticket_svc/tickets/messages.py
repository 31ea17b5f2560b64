"""Tickets, events and orders between the wire and the domain."""

from __future__ import annotations

from datetime import UTC

from mesh import ids, timestamps
from protos.inventory.v1 import catalog_pb2
from protos.payment.v1 import order_pb2
from protos.ticket.v1 import events_pb2, ticket_pb2
from ticket_svc.tickets.orders import PaidLine, PaidOrder
from ticket_svc.tickets.ticket import Event, Place, Ticket


class OrderUnreadable(ValueError):
    """A paid order does not say what places it is for."""


def event_of_facts(facts: catalog_pb2.EventFacts) -> Event:
    """Reads what the catalogue says of an event."""
    event = facts.event
    start_time = event.start_time.ToDatetime(tzinfo=UTC)
    return Event(
        event_id=ids.parse_event(event.event_id),
        organiser_id=ids.parse("acc", facts.organiser_id),
        venue_id=event.venue_id,
        name=event.name,
        venue_name=event.venue_name,
        city=event.city,
        time_zone=event.time_zone,
        start_time=start_time,
        end_time=timestamps.from_proto(event.end_time) or start_time,
        is_cancelled=event.state == catalog_pb2.Event.CANCELLED,
        version=event.version,
    )


def paid_order(order: order_pb2.Order, account_id: str) -> PaidOrder:
    """Reads a paid order. Raises OrderUnreadable."""
    try:
        return PaidOrder(
            order_id=ids.parse("ord", order.order_id),
            event_id=ids.parse_event(order.event_id),
            account_id=ids.parse("acc", account_id),
            lines=tuple(
                _paid_line(line) for line in order.lines if line.kind == order_pb2.Order.Line.FACE
            ),
            is_refunded=order.state == order_pb2.Order.REFUNDED,
        )
    except ValueError as error:
        raise OrderUnreadable(f"{order.order_id}: {error}") from error


def _paid_line(line: order_pb2.Order.Line) -> PaidLine:
    place = Place(
        seat_no=_number("s", line.seat_id),
        pool_no=_number("p", line.pool_id),
        zone_no=_number("z", line.zone_id),
        label=line.description,
    )
    if (place.seat_no is None) == (place.pool_no is None):
        raise ValueError(f"line {line.line_no} is for no seat and no pool, or for both")
    return PaidLine(line.line_no, place, line.quantity - line.refunded_quantity)


def _number(prefix: str, text: str) -> int | None:
    """Reads the number in an id such as "s12"; None when the id is empty."""
    if not text:
        return None
    if not text.startswith(prefix) or not text[len(prefix) :].isdecimal():
        raise ValueError(f"{text!r} is not an id that begins with {prefix}")
    return int(text[len(prefix) :])


def _id(prefix: str, number: int | None) -> str:
    return "" if number is None else f"{prefix}{number}"


def ticket_message(
    ticket: Ticket, event: Event | None, *, with_code: bool = True
) -> ticket_pb2.Ticket:
    """Returns a ticket as its holder sees it; without its code when it does not open the gate."""
    message = ticket_pb2.Ticket(
        ticket_id=ids.text("tkt", ticket.ticket_id),
        order_id=ids.text("ord", ticket.order_id),
        event_id=ids.event_text(ticket.event_id),
        seat_id=_id("s", ticket.seat_no),
        pool_id=_id("p", ticket.pool_no),
        zone_id=_id("z", ticket.zone_no),
        state=str(ticket.state),
        code=ticket.code if with_code and ticket.shows_code else "",
        seat_label=ticket.seat_label,
        issue_time=timestamps.to_proto(ticket.issue_time),
        transfer_id=ids.text("trf", ticket.transfer_id) if ticket.transfer_id else "",
    )
    if ticket.first_scan_time is not None:
        message.use_time.CopyFrom(timestamps.to_proto(ticket.first_scan_time))
    if event is not None:
        message.event_name = event.name
        message.venue_name = event.venue_name
        message.city = event.city
        message.time_zone = event.time_zone
        message.start_time.CopyFrom(timestamps.to_proto(event.start_time))
    return message


def issued(ticket: Ticket, event: Event) -> events_pb2.TicketIssued:
    """Returns the fact that a ticket was issued."""
    return events_pb2.TicketIssued(
        ticket=ticket_message(ticket, event, with_code=False),
        account_id=ids.text("acc", ticket.account_id),
    )


def transferred(ticket: Ticket, event: Event) -> events_pb2.TicketTransferred:
    """Returns the fact that a ticket took another one's place."""
    assert ticket.former_ticket_id is not None
    return events_pb2.TicketTransferred(
        ticket=ticket_message(ticket, event, with_code=False),
        account_id=ids.text("acc", ticket.account_id),
        former_ticket_id=ids.text("tkt", ticket.former_ticket_id),
    )


def revoked(ticket: Ticket, event: Event | None) -> events_pb2.TicketRevoked:
    """Returns the fact that a ticket was stopped for good."""
    return events_pb2.TicketRevoked(ticket=ticket_message(ticket, event, with_code=False))
