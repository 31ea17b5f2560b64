"""A batch that had to wait decides from what stood when its turn came, not from what stood when it began to wait."""

import asyncio
from datetime import datetime
from uuid import UUID

from inventory_svc.holds.batch import Ask
from inventory_svc.holds.batch_store import PostgresHolds
from inventory_svc.holds.holds import SeatState
from inventory_svc.holds.limits import Usage
from inventory_svc.holds.party import Party
from inventory_svc.holds.placing import Situation, decide
from mesh import ids
from tests.integration.holds.conftest import Office
from tests.polling import eventually

WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND wait_event_type = 'Lock' AND query LIKE '%read_batch%'"
)


async def test_a_batch_that_waited_for_the_buyer_counts_the_hold_it_waited_for(
    office: Office,
) -> None:
    """Tried: with the reading before the locks the buyer had nothing yet."""
    event_id = await office.event()
    account_id = ids.new_account_id()
    later, _ = await _read_after_waiting(office, event_id, (account_id, 4), (account_id, 5))
    assert later.usage == {account_id: Usage(live_holds=1, tickets=1)}


async def test_a_batch_that_waited_for_a_seat_sees_who_has_it(office: Office) -> None:
    """Tried: without the lock on seats nobody waited; with the reading before the locks the seat was free."""
    event_id = await office.event()
    one, other = ids.new_account_id(), ids.new_account_id()
    later, _ = await _read_after_waiting(office, event_id, (one, 4), (other, 4))
    assert (later.seats[4].state, later.seats[4].fence) == (SeatState.HELD, 1)


async def test_a_batch_that_waited_goes_by_the_time_after_its_wait(office: Office) -> None:
    event_id = await office.event()
    account_id = ids.new_account_id()
    later, written_time = await _read_after_waiting(
        office, event_id, (account_id, 4), (account_id, 5)
    )
    assert later.now > written_time


async def _read_after_waiting(
    office: Office, event_id: int, first: tuple[UUID, int], second: tuple[UUID, int]
) -> tuple[Situation, datetime]:
    """Lets one process place a hold while another waits for its locks.

    Returns what the other reads, and when the first had written.
    """
    ask, later_ask = [await _ask(office, event_id, *wants) for wants in (first, second)]
    async with PostgresHolds(office.processes[0].database).batch() as batch:
        (situation,) = await batch.read([ask])
        waiting = asyncio.create_task(_read(office, later_ask))

        async def waits() -> bool:
            return bool(await office.value(WAITING)) or waiting.done()

        await eventually(waits, within_seconds=5, what="waiting for a lock")
        assert not waiting.done(), "nobody waited"
        await batch.write([(situation, decide(situation, ask.parties))], [])
        written_time = await office.value("SELECT clock_timestamp()")
    return await waiting, written_time


async def _ask(office: Office, event_id: int, account_id: UUID, seat_no: int) -> Ask:
    seating = await office.processes[0].seatings.get(event_id)
    return Ask(seating, [Party(ids.new_id(event_id), account_id, seat_nos=(seat_no,))])


async def _read(office: Office, ask: Ask) -> Situation:
    async with PostgresHolds(office.processes[1].database).batch() as batch:
        (situation,) = await batch.read([ask])
        return situation
