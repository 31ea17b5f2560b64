"""One owner at a time: the claims of each seat, in the order of their fences, must fit one after the other."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tests.history.claims import Claim
from tests.history.records import AVAILABLE, HELD, History, SeatRow, Violation

Turn = tuple[int, Claim]
"""A fence, and who had the seat by it."""

FENCE_REPEATED = "a fence was given twice"
FENCE_WENT_BACK = "a fence went back"
TWO_OWNERS = "two owners at once"
TAKEN_BEFORE_ITS_END = "a seat was taken before its hold had run out"
SEAT_LOST = "a live hold's seat is not its own"
HALF_A_PARTY = "half a party"


def turns_by_seat(claims: Sequence[Claim]) -> dict[int, list[Turn]]:
    """Returns who had each seat, in the order of the fences."""
    turns: defaultdict[int, list[Turn]] = defaultdict(list)
    for claim in claims:
        for seat_no, fence in claim.seats:
            turns[seat_no].append((fence, claim))
    for of_seat in turns.values():
        of_seat.sort(key=lambda turn: turn[0])
    return dict(turns)


def check_ownership(history: History, claims: Sequence[Claim]) -> Iterator[Violation]:
    """Finds seats that two had at once, fences out of order, and rows that do not fit."""
    turns = turns_by_seat(claims)
    rows = {row.seat_no: row for row in history.seats}
    for seat_no, of_seat in turns.items():
        yield from _fences(seat_no, of_seat)
        yield from _order(seat_no, of_seat)
        yield from _by_the_databases_clock(seat_no, of_seat)
        if history.seats:
            yield from _last_owner(history, seat_no, of_seat[-1], rows.get(seat_no))
    yield from _whole_parties(history, claims)


def _fences(seat_no: int, turns: Sequence[Turn]) -> Iterator[Violation]:
    for (fence, one), (next_fence, other) in pairwise(turns):
        if fence == next_fence:
            what = f"seat {seat_no}, fence {fence}: {one.hold_id} and {other.hold_id}"
            yield Violation(FENCE_REPEATED, what)


def _order(seat_no: int, turns: Sequence[Turn]) -> Iterator[Violation]:
    """An order of windows is possible if and only if none closes before one that comes earlier in it opens."""
    begun, ended = -math.inf, -math.inf
    beginner = ender = turns[0][1]
    for fence, claim in turns:
        latest = claim.placed.latest
        if latest < begun:
            what = (
                f"seat {seat_no}, fence {fence}: {claim.hold_id} had it before {beginner.hold_id}"
            )
            yield Violation(FENCE_WENT_BACK, what)
        elif latest < ended:
            what = f"seat {seat_no}: {claim.hold_id} had it while {ender.hold_id} still did"
            yield Violation(TWO_OWNERS, what)
        if claim.placed.earliest > begun:
            begun, beginner = claim.placed.earliest, claim
        if claim.ended.earliest > ended:
            ended, ender = claim.ended.earliest, claim


def _by_the_databases_clock(seat_no: int, turns: Sequence[Turn]) -> Iterator[Violation]:
    """The same by the one clock that both times were read from, under the seat's lock: to the microsecond."""
    for (_, one), (_, other) in pairwise(turns):
        if other.create_time < one.create_time:
            what = f"seat {seat_no}: {other.hold_id} was placed before {one.hold_id}"
            yield Violation(FENCE_WENT_BACK, what)
        elif one.ends_by_time_only and other.create_time < one.expire_time:
            early = one.expire_time - other.create_time
            what = f"seat {seat_no}: {other.hold_id} took it from {one.hold_id} {early:.6f} s early"
            yield Violation(TAKEN_BEFORE_ITS_END, what)


def _last_owner(
    history: History, seat_no: int, turn: Turn, row: SeatRow | None
) -> Iterator[Violation]:
    fence, claim = turn
    if row is None or row.fence < fence:
        yield Violation(
            FENCE_WENT_BACK,
            f"seat {seat_no}: {claim.hold_id} had fence {fence}, the row has {row and row.fence}",
        )
        return
    is_still_owner = claim.ended.earliest > history.read_time
    is_in_row = row.state != AVAILABLE and (row.hold_id, row.fence) == (claim.hold_id, fence)
    if is_still_owner and not is_in_row:
        what = f"seat {seat_no}: of {claim.hold_id}, but the row says {row.hold_id or 'free'}"
        yield Violation(SEAT_LOST, what)
    is_taken = row.state > HELD or (row.state == HELD and row.held_until > history.read_time)
    if is_taken and not is_in_row:
        what = f"seat {seat_no}: {row.hold_id} has it by the row, {claim.hold_id} by its fence"
        yield Violation(TWO_OWNERS, what)


def _whole_parties(history: History, claims: Sequence[Claim]) -> Iterator[Violation]:
    """A hold that still lives, by its own row, has all its seats by theirs."""
    if not history.seats:
        return
    has = {(row.seat_no, row.fence): row.hold_id for row in history.seats if row.state != AVAILABLE}
    for claim in claims:
        row = claim.row
        if row is None or not _lives(history, claim):
            continue
        missing = [seat for seat in row.seats if has.get(seat) != claim.hold_id]
        if missing:
            what = f"{claim.hold_id}, {row.state}, lacks {len(missing)} of {len(row.seats)} seats"
            yield Violation(HALF_A_PARTY, what)


def _lives(history: History, claim: Claim) -> bool:
    row = claim.row
    if row is None:
        return False
    if row.state == "HELD":
        return row.held_until > history.read_time + history.clock_error_seconds
    return row.state == "PINNED" or (row.state == "CONFIRMED" and row.sold_count == len(row.seats))
