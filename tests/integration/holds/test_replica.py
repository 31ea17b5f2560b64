"""Lookers are answered by a streaming replica, and never with anything older than it may be, whatever happens to it."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from inventory_svc.availability.board import Boards
from inventory_svc.availability.cache import AvailabilityCache
from inventory_svc.availability.handlers import AvailabilityHandlers
from inventory_svc.catalog.events import State
from inventory_svc.catalog.handlers import CatalogHandlers
from mesh import identity, ids
from mesh.clock import SystemClock
from mesh.database import open_replica
from mesh.errors import OnsaleError
from mesh.identity import Caller
from mesh.replica import READS, STALENESS_SECONDS_MAX, ReplicaReads
from mesh.valkey import connect
from protos.inventory.v1 import catalog_pb2, inventory_pb2
from tests.fixtures_servers import state_folder
from tests.integration.holds.conftest import Office
from tests.integration.holds.standby import Standby
from tests.polling import eventually
from tests.stack import Stack

NO_VALKEY = "redis://127.0.0.1:1/0"
"""What is asked is looked at, not remembered."""
OLD_MINOR, NEW_MINOR = 5_000, 9_000
ARRIVAL_SECONDS = 10.0
BEYOND_SECONDS = STALENESS_SECONDS_MAX + 8.0


class Window:
    """Where people look: one process with its replica."""

    def __init__(self, office: Office, reads: ReplicaReads, process: int) -> None:
        served_by = office.processes[process]
        self.cache = connect(NO_VALKEY)
        self.reads = reads
        self.boards = Boards(served_by.database, served_by.seatings, None, reads)
        self.looking = AvailabilityHandlers(reads, self.boards, AvailabilityCache(self.cache))
        self.catalog = CatalogHandlers(served_by.database, SystemClock(), reads)

    async def price_minor(self, event_id: int) -> int:
        request = inventory_pb2.GetSeatMapRequest(event_id=ids.event_text(event_id))
        drawn = await self.looking.GetSeatMap(request, None)
        return drawn.zones[0].price.amount_minor

    async def availability(self, event_id: int) -> inventory_pb2.Availability:
        request = inventory_pb2.GetAvailabilityRequest(event_id=ids.event_text(event_id))
        return await self.looking.GetAvailability(request, None)

    async def event(self, event_id: int, account_id: Any = None) -> catalog_pb2.Event:
        async def asking() -> catalog_pb2.Event:
            identity.set_current(Caller(account_id=account_id), {})
            request = catalog_pb2.GetEventRequest(event_id=ids.event_text(event_id))
            return await self.catalog.GetEvent(request, None)

        return await asyncio.create_task(asking())

    async def is_asking_the_replica(self) -> bool:
        return self.reads.freshness.proven_time() is not None


@pytest.fixture(scope="module")
async def standby(office: Office, servers: Stack) -> AsyncIterator[Standby]:
    with state_folder("standby") as folder:
        standby = Standby(
            servers.database_dsn("postgres", superuser=True),
            folder,
            _free_port(),
            servers.state.data / "postgres",
        )
        try:
            await asyncio.to_thread(standby.copy)
            await standby.start()
            yield standby
        finally:
            standby.remove()


@pytest.fixture
async def windows(office: Office, standby: Standby) -> AsyncIterator[list[Window]]:
    """Two processes that have found the replica fresh."""
    dsn = standby.dsn(office.database.dsn.rpartition("/")[2])
    replicas = [await open_replica(dsn) for _ in range(2)]
    opened = [
        Window(office, ReplicaReads(office.processes[process].database, replica), process)
        for process, replica in enumerate(replicas)
    ]
    stop = asyncio.Event()
    pulses = [
        asyncio.create_task(worker.run(stop))
        for window in opened
        for worker in window.reads.workers()
    ]
    for window in opened:
        await eventually(
            window.is_asking_the_replica, within_seconds=ARRIVAL_SECONDS, what="a fresh replica"
        )
    yield opened
    stop.set()
    await asyncio.gather(*pulses)
    for window, replica in zip(opened, replicas, strict=True):
        await window.cache.aclose()
        await replica.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answered() -> dict[str, float]:
    return {source: READS.labels(source)._value.get() for source in ("replica", "primary")}


async def _arrived(window: Window, event_id: int) -> None:
    """Waits until a new event is shown by the replica."""

    async def arrived() -> bool:
        before = _answered()
        await window.price_minor(event_id)
        return _answered()["replica"] > before["replica"]

    await eventually(arrived, within_seconds=ARRIVAL_SECONDS, what="the event in the replica")


async def test_the_replica_answers_those_who_only_look(
    office: Office, windows: list[Window]
) -> None:
    window = windows[0]

    async def are_all_answered_by_it() -> bool:
        event_id = await office.event()
        await _arrived(window, event_id)
        before = _answered()
        assert (await window.event(event_id)).name == "Lantern Night"
        assert await window.price_minor(event_id) == OLD_MINOR
        shown = await window.availability(event_id)
        assert [section.available for section in shown.sections] == [10]
        after = _answered()
        # The event, who may see its map twice, and the seats; the map itself was asked for before.
        by_replica = after["replica"] - before["replica"]
        return by_replica == 4 and after["primary"] == before["primary"]

    # A machine that is busy elsewhere may make the replica late now and then.
    await eventually(
        are_all_answered_by_it, within_seconds=3 * ARRIVAL_SECONDS, what="answers of the replica"
    )


async def test_what_is_newer_than_the_replica_is_found_in_the_primary(
    office: Office, windows: list[Window], standby: Standby
) -> None:
    await standby.execute("SELECT pg_wal_replay_pause()")
    try:
        event_id = await office.event()
        assert (await windows[0].event(event_id)).name == "Lantern Night"
        assert await windows[0].price_minor(event_id) == OLD_MINOR
    finally:
        await standby.execute("SELECT pg_wal_replay_resume()")


async def test_a_replica_that_stops_replaying_is_believed_for_no_longer_than_the_bound(
    office: Office, windows: list[Window], standby: Standby
) -> None:
    """Tried: with the bound a hundred times as long, the old price stays."""
    event_id = await office.event()
    await _arrived(windows[0], event_id)
    await standby.execute("SELECT pg_wal_replay_pause()")
    try:
        await office.rows(
            "UPDATE zones SET price_minor = $2 WHERE event_id = $1", event_id, NEW_MINOR
        )
        changed_at = time.monotonic()
        asked_in_vain: list[float] = []

        async def is_new() -> bool:
            asked_at = time.monotonic()
            if await windows[0].price_minor(event_id) == NEW_MINOR:
                return True
            asked_in_vain.append(asked_at - changed_at)
            return False

        await eventually(is_new, within_seconds=BEYOND_SECONDS, what="the new price")
        # Shown as it was at first: the replica is really asked, and the bound is what keeps it honest.
        assert asked_in_vain
        assert max(asked_in_vain) <= STALENESS_SECONDS_MAX
    finally:
        await standby.execute("SELECT pg_wal_replay_resume()")
    await eventually(
        windows[0].is_asking_the_replica,
        within_seconds=ARRIVAL_SECONDS,
        what="the replica's return",
    )
    assert await windows[0].price_minor(event_id) == NEW_MINOR


async def test_no_picture_shows_a_seat_free_again_that_an_earlier_one_showed_held(
    office: Office, windows: list[Window], standby: Standby
) -> None:
    """Tried: without comparing the replica to what was shown last, the second process shows the seat free."""
    event_id = await office.event()
    await _arrived(windows[1], event_id)
    seller, other = windows
    await seller.availability(event_id)
    await standby.execute("SELECT pg_wal_replay_pause()")
    try:
        await office.buyer(0).hold(event_id, seat_ids=["s1"])
        seller.boards.hear(event_id, [1])

        async def is_held() -> int:
            shown = await seller.availability(event_id)
            return shown.version if shown.states[0] >> 2 & 3 == 1 else 0

        version = await eventually(is_held, within_seconds=2, what="the held seat")

        async def is_other_publishing() -> bool:
            shown = await other.availability(event_id)
            assert shown.states[0] >> 2 & 3 == 1
            assert shown.version >= version
            publisher = await office.value(
                "SELECT publisher FROM availability WHERE event_id = $1", event_id
            )
            return bool(publisher == other.boards._publisher)

        await eventually(is_other_publishing, within_seconds=5, what="the other's turn")
    finally:
        await standby.execute("SELECT pg_wal_replay_resume()")


async def test_an_organiser_sees_a_draft_and_a_change_at_once(
    office: Office, windows: list[Window], standby: Standby
) -> None:
    organiser_id = ids.new_account_id()
    event_id = await office.event(
        state=State.DRAFT, publish_time=None, organiser_id=organiser_id, name="Draft"
    )
    await standby.execute("SELECT pg_wal_replay_pause()")
    try:
        assert (await windows[0].event(event_id, organiser_id)).name == "Draft"
        with pytest.raises(OnsaleError):
            await windows[0].event(event_id)
        now = datetime.now(UTC)
        await office.change(event_id, state=State.PUBLISHED, publish_time=now, name="Published")
        assert (await windows[0].event(event_id, organiser_id)).name == "Published"
        assert (await windows[0].event(event_id)).name == "Published"
    finally:
        await standby.execute("SELECT pg_wal_replay_resume()")


async def test_without_its_replica_everything_is_answered_as_before(
    office: Office, windows: list[Window], standby: Standby
) -> None:
    event_id = await office.event()
    await _arrived(windows[0], event_id)
    standby.kill()
    for _ in range(3):
        assert (await windows[0].event(event_id)).name == "Lantern Night"
        assert await windows[0].price_minor(event_id) == OLD_MINOR
        assert [s.available for s in (await windows[0].availability(event_id)).sections] == [10]
    assert not await windows[0].is_asking_the_replica()
    await standby.start()
    await eventually(
        windows[0].is_asking_the_replica,
        within_seconds=ARRIVAL_SECONDS,
        what="the replica's return",
    )
    before = _answered()
    await windows[0].price_minor(event_id)
    assert _answered()["replica"] > before["replica"]
