"""Troubles: processes, backends and the cache are killed, cut off, frozen and emptied while callers call."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter as Tally
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import redis.asyncio

from tests.history.box_office import BoxOffice
from tests.polling import eventually

FROZEN_SECONDS = 1.0
RECOVERY_SECONDS = 60.0

_BACKENDS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = 'inventory' AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)


class Troubles:
    """A deck of troubles, each dealt once before any comes again."""

    def __init__(self, office: BoxOffice, seed: int) -> None:
        self._office = office
        self._dice = random.Random(f"{seed} troubles")
        self.dealt: Tally[str] = Tally()
        """How often each came, and was overcome."""
        self._kinds: dict[str, Callable[[], Awaitable[None]]] = {
            "process killed": self._kill_process,
            "process frozen": self._freeze_process,
            "backends terminated": self._terminate_backends,
            "backend killed": self._kill_backend,
            "valkey killed": self._kill_valkey,
            "valkey flushed": self._flush_valkey,
        }

    def has_dealt_all(self) -> bool:
        """Tells whether every trouble came at least once."""
        return len(self.dealt) == len(self._kinds)

    async def deal_until(self, over: asyncio.Event, pause_seconds: float) -> None:
        """Deals troubles with pauses between them, each overcome before the next."""
        deck: list[str] = []
        while not await _waited(over, pause_seconds * (0.5 + self._dice.random())):
            if not deck:
                deck = list(self._kinds)
                self._dice.shuffle(deck)
            kind = deck.pop()
            await self._kinds[kind]()
            self.dealt[kind] += 1

    async def _kill_process(self) -> None:
        process = self._dice.choice(self._office.processes)
        process.kill()
        process.start()
        await process.wait_until_serving()

    async def _freeze_process(self) -> None:
        """Lets a process lie still with whatever locks and answers it has, then go on as if nothing had been."""
        process = self._dice.choice(self._office.processes)
        process.signal(signal.SIGSTOP)
        try:
            await _waited(asyncio.Event(), FROZEN_SECONDS)
        finally:
            process.signal(signal.SIGCONT)

    async def _terminate_backends(self) -> None:
        for pid in await self._backends():
            if self._dice.random() < 0.5:
                await self._execute("SELECT pg_terminate_backend($1)", pid)

    async def _kill_backend(self) -> None:
        """The server takes this for a crash: it ends all sessions and recovers from its log."""
        killed = self._dice.choice(await self._backends())
        os.kill(killed, signal.SIGKILL)

        async def is_back() -> bool:
            # Until the server has noticed, it takes new sessions and lists the dead one.
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError):
                return killed not in await self._backends()
            return False

        await eventually(is_back, within_seconds=RECOVERY_SECONDS, what="the database's recovery")

    async def _kill_valkey(self) -> None:
        stack = self._office.stack
        killed = stack.kill("valkey")
        await asyncio.to_thread(stack.wait_until_restarted, "valkey", killed)

    async def _flush_valkey(self) -> None:
        async with redis.asyncio.from_url(self._office.stack.endpoints["valkey"]) as client:
            await client.flushall()

    async def _backends(self) -> list[int]:
        return [row["pid"] for row in await self._execute(_BACKENDS)]

    async def _execute(self, statement: str, *arguments: object) -> list[Any]:
        connection = await self._office.connect_to_database()
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()


async def _waited(event: asyncio.Event, seconds: float) -> bool:
    """Waits for an event, that long at most; tells whether it came."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
