"""Which seats changed, told from process to process through Valkey: a lost hint costs a moment, never a change.

Whoever shows an event looks at the seats that it was hinted at, and now and then at all of them.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Collection
from uuid import uuid4

from redis.asyncio import Redis

from mesh.valkey import FAILURES
from mesh.workers import Backoff

TELL_SECONDS = 0.03
"""Hints are gathered for this long: one message for many commits."""

SEATS_TOLD_MAX = 4_096
"""Of one event in one message; of more it is only said that they changed."""

EVENTS_TOLD_MAX = 1_000
"""In one message; the others' changes are found without a hint."""

LISTEN_SECONDS = 0.5
"""How long to wait for a message before looking whether to stop."""

CHANNEL = "onsale:availability-hints"

_ALL = -1

Hear = Callable[[int, Collection[int] | None], None]
"""Takes an event and the seats that changed; None where nobody knows which."""


class Hints:
    """What this process tells the others, and hears from them."""

    name = "availability hints"

    def __init__(self, valkey: Redis) -> None:
        self._hearers: list[Hear] = []
        self._valkey = valkey
        self._sender = uuid4().bytes
        self._untold: dict[int, set[int] | None] = {}
        self._telling: asyncio.Task[None] | None = None

    def tell(self, event_id: int, seat_nos: Collection[int] | None) -> None:
        """Tells the others soon that seats changed: none to say only that there is something to see."""
        known = self._untold.get(event_id)
        if known is None and (event_id in self._untold or len(self._untold) >= EVENTS_TOLD_MAX):
            return
        together = None if seat_nos is None else {*(known or ()), *seat_nos}
        is_too_long = together is not None and len(together) > SEATS_TOLD_MAX
        self._untold[event_id] = None if is_too_long else together
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell())

    def heard_by(self, hear: Hear) -> None:
        """Adds whoever is to know of what others tell."""
        self._hearers.append(hear)

    async def run(self, stop: asyncio.Event) -> None:
        """Listens until `stop`."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                await self._listen(stop)
            except FAILURES:
                await asyncio.sleep(backoff.failed())

    async def _tell(self) -> None:
        await asyncio.sleep(TELL_SECONDS)
        told, self._untold, self._telling = self._untold, {}, None
        try:
            await self._valkey.publish(CHANNEL, self._sender + pack(told))
        except FAILURES:
            return

    async def _listen(self, stop: asyncio.Event) -> None:
        async with self._valkey.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(CHANNEL)
            while not stop.is_set():
                message = await channel.get_message(timeout=LISTEN_SECONDS)
                if message is None or message["data"].startswith(self._sender):
                    continue
                for event_id, seat_nos in unpack(message["data"][len(self._sender) :]).items():
                    for hear in self._hearers:
                        hear(event_id, seat_nos)


def pack(told: dict[int, set[int] | None]) -> bytes:
    """Returns hints as bytes: for each event its number, how many seats, and the seats."""
    numbers = array("q")
    for event_id, seat_nos in told.items():
        numbers.append(event_id)
        numbers.append(_ALL if seat_nos is None else len(seat_nos))
        numbers.extend(seat_nos or ())
    return numbers.tobytes()


def unpack(packed: bytes) -> dict[int, Collection[int] | None]:
    """Returns the hints of a message; none of one that is not ours."""
    if len(packed) % 8:
        return {}
    numbers = array("q", packed)
    told: dict[int, Collection[int] | None] = {}
    place = 0
    while place + 1 < len(numbers):
        event_id, count = numbers[place : place + 2]
        place += 2
        told[event_id] = None if count == _ALL else numbers[place : place + count]
        place += max(count, 0)
    return told
