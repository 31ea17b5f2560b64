"""Slows down who joins one line again and again.

Each number that is given out calls somebody, and a place that nobody claims keeps its slot free until the grace is
over: an account that joined thousands of times would hold up everybody behind it. So the numbers of one account flow no
faster than one every REPEAT_SECONDS once its first ones are used up; joins that wait for one share it. Nobody is
refused. What is remembered empties with time like a bucket, has a bound, and decides nothing about who is let in.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from queue_svc.line import Joined
from queue_svc.room import Room

FREE_JOINS = 30
"""How many numbers an account may take as fast as it likes: more than a person with any number of tabs needs."""
REPEAT_SECONDS = 3.0
"""Below the deadline of Join, so that whoever waits is answered."""
ACCOUNTS_MAX = 100_000
"""Remembered at once, about 200 bytes each; who has not joined for the longest goes first."""


class Joining(Protocol):
    """The line itself."""

    async def join(self, room: Room, account_text: str) -> Joined:
        """Returns a place for an account."""


@dataclass(slots=True)
class _Account:
    full_until: float = 0.0
    """When its bucket would be empty again if it joined no more."""
    next_join: asyncio.Task[Joined] | None = None
    """The join that others share while it waits."""


class Repeats:
    """Joins the line, an account that repeats itself in slow steps."""

    def __init__(self, line: Joining, now: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._now = now
        self._accounts: OrderedDict[tuple[int, str], _Account] = OrderedDict()

    async def join(self, room: Room, account_text: str) -> Joined:
        """Returns a place for an account; before the opening repeats change nothing. Raises RoomClosed."""
        if not room.is_open:
            return await self._line.join(room, account_text)
        account = self._account(room.event_id, account_text)
        if account.next_join is None:
            wait_seconds = self._fill(account)
            if not wait_seconds:
                return await self._line.join(room, account_text)
            waiting = self._join_later(account, wait_seconds, room, account_text)
            account.next_join = asyncio.create_task(waiting)
        # A caller that goes away does not take the others' place with it.
        return await asyncio.shield(account.next_join)

    def _fill(self, account: _Account) -> float:
        """Counts a join; returns how long it has to wait."""
        now = self._now()
        account.full_until = max(account.full_until, now) + REPEAT_SECONDS
        return max(account.full_until - FREE_JOINS * REPEAT_SECONDS - now, 0.0)

    async def _join_later(
        self, account: _Account, wait_seconds: float, room: Room, account_text: str
    ) -> Joined:
        try:
            await asyncio.sleep(wait_seconds)
        finally:
            account.next_join = None  # who comes from now on waits for the next one
        return await self._line.join(room, account_text)

    def _account(self, event_id: int, account_text: str) -> _Account:
        account = self._accounts.setdefault((event_id, account_text), _Account())
        self._accounts.move_to_end((event_id, account_text))
        if len(self._accounts) > ACCOUNTS_MAX:
            self._accounts.popitem(last=False)
        return account
