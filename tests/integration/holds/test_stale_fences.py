"""What was read of a seat is worth nothing once the seat has changed hands: its fence has moved on."""

from collections.abc import Sequence

import pytest

from inventory_svc.holds.batch import Ask
from inventory_svc.holds.batch_store import PostgresHolds
from inventory_svc.holds.party import Party
from inventory_svc.holds.placing import Decisions, Situation, decide
from inventory_svc.holds.store import RowsMoved
from mesh import ids
from tests.integration.holds.conftest import Office


async def test_a_process_that_slept_through_a_hold_and_its_release_writes_nothing(
    office: Office,
) -> None:
    """The seat is as free as when it was read; only its fence tells. Tried: without the fence in the condition of
    write_batch the sleeper wrote its hold, with a fence that another hold had had.
    """
    event_id = await office.event()
    decided = await _decided_before_it_slept(office, event_id, ["s4"])
    buyer = office.buyer()
    held = await buyer.hold(event_id, seat_ids=["s4"])
    await buyer.release(held.hold_id)
    with pytest.raises(RowsMoved):
        await _write(office, decided)
    assert (
        await office.rows("SELECT 1 FROM holds WHERE event_id = $1 AND state = 'HELD'", event_id)
        == []
    )
    assert (
        await office.value("SELECT fence FROM seats WHERE event_id = $1 AND seat_no = 4", event_id)
        == 2
    )


async def test_a_process_that_slept_while_nothing_happened_writes_its_hold(office: Office) -> None:
    event_id = await office.event()
    await _write(office, await _decided_before_it_slept(office, event_id, ["s4"]))
    assert (
        await office.value("SELECT fence FROM seats WHERE event_id = $1 AND seat_no = 4", event_id)
        == 1
    )


async def _decided_before_it_slept(
    office: Office, event_id: int, seat_ids: Sequence[str]
) -> tuple[Situation, Decisions]:
    """Reads and decides in a transaction that ends before anything is written, as if the locks had been lost."""
    process = office.processes[1]
    party = Party(
        hold_id=ids.new_id(event_id),
        account_id=ids.new_account_id(),
        seat_nos=tuple(int(seat_id[1:]) for seat_id in seat_ids),
    )
    seating = await process.seatings.get(event_id)
    async with PostgresHolds(process.database).batch() as batch:
        (situation,) = await batch.read([Ask(seating, [party])])
    return situation, decide(situation, [party])


async def _write(office: Office, decided: tuple[Situation, Decisions]) -> None:
    async with PostgresHolds(office.processes[1].database).batch() as batch:
        await batch.write([decided], [])
