"""Clients in processes of their own: told what to do as JSON on standard input, they say as JSON what came of it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

SECONDS_MAX = 120.0


async def ask(module: str, told: dict[str, Any]) -> dict[str, Any]:
    """Runs a module of this folder; returns what it said."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"tests.bench.{module}"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(running.communicate(json.dumps(told).encode()), SECONDS_MAX)
    assert running.returncode == 0, f"{module} ended with {running.returncode}"
    said: dict[str, Any] = json.loads(out)
    return said


def answer(run: Callable[[dict[str, Any]], Coroutine[Any, Any, dict[str, Any]]]) -> None:
    """Is such a client."""
    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))
