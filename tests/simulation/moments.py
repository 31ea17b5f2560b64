"""What stood at every moment of a story: a refusal must have been true at one of those at which it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from inventory_svc.holds.holds import Hold, SeatRow, State
from inventory_svc.holds.limits import Limits
from tests.model.tables import Claim, ClaimKey, ShardKey, ShardRow, Tables
from tests.model.wants import Refused, Want

STALE_MAX = {
    "NOTHING_FITS": timedelta(seconds=0.6),
    "SEATS_TAKEN": timedelta(seconds=2.1),
}
"""How long ago a refusal may have been true for the last time: a house is half a second old at most when it says that
nothing fits, and a mark whose delete was lost with its process is trusted for two seconds."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The rows after a commit."""

    since: datetime
    decided: datetime
    """When what was committed was decided, under its locks: holds may have run out between then and the commit."""
    seats: dict[tuple[int, int], SeatRow]
    shards: dict[ShardKey, ShardRow]
    claims: dict[ClaimKey, Claim]
    holds: dict[UUID, Hold]
    sold_counts: dict[UUID, int]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What somebody was refused, and while they asked for it."""

    event_id: int
    account_id: UUID
    want: Want
    answer: Refused
    begin: datetime
    end: datetime


class Moments:
    """A story's commits, and what stood after each."""

    def __init__(
        self, tables: Tables, now: datetime, limits: Limits, row_lengths: dict[int, int]
    ) -> None:
        self._standings: list[Standing] = []
        self._limits = limits
        self._row_lengths = row_lengths
        self.note(tables, now, now)

    def note(self, tables: Tables, now: datetime, decided: datetime) -> None:
        """Keeps what stands now."""
        self._standings.append(
            Standing(
                now,
                decided,
                dict(tables.seats),
                dict(tables.shards),
                dict(tables.claims),
                dict(tables.holds),
                dict(tables.sold_counts),
            )
        )

    def was_true(self, refusal: Refusal) -> bool:
        """Tells whether there was a moment at which the refusal was right. What is not looked at counts as right."""
        return any(self._is_true(refusal, standing, at) for standing, at in self._during(refusal))

    def _during(self, refusal: Refusal) -> Iterator[tuple[Standing, datetime]]:
        """What stood shortly before the asking began, and what stood after every commit until it ended.

        Between commits holds only run out: whoever could not be served at a later moment could not at the commit.
        """
        begin = refusal.begin - STALE_MAX.get(refusal.answer.reason, timedelta(0))
        before = [standing for standing in self._standings if standing.since <= begin]
        if before:
            yield before[-1], begin
        for standing in self._standings[len(before) :]:
            if standing.since <= refusal.end:
                yield standing, standing.decided

    def _is_true(self, refusal: Refusal, standing: Standing, at: datetime) -> bool:
        event_id, want = refusal.event_id, refusal.want
        free = {
            row.seat_no
            for (of_event_id, _), row in standing.seats.items()
            if of_event_id == event_id and row.can_be_taken(at)
        }
        match refusal.answer.reason:
            case "SEATS_TAKEN":
                return not free.issuperset(want.seat_nos)
            case "PLACES_TAKEN":
                asked = sum(quantity for _, quantity in want.places)
                return asked > _free_places(standing, event_id, at)
            case "NOTHING_FITS":
                row_length = self._row_lengths[event_id]
                return not any(
                    first % row_length + want.best <= row_length
                    and free.issuperset(range(first, first + want.best))
                    for first in free
                )
            case "HOLD_LIMIT":
                return self._is_over_limit(refusal, standing, at)
        return True

    def _is_over_limit(self, refusal: Refusal, standing: Standing, at: datetime) -> bool:
        live, tickets, count = 0, 0, refusal.want.count
        for hold in standing.holds.values():
            if (hold.event_id, hold.account_id) != (refusal.event_id, refusal.account_id):
                continue
            if hold.state is State.CONFIRMED:
                tickets += standing.sold_counts[hold.hold_id]
            elif hold.state_at(at) in (State.HELD, State.PINNED):
                live += 1
                tickets += hold.count
        return (
            count > self._limits.seats_per_hold
            or live >= self._limits.live_holds_per_buyer
            or tickets + count > self._limits.tickets_per_buyer
        )


def _free_places(standing: Standing, event_id: int, at: datetime) -> int:
    free = sum(row.available for key, row in standing.shards.items() if key[0] == event_id)
    return free + sum(
        claim.claimed
        for (hold_id, _, _), claim in standing.claims.items()
        if standing.holds[hold_id].event_id == event_id
        and claim.held_until is not None
        and claim.held_until <= at
    )
