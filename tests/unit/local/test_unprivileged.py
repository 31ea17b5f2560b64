"""The user that PostgreSQL runs as."""

import os
import pwd
from pathlib import Path

import pytest

from deploy.local import unprivileged


def test_who_is_not_root_becomes_nobody_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert unprivileged.server_user(tmp_path) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_of_the_data_stays_the_user(tmp_path: Path) -> None:
    unprivileged.give(tmp_path, "nobody")
    assert unprivileged.server_user(tmp_path) == "nobody"
    assert tmp_path.stat().st_uid == pwd.getpwnam("nobody").pw_uid


def test_private_folders_above_are_opened_for_passing_through_only(tmp_path: Path) -> None:
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    (private / "data").mkdir()
    assert private in unprivileged.make_reachable(private / "data")
    assert private.stat().st_mode & 0o777 == 0o701
    assert unprivileged.make_reachable(private / "data") == []
