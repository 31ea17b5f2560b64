"""How the supervisor keeps its parts, on parts that are a line of shell."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from deploy.local import keeper
from deploy.local.errors import LocalStackError, PartFailed
from deploy.local.parts import Part
from deploy.local.processes import Command
from deploy.local.state import StateFolder
from deploy.local.supervisor import Supervisor
from tests.polling import eventually

START_SECONDS = 20.0


@pytest.fixture(autouse=True)
def quick_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "BACKOFF_FIRST_SECONDS", 0.01)


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path)
    folder.prepare(free_disk_bytes_min=0)
    return folder


async def at_once() -> bool:
    return True


async def never() -> bool:
    return False


def part(
    name: str,
    script: str,
    *,
    is_ready: Callable[[], Awaitable[bool]] = at_once,
    needs: tuple[str, ...] = (),
    settle: Callable[[], Awaitable[None]] | None = None,
) -> Part:
    command = Command(["/bin/sh", "-c", script], dict(os.environ))
    built = Part(name, lambda: command, is_ready, needs=needs, stop_seconds=2.0)
    return built if settle is None else Part(**{**vars(built), "settle": settle})


@asynccontextmanager
async def supervising(state: StateFolder, *parts: Part) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(parts, state)
    try:
        yield supervisor
    finally:
        await supervisor.stop()


def pid_of(state: StateFolder, name: str) -> int | None:
    pid: int | None = state.read_status()["parts"][name]["pid"]
    return pid


async def test_a_part_starts_only_when_what_it_needs_serves(state: StateFolder) -> None:
    server_serves = asyncio.Event()

    async def is_ready() -> bool:
        return server_serves.is_set()

    server = part("postgres", "exec sleep 60", is_ready=is_ready)
    user = part("edge", "exec sleep 60", needs=("postgres",))
    async with supervising(state, server, user) as supervisor:
        starting = asyncio.create_task(supervisor.start(START_SECONDS))

        async def server_runs() -> bool:
            return bool(state.read_status()) and pid_of(state, "postgres") is not None

        await eventually(server_runs, within_seconds=5, what="the server's start")
        assert pid_of(state, "edge") is None
        server_serves.set()
        await starting
        assert pid_of(state, "edge") is not None


async def test_a_part_that_always_ends_is_given_up_with_its_last_words(state: StateFolder) -> None:
    broken = part("edge", "echo the port is haunted; exit 3", is_ready=never)
    async with supervising(state, broken) as supervisor:
        with pytest.raises(PartFailed, match=r"(?s)edge ended with exit code 3.*haunted"):
            await supervisor.start(START_SECONDS)
    words = state.log_file("edge").read_text().splitlines()
    assert len(words) == keeper.FIRST_STARTS_MAX


async def test_parts_that_take_too_long_together_are_named(state: StateFolder) -> None:
    slow = part("edge", "exec sleep 60", is_ready=never)
    async with supervising(state, slow) as supervisor:
        with pytest.raises(LocalStackError, match="edge did not serve within 0 s"):
            await supervisor.start(0.3)


async def test_a_part_that_hangs_at_its_first_start_is_named(
    state: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "START_SECONDS", 0.3)
    slow = part("edge", "exec sleep 60", is_ready=never)
    async with supervising(state, slow) as supervisor:
        with pytest.raises(PartFailed, match="edge did not serve"):
            await supervisor.start(START_SECONDS)


async def test_preparing_a_part_is_repeated_until_it_succeeds(state: StateFolder) -> None:
    attempts = 0

    async def settle() -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise ConnectionResetError("not yet")

    async with supervising(state, part("kafka", "exec sleep 60", settle=settle)) as supervisor:
        await supervisor.start(START_SECONDS)
    assert attempts == 3


async def test_what_a_part_left_running_ends_with_it(state: StateFolder, tmp_path: Path) -> None:
    left = tmp_path / "left.pid"
    script = f"sleep 60 & echo $! > {left}; exec sleep 60"
    async with supervising(state, part("edge", script)) as supervisor:
        await supervisor.start(START_SECONDS)

        async def written() -> str:
            return left.read_text() if left.exists() else ""

        orphan = psutil.Process(int(await eventually(written, within_seconds=5, what="a child")))
        first = pid_of(state, "edge")
        assert first is not None
        os.kill(first, 9)

        async def gone() -> bool:
            return not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE

        await eventually(gone, within_seconds=5, what="the end of what was left")


async def test_a_part_that_ignores_the_request_to_end_is_ended(state: StateFolder) -> None:
    stubborn = part("edge", "trap '' TERM; while true; do sleep 0.1; done")
    async with supervising(state, stubborn) as supervisor:
        await supervisor.start(START_SECONDS)
        pid = pid_of(state, "edge")
        assert pid is not None
    assert not psutil.pid_exists(pid)


async def test_the_servers_end_after_those_who_use_them(state: StateFolder) -> None:
    async def is_ready_when_trap_is_set() -> bool:
        return all("ready" in state.log_file(n).read_text() for n in ("postgres", "edge"))

    script = (
        "trap 'sleep 0.2; date +%s.%N; exit 0' TERM; echo ready; while true; do sleep 0.05; done"
    )
    parts = [
        part(name, script, is_ready=is_ready_when_trap_is_set) for name in ("postgres", "edge")
    ]
    async with supervising(state, *parts) as supervisor:
        await supervisor.start(START_SECONDS)
    times = {n: float(state.log_file(n).read_text().split()[-1]) for n in ("postgres", "edge")}
    assert sorted(times, key=times.__getitem__) == ["edge", "postgres"]
