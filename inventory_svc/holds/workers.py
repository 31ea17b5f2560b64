"""The expiry worker: tidies up after holds whose time is over, and tells of it.

It decides nothing that matters: a hold that is over can be taken from at once, whoever notices. Every process runs it;
a slice of the holds is one process's at a time, so that a hundred thousand that end together are shared out.

What is told is made before anything is locked; one call then locks, ends, frees and tells. Seats in Valkey need no
word: the mark of a held seat ends with its hold.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from inventory_svc.holds.holds import Hold, State
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.seatings import Seatings
from inventory_svc.holds.store import read_clock
from inventory_svc.holds.tidying import store
from inventory_svc.holds.tidying.store import SLICE_COUNT, Ending
from inventory_svc.holds.wire import expiry_of
from mesh.database import Connection, Database, driver_refusal
from mesh.outbox import HOLDS_TOPIC, Outbox, envelope, slot_of
from mesh.workers import Every, report

NAME = "hold expiry"

EXPIRY_SECONDS = 1.0
"""Holds are tidied within five seconds of their end; looking each second costs a few index look-ups."""

BATCH_MAX = 500
"""Holds tidied in one call: some 15 ms, during which their seats cannot be taken. More of them save nothing."""

SLICES_AT_ONCE = 2
"""While the database tidies one batch, what is told of the next is made."""

TURN_HOLDS = 50
"""Facts made before others in this process get their turn: about a millisecond."""

SET_ASIDE_SECONDS = 60.0
"""How long an event that cannot be tidied is left alone, so that its holds do not stand before all others."""

_outbox = Outbox(HOLDS_TOPIC)


class HoldExpiry:
    """Ends holds whose time is over."""

    def __init__(self, database: Database, seatings: Seatings, lookout: Lookout) -> None:
        self._database = database
        self._seatings = seatings
        self._lookout = lookout
        self._set_aside: dict[int, float] = {}
        """Events that could not be tidied, because of what is wrong with them or because somebody is changing them, and
        until when they are left alone."""

    def worker(self) -> Every:
        """Returns the loop."""
        return Every(NAME, EXPIRY_SECONDS, self.tidy)

    async def tidy(self) -> bool:
        """Tidies up to a batch of each slice; returns whether there may be more."""
        now = time.monotonic()
        self._set_aside = {event: until for event, until in self._set_aside.items() if until > now}
        first = secrets.randbelow(SLICE_COUNT)  # processes rarely want the same slice at once
        slices = [(first + step) % SLICE_COUNT for step in range(SLICE_COUNT)]
        turns = asyncio.Semaphore(SLICES_AT_ONCE)

        async def in_turn(slice_no: int) -> bool:
            async with turns:
                return await self._tidy_slice(slice_no)

        done = await asyncio.gather(*map(in_turn, slices), return_exceptions=True)
        for outcome in done:
            if isinstance(outcome, BaseException):
                raise outcome
        return any(done)

    async def _tidy_slice(self, slice_no: int) -> bool:
        async with self._database.transaction() as connection:
            if not await store.try_lease(connection, slice_no):
                return False
            holds = await store.read_over(connection, slice_no, BATCH_MAX, self._set_aside)
            if not holds:
                return False
            now = await read_clock(connection)
            endings = await self._endings(holds, now)
            tidied = await self._tidy(connection, endings, now)
        for event_id in tidied:
            self._lookout.changed(event_id)
        if tidied:
            _outbox.wake()
        if len(holds) < BATCH_MAX:
            return False
        # The next batch is looked for past those that somebody is busy with, or it would be the same again.
        for event_id in endings.keys() - set(tidied):
            self._set_aside.setdefault(event_id, time.monotonic() + EXPIRY_SECONDS)
        return True

    async def _endings(self, holds: Sequence[Hold], now: datetime) -> dict[int, list[Ending]]:
        """Makes what is to be told, by event."""
        endings: defaultdict[int, list[Ending]] = defaultdict(list)
        for made, hold in enumerate(holds):
            if made % TURN_HOLDS == 0:
                await asyncio.sleep(0)
            if hold.event_id in self._set_aside:
                continue
            try:
                seating = await self._seatings.get(hold.event_id)
                fact = expiry_of(hold, seating, now)
                told_already = hold.state is not State.HELD
                body = None if told_already else envelope(fact).SerializeToString()
                endings[hold.event_id].append(Ending(hold, slot_of(fact.key), fact.key, body))
            except Exception as error:
                self._leave_alone(hold.event_id, error)
        return endings

    async def _tidy(
        self, connection: Connection, endings: dict[int, list[Ending]], now: datetime
    ) -> list[int]:
        """Tidies all, or, when something is wrong with one event, each event by itself. Returns the tidied events."""
        try:
            async with connection.transaction():
                together = [ending for of_event in endings.values() for ending in of_event]
                return list(await store.tidy(connection, together, now))
        except Exception as error:
            if driver_refusal(error):
                raise
        tidied: list[int] = []
        for event_id, of_event in endings.items():
            try:
                async with connection.transaction():
                    tidied += await store.tidy(connection, of_event, now)
            except Exception as error:
                if driver_refusal(error):
                    raise
                self._leave_alone(event_id, error)
        return tidied

    def _leave_alone(self, event_id: int, error: Exception) -> None:
        if driver_refusal(error):
            raise error
        report(NAME, error)
        self._set_aside[event_id] = time.monotonic() + SET_ASIDE_SECONDS
