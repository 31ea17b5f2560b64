"""Hot events one after the other, for rows that last longer than one hall does."""

from __future__ import annotations

from tests.bench import halls
from tests.bench.box_office import BoxOffice


class Turnstile:
    """Sends parties to one event until it is nearly full, then to the next, which everything is warm for."""

    def __init__(self, event_ids: list[int], seats_each: int, *, full_at: float) -> None:
        self._event_ids = event_ids
        self._sent_max = int(seats_each * full_at)
        self._place = 0
        self._sent = 0

    @classmethod
    async def open(
        cls, office: BoxOffice, template_id: int, count: int, seats_each: int, *, full_at: float
    ) -> Turnstile:
        """Makes the events and lets the engine meet them."""
        event_ids = await halls.copy(office.database, template_id, count)
        await halls.settle(office.database)
        for event_id in event_ids:
            await office.hold(event_id, quantity=1)
        return cls(event_ids, seats_each, full_at=full_at)

    @property
    def event_ids(self) -> list[int]:
        """All events, used or not."""
        return self._event_ids

    def event(self, quantity: int) -> int:
        """Returns where a party goes."""
        if self._sent + quantity > self._sent_max and self._place + 1 < len(self._event_ids):
            self._place += 1
            self._sent = 0
        self._sent += quantity
        return self._event_ids[self._place]

    def give_back(self, quantity: int) -> None:
        """Notes that a party was refused at the door."""
        self._sent -= quantity
