"""Holds that end together: each is told of once, whoever tidies, whoever dies, and whoever stands in the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from inventory_svc.holds import workers
from inventory_svc.holds.tidying import store
from inventory_svc.holds.tidying.store import Ending
from inventory_svc.plans.generator import Block
from inventory_svc.plans.plan import Pool
from mesh import ids
from mesh.database import Connection
from protos.inventory.v1 import inventory_pb2
from tests.integration.holds.conftest import Office
from tests.polling import eventually

ROWS, SEATS_PER_ROW = 20, 20
HALL = Block("Stalls", "Front", rows=ROWS, seats_per_row=SEATS_PER_ROW)
FLOOR = Pool("Floor", "Floor", 600)


async def run_out_all(office: Office, event_id: int) -> None:
    """Lets the time of all holds of an event pass at one moment; their marks would have ended with it."""
    await office.valkey.delete(f"{{{ids.event_text(event_id)}}}:marks")
    async with office.database.transaction() as connection:
        for statement in (
            "UPDATE holds SET held_until = now(), tidy_time = now() WHERE event_id = $1",
            "UPDATE seats SET held_until = now() WHERE event_id = $1 AND state = 1",
            "UPDATE hold_places SET held_until = now() WHERE event_id = $1 AND claimed > 0",
        ):
            await connection.execute(statement, event_id)


async def hold_pairs(office: Office, event_id: int, count: int, places: int = 0) -> list[str]:
    """Places holds of two seats each, with some places besides; returns their ids."""
    pools = [inventory_pb2.PoolQuantity(pool_id="p1", quantity=places)] if places else []
    holds = await asyncio.gather(
        *[
            office.buyer(number).hold(
                event_id, seat_ids=[f"s{2 * number}", f"s{2 * number + 1}"], pools=pools
            )
            for number in range(count)
        ]
    )
    return sorted(hold.hold_id for hold in holds)


async def tidy_everywhere(office: Office) -> None:
    """Lets the workers of all processes tidy at once until none finds anything."""
    while any(await asyncio.gather(*[process.expiry.tidy() for process in office.processes])):
        pass


async def left_over(office: Office, event_id: int) -> tuple[int, int, int]:
    """Returns how many holds are on the list, seats not free, and places held."""
    row = (
        await office.rows(
            "SELECT (SELECT count(*) FROM holds WHERE event_id = $1 AND tidy_time IS NOT NULL),"
            " (SELECT count(*) FROM seats WHERE event_id = $1 AND state <> 0),"
            " (SELECT coalesce(sum(held), 0) FROM pool_shards WHERE event_id = $1)",
            event_id,
        )
    )[0]
    return row[0], row[1], row[2]


async def test_workers_of_four_processes_tell_each_end_once(office: Office) -> None:
    """Tried: without the lease, and in tidy_holds the version and the state, ends are told by several workers."""
    event_id = await office.event(HALL, pools=(FLOOR,))
    held = await hold_pairs(office, event_id, ROWS * SEATS_PER_ROW // 2, places=3)
    assert await left_over(office, event_id) == (200, 400, 600)
    await run_out_all(office, event_id)
    await tidy_everywhere(office)
    assert await left_over(office, event_id) == (0, 0, 0)
    assert sorted(await office.facts(event_id, "HoldExpired")) == held
    fences = await office.rows("SELECT DISTINCT fence FROM seats WHERE event_id = $1", event_id)
    assert [row["fence"] for row in fences] == [2]


async def test_a_worker_that_dies_before_its_commit_loses_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = await office.event(HALL, pools=(FLOOR,))
    held = await hold_pairs(office, event_id, 20, places=1)
    await run_out_all(office, event_id)

    async def tidy_and_die(
        connection: Connection, endings: list[Ending], occurred_time: datetime
    ) -> dict[int, int]:
        await tidy(connection, endings, occurred_time)
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        raise AssertionError("the backend should have died")

    tidy = store.tidy
    with monkeypatch.context() as patch:
        patch.setattr(store, "tidy", tidy_and_die)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
            await office.processes[1].expiry.tidy()
    assert await left_over(office, event_id) == (20, 40, 20)
    assert await office.facts(event_id, "HoldExpired") == []
    await tidy_everywhere(office)
    assert await left_over(office, event_id) == (0, 0, 0)
    assert sorted(await office.facts(event_id, "HoldExpired")) == held


@asynccontextmanager
async def locked(office: Office, statement: str, *arguments: object) -> AsyncIterator[Any]:
    """Somebody who has locked rows and does not come to an end."""
    connection = await asyncpg.connect(office.database.dsn)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(statement, *arguments)
    try:
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


async def test_who_is_stuck_with_a_seat_stops_neither_the_worker_nor_other_takers(
    office: Office,
) -> None:
    """Tried: with locks that are waited for, the worker waits five seconds with all other seats locked."""
    event_id = await office.event(HALL)
    held = await hold_pairs(office, event_id, 10)
    await run_out_all(office, event_id)
    stuck = "SELECT FROM seats WHERE event_id = $1 AND seat_no = 7 FOR UPDATE"
    async with locked(office, stuck, event_id):
        await office.tidy()
        # Its neighbour is free, the hold itself is left until it can be tidied whole.
        assert await left_over(office, event_id) == (1, 1, 0)
        assert len(await office.facts(event_id, "HoldExpired")) == 9
        assert (await office.buyer().hold(event_id, seat_ids=["s6", "s8"])).seats
    await office.tidy()
    assert sorted(await office.facts(event_id, "HoldExpired")) == held


async def test_who_is_stuck_with_places_keeps_only_holds_of_places_from_being_tidied(
    office: Office,
) -> None:
    event_id = await office.event(HALL, pools=(FLOOR,))
    with_places = await hold_pairs(office, event_id, 2, places=1)
    seats_only = await office.buyer().hold(event_id, seat_ids=["s10", "s11"])
    await run_out_all(office, event_id)
    stuck = "SELECT FROM pool_shards WHERE event_id = $1 FOR UPDATE"
    async with locked(office, stuck, event_id):
        await office.tidy()
        assert await office.facts(event_id, "HoldExpired") == [seats_only.hold_id]
        assert await left_over(office, event_id) == (2, 0, 2)
    await office.tidy()
    assert await left_over(office, event_id) == (0, 0, 0)
    told = await office.facts(event_id, "HoldExpired")
    assert sorted(told) == sorted([*with_places, seats_only.hold_id])


async def test_an_event_that_cannot_be_tidied_keeps_no_other_from_it(office: Office) -> None:
    """Tried: without the second try by event, one wrong counter keeps every hold of its batch on the list."""
    broken = await office.event(HALL, pools=(FLOOR,))
    sound = await office.event(HALL)
    await hold_pairs(office, broken, 8, places=1)
    held = await hold_pairs(office, sound, 8)
    async with office.database.transaction() as connection:
        await connection.execute(
            "UPDATE pool_shards SET available = available + held, held = 0 WHERE event_id = $1",
            broken,
        )
    await run_out_all(office, broken)
    await run_out_all(office, sound)
    await office.tidy()
    assert sorted(await office.facts(sound, "HoldExpired")) == held
    assert (await left_over(office, broken))[0] == 8
    async with office.database.transaction() as connection:  # or it would stand in other tests' way
        await connection.execute("DELETE FROM holds WHERE event_id = $1", broken)


async def test_an_event_that_somebody_is_changing_keeps_no_other_from_being_tidied(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried: where the same batch is looked for again, the worker never gets past what is locked, nor rests."""
    monkeypatch.setattr(workers, "BATCH_MAX", 1)
    changing, other = await office.event(HALL), await office.event(HALL)
    held = [await hold_pairs(office, event_id, 8) for event_id in (changing, other)]
    await run_out_all(office, changing)
    await run_out_all(office, other)
    stuck = "SELECT FROM events WHERE event_id = $1 FOR NO KEY UPDATE"
    async with locked(office, stuck, changing), asyncio.timeout(20):
        await office.tidy()
        assert sorted(await office.facts(other, "HoldExpired")) == held[1]
        assert await left_over(office, changing) == (8, 16, 0)

    async def all_are_tidied() -> bool:
        await office.tidy()
        return sorted(await office.facts(changing, "HoldExpired")) == held[0]

    await eventually(all_are_tidied, within_seconds=5, what="the end of the others")


