"""What the fake store keeps: the rows that PostgreSQL would, as values in dictionaries."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from uuid import UUID

from inventory_svc.holds.holds import Hold, SeatRow, SeatState
from inventory_svc.holds.placing import Outcome, RequestName, Terms
from inventory_svc.holds.seating import Seating

SeatKey = tuple[int, int]
"""Event and seat."""
ShardKey = tuple[int, int, int]
"""Event, pool and shard."""
ClaimKey = tuple[UUID, int, int]
"""Hold, pool and shard."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event: where its seats are, and what its row says."""

    seating: Seating
    terms: Terms
    prices_minor: dict[int, int]


@dataclass(frozen=True, slots=True)
class ShardRow:
    """A part of a pool's counter."""

    capacity: int
    available: int
    held: int = 0
    sold: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """The places that a hold has in one shard."""

    quantity: int
    claimed: int
    held_until: datetime | None
    """Held only: from then on anybody may take them."""


@dataclass
class Tables:
    """All rows. A transaction writes into a draft of its own, which its commit puts in here."""

    events: MutableMapping[int, EventRow] = field(default_factory=dict)
    seats: MutableMapping[SeatKey, SeatRow] = field(default_factory=dict)
    shards: MutableMapping[ShardKey, ShardRow] = field(default_factory=dict)
    holds: MutableMapping[UUID, Hold] = field(default_factory=dict)
    claims: MutableMapping[ClaimKey, Claim] = field(default_factory=dict)
    sold_counts: MutableMapping[UUID, int] = field(default_factory=dict)
    """Seats and places sold by a hold and not returned."""
    returned: MutableMapping[tuple[UUID, str], tuple[int, ...]] = field(default_factory=dict)
    """The seats of a return, by hold and return."""
    closed_admissions: MutableMapping[UUID, bool] = field(default_factory=dict)
    closed_pins: MutableMapping[tuple[UUID, UUID], bool] = field(default_factory=dict)
    """Hold and order."""
    requests: MutableMapping[RequestName, Outcome] = field(default_factory=dict)
    facts: MutableMapping[tuple[str, UUID, int], datetime] = field(default_factory=dict)
    """What was told of a hold, by kind, hold and version."""

    def draft(self) -> Tables:
        """Returns rows that read like these and keep what is written into them to themselves."""
        return Tables(*(ChainMap({}, getattr(self, each.name)) for each in fields(self)))

    def apply(self, draft: Tables) -> None:
        """Takes in what a draft wrote, at once."""
        for each in fields(self):
            getattr(self, each.name).update(getattr(draft, each.name).maps[0])

    def add_event(self, row: EventRow) -> None:
        """Adds an event with all its seats and places free."""
        event_id = row.seating.event_id
        self.events[event_id] = row
        for seat in row.seating.seats:
            self.seats[event_id, seat.seat_no] = SeatRow(
                seat.seat_no, SeatState.AVAILABLE, None, None, 0
            )
        for pool in row.seating.pools.values():
            for shard_no in range(pool.shard_count):
                part = pool.capacity // pool.shard_count
                part += shard_no < pool.capacity % pool.shard_count
                self.shards[event_id, pool.pool_no, shard_no] = ShardRow(part, part)

    def seats_of(self, event_id: int) -> Iterator[SeatRow]:
        """The seats of an event, in the map's order."""
        return (row for (of_event_id, _), row in self.seats.items() if of_event_id == event_id)

    def claims_of(self, hold_id: UUID) -> dict[ClaimKey, Claim]:
        """The places of a hold that are counted somewhere."""
        return {key: claim for key, claim in self.claims.items() if key[0] == hold_id}
