"""How far the serving marks move: the controller's rule, without wire, driver or clock.

Raising a mark only calls people; what lets them in is the count under the room's lock. So a mark raised too far costs
order, never a seat too many, and a mark raised too little costs time. The rule calls as many as there are free slots,
less those called a moment ago who have not come yet; whoever has not come within the grace is no longer waited for.
At the front of the draw the ranks themselves are known, and just so many are called; behind it the count of the draw
says how far the mark must move, which of a few would call none or twice as many.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Marks:
    """How far the line has come."""

    rank: float
    sequence: int


@dataclass(frozen=True)
class Front:
    """Who waits at the front of the draw."""

    ranks: tuple[float, ...] = ()
    """The lowest ranks at or above the mark, in order, more of them than can be called at once."""
    known_below: float = 0.0
    """Every rank below this is known: 1 where the whole draw is, 0 where nothing is."""


@dataclass(frozen=True)
class Sight:
    """What the controller sees of a room at one moment."""

    at_seconds: float
    marks: Marks
    capacity: int
    active_count: int
    claimed_total: int
    draw_count: int
    sequence_last: int
    """The last number given out, or leased to be given out."""
    seats_left: int
    per_minute_max: int
    """0 where only free slots set the pace."""
    front: Front = Front()


@dataclass
class Pace:
    """Remembers, for one room, whom it called and who came."""

    grace_seconds: float
    _called: deque[tuple[float, int]] = field(default_factory=deque)
    _claimed: deque[tuple[float, int]] = field(default_factory=deque)
    _carry: float = 0.0
    """Parts of a person that a rate ceiling has allowed so far."""
    _last_seconds: float | None = None

    def next_marks(self, sight: Sight) -> Marks:
        """Returns the marks from now on; they never go back."""
        wanted = min(sight.capacity - sight.active_count - self._awaited(sight), sight.seats_left)
        wanted = min(max(wanted, 0), self._ceiling(sight))
        marks, called = _raised(sight, wanted)
        if sight.per_minute_max:
            self._carry -= called
        if called:
            self._called.append((sight.at_seconds, called))
        self._last_seconds = sight.at_seconds
        return marks

    def _awaited(self, sight: Sight) -> int:
        """Counts those called within the grace who have not claimed yet."""
        horizon = sight.at_seconds - self.grace_seconds
        while self._called and self._called[0][0] < horizon:
            self._called.popleft()
        self._claimed.append((sight.at_seconds, sight.claimed_total))
        while len(self._claimed) > 1 and self._claimed[0][0] < horizon:
            self._claimed.popleft()
        came = sight.claimed_total - self._claimed[0][1]
        return max(sum(count for _, count in self._called) - came, 0)

    def _ceiling(self, sight: Sight) -> int:
        if not sight.per_minute_max:
            return sight.capacity
        passed_seconds = (
            1.0 if self._last_seconds is None else sight.at_seconds - self._last_seconds
        )
        allowance = sight.per_minute_max / 60
        # A second's worth may be saved up, no more: a pause is not followed by a rush.
        self._carry = min(self._carry + allowance * passed_seconds, max(allowance, 1.0))
        return int(self._carry)


def _raised(sight: Sight, wanted: int) -> tuple[Marks, int]:
    """Returns the marks raised for so many people, the draw's first, and how many that calls."""
    rank, called = _raised_by_front(sight, wanted)
    if rank < sight.front.known_below:
        return replace(sight.marks, rank=rank), called
    marks = replace(sight.marks, rank=rank)
    if marks.rank < 1.0:
        waiting, more = (1.0 - marks.rank) * sight.draw_count, wanted - called
        if waiting <= more:
            called += int(waiting)
            marks = replace(marks, rank=1.0)
        elif more:
            return replace(marks, rank=marks.rank + more / sight.draw_count), wanted
        else:
            return marks, called
    step = min(wanted - called, sight.sequence_last - marks.sequence)
    if step > 0:
        marks, called = replace(marks, sequence=marks.sequence + step), called + step
    return marks, called


def _raised_by_front(sight: Sight, wanted: int) -> tuple[float, int]:
    """Returns the rank's mark as far as the front tells it exactly, and how many that calls."""
    front = sight.front
    if sight.marks.rank >= front.known_below:
        return sight.marks.rank, 0
    called = min(wanted, len(front.ranks))
    # A rank is called when it is below the mark: the first who stays outside is the mark.
    return (front.ranks[called] if called < len(front.ranks) else front.known_below), called
