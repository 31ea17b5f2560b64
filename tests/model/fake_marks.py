"""Marks of taken seats as Valkey keeps them, in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from inventory_svc.holds.marks import AGE_MILLIS_MAX, Freed, Mark
from tests.simulation.loop import START


@dataclass(frozen=True, slots=True)
class _Marked:
    fence: int
    until_millis: int
    set_millis: int


class FakeMarks:
    """One cache, for however many processes."""

    def __init__(self, loop_time: Callable[[], float]) -> None:
        self._loop_time = loop_time
        self._marks: dict[tuple[int, int], _Marked] = {}

    def now_millis(self) -> int:
        """Returns the cache's own clock."""
        return int((START.timestamp() + self._loop_time()) * 1000)

    async def taken(self, wanted: Mapping[int, Set[int]]) -> dict[int, frozenset[int]]:
        """Returns which seats are surely taken, by event."""
        return {
            event_id: frozenset(no for no in seat_nos if self._is_taken(event_id, no))
            for event_id, seat_nos in wanted.items()
        }

    def _is_taken(self, event_id: int, seat_no: int) -> bool:
        mark, now = self._marks.get((event_id, seat_no)), self.now_millis()
        return (
            mark is not None and mark.until_millis > now and now - mark.set_millis <= AGE_MILLIS_MAX
        )

    def set(self, event_id: int, marks: Sequence[Mark]) -> None:
        """Marks seats."""
        for mark in marks:
            self._write(event_id, mark.seat_no, mark.fence, mark.until_millis)

    async def clear(self, event_id: int, freed: Sequence[Freed]) -> None:
        """Unmarks seats."""
        for seat in freed:
            self._write(event_id, seat.seat_no, seat.fence, 0)

    def flush(self) -> None:
        """Forgets everything."""
        self._marks.clear()

    def _write(self, event_id: int, seat_no: int, fence: int, until_millis: int) -> None:
        known = self._marks.get((event_id, seat_no))
        if known is None or fence >= known.fence:
            set_millis = self.now_millis() if until_millis else 0
            self._marks[event_id, seat_no] = _Marked(fence, until_millis, set_millis)
