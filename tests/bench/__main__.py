"""`make bench`: the speed table, row by row, in one run; `make bench ROWS=hot,spread` measures some rows only.

Rows of the engine run on a PostgreSQL and a Valkey of their own, without the services; the others on a whole stack.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import uvloop

from mesh import telemetry
from tests.bench import (
    base_lines,
    best,
    doors,
    expiry,
    growth,
    hot,
    overload,
    report,
    spread,
    watching,
)
from tests.bench.results import Line
from tests.bench.servers import PARTS, Servers
from tests.fixtures_servers import state_folder
from tests.stack import Stack

ENGINE: dict[str, Callable[[Servers], Awaitable[list[Line]]]] = {
    "hot": hot.rows,
    "spread": spread.rows,
    "best": best.rows,
    "growth": growth.rows,
    "overload": overload.rows,
    "expiry": expiry.rows,
}
STACK: dict[str, Callable[[Stack], Awaitable[list[Line]]]] = {
    "doors": doors.rows,
    "watchers": watching.rows,
    "journeys": base_lines.rows,
}
ENVIRONMENT = {
    "ONSALE_EDGE_REQUESTS_PER_MINUTE_PER_ADDRESS": "0",
    # One buyer of ours stands for many people.
    "ONSALE_EDGE_REQUESTS_PER_MINUTE_PER_ACCOUNT": "1000000",
}

Place = TypeVar("Place")


def main(arguments: list[str]) -> None:
    """Runs the rows that are named, or all."""
    telemetry.configure("bench", level="error")
    wanted = [name for argument in arguments for name in argument.split(",") if name]
    unknown = set(wanted) - {*ENGINE, *STACK}
    if unknown:
        sys.exit(f"no such rows: {', '.join(unknown)}; there are {', '.join((*ENGINE, *STACK))}")
    started = time.monotonic()
    lines: list[Line] = []
    if engine := {name: row for name, row in ENGINE.items() if not wanted or name in wanted}:
        with state_folder("bench") as folder, Stack(folder, parts=PARTS) as stack:
            lines += uvloop.run(_measure(engine, Servers(stack)))
    if whole := {name: row for name, row in STACK.items() if not wanted or name in wanted}:
        say("starting a stack")
        with state_folder("bench") as folder, Stack(folder, environment=ENVIRONMENT) as stack:
            lines += uvloop.run(_measure(whole, stack))
    print(f"{report.title()}, {time.monotonic() - started:.0f} s\n\n{report.table(lines)}")
    print(f"\nKept in {report.keep(lines)}")


async def _measure(
    rows: dict[str, Callable[[Place], Awaitable[list[Line]]]], place: Place
) -> list[Line]:
    lines: list[Line] = []
    for name, row in rows.items():
        say(name)
        lines += await row(place)
    return lines


def say(what: str) -> None:
    """Tells whoever waits what is being done."""
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
