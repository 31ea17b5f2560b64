"""A ticket's life. The ticket's row decides what becomes of it; these are the moves it may make.

    ACTIVE → USED, TRANSFERRING, REFUNDING    USED → REFUNDING, when the event is cancelled
    TRANSFERRING → ACTIVE, TRANSFERRED, REFUNDING    REFUNDING → REVOKED

Every move takes the row as it is locked and returns it as it is to be; the store writes it only onto the version that
was read. A ticket that a gate must refuse stands on the event's gate list with the list's version at that time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ticket_svc.errors import TicketNotActive


class State(StrEnum):
    """Where a ticket is in its life."""

    ACTIVE = "ACTIVE"
    USED = "USED"
    TRANSFERRING = "TRANSFERRING"
    TRANSFERRED = "TRANSFERRED"
    REFUNDING = "REFUNDING"
    REVOKED = "REVOKED"


ALIVE = frozenset({State.ACTIVE, State.USED, State.TRANSFERRING, State.REFUNDING})
"""States in which nobody else may have the place."""
SHOWS_CODE = frozenset({State.ACTIVE, State.USED})
"""States in which the holder sees the code."""
CLAIMED = frozenset({State.REFUNDING, State.REVOKED})


@dataclass(frozen=True, slots=True)
class Event:
    """What a ticket says of its event."""

    event_id: int
    organiser_id: UUID
    venue_id: str
    name: str
    venue_name: str
    city: str
    time_zone: str
    start_time: datetime
    end_time: datetime
    is_cancelled: bool
    version: int


@dataclass(frozen=True, slots=True)
class Place:
    """A seat, or a place in a pool; numbers as in the catalogue."""

    seat_no: int | None
    pool_no: int | None
    zone_no: int | None
    label: str
    """In words."""


@dataclass(frozen=True, slots=True)
class FirstScan:
    """Where and when a ticket was let in first; ordered as the record is."""

    scan_time: datetime
    gate_id: str
    scan_id: str

    def order(self) -> tuple[datetime, str, str]:
        """Returns what decides which admit was the first, whatever was uploaded first."""
        return self.scan_time, self.gate_id, self.scan_id


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as its row has it."""

    event_id: int
    ticket_id: UUID
    order_id: UUID
    line_no: int
    unit_no: int
    account_id: UUID
    seat_no: int | None
    pool_no: int | None
    zone_no: int | None
    seat_label: str
    state: State
    code: str
    code_expire_time: datetime
    issue_time: datetime
    former_ticket_id: UUID | None
    transfer_id: UUID | None
    claim_id: str | None
    stop_version: int | None
    stop_time: datetime | None
    first_gate_id: str | None
    first_scan_id: str | None
    first_scan_time: datetime | None
    version: int

    @property
    def place(self) -> Place:
        """The place it is for."""
        return Place(self.seat_no, self.pool_no, self.zone_no, self.seat_label)

    @property
    def shows_code(self) -> bool:
        """Whether its holder sees its code."""
        return self.state in SHOWS_CODE

    @property
    def first_scan(self) -> FirstScan | None:
        """Where and when it was let in first; None before."""
        if self.first_scan_time is None:
            return None
        return FirstScan(self.first_scan_time, self.first_gate_id or "", self.first_scan_id or "")


@dataclass(frozen=True, slots=True)
class GateList:
    """The gate list as a change finds it: its new version, and when."""

    version: int
    time: datetime


def offered(ticket: Ticket, transfer_id: UUID, gate_list: GateList) -> Ticket:
    """Offers an active ticket to somebody. Raises TicketNotActive."""
    if ticket.state is not State.ACTIVE:
        raise TicketNotActive(ticket.ticket_id, ticket.state)
    return replace(_stopped(ticket, gate_list), state=State.TRANSFERRING, transfer_id=transfer_id)


def taken_back(ticket: Ticket) -> Ticket:
    """Ends an offer without a new holder: the ticket is what it was, or used if a gate let it in all the same."""
    state = State.ACTIVE if ticket.first_scan_time is None else State.USED
    return replace(ticket, state=state, transfer_id=None, stop_version=None, stop_time=None)


def passed_on(ticket: Ticket) -> Ticket:
    """Ends a ticket because another one took its place."""
    return replace(ticket, state=State.TRANSFERRED, transfer_id=None)


def claimed(ticket: Ticket, claim_id: str, gate_list: GateList, *, by_force: bool) -> Ticket:
    """Claims a ticket for a refund; by force also a used or offered one. Raises TicketNotActive."""
    may = ticket.state is State.ACTIVE or (
        by_force and ticket.state in (State.USED, State.TRANSFERRING)
    )
    if not may:
        raise TicketNotActive(ticket.ticket_id, ticket.state)
    return replace(
        _stopped(ticket, gate_list), state=State.REFUNDING, transfer_id=None, claim_id=claim_id
    )


def revoked(ticket: Ticket) -> Ticket:
    """Stops a claimed ticket for good."""
    return replace(ticket, state=State.REVOKED)


def let_in(ticket: Ticket, scan: FirstScan) -> Ticket:
    """Records that somebody went in with it; an earlier scan that comes later takes the first's place."""
    known = ticket.first_scan
    if known is not None and known.order() <= scan.order():
        return ticket
    return replace(
        ticket,
        state=State.USED if ticket.state is State.ACTIVE else ticket.state,
        first_gate_id=scan.gate_id,
        first_scan_id=scan.scan_id,
        first_scan_time=scan.scan_time,
    )


def _stopped(ticket: Ticket, gate_list: GateList) -> Ticket:
    if ticket.stop_version is not None:  # on the list already, since it was offered
        return ticket
    return replace(ticket, stop_version=gate_list.version, stop_time=gate_list.time)
