"""What an organiser sets aside and gives back, by hand and by time."""

import asyncio
from typing import Any

import pytest

from inventory_svc.plans.generator import Block
from inventory_svc.plans.plan import Pool
from mesh import ids
from protos.inventory.v1 import allocation_pb2, allotments_pb2, inventory_pb2
from tests.integration.holds.boxes import (
    CHANNEL,
    CODE,
    HOLDBACK,
    RELEASED,
    allotted,
    channel,
    check_books,
    let_time_come,
    places,
    seats,
    soon,
    states,
)
from tests.integration.holds.conftest import Office, outcomes, request_id
from tests.polling import eventually

FLOOR = Pool("Floor", "Floor", 200)


async def holdback(office: Office, event_id: int, **what: Any) -> Any:
    return await office.organise(event_id, "CreateAllotment", name="Kills", kind=HOLDBACK, **what)


async def test_what_is_held_back_is_sold_to_nobody(office: Office) -> None:
    event_id = await office.event()
    made = await holdback(office, event_id, seat_ids=seats(2, 3))
    assert (made.allotment_id, made.available, list(made.seat_ids)) == ("alt1", 2, seats(2, 3))
    assert await states(office, event_id) == "0044000000"
    refused = await office.buyer().refusal(event_id, seat_ids=seats(1, 2))
    assert (refused.reason, refused.facts()) == ("SEATS_TAKEN", {"seatIds": ["s2"]})
    await office.buyer().hold(event_id, seat_ids=seats(1))


async def test_sections_and_rows_are_set_aside_by_name(office: Office) -> None:
    blocks = [Block(name, "Front", rows=2, seats_per_row=3) for name in ("Left", "Right")]
    event_id = await office.event(*blocks)
    drawn = inventory_pb2.SeatMap.FromString(
        await office.value("SELECT body FROM seat_maps WHERE event_id = $1", event_id)
    )
    left, right = drawn.sections
    row = allotments_pb2.AllottedRow(section_id=right.section_id, name=right.rows[1].name)
    made = await holdback(office, event_id, section_ids=[left.section_id], rows=[row])
    assert list(made.seat_ids) == seats(0, 1, 2, 3, 4, 5, 9, 10, 11)
    assert await states(office, event_id) == "444444000444"


async def test_a_held_seat_is_not_set_aside_and_nothing_else_is(office: Office) -> None:
    event_id = await office.event(
        Block("Stalls", "Front", rows=1, seats_per_row=10), pools=(FLOOR,)
    )
    await office.buyer().hold(event_id, seat_ids=seats(4))
    refused = await office.not_organised(
        event_id,
        "CreateAllotment",
        name="Late",
        kind=HOLDBACK,
        seat_ids=seats(3, 4),
        pools=[allotted(10)],
    )
    assert (refused.reason, refused.facts()) == ("SEATS_TAKEN", {"seatIds": ["s4"]})
    assert await states(office, event_id) == "0000100000"
    await check_books(office, event_id)
    assert not (await office.organise(event_id, "ListAllotments")).allotments


async def test_a_seat_is_of_one_allotment_at_a_time(office: Office) -> None:
    event_id = await office.event()
    await holdback(office, event_id, seat_ids=seats(1, 2))
    refused = await office.not_organised(
        event_id, "CreateAllotment", name="Two", kind=CHANNEL, seat_ids=seats(2, 3)
    )
    assert refused.facts() == {"seatIds": ["s2"]}


async def test_places_held_back_leave_the_public_with_the_rest(office: Office) -> None:
    event_id = await office.event(pools=(FLOOR,))
    await holdback(office, event_id, pools=[allotted(150)])
    refused = await office.not_organised(
        event_id, "CreateAllotment", name="Two", kind=HOLDBACK, pools=[allotted(51)]
    )
    assert refused.reason == "PLACES_TAKEN"
    await office.buyer().hold(event_id, pools=[places(50)])
    refused = await office.buyer().refusal(event_id, pools=[places(1)])
    assert (refused.reason, refused.facts()["left"]) == (
        "PLACES_TAKEN",
        [{"poolId": "p1", "available": 0}],
    )
    await check_books(office, event_id)


