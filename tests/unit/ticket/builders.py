"""Tickets, events and neighbours as tests want them."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mesh import ids
from mesh.errors import Unavailable
from mesh.keys import KeyRing
from ticket_svc.errors import EventNotFound, OrderNotFound
from ticket_svc.gate.verdicts import PresentedScan
from ticket_svc.neighbours import AddressUnknown, PaidPage
from ticket_svc.tickets.codes import TicketCodes, code_expire_time
from ticket_svc.tickets.orders import PaidLine, PaidOrder
from ticket_svc.tickets.ticket import Event, Place, State, Ticket

NOW = datetime(2030, 6, 1, 12, 0, tzinfo=UTC)
START = datetime(2030, 6, 15, 17, 30, tzinfo=UTC)

_seat_nos = itertools.count()
_scan_nos = itertools.count()


def new_key_ring(kid: str = "ticket-1a2b3c4d") -> KeyRing:
    return KeyRing([(kid, Ed25519PrivateKey.generate())])


CODES = TicketCodes(new_key_ring())


def an_event(**changes: object) -> Event:
    values: dict[str, object] = {
        "event_id": ids.new_event_id(),
        "organiser_id": ids.new_account_id(),
        "venue_id": ids.venue_text(ids.new_venue_id()),
        "name": "Night & Day",
        "venue_name": "Rockefeller",
        "city": "Oslo",
        "time_zone": "Europe/Oslo",
        "start_time": START,
        "end_time": START + timedelta(hours=3),
        "is_cancelled": False,
        "version": 1,
    }
    return Event(**{**values, **changes})  # type: ignore[arg-type]


def a_seat(label: str = "Section 107, row 12, seat 14") -> Place:
    return Place(next(_seat_nos), None, 1, label)


def a_ticket(event: Event, codes: TicketCodes = CODES, **changes: object) -> Ticket:
    ticket_id, place = ids.new_id(event.event_id), a_seat()
    values: dict[str, object] = {
        "event_id": event.event_id,
        "ticket_id": ticket_id,
        "order_id": ids.new_id(event.event_id),
        "line_no": 1,
        "unit_no": 1,
        "account_id": ids.new_account_id(),
        "seat_no": place.seat_no,
        "pool_no": None,
        "zone_no": 1,
        "seat_label": place.label,
        "state": State.ACTIVE,
        "code": codes.sign(ticket_id, event, place, NOW),
        "code_expire_time": code_expire_time(event),
        "issue_time": NOW,
        "former_ticket_id": None,
        "transfer_id": None,
        "claim_id": None,
        "stop_version": None,
        "stop_time": None,
        "first_gate_id": None,
        "first_scan_id": None,
        "first_scan_time": None,
        "version": 1,
    }
    return Ticket(**{**values, **changes})  # type: ignore[arg-type]


def a_scan(
    code: str,
    codes: TicketCodes = CODES,
    *,
    gate: str = "A",
    at: datetime = START,
    received: datetime | None = None,
    offline: str | None = None,
    bundle: int = 0,
    scan_id: str = "",
) -> PresentedScan:
    return PresentedScan(
        scan_id=scan_id or f"scan-{next(_scan_nos)}",
        gate_id=gate,
        account_id=ids.new_account_id(),
        reading=codes.read(code),
        scan_time=at,
        received_time=received or at,
        offline_verdict=offline,
        bundle_version=bundle,
    )


def an_order(
    event_id: int, *, seats: int = 1, pool_units: int = 0, account_id: UUID | None = None
) -> PaidOrder:
    lines = [PaidLine(number, a_seat(), 1) for number in range(1, seats + 1)]
    if pool_units:
        lines.append(PaidLine(seats + 1, Place(None, 1, 2, "Standing"), pool_units))
    return PaidOrder(
        ids.new_id(event_id), event_id, account_id or ids.new_account_id(), tuple(lines), False
    )


@dataclass
class FakeCatalog:
    """A catalogue that knows what it is given."""

    events: dict[int, Event] = field(default_factory=dict)
    is_away: bool = False

    def add(self, event: Event) -> Event:
        self.events[event.event_id] = event
        return event

    async def event(self, event_id: int) -> Event:
        if self.is_away:
            raise Unavailable
        if event_id not in self.events:
            raise EventNotFound
        return self.events[event_id]


@dataclass
class FakeOrders:
    """Payment: a feed of paid orders, and who may see an order."""

    feed: list[tuple[datetime, PaidOrder]] = field(default_factory=list)
    own: set[UUID] = field(default_factory=set)
    page_size: int = 3

    async def demand_own(self, order_id: UUID) -> None:
        if order_id not in self.own:
            raise OrderNotFound

    async def paid(self, cursor: str, paid_after: datetime | None) -> PaidPage:
        known = [
            (pay_time, order)
            for pay_time, order in sorted(self.feed, key=lambda paid: paid[0])
            if (paid_after is None or pay_time >= paid_after)
            and (not cursor or pay_time > datetime.fromisoformat(cursor))
        ][: self.page_size]
        return PaidPage(
            [order for _, order in known], known[-1][0].isoformat() if known else cursor
        )


@dataclass
class FakeAccounts:
    """Addresses of accounts."""

    addresses: dict[UUID, str] = field(default_factory=dict)

    def add(self, email: str) -> UUID:
        account_id = ids.new_account_id()
        self.addresses[account_id] = email
        return account_id

    async def address_of(self, account_id: UUID) -> str:
        if account_id not in self.addresses:
            raise AddressUnknown
        return self.addresses[account_id]

    async def account_of(self, email: str) -> UUID:
        known = email.strip().lower()
        for account_id, address in self.addresses.items():
            if address == known:
                return account_id
        return self.add(known)
