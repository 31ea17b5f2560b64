"""Loads files into a running stack: `python -m deploy.local.importer FILE…` (docs/import.md)."""

import argparse
import asyncio
import hashlib
import json
import sys
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from deploy.local.catalogue import Catalogue, NewEvent, NewVenue, first_of
from deploy.local.errors import LocalStackError
from deploy.local.importer.files import Kind, UnknownFile, read, rows
from deploy.local.importer.svg import DrawingInvalid, svg_to_csv
from deploy.local.importer.tables import Tables
from deploy.local.importer.terms import Terms
from deploy.local.journal import Journal
from deploy.local.layout import Layout
from deploy.local.organiser import NoCodeArrived, open_desk
from deploy.local.settings import load_settings
from mesh.errors import OnsaleError
from mesh.timestamps import to_proto
from protos.inventory.v1 import catalog_pb2

JOURNAL = "import.jsonl"
PLAN_EVENT_DAYS_AHEAD = 30
FAULTS_PRINTED_MAX = 20
EVENTS_BETWEEN_REPORTS = 2_000

Format = catalog_pb2.ImportPlanRequest


class Loading:
    """One run over some files."""

    def __init__(self, catalogue: Catalogue, terms: Terms, limit: int | None) -> None:
        self._catalogue = catalogue
        self._terms = terms
        self._limit = limit
        self._tables = Tables(terms)
        self.refused = 0
        """How many files were not loaded."""

    async def load(self, paths: list[Path]) -> None:
        """Loads files; tables of venues before those of events, which look for them."""
        found = sorted(
            ((*read(path), path) for path in paths), key=lambda file: file[0] is Kind.EVENTS
        )
        for kind, text, path in found:
            try:
                await self._load_one(kind, text, path)
            except* (OnsaleError, DrawingInvalid) as failures:
                self.refused += 1
                _tell_refusal(path, first_of(failures))
        for reason, count in self._tables.passed_over.most_common():
            print(f"passed over {count} rows: {reason}")

    async def _load_one(self, kind: Kind, text: str, path: Path) -> None:
        match kind:
            case Kind.VENUES:
                venues = list(self._tables.venues(islice(rows(text), self._limit)))
                print(f"{path.name}: {await self._catalogue.add_venues(venues)} venues loaded")
            case Kind.EVENTS:
                await self._load_events(text, path)
            case Kind.PRETIX_PLAN:
                await self._load_plan(Format.PRETIX_JSON, text, path)
            case Kind.CSV_PLAN:
                await self._load_plan(Format.CSV, text, path)
            case Kind.SVG_PLAN:
                await self._load_plan(Format.CSV, svg_to_csv(text), path)

    async def _load_events(self, text: str, path: Path) -> None:
        pairs = self._tables.events(islice(rows(text), self._limit))
        count = 0
        while some := list(islice(pairs, EVENTS_BETWEEN_REPORTS)):
            venues = {venue.name: venue for venue, _ in some}
            await self._catalogue.add_venues(venues.values())
            count += await self._catalogue.add_events(event for _, event in some)
            print(f"{path.name}: {count} events on sale", flush=True)

    async def _load_plan(self, plan_format: Format.Format, text: str, path: Path) -> None:
        title = _title(text) or path.name.split(".")[0].replace("-", " ").strip().capitalize()
        name = f"plans/{path.name}"[:60]
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        venue = NewVenue(
            name,
            self._terms.venue_of_plan(title),
            catalog_pb2.ImportPlanRequest(format=plan_format, content=text),
            plan_name=f"{name}/{digest}",
        )
        await self._catalogue.add_venues([venue])
        zone_names = await self._catalogue.zone_names(name)
        event = NewEvent(f"{name}/{digest}/event", name, self._event_of_plan(title, zone_names))
        count = await self._catalogue.add_events([event])
        print(f"{path.name}: {'on sale' if count else 'was on sale already'} as “{title}”")

    def _event_of_plan(self, title: str, zone_names: list[str]) -> catalog_pb2.CreateEventRequest:
        day = (self._terms.begun + timedelta(days=PLAN_EVENT_DAYS_AHEAD)).date()
        start = datetime.combine(day, time(19, 30), ZoneInfo(self._terms.time_zone))
        price = self._terms.default_price()
        return catalog_pb2.CreateEventRequest(
            name=title,
            category="theatre",
            start_time=to_proto(start.astimezone(UTC)),
            zone_prices=[
                catalog_pb2.ZonePrice(zone_name=zone_name, price=price) for zone_name in zone_names
            ],
        )


def _title(text: str) -> str:
    """What a plan in pretix's format calls itself; tables and drawings have no name."""
    try:
        name = json.loads(text)["name"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return ""
    return name.strip()[:200] if isinstance(name, str) else ""


def _tell_refusal(path: Path, failure: BaseException) -> None:
    print(f"{path}: {failure}", file=sys.stderr)
    faults = failure.facts().get("faults", []) if isinstance(failure, OnsaleError) else []
    for fault in faults[:FAULTS_PRINTED_MAX] if isinstance(faults, list) else []:
        print(f"  {fault['place']}: {fault['problem']}", file=sys.stderr)


async def load(arguments: argparse.Namespace, layout: Layout) -> int:
    """Signs in and loads; returns how many files were refused."""
    journal = Journal(layout.state.data / JOURNAL)
    terms = Terms(
        price=arguments.price,
        currency_code=arguments.currency,
        city=arguments.city,
        country_code=arguments.country,
        latitude=arguments.latitude,
        longitude=arguments.longitude,
        time_zone=arguments.time_zone,
        begun=journal.begun,
    )
    async with open_desk(layout, arguments.email) as desk:
        loading = Loading(Catalogue(desk, journal), terms, arguments.limit)
        await loading.load(arguments.files)
    journal.close()
    return loading.refused


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.importer", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="plans, venues, events")
    parser.add_argument("--email", default="organiser@demo.test", help="whose they will be")
    parser.add_argument("--limit", type=int, help="only the first so many rows of each table")
    parser.add_argument("--price", type=_price, default=Decimal(45), help="where a file names none")
    parser.add_argument("--currency", default="EUR", help="of that price")
    parser.add_argument("--city", default="Helsinki", help="where the halls of plans stand")
    parser.add_argument("--country", default="FI")
    parser.add_argument("--latitude", type=float, default=60.17)
    parser.add_argument("--longitude", type=float, default=24.94)
    parser.add_argument("--time-zone", default="Europe/Helsinki")
    return parser.parse_args()


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text} is not an amount") from None
    if not 0 <= price <= 10**9:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 10^9")
    return price


def main() -> int:
    """Loads; a fault is one line."""
    arguments = _arguments()
    problem: BaseException | None = None
    refused = 0
    try:
        refused = asyncio.run(load(arguments, Layout.of(load_settings())))
    except* (LocalStackError, NoCodeArrived, OnsaleError, UnknownFile, OSError) as failures:
        problem = first_of(failures)
    if problem is not None:
        print(f"the import stopped: {problem}", file=sys.stderr)
    return 1 if problem is not None or refused else 0


if __name__ == "__main__":
    sys.exit(main())
