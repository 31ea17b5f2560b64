"""Starts the parts in order, and ends them all."""

import asyncio
import logging
import os
from collections.abc import Iterable, Sequence
from typing import Any

from deploy.local.errors import LocalStackError
from deploy.local.keeper import Keeper
from deploy.local.parts import SERVERS, Part
from deploy.local.processes import Reaper
from deploy.local.state import StateFolder

log = logging.getLogger(__name__)


class Supervisor:
    """All the parts of one stack."""

    def __init__(self, parts: Sequence[Part], state: StateFolder) -> None:
        self._state = state
        self._reaper = Reaper()
        self._phase = "starting"
        self._keepers = {
            part.name: Keeper(part, state, self._reaper, self._publish) for part in parts
        }
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self, deadline_seconds: float) -> None:
        """Starts every part, each as soon as what it needs serves; returns when all do.

        Raises:
            LocalStackError: one of them does not come up, or together they take too long.
        """
        self._tasks = {
            name: asyncio.create_task(self._keep_when_possible(keeper))
            for name, keeper in self._keepers.items()
        }
        all_serve = asyncio.create_task(self._wait_until_served(self._keepers))
        try:
            done, _ = await asyncio.wait(
                {all_serve, *self._tasks.values()},
                timeout=deadline_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            all_serve.cancel()
        for task in done:
            task.result()
        if not done:
            late = [name for name, k in self._keepers.items() if not k.served_once.is_set()]
            raise LocalStackError(
                f"{', '.join(late)} did not serve within {deadline_seconds:.0f} s; the logs are "
                f"in {self._state.logs}"
            )

    async def watch(self) -> None:
        """Waits as long as every part is kept; raises if one cannot be."""
        done, _ = await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def stop(self) -> None:
        """Ends everything: first who uses the servers, then the servers."""
        users = [task for name, task in self._tasks.items() if name not in SERVERS]
        servers = [task for name, task in self._tasks.items() if name in SERVERS]
        for group in (users, servers):
            for task in group:
                task.cancel()
            await asyncio.gather(*group, return_exceptions=True)
        self._reaper.dismiss()

    def enter(self, phase: str) -> None:
        """Notes what the stack as a whole is doing now."""
        self._phase = phase
        self._publish()

    def _publish(self) -> None:
        """Writes the status that other processes read."""
        parts: dict[str, Any] = {
            name: {
                "state": keeper.state,
                "pid": keeper.pid,
                "restarts": keeper.restarts,
                "ports": list(keeper.part.ports),
            }
            for name, keeper in self._keepers.items()
        }
        status = {"supervisor": os.getpid(), "phase": self._phase, "parts": parts}
        try:
            self._state.write_status(status)
        except OSError as error:
            # A disk that is full now must not end what still runs.
            log.warning("the status cannot be written: %s", error)

    async def _keep_when_possible(self, keeper: Keeper) -> None:
        await self._wait_until_served(name for name in keeper.part.needs if name in self._keepers)
        await keeper.keep()

    async def _wait_until_served(self, names: Iterable[str]) -> None:
        for name in names:
            await self._keepers[name].served_once.wait()