async def test_a_seat_whose_hold_has_run_out_is_set_aside_for_good(office: Office) -> None:
    """Tried: where tidy_holds frees every seat to the public, the table's check stops it."""
    event_id = await office.event()
    hold = await office.buyer().hold(event_id, seat_ids=seats(5))
    await office.run_out(event_id, hold.hold_id)
    made = await holdback(office, event_id, seat_ids=seats(5))
    assert made.available == 1
    assert (await office.buyer().refusal(event_id, seat_ids=seats(5))).reason == "SEATS_TAKEN"
    await office.tidy()
    assert await states(office, event_id) == "0000040000"


async def test_released_by_hand_all_is_on_public_sale(office: Office) -> None:
    event_id = await office.event(
        Block("Stalls", "Front", rows=1, seats_per_row=10), pools=(FLOOR,)
    )
    made = await holdback(office, event_id, seat_ids=seats(0, 1), pools=[allotted(200)])
    released = await office.organise(event_id, "ReleaseAllotment", allotment_id=made.allotment_id)
    assert (released.state, released.available, list(released.seat_ids)) == (RELEASED, 0, [])
    again = await office.organise(event_id, "ReleaseAllotment", allotment_id=made.allotment_id)
    assert again == released
    await office.buyer().hold(event_id, seat_ids=seats(0, 1), pools=[places(98)])
    await office.buyer().hold(event_id, pools=[places(100)])
    await office.buyer().hold(event_id, pools=[places(2)])
    assert (await office.buyer().refusal(event_id, pools=[places(1)])).reason == "PLACES_TAKEN"
    await check_books(office, event_id)


async def test_released_in_part_the_rest_stays(office: Office) -> None:
    event_id = await office.event(
        Block("Stalls", "Front", rows=1, seats_per_row=10), pools=(FLOOR,)
    )
    made = await holdback(office, event_id, seat_ids=seats(0, 1, 2), pools=[allotted(200)])
    of_it = {"allotment_id": made.allotment_id}
    refused = await office.not_organised(
        event_id, "ReleaseAllotment", seat_ids=seats(2, 3), pools=[allotted(5)], **of_it
    )
    assert (refused.reason, refused.facts()) == ("SEATS_NOT_ALLOTTED", {"seatIds": ["s3"]})
    part = await office.organise(
        event_id, "ReleaseAllotment", seat_ids=seats(2), pools=[allotted(5)], **of_it
    )
    assert (list(part.seat_ids), part.pools[0].quantity, part.available) == (seats(0, 1), 195, 197)
    assert await states(office, event_id) == "4400000000"
    await office.buyer().hold(event_id, pools=[places(5)])
    assert (await office.buyer().refusal(event_id, pools=[places(1)])).reason == "PLACES_TAKEN"
    await check_books(office, event_id)


async def test_released_while_held_it_comes_back_to_the_public(office: Office) -> None:
    event_id = await office.event(
        Block("Stalls", "Front", rows=1, seats_per_row=10), pools=(FLOOR,)
    )
    made = await channel(office, event_id, seat_ids=seats(0, 1), pools=[allotted(120)])
    fan = office.buyer()
    hold = await fan.hold(event_id, seat_ids=seats(0), pools=[places(99)], access_code=CODE)
    shown = await office.organise(event_id, "GetAllotment", allotment_id=made.allotment_id)
    assert (shown.available, shown.held, shown.sold) == (22, 100, 0)
    await office.organise(event_id, "ReleaseAllotment", allotment_id=made.allotment_id)
    assert await states(office, event_id) == "1000000000"
    await check_books(office, event_id)
    await fan.release(hold.hold_id)
    assert await states(office, event_id) == "0000000000"
    free = await office.value(
        "SELECT sum(available) FROM pool_shards WHERE event_id = $1", event_id
    )
    assert free == 200
    await check_books(office, event_id)


async def test_a_party_over_public_and_allotted_places_survives_the_release(office: Office) -> None:
    event_id = await office.event(pools=(Pool("Floor", "Floor", 20),))
    made = await channel(office, event_id, pools=[allotted(8)])
    fan = office.buyer()
    hold = await fan.hold(event_id, pools=[places(15)], access_code=CODE)
    await office.organise(event_id, "ReleaseAllotment", allotment_id=made.allotment_id)
    await check_books(office, event_id)
    assert (await fan.get(hold.hold_id)).pools[0].quantity == 15
    await fan.release(hold.hold_id)
    await check_books(office, event_id)
    await office.buyer().hold(event_id, pools=[places(20)])


