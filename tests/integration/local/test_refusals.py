"""What stands in the way of a start is said in one line that tells what to do."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from deploy.local.ports import Ports
from deploy.local.state import STATE_FORMAT
from tests.integration.local.commands import local
from tests.polling import wait_until
from tests.stack import Stack


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """The refusal, which must be all that is printed."""
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 1
    return result.stderr


def test_a_taken_port_is_named_with_its_holder_and_the_way_out(
    run_dir: Path, port_base: int
) -> None:
    with socket.socket() as other:
        port = Ports(port_base)["valkey"]
        other.bind(("127.0.0.1", port))
        other.listen()
        line = one_line(local("up", "valkey", run_dir=run_dir, port_base=port_base))
    assert f"port {port} (valkey)" in line
    assert f"(pid {os.getpid()})" in line
    assert "ONSALE_PORT_BASE=" in line


def test_a_full_disk_is_named_with_what_is_left_and_what_is_needed(
    run_dir: Path, port_base: int
) -> None:
    line = one_line(
        local(
            "up", "valkey", run_dir=run_dir, port_base=port_base,
            ONSALE_FREE_DISK_BYTES_MIN=str(10**18),
        )
    )  # fmt: skip
    assert "disk is full" in line
    assert str(run_dir) in line
    assert "ONSALE_RUN_DIR" in line


@pytest.fixture
def small_disk(run_dir: Path) -> Iterator[Path]:
    """A folder on a file system of 8 MB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(run_dir)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a tmpfs here: {mounted.stderr.decode().strip()}")
    yield run_dir
    subprocess.run(["umount", str(run_dir)], check=True)


def test_a_file_system_that_is_really_full_is_refused(small_disk: Path, port_base: int) -> None:
    line = one_line(local("up", "valkey", run_dir=small_disk, port_base=port_base))
    assert "the disk is full" in line


def test_what_runs_goes_on_when_the_disk_fills_up(small_disk: Path) -> None:
    with Stack(
        small_disk, parts=["valkey"], environment={"ONSALE_FREE_DISK_BYTES_MIN": "0"}
    ) as stack:
        filler = small_disk / "filler"
        with suppress(OSError), filler.open("wb") as file:
            while True:
                file.write(bytes(4096))
        valkey = psutil.Process(stack.pid_of("valkey"))
        stack.kill("valkey")
        wait_until(
            lambda: not valkey.is_running() and answers_ping(stack.ports["valkey"]),
            within_seconds=20,
            what="a restart on a full disk",
        )
        filler.unlink()


def answers_ping(port: int) -> bool:
    """Whether a Valkey answers."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(7) == b"+PONG\r\n"
    return False


def test_a_half_initialised_data_folder_is_refused_until_reset(
    run_dir: Path, port_base: int
) -> None:
    (run_dir / "data" / "postgres").mkdir(parents=True)
    (run_dir / "data" / "postgres" / "PG_VERSION").write_text("18\n")
    line = one_line(local("up", "postgres", run_dir=run_dir, port_base=port_base))
    assert "half-initialised" in line
    assert "make reset" in line

    assert local("reset", run_dir=run_dir, port_base=port_base).returncode == 0
    assert local("up", "postgres", run_dir=run_dir, port_base=port_base).returncode == 0
    assert local("down", run_dir=run_dir, port_base=port_base).returncode == 0


def test_a_data_folder_that_lost_its_contents_is_refused(run_dir: Path, port_base: int) -> None:
    assert local("up", "postgres", run_dir=run_dir, port_base=port_base).returncode == 0
    assert local("down", run_dir=run_dir, port_base=port_base).returncode == 0
    (run_dir / "data" / "postgres" / "PG_VERSION").unlink()
    line = one_line(local("up", "postgres", run_dir=run_dir, port_base=port_base))
    assert "make reset" in line


def test_state_of_a_newer_version_is_left_alone(run_dir: Path, port_base: int) -> None:
    (run_dir / "state.json").write_text(json.dumps({"format": STATE_FORMAT + 1}))
    line = one_line(local("up", "valkey", run_dir=run_dir, port_base=port_base))
    assert "newer version" in line
    assert "make reset" in line
    assert not (run_dir / "data").exists()


def test_a_second_supervisor_on_the_same_state_is_refused(run_dir: Path, port_base: int) -> None:
    assert local("up", "valkey", run_dir=run_dir, port_base=port_base).returncode == 0
    try:
        line = one_line(local("run", "valkey", run_dir=run_dir, port_base=port_base))
        assert "already runs" in line
        assert f"pid {(run_dir / 'supervisor.pid').read_text().strip()}" in line
        # The refused one has not touched what the first one says of itself.
        assert local("status", run_dir=run_dir, port_base=port_base).returncode == 0
    finally:
        local("down", run_dir=run_dir, port_base=port_base)


def test_a_part_that_cannot_start_is_named_with_the_end_of_its_log(
    run_dir: Path, port_base: int
) -> None:
    assert local("up", "postgres", run_dir=run_dir, port_base=port_base).returncode == 0
    assert local("down", run_dir=run_dir, port_base=port_base).returncode == 0
    configuration = run_dir / "data" / "postgres" / "postgresql.conf"
    configuration.write_text("no_such_setting = 1\n")
    result = local("up", "postgres", run_dir=run_dir, port_base=port_base)
    assert result.returncode == 1
    assert result.stderr.startswith("onsale: postgres ended with exit code 1")
    assert "no_such_setting" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_setting_is_named(run_dir: Path, port_base: int) -> None:
    line = one_line(local("up", run_dir=run_dir, port_base=port_base, ONSALE_DEMO="perhaps"))
    assert "ONSALE_DEMO='perhaps'" in line


def test_an_unknown_part_is_refused_with_the_known_ones(run_dir: Path, port_base: int) -> None:
    line = one_line(local("up", "postgress", run_dir=run_dir, port_base=port_base))
    assert "postgress" in line
    assert "inventory" in line
