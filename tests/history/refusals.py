"""A seat is refused only when it may have been taken: while the call lasted, or as long before as a cache may lag."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from tests.history.claims import Claim
from tests.history.ownership import turns_by_seat
from tests.history.records import History, Kind, Outcome, Violation

REFUSED_THOUGH_FREE = "a free seat was refused"


class Taken:
    """When a seat may have been taken."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        ordered = sorted(claims, key=lambda claim: claim.placed.earliest)
        self._begins = [claim.placed.earliest for claim in ordered]
        self._ends = list(accumulate((claim.ended.latest for claim in ordered), max))

    def may_be_taken(self, since: float, until: float) -> bool:
        """Tells whether anybody may have had it at some instant of a time."""
        begun = bisect_right(self._begins, until)
        return begun > 0 and self._ends[begun - 1] >= since


def check_refusals(history: History, claims: Sequence[Claim]) -> Iterator[Violation]:
    """Finds seats that were refused though nobody can have had them."""
    taken = {
        seat_no: Taken([claim for _, claim in turns])
        for seat_no, turns in turns_by_seat(claims).items()
    }
    first: dict[tuple[str, str], float] = {}
    for call in history.calls:
        if call.kind is Kind.HOLD:
            # A refusal is remembered under its request id: what counts is when it was first asked.
            key = (call.account, call.request_id)
            first[key] = min(call.invoked, first.get(key, math.inf))
    for call in history.calls:
        if call.kind is not Kind.HOLD or call.outcome is not Outcome.REFUSED:
            continue
        since = first[call.account, call.request_id] - history.stale_refusal_seconds
        for seat_no in call.seats_gone:
            seat = taken.get(seat_no)
            if seat is None or not seat.may_be_taken(since, call.answered):
                what = f"seat {seat_no} at {call.answered:.6f}, request {call.request_id}"
                yield Violation(REFUSED_THOUGH_FREE, what)
