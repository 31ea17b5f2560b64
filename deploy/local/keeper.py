"""Keeps one part running, whatever ends it."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum

from deploy.local.errors import PartFailed
from deploy.local.logs import open_for_append, tail
from deploy.local.parts import Part
from deploy.local.processes import Reaper, RunningProcess
from deploy.local.state import StateFolder

log = logging.getLogger(__name__)

START_SECONDS = 90.0
"""A part that does not serve by then will not: the slowest takes a few seconds."""

POLL_SECONDS = 0.05

FIRST_STARTS_MAX = 3
"""A part that never served and has ended this often is broken, not unlucky."""

BACKOFF_FIRST_SECONDS = 0.2
BACKOFF_MAX_SECONDS = 5.0
STEADY_SECONDS = 30.0
"""After this long the next crash counts as the first again."""


class PartState(StrEnum):
    """Where a part is in its life."""

    WAITING = "WAITING"
    STARTING = "STARTING"
    SERVING = "SERVING"
    RESTARTING = "RESTARTING"
    STOPPED = "STOPPED"


class Keeper:
    """Owns a part's process from its first start to its last end."""

    def __init__(
        self, part: Part, state: StateFolder, reaper: Reaper, publish: Callable[[], None]
    ) -> None:
        self.part = part
        self.state = PartState.WAITING
        self.restarts = 0
        self.served_once = asyncio.Event()
        self._log_path = state.log_file(part.name)
        self._reaper = reaper
        self._publish = publish
        self._process: RunningProcess | None = None

    @property
    def pid(self) -> int | None:
        """The running process, if one runs."""
        if self._process is None or self._process.has_ended:
            return None
        return self._process.pid

    async def keep(self) -> None:
        """Starts the part, and starts it again whenever it ends; a cancellation ends it cleanly.

        Raises:
            LocalStackError: it never came to serve.
        """
        backoff_seconds = BACKOFF_FIRST_SECONDS
        self._enter(PartState.STARTING)
        try:
            while True:
                started_at = time.monotonic()
                why = await self._run_once()
                if not self.served_once.is_set() and self.restarts + 1 >= FIRST_STARTS_MAX:
                    raise self._failure(why)
                if time.monotonic() - started_at > STEADY_SECONDS:
                    backoff_seconds = BACKOFF_FIRST_SECONDS
                log.warning(
                    "%s %s; it starts again in %.1f s", self.part.name, why, backoff_seconds
                )
                self.restarts += 1
                self._enter(PartState.RESTARTING)
                await asyncio.sleep(backoff_seconds)
                backoff_seconds = min(2 * backoff_seconds, BACKOFF_MAX_SECONDS)
        finally:
            self._enter(PartState.STOPPED)

    async def _run_once(self) -> str:
        """Runs the process from start to end; says how it ended."""
        try:
            await self.part.prepare()
            with open_for_append(self._log_path) as log_file:
                command = self.part.command()
                process = await RunningProcess.start(command, log_file, self._reaper)
        except OSError as error:
            if not self.served_once.is_set():
                raise
            return f"could not be started ({error})"
        self._process = process
        self._publish()
        try:
            return await self._see_to_the_end(process)
        finally:
            if not await process.stop(self.part.stop_seconds):
                log.warning(
                    "%s did not end within %.0f s and was killed",
                    self.part.name,
                    self.part.stop_seconds,
                )

    async def _see_to_the_end(self, process: RunningProcess) -> str:
        ended = asyncio.create_task(process.wait())
        serves = asyncio.create_task(self._come_to_serve())
        try:
            await asyncio.wait({ended, serves}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done() and not serves.result():
                why = f"did not serve within {START_SECONDS:.0f} s"
                if not self.served_once.is_set():
                    raise self._failure(why)
                return why
            code = await ended
            return f"ended with {f'signal {-code}' if code < 0 else f'exit code {code}'}"
        finally:
            serves.cancel()
            ended.cancel()

    async def _come_to_serve(self) -> bool:
        """Waits until the part serves; False when it takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                # Nothing tells us when a port opens: asking again is all there is.
                while not await self._is_settled():  # noqa: ASYNC110
                    await asyncio.sleep(POLL_SECONDS)
                self._enter(PartState.SERVING)
                self.served_once.set()
                return True
        return False

    async def _is_settled(self) -> bool:
        if not await self.part.is_ready():
            return False
        try:
            await self.part.settle()
        # What a driver raises while its server falls over under it is the driver's own affair:
        # the next probe tells whether the server is there.
        except Exception as error:
            log.warning("%s is up, but preparing it failed: %r", self.part.name, error)
            return False
        return True

    def _enter(self, state: PartState) -> None:
        self.state = state
        self._publish()

    def _failure(self, why: str) -> PartFailed:
        return PartFailed(self.part.name, why, self._log_path, tail(self._log_path))
