"""What is shown as free: numbered, fresh, the same from every process, and followed by watchers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from inventory_svc.availability import store
from inventory_svc.availability.board import AGE_SECONDS_MAX
from inventory_svc.availability.cache import AvailabilityCache
from inventory_svc.availability.handlers import AvailabilityHandlers
from inventory_svc.availability.workers import AvailabilityPublisher
from inventory_svc.catalog.events import State
from inventory_svc.plans.generator import Block
from inventory_svc.plans.plan import Pool
from mesh import identity, ids
from mesh.errors import OnsaleError
from mesh.identity import Caller
from mesh.replica import ReplicaReads
from mesh.valkey import connect
from protos.inventory.v1 import inventory_pb2
from tests.integration.holds.conftest import Office
from tests.polling import eventually


class Windows:
    """Where people look: one for each process, with its publisher running."""

    def __init__(self, office: Office, valkey_url: str) -> None:
        self.cache = connect(valkey_url)
        self.handlers = [
            AvailabilityHandlers(
                ReplicaReads(process.database), process.boards, AvailabilityCache(self.cache)
            )
            for process in office.processes
        ]

    async def look(self, event_id: int, process: int = 0) -> inventory_pb2.Availability:
        request = inventory_pb2.GetAvailabilityRequest(event_id=ids.event_text(event_id))
        return await self.handlers[process].GetAvailability(request, None)

    def watch(
        self, event_id: int, from_version: int = 0, process: int = 0
    ) -> AsyncIterator[inventory_pb2.AvailabilityDelta]:
        request = inventory_pb2.WatchAvailabilityRequest(
            event_id=ids.event_text(event_id), from_version=from_version
        )
        return self.handlers[process].WatchAvailability(request, None)


@pytest.fixture
async def windows(office: Office, valkey: str) -> AsyncIterator[Windows]:
    opened = Windows(office, valkey)
    stop = asyncio.Event()
    for process in office.processes:
        process.boards.closing.clear()
    running = [
        asyncio.create_task(worker.run(stop))
        for process in office.processes
        for worker in (AvailabilityPublisher(process.boards), process.hints)
    ]
    yield opened
    stop.set()
    await asyncio.gather(*running)
    await opened.cache.aclose()


def states(shown: inventory_pb2.Availability, count: int) -> list[int]:
    return [shown.states[no // 4] >> 2 * (no % 4) & 3 for no in range(count)]


def places(quantity: int) -> inventory_pb2.PoolQuantity:
    return inventory_pb2.PoolQuantity(pool_id="p1", quantity=quantity)


async def test_what_is_free_is_shown_by_seat_section_and_pool(
    office: Office, windows: Windows
) -> None:
    event_id = await office.event(
        Block("A", "Front", rows=1, seats_per_row=5),
        Block("B", "Back", rows=1, seats_per_row=5),
        pools=(Pool("Floor", "Floor", 60),),
    )
    before = await windows.look(event_id)
    assert [(each.section_id, each.available) for each in before.sections] == [
        ("sec1", 5),
        ("sec2", 5),
    ]
    buyer = office.buyer()
    await buyer.hold(event_id, seat_ids=["s1", "s6", "s7"], pools=[places(3)])
    gone = await buyer.hold(event_id, seat_ids=["s9"], pools=[places(5)])
    await office.run_out(event_id, gone.hold_id)
    await office.rows("UPDATE seats SET state = 4 WHERE event_id = $1 AND seat_no = 0", event_id)

    async def shown() -> Any:
        after = await windows.look(event_id)
        return after if states(after, 10) == [3, 1, 0, 0, 0, 0, 1, 1, 0, 0] else None

    after = await eventually(shown, within_seconds=2, what="the new picture")
    assert [each.available for each in after.sections] == [3, 3]
    assert [(each.pool_id, each.available) for each in after.pools] == [("p1", 57)]
    assert after.version > before.version


async def test_a_process_shows_its_own_holds_at_once(office: Office, windows: Windows) -> None:
    event_id = await office.event()
    await windows.look(event_id)
    await office.buyer(0).hold(event_id, seat_ids=["s1"])

    async def shown() -> bool:
        return states(await windows.look(event_id), 10)[1] == 1

    await eventually(shown, within_seconds=0.6, what="the hold")


class Looks:
    """Every look that a process takes at seats: which ones, None is all of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken: list[frozenset[int] | None] = []
        publish = store.publish

        async def publishing(*args: Any) -> store.Seen:
            seen = await publish(*args)
            look: store.Look = args[-1]
            if seen.is_ours:
                self.taken.append(None if seen.is_whole else look.seat_nos)
            return seen

        monkeypatch.setattr(store, "publish", publishing)


