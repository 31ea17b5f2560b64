"""Calling `python -m deploy.local` as a person at the keyboard does."""

import os
import subprocess
import sys
from pathlib import Path

from deploy.local.settings import CHECKOUT

COMMAND_SECONDS = 60.0


def environment_of(run_dir: Path, port_base: int) -> dict[str, str]:
    """The environment that puts a stack there."""
    return {
        **os.environ,
        "ONSALE_RUN_DIR": str(run_dir),
        "ONSALE_PORT_BASE": str(port_base),
        "ONSALE_DEMO": "off",
    }


def local(
    *arguments: str, run_dir: Path, port_base: int, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs one command on a state folder and a block of ports."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.local", *arguments],
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        cwd=CHECKOUT,
        env={**environment_of(run_dir, port_base), **environment},
    )
