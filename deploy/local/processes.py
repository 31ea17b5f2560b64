"""Starting and ending the operating system's processes, so that none is ever left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from deploy.local.settings import CHECKOUT

_HERE = Path(__file__).parent
_NO_USER = "-"
_ISOLATED = (sys.executable, "-I", "-S")
"""Python without site packages: the launcher and the reaper need only the standard library."""


def leashed(
    command: Sequence[str], *, death_signal: signal.Signals, user: str | None = None
) -> list[str]:
    """The command that runs `command` until this process ends, however it ends."""
    launcher = str(_HERE / "launch.py")
    return [
        *_ISOLATED,
        launcher,
        str(int(death_signal)),
        str(os.getpid()),
        user or _NO_USER,
        *command,
    ]


@dataclass(frozen=True)
class Command:
    """What to run for a part, and how to end it."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    """Asks for a clean end."""

    death_signal: signal.Signals = signal.SIGKILL
    """What it gets when the supervisor itself has been killed."""


class Reaper:
    """The process that ends the parts when the supervisor cannot any more."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [*_ISOLATED, str(_HERE / "reaper.py")],
            stdin=subprocess.PIPE,
            start_new_session=True,
            text=True,
            bufsize=1,
        )

    def watch(self, group: int, death_signal: signal.Signals) -> None:
        """Puts a part's process group on the list."""
        self._tell(f"+ {group} {int(death_signal)}\n")

    def forget(self, group: int) -> None:
        """Takes a group off the list: its number may soon be another program's."""
        self._tell(f"- {group}\n")

    def dismiss(self) -> None:
        """Ends the reaper; the supervisor has ended every part itself."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        # Without a reaper the kernel's own signal at the supervisor's death still ends the parts.
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.write(line)


class RunningProcess:
    """A part's process, the head of a process group of its own."""

    def __init__(
        self, command: Command, process: asyncio.subprocess.Process, reaper: Reaper
    ) -> None:
        self._command = command
        self._process = process
        self._reaper = reaper
        reaper.watch(process.pid, command.death_signal)

    @classmethod
    async def start(cls, command: Command, log: IO[bytes], reaper: Reaper) -> "RunningProcess":
        """Starts the command with its output in the log."""
        process = await asyncio.create_subprocess_exec(
            *leashed(command.argv, death_signal=command.death_signal, user=command.user),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(command.environment),
            cwd=CHECKOUT,
            start_new_session=True,
        )
        return cls(command, process, reaper)

    @property
    def pid(self) -> int:
        """The process id, which is also the group's."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.returncode is not None

    async def wait(self) -> int:
        """Waits for the end, ends what the process left in its group, and says how it ended."""
        code = await self._process.wait()
        self._signal_group(signal.SIGKILL)
        self._reaper.forget(self.pid)
        return code

    async def stop(self, grace_seconds: float) -> bool:
        """Asks the group to end, and ends it when the time is up; False when that was needed."""
        ended_by_itself = True
        if not self.has_ended:
            self._signal_group(self._command.stop_signal)
            try:
                async with asyncio.timeout(grace_seconds):
                    await self._process.wait()
            except TimeoutError:
                ended_by_itself = False
        self._signal_group(signal.SIGKILL)
        await self.wait()
        return ended_by_itself

    def _signal_group(self, signal_number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal_number)


def processes_at_home_in(folder: Path) -> list[psutil.Process]:
    """The processes whose working directory is this folder: PostgreSQL's all live in its data."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.cwd() == str(folder):
                found.append(process)
    return found
