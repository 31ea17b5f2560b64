"""The stack in the background: starting it, ending it, asking how it does."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from deploy.local.console import address_table, status_table
from deploy.local.errors import LocalStackError
from deploy.local.layout import Layout
from deploy.local.lock import supervisor_pid
from deploy.local.logs import open_for_append, tail
from deploy.local.parts import Part, all_parts
from deploy.local.settings import CHECKOUT

POLL_SECONDS = 0.1

SEED_SECONDS_MAX = 300.0
"""On top of the deadline for the start; a demo catalogue takes well under a minute."""

DOWN_SECONDS = 40.0
"""Services drain for up to twelve seconds, then the servers stop."""

REAP_SECONDS = 15.0
"""After a supervisor that hung was killed: what its reaper may take."""


def up(layout: Layout, names: Sequence[str]) -> None:
    """Starts the stack in the background; returns when everything serves.

    Raises:
        LocalStackError: it did not come up; nothing is left running.
    """
    if supervisor_pid(layout.state) is None:
        supervisor = _start_supervisor(layout, names)
    else:
        print("the stack is running already", flush=True)
        supervisor = None
    deadline = time.monotonic() + layout.settings.start_deadline_seconds + SEED_SECONDS_MAX
    while time.monotonic() < deadline:
        ended = supervisor is not None and supervisor.poll() is not None
        status = layout.state.read_status()
        # A supervisor that ends writes why before it does; the order of these two reads matters.
        if ended or (supervisor is None and supervisor_pid(layout.state) is None):
            log_file = layout.state.log_file("supervisor")
            raise LocalStackError(
                status.get("error")
                or f"the supervisor ended; the end of {log_file}:\n{tail(log_file)}"
            )
        is_of_this_run = supervisor is None or status.get("supervisor") == supervisor.pid
        if is_of_this_run and status.get("phase") == "serving":
            print(address_table(layout, _running_parts(layout)), flush=True)
            return
        time.sleep(POLL_SECONDS)
    down(layout)
    raise LocalStackError(f"the stack did not come up in time; the logs are in {layout.state.logs}")


def down(layout: Layout) -> None:
    """Ends the stack and returns when nothing of it runs."""
    pid = supervisor_pid(layout.state)
    if pid is None:
        print("nothing is running")
        return
    os.kill(pid, signal.SIGTERM)
    if not _wait_for_end(layout, DOWN_SECONDS):
        # The reaper and the kernel end the parts of a supervisor that is killed.
        os.kill(pid, signal.SIGKILL)
        if not _wait_for_end(layout, REAP_SECONDS):
            raise LocalStackError(f"the supervisor (pid {pid}) cannot be ended")
    print("stopped")


async def status(layout: Layout) -> bool:
    """Prints a line per part; True when every part serves at this moment."""
    pid = supervisor_pid(layout.state)
    known = layout.state.read_status()
    if pid is None:
        print(f"nothing is running on {layout.state.root}")
        if known.get("error"):
            print(f"the last start failed: {known['error']}")
        return False
    parts = known.get("parts", {})
    live = await _ask(_running_parts(layout))
    print(f"supervisor {pid}: {known.get('phase', 'starting')}")
    print(status_table(layout, parts, live))
    return bool(live) and all(live.values())


def _running_parts(layout: Layout) -> list[Part]:
    """The parts that the supervisor was asked to run."""
    known = layout.state.read_status().get("parts", {})
    return [part for part in all_parts(layout) if part.name in known]


async def _ask(parts: Sequence[Part]) -> dict[str, bool]:
    answers = await asyncio.gather(*(part.is_ready() for part in parts))
    return {part.name: answer for part, answer in zip(parts, answers, strict=True)}


def _start_supervisor(layout: Layout, names: Sequence[str]) -> subprocess.Popen[bytes]:
    layout.state.logs.mkdir(parents=True, exist_ok=True)
    with open_for_append(layout.state.log_file("supervisor")) as log_file:
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "run", "--detached", *names],
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            cwd=CHECKOUT,
            start_new_session=True,
        )


def _wait_for_end(layout: Layout, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if supervisor_pid(layout.state) is None:
            return True
        time.sleep(POLL_SECONDS)
    return False
