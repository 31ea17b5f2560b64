"""CPU and memory of every process of a stack, and of the load itself."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil

from tests.bench.measure import Row
from tests.stack import Stack

LOAD = "load"
"""The benchmark's own process and what it starts: what the clients cost."""
MEBIBYTE = 1024 * 1024


@asynccontextmanager
async def metered(stack: Stack) -> AsyncIterator[list[Row]]:
    """Notes in the rows that the block appends what each process used meanwhile."""
    rows: list[Row] = []
    before = cpu_seconds(stack)
    yield rows
    after = cpu_seconds(stack)
    memory = memory_mb(stack)
    for row in rows:
        row.cpu_seconds = {name: after[name] - before.get(name, 0.0) for name in after}
        row.memory_mb = memory


def cpu_seconds(stack: Stack) -> dict[str, float]:
    """Process → seconds of CPU so far, with those of its children, past and present."""
    seconds = {}
    for name, root in _roots(stack).items():
        own = root.cpu_times()
        # Ended children count with their parent, so that PostgreSQL's old backends are not forgotten.
        seconds[name] = own.user + own.system + own.children_user + own.children_system
        for child in _children(root, name, stack):
            with contextlib.suppress(psutil.Error):
                used = child.cpu_times()
                seconds[name] += used.user + used.system
    return seconds


def memory_mb(stack: Stack) -> dict[str, float]:
    """Process → memory in MiB, pages shared with others counted by their share where the system tells it."""
    return {
        name: sum(_memory(process) for process in (root, *_children(root, name, stack))) / MEBIBYTE
        for name, root in _roots(stack).items()
    }


def _memory(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        full = process.memory_full_info()
        return int(getattr(full, "pss", 0) or full.rss)
    return 0


def _roots(stack: Stack) -> dict[str, psutil.Process]:
    pids = {name: part["pid"] for name, part in stack.status()["parts"].items()}
    pids |= {"supervisor": stack.supervisor_pid, LOAD: os.getpid()}
    return {name: psutil.Process(pid) for name, pid in pids.items() if pid}


def _children(root: psutil.Process, name: str, stack: Stack) -> list[psutil.Process]:
    """The processes below one; the parts are below the supervisor, and it below us, but all count for themselves."""
    if name == "supervisor":
        return []
    if name == LOAD:
        stack_pids = {child.pid for child in psutil.Process(stack.supervisor_pid).children(True)}
        stack_pids.add(stack.supervisor_pid)
        return [child for child in root.children(recursive=True) if child.pid not in stack_pids]
    return root.children(recursive=True)


class Meter:
    """Seconds of CPU that every process used during a block."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.used: dict[str, float] = {}

    async def __aenter__(self) -> Meter:
        self._before = cpu_seconds(self._stack)
        return self

    async def __aexit__(self, *_: object) -> None:
        after = cpu_seconds(self._stack)
        self.used = {name: after[name] - self._before.get(name, 0.0) for name in after}

    @property
    def total(self) -> float:
        """Of all of them but the supervisor, which does nothing for the work."""
        return sum(seconds for name, seconds in self.used.items() if name != "supervisor")
