"""Limits: what a buyer had already when a hold of theirs was placed, at the least, and what that made."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence

from tests.history.claims import Claim
from tests.history.records import History, Limits, Violation

LIMIT_PASSED = "a limit was passed"


def check_limits(history: History, claims: Sequence[Claim]) -> Iterator[Violation]:
    """Finds buyers who had more than they may."""
    by_account: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_account[claim.account].append(claim)
    for account, theirs in by_account.items():
        yield from _over_time(account, theirs, history.limits)


def _over_time(account: str, claims: list[Claim], limits: Limits) -> Iterator[Violation]:
    live: list[tuple[float, str, int, bool]] = []
    seats = holds = 0
    for claim in sorted(claims, key=lambda claim: claim.create_time):
        while live and live[0][0] <= claim.create_time:
            _, _, count, is_sold = heapq.heappop(live)
            seats -= count
            holds -= not is_sold
        # A sold hold counts for the tickets and no longer for the holds; when it was sold is not looked at.
        is_sold = claim.row is not None and claim.row.state == "CONFIRMED"
        seats += len(claim.seats)
        holds += not is_sold
        entry = (claim.ended.earliest, claim.hold_id, len(claim.seats), is_sold)
        heapq.heappush(live, entry)
        if len(claim.seats) > limits.seats_per_hold:
            yield Violation(LIMIT_PASSED, f"{account}: {len(claim.seats)} seats in a hold")
        if holds > limits.live_holds:
            yield Violation(LIMIT_PASSED, f"{account}: {holds} holds with {claim.hold_id}")
        if seats > limits.tickets:
            yield Violation(LIMIT_PASSED, f"{account}: {seats} tickets with {claim.hold_id}")