async def test_sold_places_of_a_released_allotment_come_back_to_the_public(office: Office) -> None:
    event_id = await office.event(pools=(Pool("Floor", "Floor", 20),))
    made = await channel(office, event_id, pools=[allotted(20)])
    hold = await office.buyer().hold(event_id, pools=[places(3)], access_code=CODE)
    order_id = await sold(office, hold.hold_id)
    await office.organise(event_id, "DeleteAllotment", allotment_id=made.allotment_id)
    await check_books(office, event_id)
    await office.ask(
        "ReturnSeats",
        allocation_pb2.ReturnSeatsRequest(
            hold_id=hold.hold_id, order_id=order_id, return_id="r1", pools=[places(3)]
        ),
    )
    await check_books(office, event_id)
    await office.buyer().hold(event_id, pools=[places(20)])


async def sold(office: Office, hold_id: str) -> str:
    """Sells a hold; returns its order."""
    order_id = ids.text("ord", ids.new_id(ids.event_of(ids.parse("hld", hold_id))))
    pin = allocation_pb2.PinHoldRequest(hold_id=hold_id, order_id=order_id, deadline_time=soon())
    await office.ask("PinHold", pin)
    await office.ask(
        "ConfirmHold", allocation_pb2.ConfirmHoldRequest(hold_id=hold_id, order_id=order_id)
    )
    return order_id


async def test_released_by_time_anybody_takes_it_before_the_worker_looks(office: Office) -> None:
    """Tried: without is_allotment_due in read_batch the buyer is refused until the worker has come."""
    event_id = await office.event()
    await holdback(office, event_id, seat_ids=seats(0, 1), release_time=soon())
    assert (await office.buyer().refusal(event_id, seat_ids=seats(0))).reason == "SEATS_TAKEN"
    await let_time_come(office, event_id)
    await office.valkey.delete(f"{{{ids.event_text(event_id)}}}:marks")
    hold = await office.buyer().hold(event_id, seat_ids=seats(0))
    assert await states(office, event_id) == "1400000000"
    await office.processes[1].release.release_due()
    assert await states(office, event_id) == "1000000000"
    await check_books(office, event_id)
    await office.run_out(event_id, hold.hold_id)
    await office.tidy()
    assert await states(office, event_id) == "0000000000"


async def test_many_workers_release_an_allotment_once(office: Office) -> None:
    event_id = await office.event(pools=(FLOOR,))
    made = await holdback(office, event_id, pools=[allotted(120)], release_time=soon())
    await let_time_come(office, event_id)
    await outcomes([process.release.release_due() for process in office.processes])
    shown = await office.organise(event_id, "GetAllotment", allotment_id=made.allotment_id)
    assert (shown.state, shown.available) == (RELEASED, 0)
    await check_books(office, event_id)
    for _ in range(2):
        await office.buyer().hold(event_id, pools=[places(100)])


async def test_what_is_deleted_is_not_found_and_its_number_not_given_again(office: Office) -> None:
    event_id = await office.event()
    made = await holdback(office, event_id, seat_ids=seats(0))
    await office.organise(event_id, "DeleteAllotment", allotment_id=made.allotment_id)
    refused = await office.not_organised(event_id, "GetAllotment", allotment_id=made.allotment_id)
    assert refused.reason == "ALLOTMENT_NOT_FOUND"
    assert (await holdback(office, event_id, seat_ids=seats(0))).allotment_id == "alt2"


async def test_a_released_allotment_does_not_change(office: Office) -> None:
    event_id = await office.event()
    made = await holdback(office, event_id, seat_ids=seats(0), release_time=soon())
    of_it = {"allotment_id": made.allotment_id}
    changed = await office.organise(
        event_id, "UpdateAllotment", name="House seats", by_hand_only=True, **of_it
    )
    assert (changed.name, changed.HasField("release_time")) == ("House seats", False)
    changed = await office.organise(event_id, "UpdateAllotment", release_time=soon(90), **of_it)
    assert changed.name == "House seats"
    assert changed.HasField("release_time")
    refused = await office.not_organised(
        event_id, "UpdateAllotment", release_time=soon(-90), **of_it
    )
    assert refused.facts()["field"] == "releaseTime"
    await let_time_come(office, event_id)
    refused = await office.not_organised(event_id, "UpdateAllotment", name="Late", **of_it)
    assert refused.reason == "ALLOTMENT_RELEASED"


async def test_the_same_request_sets_aside_once(office: Office) -> None:
    event_id = await office.event()
    once = {"seat_ids": seats(0), "request_id": request_id()}
    first, second = (
        await holdback(office, event_id, **once),
        await holdback(office, event_id, **once),
    )
    assert first == second
    refused = await office.not_organised(
        event_id, "CreateAllotment", name="Kills", kind=CHANNEL, **once
    )
    assert refused.reason == "IDEMPOTENCY_KEY_REUSED"


