"""Who is told after a commit that seats changed hands: those who show them, and those who refuse fast."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from inventory_svc.holds.marks import Freed, Marks


class Lookout:
    """Passes on what changed. Nothing depends on it but speed."""

    def __init__(
        self,
        marks: Marks,
        touch: Callable[[int, Collection[int] | None], None],
        even_out: Callable[[int, int], None] | None = None,
        free: Callable[[int, Sequence[int]], None] | None = None,
    ) -> None:
        self._marks = marks
        self._touch = touch
        self._even_out = even_out
        self._free = free

    def changed(self, event_id: int, seat_nos: Collection[int] | None = None) -> None:
        """Notes that seats of an event changed hands; None where it is not known which."""
        self._touch(event_id, seat_nos)

    async def freed(self, event_id: int, seats: Sequence[Freed]) -> None:
        """Notes that seats were given back, before whoever gave them back hears of it."""
        seat_nos = [seat.seat_no for seat in seats]
        self._touch(event_id, seat_nos)
        if self._free:
            self._free(event_id, seat_nos)
        await self._marks.clear(event_id, seats)

    def uneven(self, event_id: int, pool_no: int) -> None:
        """Notes that the free places of a pool lie in few of its counters."""
        if self._even_out:
            self._even_out(event_id, pool_no)
