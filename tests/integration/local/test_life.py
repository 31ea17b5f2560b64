"""What runs comes back by itself, and nothing is left when the stack ends, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.broker import TOPICS
from deploy.local.settings import CHECKOUT
from deploy.local.state import StateFolder
from tests.fixtures_servers import SERVER_PARTS
from tests.integration.local.commands import environment_of, local
from tests.polling import wait_until
from tests.stack import Stack

END_SECONDS = 15.0


@pytest.fixture
def own_servers(run_dir: Path) -> Iterator[Stack]:
    """Servers that the test may end."""
    with Stack(run_dir, parts=SERVER_PARTS) as running:
        yield running


def family(supervisor_pid: int) -> list[psutil.Process]:
    """The supervisor and all below it, PostgreSQL's own children too."""
    supervisor = psutil.Process(supervisor_pid)
    return [supervisor, *supervisor.children(recursive=True)]


def all_gone(processes: list[psutil.Process]) -> Callable[[], bool]:
    """Whether none of them runs any more; a zombie waits for a parent that is not ours."""

    def gone() -> bool:
        alive = [process for process in processes if process.is_running()]
        return all(process.status() == psutil.STATUS_ZOMBIE for process in alive)

    return gone


@pytest.mark.parametrize("part", SERVER_PARTS)
def test_a_killed_server_comes_back(own_servers: Stack, part: str) -> None:
    killed = own_servers.kill(part)
    assert own_servers.wait_until_restarted(part, killed) != killed
    assert own_servers.status()["parts"][part]["restarts"] == 1


async def test_what_was_committed_survives_a_kill_of_postgres(own_servers: Stack) -> None:
    dsn = own_servers.database_dsn("inventory")
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE kept (word text)")
    await connection.execute("INSERT INTO kept (word) VALUES ('yes')")
    own_servers.wait_until_restarted("postgres", own_servers.kill("postgres"))
    again = await asyncpg.connect(dsn)
    assert await again.fetchval("SELECT word FROM kept") == "yes"
    await again.close()


async def test_the_topics_are_there_again_after_a_kill_of_the_broker(own_servers: Stack) -> None:
    own_servers.wait_until_restarted("kafka", own_servers.kill("kafka"))
    admin = AIOKafkaAdminClient(bootstrap_servers=own_servers.endpoints["kafka"])
    await admin.start()
    assert set(TOPICS) <= set(await admin.list_topics())
    await admin.close()


async def test_one_owner_cannot_reach_anothers_database(own_servers: Stack) -> None:
    dsn = own_servers.database_dsn("search").removesuffix("/search") + "/payment"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(dsn)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_running(own_servers: Stack, ending: signal.Signals) -> None:
    processes = family(own_servers.supervisor_pid)
    assert len(processes) > len(SERVER_PARTS) + 1
    os.kill(own_servers.supervisor_pid, ending)
    wait_until(all_gone(processes), within_seconds=END_SECONDS, what=f"an end after {ending}")


def test_nothing_is_left_running_when_the_reaper_is_killed_too(own_servers: Stack) -> None:
    processes = family(own_servers.supervisor_pid)
    reaper = next(process for process in processes if "reaper.py" in " ".join(process.cmdline()))
    reaper.kill()
    os.kill(own_servers.supervisor_pid, signal.SIGKILL)
    wait_until(all_gone(processes), within_seconds=END_SECONDS, what="an end")


def test_a_second_interrupt_ends_everything_at_once(own_servers: Stack) -> None:
    processes = family(own_servers.supervisor_pid)
    # A server that hangs keeps the clean end waiting.
    own_servers.kill("valkey", signal.SIGSTOP)
    os.kill(own_servers.supervisor_pid, signal.SIGINT)
    wait_until(
        lambda: "once more to end" in own_servers.supervisor_log(),
        within_seconds=END_SECONDS, what="a first answer",
    )  # fmt: skip
    os.kill(own_servers.supervisor_pid, signal.SIGINT)
    wait_until(all_gone(processes), within_seconds=END_SECONDS, what="an end")


def test_up_status_and_down_work_in_the_background(run_dir: Path, port_base: int) -> None:
    assert local("status", run_dir=run_dir, port_base=port_base).returncode == 1

    up = local("up", *SERVER_PARTS, run_dir=run_dir, port_base=port_base)
    assert up.returncode == 0, up.stderr
    processes = family(int((run_dir / "supervisor.pid").read_text()))
    status = local("status", run_dir=run_dir, port_base=port_base)
    assert status.returncode == 0
    assert status.stdout.count("SERVING") == len(SERVER_PARTS)

    again = local("up", *SERVER_PARTS, run_dir=run_dir, port_base=port_base)
    assert again.returncode == 0
    assert "running already" in again.stdout

    assert local("down", run_dir=run_dir, port_base=port_base).returncode == 0
    assert all_gone(processes)()
    assert local("down", run_dir=run_dir, port_base=port_base).returncode == 0


def test_status_says_which_part_does_not_serve(run_dir: Path) -> None:
    with Stack(run_dir, parts=["valkey"]) as running:
        running.kill("valkey", signal.SIGSTOP)
        status = local("status", run_dir=run_dir, port_base=running.port_base)
        running.kill("valkey", signal.SIGCONT)
    assert status.returncode == 1
    assert "NOT_SERVING" in status.stdout


async def test_a_second_start_keeps_the_data_and_is_fast(run_dir: Path) -> None:
    with Stack(run_dir, parts=SERVER_PARTS) as stack:
        dsn = stack.database_dsn("ticket")
        connection = await asyncpg.connect(dsn)
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        await connection.close()
        certificate = (stack.tls_dir / "ca.pem").read_bytes()
        stack.stop()
        started = time.monotonic()
        stack.start()
        assert time.monotonic() - started < 5.0
        connection = await asyncpg.connect(dsn)
        assert await connection.fetchval("SELECT answer FROM kept") == 42
        await connection.close()
        assert (stack.tls_dir / "ca.pem").read_bytes() == certificate


def test_reset_ends_the_stack_and_empties_its_state(run_dir: Path, port_base: int) -> None:
    assert local("up", "valkey", run_dir=run_dir, port_base=port_base).returncode == 0
    processes = family(int((run_dir / "supervisor.pid").read_text()))
    assert local("reset", run_dir=run_dir, port_base=port_base).returncode == 0
    assert all_gone(processes)()
    assert list(run_dir.iterdir()) == []


def test_reset_spares_files_that_are_not_the_stacks(run_dir: Path, port_base: int) -> None:
    (run_dir / "thesis.odt").write_text("years of work")
    assert local("reset", run_dir=run_dir, port_base=port_base).returncode == 0
    assert (run_dir / "thesis.odt").read_text() == "years of work"


def test_a_stack_in_the_foreground_ends_when_what_shows_it_is_killed(
    run_dir: Path, port_base: int
) -> None:
    """`make run` killed with SIGKILL passes nothing on; the shell here stands for make."""
    shell = subprocess.Popen(
        ["/bin/sh", "-c", f"{sys.executable} -m deploy.local run valkey; true"],
        stdout=subprocess.DEVNULL,
        cwd=CHECKOUT,
        env=environment_of(run_dir, port_base),
    )
    wait_until(
        lambda: StateFolder(run_dir).read_status().get("phase") == "serving",
        within_seconds=END_SECONDS,
        what="a start",
    )
    processes = family(int((run_dir / "supervisor.pid").read_text()))
    shell.kill()
    shell.wait()
    wait_until(all_gone(processes), within_seconds=END_SECONDS, what="an end")
