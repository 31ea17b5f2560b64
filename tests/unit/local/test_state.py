"""The state folder and the right to use it."""

import os
from pathlib import Path

import pytest

from deploy.local.errors import AlreadyRunning, DiskFull, HalfInitialised, LocalStackError
from deploy.local.lock import SupervisorLock, supervisor_pid
from deploy.local.postgres import LocalPostgres
from deploy.local.state import StateFolder


def test_a_lock_is_held_once(tmp_path: Path) -> None:
    SupervisorLock(tmp_path / "supervisor.pid").acquire()
    with pytest.raises(AlreadyRunning, match=f"pid {os.getpid()}"):
        SupervisorLock(tmp_path / "supervisor.pid").acquire()
    assert supervisor_pid(StateFolder(tmp_path)) == os.getpid()


def test_a_pid_file_without_its_lock_means_that_nothing_runs(tmp_path: Path) -> None:
    (tmp_path / "supervisor.pid").write_text("1\n")
    assert supervisor_pid(StateFolder(tmp_path)) is None


def test_too_little_space_is_told_with_both_numbers(tmp_path: Path) -> None:
    with pytest.raises(DiskFull) as refusal:
        StateFolder(tmp_path).prepare(free_disk_bytes_min=10**18)
    assert refusal.value.needed_bytes == 10**18
    assert refusal.value.free_bytes < 10**18


def test_a_secret_stays_the_same(tmp_path: Path) -> None:
    secret = StateFolder(tmp_path).secret("inventory")
    assert StateFolder(tmp_path).secret("inventory") == secret
    assert StateFolder(tmp_path).secret("queue") != secret


def test_emptying_removes_what_the_stack_made(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    state.prepare(free_disk_bytes_min=0)
    state.secret("inventory")
    state.empty()
    assert list(tmp_path.iterdir()) == []


def test_a_status_cut_short_reads_as_none(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text('{"phase": "ser')
    assert StateFolder(tmp_path).read_status() == {}


def database(tmp_path: Path) -> LocalPostgres:
    (tmp_path / "data").mkdir()
    return LocalPostgres(StateFolder(tmp_path), 1)


def test_a_fresh_state_is_fine(tmp_path: Path) -> None:
    database(tmp_path).check()


def test_a_data_folder_without_its_marker_is_half_initialised(tmp_path: Path) -> None:
    server = database(tmp_path)
    server.data.mkdir()
    with pytest.raises(HalfInitialised, match="make reset"):
        server.check()


def test_a_marker_without_its_data_folder_is_half_initialised(tmp_path: Path) -> None:
    server = database(tmp_path)
    (tmp_path / "data" / "postgres.initialised").touch()
    with pytest.raises(HalfInitialised):
        server.check()


def test_databases_whose_passwords_are_lost_are_refused(tmp_path: Path) -> None:
    server = database(tmp_path)
    server.data.mkdir()
    (server.data / "PG_VERSION").touch()
    (tmp_path / "data" / "postgres.initialised").touch()
    with pytest.raises(LocalStackError, match=r"secrets\.json"):
        server.check()