async def test_buyers_and_the_organiser_never_both_get_a_seat(office: Office) -> None:
    """Four processes sell a house seat by seat while it is set aside seat by seat.

    Tried: with the event's row locked FOR KEY SHARE two allotments get the same number. That no seat is set aside that
    a buyer holds is kept twice: by that lock, and by the condition of set_seats_aside.
    """
    event_id = await office.event(Block("Stalls", "Front", rows=4, seats_per_row=25))
    await office.warm(event_id)

    async def buy(process: int) -> int:
        buyer = office.buyer(process)
        holds, refused = 0, set()
        for number in range(100):
            seat = seats((number * 7 + process * 25) % 100)
            _, why = await outcomes([buyer.hold(event_id, seat_ids=seat)])
            holds += not why
            refused |= {each.reason for each in why}
        assert refused <= {"SEATS_TAKEN"}
        return holds

    async def keep(offset: int) -> int:
        kept = 0
        for number in range(0, 100, 2):
            seat = seats((number * 7 + offset) % 100)
            what = {"name": "Kill", "kind": HOLDBACK, "seat_ids": seat}
            made, _ = await outcomes([office.organise(event_id, "CreateAllotment", **what)])
            kept += len(made)
        return kept

    held_each = [buy(process) for process in range(4)]
    *held, first, second = await asyncio.gather(*held_each, keep(50), keep(51))
    now = await states(office, event_id)
    assert (now.count("1"), now.count("4")) == (sum(held), first + second)
    assert sum(held) + first + second == 100
    assert first + second > 0
    await check_books(office, event_id)


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({}, "INVALID_ARGUMENT"),
        ({"seat_ids": ["s1", "s1"]}, "INVALID_ARGUMENT"),
        ({"seat_ids": ["s99"]}, "SEATS_UNKNOWN"),
        ({"section_ids": ["sec99"]}, "SECTIONS_UNKNOWN"),
        ({"rows": [allotments_pb2.AllottedRow(section_id="sec1", name="?")]}, "ROWS_UNKNOWN"),
        ({"pools": [allotments_pb2.AllottedPlaces(pool_id="p9", quantity=1)]}, "POOLS_UNKNOWN"),
        ({"seat_ids": ["s1"], "release_time": soon(-60)}, "INVALID_ARGUMENT"),
    ],
)
async def test_what_cannot_be_set_aside_is_refused(
    office: Office, what: dict[str, Any], reason: str
) -> None:
    event_id = await office.event()
    refused = await office.not_organised(
        event_id, "CreateAllotment", name="Kills", kind=HOLDBACK, **what
    )
    assert refused.reason == reason


async def test_everybody_sees_what_is_set_aside_as_blocked(office: Office) -> None:
    event_id = await office.event(
        Block("Stalls", "Front", rows=1, seats_per_row=10), pools=(FLOOR,)
    )
    made = await channel(office, event_id, seat_ids=seats(0, 1), pools=[allotted(150)])
    hold = await office.buyer().hold(
        event_id, seat_ids=seats(1), pools=[places(3)], access_code=CODE
    )
    await see(office, event_id, "3100000000", 50)
    await office.run_out(event_id, hold.hold_id)
    await see(office, event_id, "3300000000", 50)
    counted = await office.ask(
        "CountSeats",
        allocation_pb2.CountSeatsRequest(event_ids=[ids.event_text(event_id)]),
    )
    numbers = [
        (zone.available, zone.held, zone.sold, zone.blocked, zone.total, zone.together_max)
        for zone in counted.events[0].zones
    ]
    assert numbers == [(8, 0, 0, 2, 10, 8), (50, 0, 0, 150, 200, 50)]
    await office.organise(event_id, "ReleaseAllotment", allotment_id=made.allotment_id)
    await see(office, event_id, "0000000000", 200)


async def see(office: Office, event_id: int, marks: str, free_places: int) -> None:
    """Waits until every process shows these states and this count."""

    async def is_seen() -> bool:
        seen = []
        for process in office.processes:
            board = await process.boards.open(event_id)
            snapshot = await board.fresh()
            seen.append((snapshot.marks.decode(), snapshot.pool_counts[0][1]))
        return set(seen) == {(marks, free_places)}

    await eventually(is_seen, within_seconds=5, what=f"{marks} and {free_places}")
