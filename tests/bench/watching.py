"""Row "watchers": five thousand browsers watch a hot event, against a bare writer of the same bytes."""

from __future__ import annotations

from tests.bench.crowd import Crowd
from tests.bench.measure import Row
from tests.bench.results import Line, Run, Spread
from tests.bench.watchers import CHANGES_PER_SECOND, WATCHERS, ratio, watchers
from tests.people import Person
from tests.stack import Stack

BUYERS = 500
ROUNDS = 2
AIM = 0.4


async def rows(stack: Stack) -> list[Line]:
    """Measures the row: what both deliver for a second of their CPU."""
    crowd = await Crowd.at(stack)
    tokens = crowd.buyers(BUYERS)
    people = [Person(crowd.site, "", token, "") for token in tokens]
    measured = [
        await watchers(stack, crowd.site, people, await crowd.event()) for _ in range(ROUNDS)
    ]
    await crowd.site.close()
    value = Spread.of([ratio(rows) for rows in measured])
    return [
        Line(
            "watchers",
            f"{WATCHERS:,} watchers, {CHANGES_PER_SECOND} changes/s",
            "raw uvloop writer of the same bytes, for the same CPU",
            f"≥ {AIM}×",
            value,
            "×",
            value.median >= AIM,
            [_run(edge) for edge, _ in measured],
            [_run(bare) for _, bare in measured],
            [edge.name for edge, _ in measured],
        )
    ]


def _run(row: Row) -> Run:
    faults = [f"{count} × {what}" for what, count in row.errors.items() if count]
    return Run(row.done, row.seconds, sum(row.cpu_seconds.values()), faults=faults)
