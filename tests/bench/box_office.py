"""Our engine, at the level of the driver: the lanes and the placer of one process, without gRPC.

The one place of the benchmark that knows how the inventory is put together; see inventory_svc/__main__.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass

from inventory_svc.__main__ import MIGRATIONS
from inventory_svc.availability.board import Boards
from inventory_svc.availability.hints import Hints
from inventory_svc.holds.batch_store import PostgresHolds
from inventory_svc.holds.fast_path import FastPath
from inventory_svc.holds.holds import Hold
from inventory_svc.holds.houses.houses import Houses
from inventory_svc.holds.lane import Lanes
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.marks import Marks
from inventory_svc.holds.party import Asked, Party
from inventory_svc.holds.placer import Placer
from inventory_svc.holds.placing import Placed
from inventory_svc.holds.rebalancing import Rebalancing
from inventory_svc.holds.seatings import Seatings
from inventory_svc.holds.store import house_reader
from inventory_svc.holds.workers import HoldExpiry
from mesh import ids, valkey
from mesh.clock import SystemClock
from mesh.database import Database, open_database
from mesh.errors import OnsaleError
from mesh.replica import ReplicaReads
from mesh.requests import RequestKey

EXPIRY_SECONDS = 1.0
BODY_HASH = hashlib.sha256(b"best available").digest()

RUN_OUT = """
    WITH over AS (
        SELECT seat_no FROM seats
        WHERE event_id = $1 AND seat_no = ANY ($3::integer[]) AND hold_id = ANY ($2::uuid[]) AND state = 1
        ORDER BY seat_no FOR UPDATE
    )
    UPDATE seats SET held_until = clock_timestamp()
    FROM over WHERE seats.event_id = $1 AND seats.seat_no = over.seat_no
"""
RUN_OUT_HOLDS = """
    UPDATE holds SET held_until = clock_timestamp(), tidy_time = clock_timestamp()
    WHERE event_id = $1 AND hold_id = ANY ($2::uuid[]) AND state = 'HELD'
"""
COUNT = """
    SELECT count(*) AS all,
           count(*) FILTER (WHERE state = 1 AND held_until > clock_timestamp()) AS held,
           (SELECT coalesce(sum(cardinality(seat_nos)), 0) FROM holds
            WHERE event_id = $1 AND state = 'HELD' AND held_until > clock_timestamp()) AS in_holds
    FROM seats WHERE event_id = $1 AND (state IN (0, 1) OR hold_id IS NOT NULL)
"""


@dataclass(frozen=True)
class Count:
    """The seats of an event as they stand."""

    all: int
    """Free, held and sold."""
    held: int
    in_holds: int
    """Of holds that live."""


def new_party(event_id: int, *, quantity: int = 0, seat_nos: Sequence[int] = ()) -> Party:
    """Returns a buyer who never came before, with a request id, as every call of the edge has one."""
    return Party(
        hold_id=ids.new_id(event_id),
        account_id=ids.new_account_id(),
        request=RequestKey(secrets.token_hex(8), "HoldSeats", secrets.token_hex(16), BODY_HASH),
        seat_nos=tuple(seat_nos),
        best=Asked(quantity) if quantity else None,
    )


def outcome(result: object) -> Hold | OnsaleError:
    """Returns what a lane's answer means to the buyer."""
    if isinstance(result, Placed):
        return result.hold
    assert isinstance(result, OnsaleError), f"neither placed nor refused: {result!r}"
    return result


class BoxOffice:
    """One process's engine."""

    def __init__(self, database: Database, cache: object) -> None:
        self.database = database
        self.seatings = Seatings(database)
        hints = Hints(cache)  # type: ignore[arg-type]
        boards = Boards(database, self.seatings, hints, ReplicaReads(database, None))
        marks = Marks(cache)  # type: ignore[arg-type]
        houses = Houses(house_reader(database))
        lookout = Lookout(marks, boards.touch, Rebalancing(database).note, houses.free)
        holds = PostgresHolds(database)
        fast_path = FastPath(holds, marks, SystemClock())
        self.lanes = Lanes(Placer(holds, self.seatings, houses, fast_path, lookout).place)
        self.expiry = HoldExpiry(database, self.seatings, lookout)

    async def hold(
        self, event_id: int, *, quantity: int = 0, seat_nos: Sequence[int] = ()
    ) -> Hold | OnsaleError:
        """Asks for the best seats, or for these, as a buyer who never came before. Raises what the lane refuses."""
        party = new_party(event_id, quantity=quantity, seat_nos=seat_nos)
        return outcome(await self.lanes.submit(event_id, party))

    async def run_out(self, event_id: int, holds: Sequence[Hold]) -> None:
        """Lets the time of some holds pass: what then happens is the engine's own business."""
        hold_ids = [hold.hold_id for hold in holds]
        seat_nos = [seat_no for hold in holds for seat_no in hold.seat_nos]
        async with self.database.transaction() as connection:
            await connection.execute(RUN_OUT, event_id, hold_ids, seat_nos)
            await connection.execute(RUN_OUT_HOLDS, event_id, hold_ids)

    async def count(self, event_id: int) -> Count:
        """Counts the seats of an event."""
        async with self.database.connection() as connection:
            return Count(*await connection.fetchrow(COUNT, event_id))

    async def faults(self, event_ids: Sequence[int], seats_each: int, held: int) -> list[str]:
        """Compares what stands in the database with what callers were told they hold; returns what differs."""
        counts = [await self.count(event_id) for event_id in event_ids]
        found = Count(*(sum(each) for each in zip(*map(astuple, counts), strict=True)))
        wanted = Count(len(event_ids) * seats_each, held, held)
        return [] if found == wanted else [f"{found}, not {wanted}"]

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Runs the expiry worker beside the block, as the service does."""

        async def tidy() -> None:
            while True:
                while await self.expiry.tidy():
                    pass
                await asyncio.sleep(EXPIRY_SECONDS)

        task = asyncio.create_task(tidy())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def box_office(dsn: str, valkey_url: str) -> AsyncIterator[BoxOffice]:
    """Opens the engine on a database, which it brings up to date."""
    database = await open_database(dsn, [MIGRATIONS])
    cache = valkey.connect(valkey_url)
    office = BoxOffice(database, cache)
    try:
        yield office
    finally:
        await office.lanes.drain()
        await cache.aclose()
        await database.close()
