"""Events with real seats in a real PostgreSQL, and several processes' worth of handlers that sell them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from inventory_svc.__main__ import MIGRATIONS
from inventory_svc.allocation.handlers import AllocationHandlers
from inventory_svc.allotments.handlers import AllotmentHandlers
from inventory_svc.allotments.workers import AllotmentRelease
from inventory_svc.availability.board import Boards
from inventory_svc.availability.hints import Hints
from inventory_svc.catalog import events, store
from inventory_svc.catalog.events import Event, Limits, State
from inventory_svc.catalog.prices import Zone
from inventory_svc.holds.admissions import Admissions
from inventory_svc.holds.batch_store import PostgresHolds
from inventory_svc.holds.fast_path import FastPath
from inventory_svc.holds.handlers import HoldHandlers
from inventory_svc.holds.houses.houses import Houses
from inventory_svc.holds.lane import Lanes
from inventory_svc.holds.life import HoldLife
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.marks import Marks
from inventory_svc.holds.placer import Placer
from inventory_svc.holds.rebalancing import Rebalancing
from inventory_svc.holds.seatings import Seatings
from inventory_svc.holds.store import house_reader
from inventory_svc.holds.workers import HoldExpiry
from inventory_svc.plans.generator import Block, generate
from inventory_svc.plans.layout import lay_out
from inventory_svc.plans.plan import Pool
from mesh import identity, ids
from mesh.clock import SystemClock
from mesh.database import Database, open_database
from mesh.errors import OnsaleError
from mesh.identity import Caller, KeySet
from mesh.keys import KeyRing
from mesh.valkey import connect
from protos.inventory.v1 import allotments_pb2, inventory_pb2
from protos.mesh.v1 import envelope_pb2
from tests.fixtures_servers import PostgresServer
from tests.stack import Stack

T = TypeVar("T")

PRICE_MINOR = 5_000
GENEROUS = Limits(seats_per_hold=100, live_holds_per_buyer=100, tickets_per_buyer=1_000)


class Process:
    """What one inventory process has: its own connections, lanes and memory."""

    def __init__(self, database: Database, admission_keys: KeyRing, valkey: Redis) -> None:
        async def fetch() -> Any:
            return admission_keys.jwks()

        self.database = database
        self.seatings = Seatings(database)
        self.hints = Hints(valkey)
        self.boards = Boards(database, self.seatings, self.hints)
        self.marks = Marks(valkey)
        self.rebalancing = Rebalancing(database)
        houses = Houses(house_reader(database))
        self.hints.heard_by(houses.hear)
        lookout = Lookout(self.marks, self.boards.touch, self.rebalancing.note, houses.free)
        holds = PostgresHolds(database)
        fast_path = FastPath(holds, self.marks, SystemClock(), crowd_min=1)
        placer = Placer(holds, self.seatings, houses, fast_path, lookout)
        self.lanes = Lanes(placer.place)
        self.handlers = HoldHandlers(
            database,
            self.seatings,
            self.lanes,
            Admissions(KeySet(fetch)),
            HoldLife(database, self.seatings, lookout),
        )
        self.allocation = AllocationHandlers(database, self.seatings, lookout, SystemClock())
        self.expiry = HoldExpiry(database, self.seatings, lookout)
        self.allotments = AllotmentHandlers(database, lookout, SystemClock())
        self.release = AllotmentRelease(database, lookout)


@dataclass
class Buyer:
    """An account, served by one of the processes."""

    process: Process
    account_id: UUID
    admission_token: str = ""

    async def call(self, method: str, request: Any) -> Any:
        """Calls a handler as this account; raises what it refuses."""

        async def calling() -> Any:
            metadata = {"admission-token": self.admission_token} if self.admission_token else {}
            identity.set_current(Caller(account_id=self.account_id), metadata)
            return await getattr(self.process.handlers, method)(request, None)

        # A task of its own, as a call has: who calls is known to it alone.
        return await asyncio.create_task(calling())

    async def hold(self, event_id: int, **wants: Any) -> inventory_pb2.Hold:
        """Places a hold."""
        request = inventory_pb2.HoldSeatsRequest(event_id=ids.event_text(event_id), **wants)
        return await self.call("HoldSeats", request)

    async def refusal(self, event_id: int, **wants: Any) -> OnsaleError:
        """Returns why a hold is refused that must not be placed."""
        with pytest.raises(OnsaleError) as caught:
            await self.hold(event_id, **wants)
        return caught.value

    async def get(self, hold_id: str) -> inventory_pb2.Hold:
        """Returns a hold."""
        return await self.call("GetHold", inventory_pb2.GetHoldRequest(hold_id=hold_id))

    async def release(self, hold_id: str) -> None:
        """Gives a hold back."""
        await self.call("ReleaseHold", inventory_pb2.ReleaseHoldRequest(hold_id=hold_id))


class Office:
    """The box office of a test: a database, some processes, and whoever comes."""

    def __init__(self, databases: list[Database], admission_keys: KeyRing, valkey: Redis) -> None:
        self.processes = [Process(database, admission_keys, valkey) for database in databases]
        self.database = databases[0]
        self.valkey = valkey
        self.admission_keys = admission_keys

    def buyer(self, process: int = 0, account_id: UUID | None = None) -> Buyer:
        """Returns an account, by default a new one."""
        served_by = self.processes[process % len(self.processes)]
        return Buyer(served_by, account_id or ids.new_account_id())

    async def event(
        self,
        *blocks: Block,
        pools: tuple[Pool, ...] = (),
        limits: Limits = GENEROUS,
        prices_minor: dict[str, int] | None = None,
        **changes: Any,
    ) -> int:
        """Makes an event on sale; by default with one section of one row of ten seats."""
        if not blocks and not pools:
            blocks = (Block("Stalls", "Front", rows=1, seats_per_row=10),)
        layout = lay_out(generate(blocks, pools))
        now = datetime.now(UTC)
        fields: dict[str, Any] = {
            "event_id": ids.new_event_id(),
            "organiser_id": ids.new_account_id(),
            "venue_id": ids.new_venue_id(),
            "name": "Lantern Night",
            "artist_name": "The Lanterns",
            "venue_name": "Lantern Hall",
            "city": "Oslo",
            "country_code": "NO",
            "latitude": 59.91,
            "longitude": 10.75,
            "time_zone": "Europe/Oslo",
            "category": "concert",
            "description": "",
            "start_time": now + timedelta(days=14),
            "end_time": now + timedelta(days=14, hours=3),
            "sale_open_time": now - timedelta(minutes=1),
            "publish_time": now - timedelta(minutes=1),
            "currency_code": "EUR",
            "limits": limits,
            "hold_seconds": 600,
            "capacity": layout.capacity,
            "zones": tuple(
                Zone(number, name, (prices_minor or {}).get(name, PRICE_MINOR))
                for number, name in enumerate(layout.zone_names, start=1)
            ),
            "create_time": now,
            "update_time": now,
            "state": State.PUBLISHED,
        }
        event = Event(**fields | changes)
        async with self.database.transaction() as connection:
            await store.add_event(connection, event, layout)
        return event.event_id

    async def warm(self, event_id: int) -> None:
        """Lets every process meet the event, so that what follows begins in all of them at once."""
        too_many = inventory_pb2.BestAvailable(quantity=101)
        for process in range(len(self.processes)):
            for _ in range(3):
                await self.buyer(process).refusal(event_id, best_available=too_many)

    async def change(self, event_id: int, **changes: Any) -> None:
        """Changes an event as its organiser would."""

        def changed(event: Event) -> Event:
            return replace(event, **changes, version=event.version + 1)

        async with self.database.transaction() as connection:
            await store.change_event(connection, event_id, changed)

    async def require_admission(self, event_id: int) -> None:
        """Gives the event a room."""
        async with self.database.transaction() as connection:
            await store.change_event(
                connection,
                event_id,
                lambda event: events.guarded(event, True, datetime.now(UTC)),
            )

    def admission_token(self, event_id: int, account_id: UUID, **changes: Any) -> str:
        """Returns a token as the room signs it."""
        claims = {
            "aud": "onsale/inventory",
            "sub": ids.text("acc", account_id),
            "event": ids.event_text(event_id),
            "jti": ids.text("adm", ids.new_id(event_id)),
            "exp": int((datetime.now(UTC) + timedelta(minutes=10)).timestamp()),
        }
        return self.admission_keys.sign({**claims, **changes}, "admission+jwt")

    async def ask(self, method: str, request: Any, process: int = 0) -> Any:
        """Calls AllocationService as a service does."""
        return await getattr(self.processes[process].allocation, method)(request, None)

    async def refused(self, method: str, request: Any, process: int = 0) -> OnsaleError:
        """Returns why AllocationService refuses what it must."""
        with pytest.raises(OnsaleError) as caught:
            await self.ask(method, request, process)
        return caught.value

    async def organise(self, event_id: int, method: str, **fields: Any) -> Any:
        """Calls AllotmentService as the event's organiser does."""
        organiser_id = await self.value(
            "SELECT organiser_id FROM events WHERE event_id = $1", event_id
        )
        request_type = getattr(allotments_pb2, f"{method}Request")
        request = request_type(event_id=ids.event_text(event_id), **fields)

        async def calling() -> Any:
            identity.set_current(Caller(account_id=organiser_id), {})
            return await getattr(self.processes[0].allotments, method)(request, None)

        return await asyncio.create_task(calling())

    async def not_organised(self, event_id: int, method: str, **fields: Any) -> OnsaleError:
        """Returns why AllotmentService refuses what it must."""
        with pytest.raises(OnsaleError) as caught:
            await self.organise(event_id, method, **fields)
        return caught.value

    async def rows(self, statement: str, *arguments: object) -> list[Any]:
        """Looks into the database."""
        async with self.database.connection() as connection:
            return list(await connection.fetch(statement, *arguments))

    async def value(self, statement: str, *arguments: object) -> Any:
        """Looks at one value in the database."""
        return (await self.rows(statement, *arguments))[0][0]

    async def run_out(self, event_id: int, hold_id: str) -> None:
        """Lets the time of a hold pass."""
        hold = ids.parse("hld", hold_id)
        past = datetime.now(UTC) - timedelta(seconds=1)
        await self.valkey.delete(f"{{{ids.event_text(event_id)}}}:marks")
        async with self.database.transaction() as connection:
            for statement in (
                "UPDATE holds SET held_until = $3, tidy_time = $3 WHERE event_id = $1 AND hold_id = $2",
                "UPDATE seats SET held_until = $3 WHERE event_id = $1 AND hold_id = $2 AND state = 1",
                "UPDATE hold_places SET held_until = $3 "
                "WHERE event_id = $1 AND hold_id = $2 AND held_until IS NOT NULL",
            ):
                await connection.execute(statement, event_id, hold, past)

    async def facts(self, event_id: int, kind: str) -> list[str]:
        """Returns the holds that facts of a kind were written about."""
        rows = await self.rows(
            "SELECT envelope FROM outbox WHERE key = $1 ORDER BY outbox_no",
            ids.event_text(event_id),
        )
        envelopes = [envelope_pb2.Envelope.FromString(row["envelope"]) for row in rows]
        return [envelope.aggregate_id for envelope in envelopes if envelope.type == kind]

    async def tidy(self) -> None:
        """Runs the expiry worker until it has nothing left to do."""
        while await self.processes[0].expiry.tidy():
            pass


@pytest.fixture(scope="session")
async def office(postgres: PostgresServer, servers: Stack) -> AsyncIterator[Office]:
    """Four processes over one database, shared by the session: every test has events of its own."""
    name = await postgres.create()
    databases = [await open_database(postgres.dsn(name), [MIGRATIONS]) for _ in range(4)]
    valkey = connect(servers.endpoints["valkey"])
    yield Office(databases, await KeyRing.open(databases[0], "admission"), valkey)
    await valkey.aclose()
    for database in databases:
        await database.close()
    await postgres.drop(name)


async def outcomes(calls: list[Coroutine[Any, Any, T]]) -> tuple[list[T], list[OnsaleError]]:
    """Runs calls at once; returns what they brought and what they were refused with."""
    done = await asyncio.gather(*calls, return_exceptions=True)
    for each in done:
        if isinstance(each, BaseException) and not isinstance(each, OnsaleError):
            raise each
    brought = [each for each in done if not isinstance(each, BaseException)]
    return brought, [each for each in done if isinstance(each, OnsaleError)]


def request_id() -> str:
    return uuid4().hex


Call = Callable[[], Awaitable[Any]]
