"""Fills the demo catalogue: `python -m deploy.local.seed`. Run again, it makes what is missing and nothing twice."""

import asyncio
import sys
import time

from deploy.local.catalogue import Catalogue, first_of
from deploy.local.errors import LocalStackError
from deploy.local.journal import Journal
from deploy.local.layout import Layout
from deploy.local.organiser import NoCodeArrived, grant, open_desk
from deploy.local.seed.plan import demo_events, demo_venues
from deploy.local.settings import load_settings
from mesh.errors import OnsaleError

ORGANISER = "organiser@demo.test"
GATE = "gate@demo.test"
JOURNAL = "seed.jsonl"


async def seed(layout: Layout) -> None:
    """Makes the demo's accounts, venues, events and rooms."""
    started = time.monotonic()
    journal = Journal(layout.state.data / JOURNAL)
    async with open_desk(layout, ORGANISER) as desk:
        await grant(layout, GATE, "gate", desk.account_id)
        catalogue = Catalogue(desk, journal)
        venues = await catalogue.add_venues(demo_venues())
        print(f"demo: {venues} venues made", flush=True)
        events = await catalogue.add_events(demo_events(journal.begun))
        print(f"demo: {events} events on sale after {time.monotonic() - started:.0f} s", flush=True)
    journal.close()


def main() -> int:
    """Seeds; a fault is one line."""
    problem: BaseException | None = None
    try:
        asyncio.run(seed(Layout.of(load_settings())))
    except* (LocalStackError, NoCodeArrived, OnsaleError, OSError) as failures:
        problem = first_of(failures)
    if problem is not None:
        print(f"the demo's seed stopped: {problem}", file=sys.stderr)
    return 0 if problem is None else 1


if __name__ == "__main__":
    sys.exit(main())
