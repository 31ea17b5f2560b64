"""A copy of this checkout that guards can be taken out of."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDERS = ("mesh", "protos", "inventory_svc", "queue_svc", "edge", "deploy", "tests")
"""What the tests of the inventory need of it."""
LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", "dist")
RUN_SECONDS_MAX = 120.0


@dataclass(frozen=True)
class Run:
    """What came of some tests."""

    output: str
    failed: frozenset[str]
    """The names of tests that ran and failed."""
    broke: frozenset[str]
    """Tests that could not even run."""


class Tree:
    """The copy."""

    def __init__(self, root: Path) -> None:
        self._root = root
        for folder in FOLDERS:
            shutil.copytree(CHECKOUT / folder, root / folder, ignore=LEFT_OUT)
        shutil.copy(CHECKOUT / "pyproject.toml", root)

    @contextmanager
    def without(self, patch: Path) -> Iterator[None]:
        """Takes a guard out, and puts it back."""
        self._apply(patch)
        try:
            yield
        finally:
            self._apply(patch, "--reverse")

    def run(self, names: list[str]) -> Run:
        """Runs tests, named as pytest does."""
        options = ("-q", "-rfE", "-p", "no:cacheprovider", "--no-header", "--tb=short")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *names],
            cwd=self._root,
            env={**os.environ, "PYTHONPATH": str(self._root), "COLUMNS": "400"},
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS_MAX,
        )
        return Run(
            done.stdout + done.stderr,
            frozenset(re.findall(r"(?m)^FAILED (\S+)", done.stdout)),
            frozenset(re.findall(r"(?m)^ERROR (\S+)", done.stdout)),
        )

    def _apply(self, patch: Path, *options: str) -> None:
        done = subprocess.run(
            ["git", "apply", *options, str(patch)],
            cwd=self._root,
            # A copy inside some other checkout is still no part of it.
            env={**os.environ, "GIT_CEILING_DIRECTORIES": str(self._root.parent)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{patch.name} does not fit the code any more: {done.stderr}"


@dataclass(frozen=True)
class Heading:
    """What a patch promises."""

    fails: list[str]
    """The tests that must fail without its guard."""
    says: str
    """What is in their failures."""

    @classmethod
    def of(cls, patch: Path) -> Heading:
        """Reads the lines above the patch's first file."""
        text = patch.read_text(encoding="utf-8").partition("\ndiff --git ")[0]
        (says,) = re.findall(r"(?m)^Says: (.+)$", text)
        return cls(re.findall(r"(?m)^Fails: (\S+)$", text), says)