async def test_only_seats_that_changed_are_looked_at(
    office: Office, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = await office.event()
    looks = Looks(monkeypatch)
    buyer = office.buyer()
    async with aclosing(windows.watch(event_id)) as stream:  # type: ignore[type-var]
        await anext(stream)
        held = await buyer.hold(event_id, seat_ids=["s1", "s2"])
        delta = await anext(stream)
        assert [(change.seat_index, change.state) for change in delta.changes] == [(1, 1), (2, 1)]
        assert frozenset({1, 2}) in looks.taken
        await buyer.release(held.hold_id)
        delta = await anext(stream)
        assert [(change.seat_index, change.state) for change in delta.changes] == [(1, 0), (2, 0)]
    assert looks.taken.count(frozenset({1, 2})) == 2


async def test_a_watcher_hears_soon_of_what_another_process_sold(
    office: Office, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = await office.event()
    looks = Looks(monkeypatch)
    async with aclosing(windows.watch(event_id, process=0)) as stream:  # type: ignore[type-var]
        await anext(stream)
        await office.buyer(1).hold(event_id, seat_ids=["s3"])
        delta = await anext(stream)
    assert [change.seat_index for change in delta.changes] == [3]
    assert frozenset({3}) in looks.taken  # hinted at, not found


async def test_a_change_without_a_hint_is_found_all_the_same(
    office: Office, windows: Windows
) -> None:
    event_id = await office.event()
    async with aclosing(windows.watch(event_id)) as stream:  # type: ignore[type-var]
        await anext(stream)
        await office.rows(
            "UPDATE seats SET state = 4 WHERE event_id = $1 AND seat_no = 5", event_id
        )
        async with asyncio.timeout(AGE_SECONDS_MAX + 1.0):
            delta = await anext(stream)
    assert [(change.seat_index, change.state) for change in delta.changes] == [(5, 3)]


async def test_a_hint_survives_a_look_that_failed(
    office: Office, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = await office.event()
    await windows.look(event_id)
    board = await office.processes[0].boards.open(event_id)

    async def failing(*_: Any) -> store.Seen:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(store, "publish", failing)
        await office.buyer().hold(event_id, seat_ids=["s7"])

        async def failed() -> bool:
            try:
                await board.fresh()
            except ConnectionError:
                return True
            return False

        await eventually(failed, within_seconds=2, what="the failed look")
    assert chr((await board.fresh()).marks[7]) == "1"


async def test_a_version_means_the_same_from_every_process(
    office: Office, windows: Windows
) -> None:
    event_id = await office.event()
    seen: dict[int, bytes] = {}
    for number in range(10):
        await office.buyer(number).hold(event_id, seat_ids=[f"s{number}"])
        for process in range(4):
            shown = await windows.look(event_id, process)
            assert seen.setdefault(shown.version, shown.states) == shown.states


async def test_a_watcher_learns_the_version_and_then_every_change(
    office: Office, windows: Windows
) -> None:
    event_id = await office.event(
        Block("A", "Front", rows=1, seats_per_row=8), pools=(Pool("Floor", "Floor", 60),)
    )
    start = await windows.look(event_id)
    followed = dict(enumerate(states(start, 8)))
    async with aclosing(windows.watch(event_id, start.version, process=1)) as stream:  # type: ignore[type-var]
        first = await anext(stream)
        assert list(first.changes) == []
        version = first.version
        await office.buyer(0).hold(event_id, seat_ids=["s1", "s2"], pools=[places(2)])
        buyer = office.buyer(1)
        await buyer.release((await buyer.hold(event_id, seat_ids=["s5"])).hold_id)
        async with asyncio.timeout(5):
            while (followed[1], followed[2], followed[5]) != (1, 1, 0):
                delta = await anext(stream)
                assert delta.from_version == version
                version = delta.version
                followed.update((change.seat_index, change.state) for change in delta.changes)
        assert [(each.pool_id, each.available) for each in delta.pools] == [("p1", 58)]


async def test_a_reader_from_a_forgotten_version_is_shown_a_gap(
    office: Office, windows: Windows
) -> None:
    event_id = await office.event()
    now = await windows.look(event_id)
    async with aclosing(windows.watch(event_id, now.version + 1_000)) as stream:  # type: ignore[type-var]
        first = await anext(stream)
    assert first.from_version == first.version == now.version


async def test_streams_end_with_their_process(office: Office, windows: Windows) -> None:
    event_id = await office.event()

    async def follow() -> int:
        count = 0
        async for _ in windows.watch(event_id):
            count += 1
        return count

    following = asyncio.create_task(follow())

    async def watched() -> bool:
        return bool(office.processes[0].boards.watched())

    await eventually(watched, within_seconds=2, what="the stream")
    office.processes[0].boards.close()
    async with asyncio.timeout(2):
        assert await following == 1


async def test_without_valkey_only_the_cache_is_missing(office: Office) -> None:
    windows = Windows(office, "redis://127.0.0.1:1/0")
    event_id = await office.event()
    assert states(await windows.look(event_id), 10) == [0] * 10
    await windows.cache.aclose()


async def test_the_map_has_todays_prices(office: Office, windows: Windows) -> None:
    event_id = await office.event(prices_minor={"Front": 700})
    request = inventory_pb2.GetSeatMapRequest(event_id=ids.event_text(event_id))
    drawn = await windows.handlers[0].GetSeatMap(request, None)
    assert drawn.event_id == ids.event_text(event_id)
    assert [seat.seat_id for seat in drawn.sections[0].rows[0].seats] == [
        f"s{number}" for number in range(10)
    ]
    assert drawn.zones[0].price.amount_minor == 700
    await office.rows("UPDATE zones SET price_minor = 900 WHERE event_id = $1", event_id)
    drawn = await windows.handlers[0].GetSeatMap(request, None)
    assert drawn.zones[0].price.amount_minor == 900


async def test_a_draft_is_shown_to_its_organiser_only(office: Office, windows: Windows) -> None:
    organiser_id = ids.new_account_id()
    event_id = await office.event(state=State.DRAFT, publish_time=None, organiser_id=organiser_id)
    with pytest.raises(OnsaleError) as caught:
        await windows.look(event_id)
    assert caught.value.reason == "EVENT_NOT_FOUND"

    async def as_organiser() -> inventory_pb2.Availability:
        identity.set_current(Caller(account_id=organiser_id), {})
        return await windows.look(event_id)

    assert (await asyncio.create_task(as_organiser())).version > 0
