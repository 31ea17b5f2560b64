"""What must be true of the rows after every commit, whatever was committed (design §9, 1 to 4)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from inventory_svc.holds.holds import Hold, SeatState, State
from tests.model.tables import Tables

SEAT_STATES = {
    State.HELD: SeatState.HELD,
    State.PINNED: SeatState.PINNED,
    State.CONFIRMED: SeatState.SOLD,
}


def broken(tables: Tables, now: datetime) -> list[str]:
    """Returns a sentence for everything that is not as it must be."""
    return [
        *_holds_without_their_seats(tables, now),
        *_seats_without_their_hold(tables),
        *_shards_that_do_not_add_up(tables),
        *_buyers_over_their_limits(tables, now),
    ]


def went_back(before: dict[tuple[int, int], int], tables: Tables) -> list[str]:
    """Returns the seats whose fence is smaller than it was, and notes the fences of now."""
    found = [
        f"the fence of seat {key[1]} went from {before[key]} to {row.fence}"
        for key, row in tables.seats.items()
        if row.fence < before.get(key, 0)
    ]
    before.update((key, row.fence) for key, row in tables.seats.items())
    return found


def is_live(hold: Hold, now: datetime) -> bool:
    """Tells whether a hold still keeps everything that it has."""
    return hold.state_at(now) in SEAT_STATES


def _holds_without_their_seats(tables: Tables, now: datetime) -> Iterator[str]:
    """A hold that lives has all of its seats, each in the hold's state and with a fence no older than the hold."""
    for hold in tables.holds.values():
        if not is_live(hold, now):
            continue
        back = _returned_seats(tables, hold)
        for seat in hold.seats:
            row = tables.seats[hold.event_id, seat.seat_no]
            is_theirs = row.hold_id == hold.hold_id and row.state == SEAT_STATES[hold.state]
            if seat.seat_no not in back and not (is_theirs and row.fence >= seat.fence):
                yield f"{hold.state} {hold.hold_id} has no seat {seat.seat_no}: {row}"
        if hold.state is not State.CONFIRMED and hold.places:
            claimed = sum(claim.claimed for claim in tables.claims_of(hold.hold_id).values())
            if claimed != sum(places.quantity for places in hold.places):
                yield f"{hold.state} {hold.hold_id} has {claimed} of its places"


def _returned_seats(tables: Tables, hold: Hold) -> set[int]:
    return {
        seat_no
        for (hold_id, _), seat_nos in tables.returned.items()
        if hold_id == hold.hold_id
        for seat_no in seat_nos
    }


def _seats_without_their_hold(tables: Tables) -> Iterator[str]:
    """A seat's owner is a hold that was placed on it."""
    for (event_id, seat_no), row in tables.seats.items():
        if row.hold_id is None:
            continue
        hold = tables.holds.get(row.hold_id)
        if hold is None or hold.event_id != event_id or seat_no not in hold.seat_nos:
            yield f"seat {seat_no} is claimed by {row.hold_id}, which never had it"


def _shards_that_do_not_add_up(tables: Tables) -> Iterator[str]:
    """Every place of a shard is free, held or sold, and what holds have in it is what it counts."""
    claimed: Counter[tuple[int, int, int]] = Counter()
    for (hold_id, pool_no, shard_no), claim in tables.claims.items():
        claimed[tables.holds[hold_id].event_id, pool_no, shard_no] += claim.claimed
    for key, shard in tables.shards.items():
        counts = (shard.available, shard.held, shard.sold)
        if min(counts) < 0 or sum(counts) != shard.capacity:
            yield f"shard {key} does not add up: {shard}"
        if claimed[key] != shard.held + shard.sold:
            yield f"holds have {claimed[key]} places in shard {key}: {shard}"


def _buyers_over_their_limits(tables: Tables, now: datetime) -> Iterator[str]:
    live: defaultdict[tuple[int, UUID], list[Hold]] = defaultdict(list)
    for hold in tables.holds.values():
        if is_live(hold, now):
            live[hold.event_id, hold.account_id].append(hold)
    for (event_id, account_id), holds in live.items():
        limits = tables.events[event_id].terms.limits
        unsold = sum(hold.state is not State.CONFIRMED for hold in holds)
        tickets = sum(tables.sold_counts.get(hold.hold_id, hold.count) for hold in holds)
        if unsold > limits.live_holds_per_buyer or tickets > limits.tickets_per_buyer:
            yield f"buyer {account_id} has {unsold} holds and {tickets} tickets: {limits}"
