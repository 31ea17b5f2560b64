"""The table of one run, for people and as JSON."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.results import Line, Run, Spread

FOLDER = Path(".bench")
HEAD = (
    "row",
    "workload",
    "against",
    "ours",
    "theirs",
    "value (min to max)",
    "aim",
    "",
    "CPU-ms each",
    "right",
)


def title() -> str:
    """Returns when and where this is."""
    now = datetime.now(UTC)
    load = os.getloadavg()[0]
    return f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load average {load:.1f}"


def table(lines: list[Line]) -> str:
    """Returns the table in Markdown, remarks below."""
    cells = [HEAD, *(_cells(line) for line in lines)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))]
    drawn = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    drawn.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    remarks = dict.fromkeys(f"- {line.row}: {remark}" for line in lines for remark in line.remarks)
    faults = [f"- {line.row} IS VOID: {fault}" for line in lines for fault in line.faults[:5]]
    return "\n".join([*drawn, "", *remarks, *faults])


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line.row,
        line.workload,
        line.against or "–",
        _rates(line.ours),
        _rates(line.theirs),
        f"{_number(line.value.median)}{line.unit} ({_number(line.value.low)} to {_number(line.value.high)})",
        line.aim,
        "VOID" if line.faults else "met" if line.is_met else "missed",
        _cpu(line),
        "no" if line.faults else "yes",
    )


def _rates(runs: list[Run]) -> str:
    rates = [run.per_second for run in runs if run.done]
    return f"{Spread.of(rates).median:,.0f}/s" if rates else ""


def _cpu(line: Line) -> str:
    """What each success costs both sides, and how many times less it costs us."""
    each = [
        Spread.of(costs).median
        for side in (line.ours, line.theirs)
        if (costs := [run.cpu_millis_each for run in side if run.cpu_seconds and run.done])
    ]
    shown = " : ".join(f"{millis:.3f}" for millis in each)
    return f"{shown} ({each[1] / each[0]:.1f}×)" if len(each) == 2 else shown


def _number(value: float) -> str:
    return (
        f"{value:,.0f}"
        if abs(value) >= 100
        else f"{value:.2f}"
        if abs(value) >= 1
        else f"{value:.3f}"
    )


def keep(lines: list[Line]) -> Path:
    """Writes the numbers as JSON; returns the file."""
    FOLDER.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    document: dict[str, Any] = {
        "time": now.isoformat(),
        "machine": {"cores": os.cpu_count(), "kind": platform.machine(), "load": os.getloadavg()},
        "lines": [
            asdict(line)
            | {"faults": line.faults, "ours": _kept(line.ours), "theirs": _kept(line.theirs)}
            for line in lines
        ],
    }
    path = FOLDER / f"{now:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return path


def _kept(runs: list[Run]) -> list[dict[str, Any]]:
    return [
        {
            "done": run.done,
            "seconds": run.seconds,
            "perSecond": run.per_second,
            "cpuSeconds": run.cpu_seconds,
            "p50Millis": run.percentile_millis(50),
            "p99Millis": run.percentile_millis(99),
            "notes": run.notes,
            "faults": run.faults,
        }
        for run in runs
    ]
