"""The table of one run, for people and as JSON."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.measure import Row

FOLDER = Path(".bench")
PROCESS_WIDTH = 11
IDLE_MEMORY_MB_AIM = 700


def show(rows: list[Row], baseline: Row, idle_mb: dict[str, float]) -> str:
    """Returns all tables."""
    stack_mb = {name: size for name, size in idle_mb.items() if name != "load"}
    total_mb = sum(stack_mb.values())
    lines = [_title(), "", _rates(rows, baseline), "", _processes(rows, stack_mb), ""]
    lines.append(
        f"Idle memory of the whole stack: {total_mb:.0f} MiB (aim: below {IDLE_MEMORY_MB_AIM})"
    )
    errors = [f"  {row.name}: {dict(row.errors)}" for row in rows if row.errors]
    return "\n".join([*lines, *(["Errors:", *errors] if errors else [])])


def _title() -> str:
    now = datetime.now(UTC)
    load = os.getloadavg()[0]
    return f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load average {load:.1f}"


def _rates(rows: list[Row], baseline: Row) -> str:
    name_width = max(len(row.name) for row in rows)
    head = f"{'':{name_width}}  {'per s':>9} {'p50 ms':>8} {'p99 ms':>8} {'errors':>7} {'÷ pgbench':>10}"
    lines = [head]
    for row in rows:
        ratio = row.per_second / baseline.per_second
        lines.append(
            f"{row.name:{name_width}}  {row.per_second:9,.1f} {row.percentile_ms(50):8,.1f} "
            f"{row.percentile_ms(99):8,.1f} {row.errors.total():7,} {ratio:10.3f}"
        )
    return "\n".join(lines)


def _processes(rows: list[Row], idle_mb: dict[str, float]) -> str:
    """CPU as cores in use, memory at the end of each row; a column for each row, numbered as above."""
    names = [*idle_mb, "load"]
    numbers = range(1, len(rows) + 1)
    head = " ".join(f"{f'({n}) CPU-s':>10} {'MiB':>5}" for n in numbers)
    lines = [f"{'process':{PROCESS_WIDTH}} {'idle MiB':>9} {head}"]
    for name in names:
        cells = " ".join(
            f"{row.cpu_seconds.get(name, 0.0):10.2f} {row.memory_mb.get(name, 0.0):5.0f}"
            for row in rows
        )
        idle = f"{idle_mb[name]:9.0f}" if name in idle_mb else f"{'':9}"
        lines.append(f"{name:{PROCESS_WIDTH}} {idle} {cells}")
    legend = ", ".join(f"({n}) {row.name}, {row.seconds:.0f} s" for n, row in enumerate(rows, 1))
    return "\n".join([*lines, legend])


def keep(rows: list[Row], baseline: Row, idle_mb: dict[str, float]) -> Path:
    """Writes the numbers as JSON; returns the file."""
    FOLDER.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    document: dict[str, Any] = {
        "time": now.isoformat(),
        "machine": {"cores": os.cpu_count(), "kind": platform.machine(), "load": os.getloadavg()},
        "idleMemoryMiB": idle_mb,
        "rows": [
            {
                "name": row.name,
                "seconds": row.seconds,
                "count": row.count,
                "perSecond": row.per_second,
                "p50Millis": row.percentile_ms(50),
                "p99Millis": row.percentile_ms(99),
                "errors": row.errors,
                "toPgbench": row.per_second / baseline.per_second,
                "cpuSeconds": row.cpu_seconds,
                "memoryMiB": row.memory_mb,
            }
            for row in rows
        ],
    }
    path = FOLDER / f"{now:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return path
