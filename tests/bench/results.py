"""What a row of the speed table is made of: two sides, the ratio of each round, the aim, and whether it is right."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field


@dataclass
class Run:
    """One side of one round."""

    done: int
    seconds: float
    cpu_seconds: float = 0.0
    """Of client and servers together, PostgreSQL's backends included."""
    latencies: list[float] = field(default_factory=list, repr=False)
    """Of what succeeded, in seconds."""
    faults: list[str] = field(default_factory=list)
    """What is wrong with the result: any makes the row void."""
    notes: dict[str, float] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Successes in a second."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def cpu_millis_each(self) -> float:
        """Milliseconds of CPU for each success."""
        return 1000 * self.cpu_seconds / self.done if self.done else 0.0

    def percentile_millis(self, percent: float) -> float:
        """The latency that so many per cent did not exceed; 0 when none is known."""
        if not self.latencies:
            return 0.0
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@dataclass
class Spread:
    """The middle of some rounds and how far they lie apart."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """Returns the spread of at least one value."""
        return cls(statistics.median(values), min(values), max(values))


@dataclass
class Line:
    """A line of the table."""

    row: str
    """What `make bench ROWS=…` calls it."""
    workload: str
    against: str
    """What it is compared with; empty where an absolute number is aimed at."""
    aim: str
    value: Spread
    """What the aim is about, over the rounds."""
    unit: str
    """Of the value: "×" for a ratio, else "/s", "ms", …"""
    is_met: bool
    ours: list[Run] = field(default_factory=list)
    theirs: list[Run] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """What makes the line void."""
        return [fault for run in (*self.ours, *self.theirs) for fault in run.faults]


def ratio_line(
    row: str,
    workload: str,
    against: str,
    at_least: float,
    ours: list[Run],
    theirs: list[Run],
    *remarks: str,
) -> Line:
    """Compares rates, round by round: what ran one after the other is divided by one another."""
    ratios = [
        mine.per_second / its.per_second
        for mine, its in zip(ours, theirs, strict=True)
        if its.per_second
    ]
    value = Spread.of(ratios or [0.0])
    is_met = value.median >= at_least
    return Line(
        row,
        workload,
        against,
        f"≥ {at_least:g}×",
        value,
        "×",
        is_met,
        ours,
        theirs,
        list(remarks),
    )
