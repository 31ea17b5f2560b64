"""Claims: who had which seats, from when at the earliest and at the latest, until when at the earliest and the latest.

Between the two a claim may have begun or ended; a history is right when some choice of instants is.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.history.records import Call, History, HoldRow, Kind, Outcome, SeatFence

ENDS = frozenset((Kind.RELEASE, Kind.UNPIN, Kind.RETURN))
REFUSED = Outcome.REFUSED


@dataclass(frozen=True, slots=True)
class Window:
    """When something happened."""

    earliest: float
    latest: float


@dataclass(slots=True)
class Claim:
    """A hold, as the history and its row have it."""

    hold_id: str
    account: str
    seats: tuple[SeatFence, ...]
    placed: Window
    ended: Window
    create_time: float
    """By the database's clock, under the locks."""
    expire_time: float
    is_pinned: bool
    ends_by_time_only: bool
    """True when nobody gave it back and no order has it."""
    row: HoldRow | None
    """None when the database does not know the hold any more."""


@dataclass(slots=True)
class Ledger:
    """The calls about each hold, the first answer that acknowledged it, and its row."""

    placing: dict[str, Window]
    acknowledged: dict[str, Call]
    about: dict[str, list[Call]]
    rows: dict[str, HoldRow]


def ledger_of(history: History) -> Ledger:
    """Sorts a history by hold."""
    attempts: defaultdict[tuple[str, str], list[Call]] = defaultdict(list)
    about: defaultdict[str, list[Call]] = defaultdict(list)
    for call in history.calls:
        if call.kind is Kind.HOLD:
            attempts[call.account, call.request_id].append(call)
        else:
            about[call.hold_id].append(call)
    placing: dict[str, Window] = {}
    acknowledged: dict[str, Call] = {}
    for calls in attempts.values():
        # The same request may have been sent many times; whichever of them placed the hold, all are told of it.
        earliest = min(call.invoked for call in calls)
        for call in sorted(calls, key=lambda call: call.answered):
            if call.told is not None and call.told.hold_id not in acknowledged:
                acknowledged[call.told.hold_id] = call
                placing[call.told.hold_id] = Window(earliest, call.answered)
    return Ledger(placing, acknowledged, dict(about), {row.hold_id: row for row in history.holds})


def claims_of(history: History, ledger: Ledger) -> list[Claim]:
    """Returns every hold that was acknowledged or is in the database."""
    hold_ids = dict.fromkeys([*ledger.acknowledged, *ledger.rows])
    return [_claim(history, ledger, hold_id) for hold_id in hold_ids]


def _claim(history: History, ledger: Ledger, hold_id: str) -> Claim:
    row, first = ledger.rows.get(hold_id), ledger.acknowledged.get(hold_id)
    told = first.told if first else None
    calls = ledger.about.get(hold_id, [])
    create_time = told.create_time if told else row.create_time if row else 0.0
    expire_time = _expire_time(calls, row, told.expire_time if told else math.inf)
    is_pinned = any(call.kind is Kind.PIN and call.outcome is Outcome.OK for call in calls) or bool(
        row and row.order_id
    )
    error = history.clock_error_seconds
    given_back = [call for call in calls if call.kind in ENDS and call.outcome is not REFUSED]
    return Claim(
        hold_id=hold_id,
        account=first.account if first else row.account if row else "",
        seats=told.seats if told else row.seats if row else (),
        placed=ledger.placing.get(hold_id, Window(create_time - error, math.inf)),
        ended=_end(given_back, math.inf if is_pinned else expire_time, error),
        create_time=create_time,
        expire_time=expire_time,
        is_pinned=is_pinned,
        ends_by_time_only=not (is_pinned or given_back),
        row=row,
    )


def _expire_time(calls: Iterable[Call], row: HoldRow | None, told: float) -> float:
    """Returns when its time runs out: what was told last, or what the row says where nobody was told."""
    extended = [call.told.expire_time for call in calls if call.kind is Kind.EXTEND and call.told]
    if extended:
        return max(extended)
    asked = any(call.kind is Kind.EXTEND for call in calls)
    if row is not None and (told == math.inf or (asked and row.extended)):
        return row.held_until
    return told


def _end(given_back: Sequence[Call], expire_time: float, error: float) -> Window:
    # The time of a pinned hold does not run out; and only then is a release no end: it is refused.
    is_pinned = expire_time == math.inf
    sure = [call for call in given_back if not is_pinned or call.kind is not Kind.RELEASE]
    earliest = min((call.invoked for call in given_back), default=math.inf)
    latest = min((call.latest for call in sure), default=math.inf)
    return Window(min(earliest, expire_time - error), min(latest, expire_time + error))