async def test_a_hold_that_changed_since_it_was_read_is_left_for_the_next_round(
    office: Office,
) -> None:
    """Tried: without the version in tidy_holds, what is told has the number of an older state."""
    event_id = await office.event()
    hold = await office.buyer().hold(event_id, seat_ids=["s1", "s2"])
    await run_out_all(office, event_id)
    slice_no = ids.parse("hld", hold.hold_id).bytes[15] % store.SLICE_COUNT
    async with office.database.connection() as connection:
        over = await store.read_over(connection, slice_no, 1_000, [])
        (read,) = [each for each in over if each.event_id == event_id]
        now = await connection.fetchval("SELECT clock_timestamp()")
        taken = await office.buyer().hold(event_id, seat_ids=["s2"])
        assert taken.seats[0].fence == 2
        assert await store.tidy(connection, [Ending(read, 0, "ev_none", b"late")], now) == {}
    assert await office.facts(event_id, "HoldExpired") == [hold.hold_id]
    await office.tidy()
    assert await left_over(office, event_id) == (1, 1, 0)
    assert await office.facts(event_id, "HoldExpired") == [hold.hold_id]


async def test_a_seat_of_an_allotment_goes_back_to_it(office: Office) -> None:
    event_id = await office.event()
    await office.buyer().hold(event_id, seat_ids=["s1", "s2"])
    await office.rows(
        "UPDATE seats SET allotment_no = 1 WHERE event_id = $1 AND seat_no = 1", event_id
    )
    await run_out_all(office, event_id)
    await office.tidy()
    rows = await office.rows(
        "SELECT seat_no, state FROM seats WHERE event_id = $1 AND seat_no IN (1, 2) ORDER BY 1",
        event_id,
    )
    assert [tuple(row) for row in rows] == [(1, 4), (2, 0)]
