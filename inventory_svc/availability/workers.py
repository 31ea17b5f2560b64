"""The availability publisher: keeps the boards that somebody watches up to date."""

from __future__ import annotations

import asyncio

from inventory_svc.availability.board import STEP_SECONDS, Board, Boards
from mesh.workers import Every

READINGS_AT_ONCE_MAX = 4
"""Boards read at the same time: holds need the connections more."""


class AvailabilityPublisher:
    """Looks again and again, as often as watchers need; looks at nothing when nobody watches."""

    name = "availability publisher"

    def __init__(self, boards: Boards) -> None:
        self._boards = boards
        self._at_once = asyncio.Semaphore(READINGS_AT_ONCE_MAX)

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop`, then ends the streams of all watchers."""
        try:
            await Every(self.name, STEP_SECONDS, self._step).run(stop)
        finally:
            self._boards.close()

    async def _step(self) -> bool:
        looks = [self._look(board) for board in self._boards.watched()]
        for failed in await asyncio.gather(*looks, return_exceptions=True):
            if isinstance(failed, BaseException):
                raise failed
        return False

    async def _look(self, board: Board) -> None:
        async with self._at_once:
            await board.fresh()
