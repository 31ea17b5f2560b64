"""Joining: a place from the draw before the opening, a number in the order of joining after it.

Neither writes a row. Before the opening a process signs draw tickets under a lease from the room's row, which ends, by
the database's clock, before the seed is shown: nobody who has seen the seed can still join the draw. After it, numbers
come from blocks that a process leases; blocks grow only while they are used up quickly, so a quiet line has no gaps.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from mesh.clock import Clock
from queue_svc import draw
from queue_svc.errors import RoomClosed, RoomNotFound
from queue_svc.presence import Drawn
from queue_svc.room import Room, State
from queue_svc.store import LineStore
from queue_svc.tokens import Tokens

DRAW_LEASE_SECONDS = 2.0
DRAW_LEASE_MARGIN_SECONDS = 0.25
"""What is left off a lease's end for the time that asking for it took to travel."""
BLOCK_SIZE_MAX = 256
BLOCK_QUICK_SECONDS = 0.2
"""A block used up faster than this is followed by one twice as large."""
ROOMS_REMEMBERED_MAX = 10_000


@dataclass(frozen=True)
class Joined:
    """A place, signed."""

    join_token: str
    drawn: bool
    sequence: int


@dataclass
class _Block:
    """Numbers that this process may give out, and its right to sign draw tickets."""

    next_number: int = 0
    end_number: int = 0
    size: int = 1
    leased_at: float = 0.0
    draw_until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Line:
    """Gives places."""

    def __init__(self, store: LineStore, tokens: Tokens, drawn: Drawn, clock: Clock) -> None:
        self._store = store
        self._tokens = tokens
        self._drawn = drawn
        self._clock = clock
        self._blocks: dict[int, _Block] = {}

    async def join(self, room: Room, account_text: str) -> Joined:
        """Returns a place for an account. Raises RoomClosed."""
        if room.state is State.CLOSED:
            raise RoomClosed
        if not room.is_open and await self._may_draw(room.event_id):
            rank = draw.rank(room.seed, account_text)
            await self._drawn.add(room.event_id, account_text, rank)
            return self._signed(room.event_id, account_text, sequence=0)
        await self._store.open_due(room.event_id)
        return self._signed(room.event_id, account_text, await self._number(room.event_id))

    def _signed(self, event_id: int, account_text: str, sequence: int) -> Joined:
        token = self._tokens.place(event_id, account_text, sequence, self._clock.now())
        return Joined(token, sequence == 0, sequence)

    async def _may_draw(self, event_id: int) -> bool:
        block = self._block(event_id)
        if time.monotonic() < block.draw_until:
            return True
        async with block.lock:
            if time.monotonic() < block.draw_until:
                return True
            asked = time.monotonic()
            seconds = await self._store.lease_draw(event_id, DRAW_LEASE_SECONDS)
            if seconds is None:
                return False
            block.draw_until = asked + seconds - DRAW_LEASE_MARGIN_SECONDS
            # The last quarter second before the opening belongs to neither: wait it out and take a number.
            if time.monotonic() >= block.draw_until:
                await asyncio.sleep(max(seconds, 0))
                return False
            return True

    async def _number(self, event_id: int) -> int:
        block = self._block(event_id)
        async with block.lock:
            if block.next_number >= block.end_number:
                await self._lease(event_id, block)
            number = block.next_number
            block.next_number += 1
            return number

    async def _lease(self, event_id: int, block: _Block) -> None:
        now = time.monotonic()
        is_quick = now - block.leased_at < BLOCK_QUICK_SECONDS
        block.size = min(block.size * 2, BLOCK_SIZE_MAX) if is_quick else 1
        first = await self._store.lease_sequence(event_id, block.size)
        if first is None:
            room = await self._store.room(event_id)
            raise RoomNotFound if room is None else RoomClosed
        block.next_number, block.end_number, block.leased_at = first, first + block.size, now

    def _block(self, event_id: int) -> _Block:
        block = self._blocks.get(event_id)
        if block is None:
            if len(self._blocks) >= ROOMS_REMEMBERED_MAX:
                self._blocks.pop(next(iter(self._blocks)))
            block = self._blocks[event_id] = _Block()
        return block
