"""The supervisor's own life: take the lock, start everything, seed, watch, end everything."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.local.console import address_table
from deploy.local.environment import service_environment
from deploy.local.errors import LocalStackError, PartFailed
from deploy.local.layout import Layout
from deploy.local.lock import SupervisorLock
from deploy.local.logs import follow, open_for_append, tail
from deploy.local.parts import Part, chosen_parts
from deploy.local.preflight import check_and_prepare
from deploy.local.processes import leashed
from deploy.local.settings import CHECKOUT
from deploy.local.supervisor import Supervisor

log = logging.getLogger(__name__)

ORPHAN_POLL_SECONDS = 1.0


async def run(layout: Layout, names: Sequence[str], *, detached: bool) -> None:
    """Runs the stack until a signal ends it.

    Raises:
        LocalStackError: something stands in the way, in one line.
    """
    ending = _end_on_signals()
    orphaned = None if detached else asyncio.create_task(_end_when_orphaned(ending))
    lock = SupervisorLock(layout.state.pid_file)
    lock.acquire()
    try:
        layout.state.write_status({"phase": "starting"})
        parts = chosen_parts(layout, names)
        reserved = await check_and_prepare(layout, parts)
        await _supervise(layout, parts, ending, whole=not names, detached=detached)
        for port in reserved:
            port.close()
    except LocalStackError as error:
        layout.state.write_status({"phase": "failed", "error": str(error)})
        raise
    finally:
        if orphaned is not None:
            orphaned.cancel()


async def _supervise(
    layout: Layout, parts: Sequence[Part], ending: asyncio.Event, *, whole: bool, detached: bool
) -> None:
    supervisor = Supervisor(parts, layout.state)
    life = asyncio.create_task(_live(layout, supervisor, parts, whole=whole, detached=detached))
    end = asyncio.create_task(ending.wait())
    try:
        await asyncio.wait({life, end}, return_when=asyncio.FIRST_COMPLETED)
        if life.done():
            life.result()
    finally:
        end.cancel()
        life.cancel()
        # Whatever it ended with is raised above; here only its end is waited for.
        await asyncio.gather(life, return_exceptions=True)
        supervisor.enter("stopping")
        await supervisor.stop()
        supervisor.enter("stopped")


async def _live(
    layout: Layout, supervisor: Supervisor, parts: Sequence[Part], *, whole: bool, detached: bool
) -> None:
    supervisor.enter("starting")
    await supervisor.start(layout.settings.start_deadline_seconds)
    if whole and layout.settings.demo == "on" and not layout.state.seeded_file.exists():
        supervisor.enter("seeding")
        await _seed(layout)
        layout.state.seeded_file.touch()
    supervisor.enter("serving")
    print(address_table(layout, parts), flush=True)
    if detached:
        await supervisor.watch()
        return
    print("\nCtrl-C ends everything.\n", flush=True)
    printing = asyncio.create_task(_print_lines(sorted(layout.state.logs.glob("*.log"))))
    try:
        await supervisor.watch()
    finally:
        printing.cancel()


async def _seed(layout: Layout) -> None:
    """Fills the demo catalogue; what was filled before an interruption is kept by the seed."""
    log.info("filling the demo catalogue")
    path = layout.state.log_file("seed")
    with open_for_append(path) as log_file:
        process = await asyncio.create_subprocess_exec(
            *leashed([sys.executable, "-m", "deploy.local.seed"], death_signal=signal.SIGKILL),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            env=service_environment(layout),
            cwd=CHECKOUT,
        )
    printing = asyncio.create_task(_print_lines([path]))
    try:
        code = await process.wait()
    finally:
        printing.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code:
        raise PartFailed("the demo's seed", f"ended with exit code {code}", path, tail(path))


async def _print_lines(paths: Sequence[Path]) -> None:
    async for line in follow(paths):
        print(line, flush=True)


def _end_on_signals() -> asyncio.Event:
    """The first signal asks for a clean end; a second one leaves it to the reaper."""
    ending = asyncio.Event()

    def on_signal() -> None:
        if ending.is_set():
            os._exit(1)
        log.info("ending everything; once more to end it at once")
        ending.set()

    loop = asyncio.get_running_loop()
    for ending_signal in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(ending_signal, on_signal)
    if not _outlives_its_terminal():
        loop.add_signal_handler(signal.SIGHUP, on_signal)
    return ending


async def _end_when_orphaned(ending: asyncio.Event) -> None:
    """Ends the stack when the `make run` that shows it was killed and could not say so."""
    parent_pid = os.getppid()
    while not _outlives_its_terminal():
        await asyncio.sleep(ORPHAN_POLL_SECONDS)
        if os.getppid() != parent_pid:
            ending.set()
            return


def _outlives_its_terminal() -> bool:
    """Whether `nohup` or its like asked us to stay."""
    return signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
