"""What a code opens: its allotment's seats and places, to its bearers, as often as it may."""

import asyncio
from typing import Any

from inventory_svc.catalog.events import Limits
from inventory_svc.plans.generator import Block
from inventory_svc.plans.plan import Pool
from mesh import ids
from mesh.errors import OnsaleError
from protos.inventory.v1 import allocation_pb2, allotments_pb2
from tests.integration.holds.boxes import (
    CODE,
    HOLDBACK,
    allotted,
    best,
    channel,
    check_books,
    let_time_come,
    places,
    seats,
    soon,
    states,
)
from tests.integration.holds.conftest import Buyer, Office, outcomes, request_id
from tests.integration.holds.test_allotments import sold
from tests.polling import eventually


async def check(buyer: Buyer, event_id: int, code: str) -> Any:
    """Asks what a code opens."""
    request = allotments_pb2.CheckAccessCodeRequest(
        event_id=ids.event_text(event_id), access_code=code
    )
    return await buyer.process.allotments.CheckAccessCode(request, None)


async def refused_check(buyer: Buyer, event_id: int, code: str) -> str:
    try:
        await check(buyer, event_id, code)
    except OnsaleError as error:
        return error.reason
    return ""


async def test_a_code_opens_its_allotment_and_nothing_else_does(office: Office) -> None:
    """Tried: without the allotment in SeatRow.can_be_taken the statement refuses, and nobody gets anything."""
    event_id = await office.event()
    await channel(office, event_id, seat_ids=seats(3, 4))
    assert (await office.buyer().refusal(event_id, seat_ids=seats(3))).reason == "SEATS_TAKEN"
    refused = await office.buyer().refusal(event_id, seat_ids=seats(3), access_code="FAN-CLUBS")
    assert refused.reason == "ACCESS_CODE_INVALID"
    # Buyers type small letters and spaces; a party may sit in both.
    hold = await office.buyer().hold(
        event_id, seat_ids=seats(2, 3), access_code=f" {CODE.lower()} "
    )
    assert [seat.seat_id for seat in hold.seats] == seats(2, 3)
    assert await states(office, event_id) == "0011400000"


async def test_a_code_opens_no_other_allotment(office: Office) -> None:
    event_id = await office.event()
    await channel(office, event_id, seat_ids=seats(3))
    await office.organise(
        event_id, "CreateAllotment", name="Kills", kind=HOLDBACK, seat_ids=seats(4)
    )
    refused = await office.buyer().refusal(event_id, seat_ids=seats(3, 4), access_code=CODE)
    assert refused.facts() == {"seatIds": ["s4"]}
    other_event_id = await office.event()
    refused = await office.buyer().refusal(other_event_id, seat_ids=seats(3), access_code=CODE)
    assert refused.reason == "ACCESS_CODE_INVALID"


async def test_the_statement_itself_refuses_an_allotments_seat_without_its_code(
    office: Office,
) -> None:
    """Whatever is decided: here the decision is wrong on purpose, and nothing is written."""
    event_id = await office.event()
    await channel(office, event_id, seat_ids=seats(3))
    given = await office.rows(
        "SELECT seats_given FROM write_batch(ARRAY[$1::bigint], ARRAY[3], ARRAY[1], ARRAY[1::bigint], "
        "ARRAY[1::bigint], ARRAY[gen_random_uuid()], ARRAY[now() + interval '1 hour'], "
        "ARRAY[NULL::integer], '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', now(), "
        "'{}', '{}', '{}', '{}', '{}', '{}')",
        event_id,
    )
    assert given[0]["seats_given"] == 0
    assert await states(office, event_id) == "0004000000"


async def test_best_available_prefers_the_allotment_then_the_public(office: Office) -> None:
    event_id = await office.event()
    await channel(office, event_id, seat_ids=seats(6, 7, 8, 9))
    fan = office.buyer()
    first = await fan.hold(event_id, best_available=best(2), access_code=CODE)
    assert {seat.seat_id for seat in first.seats} < set(seats(6, 7, 8, 9))
    await fan.hold(event_id, best_available=best(2), access_code=CODE)
    third = await fan.hold(event_id, best_available=best(2), access_code=CODE)
    assert {seat.seat_id for seat in third.seats} < set(seats(0, 1, 2, 3, 4, 5))
    await office.buyer().hold(event_id, best_available=best(4))
    refused = await office.buyer().refusal(event_id, best_available=best(1))
    assert refused.reason == "NOTHING_FITS"


async def test_best_available_never_gives_an_allotment_to_the_public(office: Office) -> None:
    event_id = await office.event()
    await channel(office, event_id, seat_ids=seats(*range(8)))
    hold = await office.buyer().hold(event_id, best_available=best(2))
    assert [seat.seat_id for seat in hold.seats] == seats(8, 9)
    refused = await office.buyer().refusal(event_id, best_available=best(1))
    nearest: Any = refused.facts()["nearest"]
    assert (refused.reason, nearest["quantity"]) == ("NOTHING_FITS", 0)


async def test_places_come_from_the_allotment_first_and_go_back_to_it(office: Office) -> None:
    event_id = await office.event(pools=(Pool("Floor", "Floor", 20),))
    await channel(office, event_id, pools=[allotted(8)])
    fan = office.buyer()
    hold = await fan.hold(event_id, pools=[places(6)], access_code=CODE)
    await office.buyer().hold(event_id, pools=[places(12)])
    assert (await fan.refusal(event_id, pools=[places(3)], access_code=CODE)).reason == (
        "PLACES_TAKEN"
    )
    await fan.hold(event_id, pools=[places(2)], access_code=CODE)
    await fan.release(hold.hold_id)
    assert (await office.buyer().refusal(event_id, pools=[places(1)])).reason == "PLACES_TAKEN"
    assert (await check(fan, event_id, CODE)).pools[0].quantity == 6
    await check_books(office, event_id)


async def test_what_is_given_back_goes_back_to_its_allotment(office: Office) -> None:
    """By release, by expiry and by return of what was sold.

    Tried: without the CASE in free_seats each of the three breaks the table's check, and the seat is never free.
    """
    event_id = await office.event()
    await channel(office, event_id, seat_ids=seats(0, 1, 2))
    fan = office.buyer()
    released = await fan.hold(event_id, seat_ids=seats(0), access_code=CODE)
    await fan.release(released.hold_id)
    expired = await fan.hold(event_id, seat_ids=seats(1), access_code=CODE)
    await office.run_out(event_id, expired.hold_id)
    # Before anybody tidies, the public cannot have it either.
    assert (await office.buyer().refusal(event_id, seat_ids=seats(1))).reason == "SEATS_TAKEN"
    await office.tidy()
    bought = await fan.hold(event_id, seat_ids=seats(2), access_code=CODE)
    order_id = await sold(office, bought.hold_id)
    assert await states(office, event_id) == "4430000000"
    await office.ask(
        "ReturnSeats",
        allocation_pb2.ReturnSeatsRequest(
            hold_id=bought.hold_id, order_id=order_id, return_id="r1", seat_ids=seats(2)
        ),
    )
    assert await states(office, event_id) == "4440000000"
    assert (await office.buyer().refusal(event_id, seat_ids=seats(2))).reason == "SEATS_TAKEN"


async def test_an_expired_seat_of_an_allotment_is_taken_with_the_code_at_once(
    office: Office,
) -> None:
    event_id = await office.event()
    await channel(office, event_id, seat_ids=seats(1))
    lost = await office.buyer().hold(event_id, seat_ids=seats(1), access_code=CODE)
    await office.run_out(event_id, lost.hold_id)
    taken = await office.buyer(1).hold(event_id, seat_ids=seats(1), access_code=CODE)
    assert taken.seats[0].fence == 3
    assert await office.facts(event_id, "HoldExpired") == [lost.hold_id]


async def test_a_late_payment_takes_its_allotments_seats_again(office: Office) -> None:
    event_id = await office.event(
        Block("Stalls", "Front", rows=1, seats_per_row=10), pools=(Pool("Floor", "Floor", 20),)
    )
    made = await channel(office, event_id, uses_max=1, seat_ids=seats(1, 2), pools=[allotted(20)])
    late = await office.buyer().hold(
        event_id, seat_ids=seats(1), pools=[places(2)], access_code=CODE
    )
    public = await office.buyer().hold(event_id, seat_ids=seats(5))
    for hold in (late, public):
        await office.run_out(event_id, hold.hold_id)
    await office.tidy()
    await office.organise(
        event_id, "CreateAllotment", name="Kills", kind=HOLDBACK, seat_ids=seats(5)
    )
    # Its code was withdrawn and has ended since: it was placed in time.
    await office.organise(event_id, "WithdrawCode", allotment_id=made.allotment_id, code_id="c1")
    pinned = await office.ask("PinHold", pin(event_id, late.hold_id))
    assert [seat.seat_id for seat in pinned.seats] == seats(1)
    refused = await office.refused("PinHold", pin(event_id, public.hold_id))
    assert (refused.reason, refused.facts()) == ("HOLD_EXPIRED", {"seatIds": ["s5"]})
    await check_books(office, event_id)


async def test_a_late_payment_does_not_use_a_code_more_often_than_it_may(office: Office) -> None:
    event_id = await office.event()
    await channel(office, event_id, uses_max=1, seat_ids=seats(1, 2))
    late = await office.buyer().hold(event_id, seat_ids=seats(1), access_code=CODE)
    await office.run_out(event_id, late.hold_id)
    await office.buyer().hold(event_id, seat_ids=seats(2), access_code=CODE)
    refused = await office.refused("PinHold", pin(event_id, late.hold_id))
    assert refused.reason == "HOLD_EXPIRED"


def pin(event_id: int, hold_id: str) -> allocation_pb2.PinHoldRequest:
    order_id = ids.text("ord", ids.new_id(event_id))
    return allocation_pb2.PinHoldRequest(
        hold_id=hold_id, order_id=order_id, deadline_time=soon(), retake=True
    )


async def test_a_use_is_given_back_however_the_hold_ends(office: Office) -> None:
    event_id = await office.event()
    made = await channel(office, event_id, uses_max=1, seat_ids=seats(0, 1, 2))
    fan = office.buyer()
    first = await fan.hold(event_id, seat_ids=seats(0), access_code=CODE)
    refused = await fan.refusal(event_id, seat_ids=seats(1), access_code=CODE)
    assert (refused.reason, refused.facts()) == ("ACCESS_CODE_USED_UP", {"usesMax": 1})
    assert await refused_check(fan, event_id, CODE) == "ACCESS_CODE_USED_UP"
    await fan.release(first.hold_id)
    second = await fan.hold(event_id, seat_ids=seats(0), access_code=CODE)
    await office.run_out(event_id, second.hold_id)
    third = await fan.hold(event_id, seat_ids=seats(1), access_code=CODE)
    order_id = await sold(office, third.hold_id)
    assert await refused_check(fan, event_id, CODE) == "ACCESS_CODE_USED_UP"
    await office.ask(
        "ReturnSeats",
        allocation_pb2.ReturnSeatsRequest(
            hold_id=third.hold_id, order_id=order_id, return_id="r1", seat_ids=seats(1)
        ),
    )
    listed = await office.organise(event_id, "ListCodes", allotment_id=made.allotment_id)
    assert [(each.code, each.uses_max, each.use_count) for each in listed.codes] == [(CODE, 1, 0)]


async def test_a_public_seat_uses_no_code_up(office: Office) -> None:
    event_id = await office.event()
    await channel(office, event_id, uses_max=1, seat_ids=seats(0))
    await office.buyer().hold(event_id, seat_ids=seats(5), access_code=CODE)
    await office.buyer().hold(event_id, seat_ids=seats(0), access_code=CODE)


async def test_a_code_is_never_used_more_often_than_it_may(office: Office) -> None:
    """Thirty-two at once, in four processes and in batches.

    Tried: without lock_codes in the batch's read, and again without the count of uses beside in one batch, more than
    three of them get a hold.
    """
    event_id = await office.event(Block("Stalls", "Front", rows=8, seats_per_row=10))
    await channel(office, event_id, uses_max=3, section_ids=["sec1"])
    await office.warm(event_id)
    holds, refused = await outcomes(
        [
            office.buyer(number).hold(event_id, seat_ids=seats(number), access_code=CODE)
            for number in range(32)
        ]
    )
    assert len(holds) == 3
    assert {each.reason for each in refused} == {"ACCESS_CODE_USED_UP"}


async def test_the_last_seat_of_an_allotment_goes_to_one(office: Office) -> None:
    event_id = await office.event()
    await channel(office, event_id, seat_ids=seats(0))
    await office.warm(event_id)
    holds, refused = await outcomes(
        [
            office.buyer(number).hold(
                event_id, seat_ids=seats(0), access_code=CODE if number % 2 else ""
            )
            for number in range(32)
        ]
    )
    assert len(holds) == 1
    assert {each.reason for each in refused} == {"SEATS_TAKEN"}
    row = await office.rows("SELECT code_no FROM holds WHERE event_id = $1", event_id)
    assert [each["code_no"] for each in row] == [1]


async def test_fans_and_the_public_sell_a_house_out_to_the_last_seat_and_no_further(
    office: Office,
) -> None:
    limits = Limits(seats_per_hold=10, live_holds_per_buyer=100, tickets_per_buyer=1_000)
    event_id = await office.event(Block("Stalls", "Front", rows=4, seats_per_row=10), limits=limits)
    await channel(office, event_id, seat_ids=seats(*range(10, 20)))
    await office.warm(event_id)
    calls = [
        office.buyer(number).hold(
            event_id, best_available=best(1), access_code=CODE if number < 30 else ""
        )
        for number in range(80)
    ]
    holds, refused = await outcomes(calls)
    assert {each.reason for each in refused} <= {"NOTHING_FITS", "UNAVAILABLE"}
    public = [hold for hold in holds if int(hold.seats[0].seat_id[1:]) not in range(10, 20)]
    assert len(holds) == 40
    assert len(public) == 30
    await check_books(office, event_id)


async def test_a_code_ends_by_time_and_by_hand(office: Office) -> None:
    event_id = await office.event()
    made = await office.organise(
        event_id,
        "CreateAllotment",
        name="Partners",
        kind=allotments_pb2.Allotment.CHANNEL,
        seat_ids=seats(0, 1),
    )
    of_it = {"allotment_id": made.allotment_id}
    added = await office.organise(event_id, "AddCodes", draw=2, expire_time=soon(), **of_it)
    over, withdrawn = added.codes
    assert [len(each.code) for each in added.codes] == [10, 10]
    await office.buyer().hold(event_id, seat_ids=seats(0), access_code=over.code)
    await office.rows(
        "UPDATE allotment_codes SET expire_time = now() - interval '1 second' "
        "WHERE event_id = $1 AND code_no = 1",
        event_id,
    )
    for _ in range(2):
        await office.organise(event_id, "WithdrawCode", code_id=withdrawn.code_id, **of_it)
    for code in (over.code, withdrawn.code):
        refused = await office.buyer().refusal(event_id, seat_ids=seats(1), access_code=code)
        assert refused.reason == "ACCESS_CODE_INVALID"
        assert await refused_check(office.buyer(), event_id, code) == "ACCESS_CODE_INVALID"
    listed = await office.organise(event_id, "ListCodes", page_size=1, **of_it)
    rest = await office.organise(
        event_id, "ListCodes", page_size=1, page_token=listed.next_page_token, **of_it
    )
    assert (listed.codes[0].withdrawn, rest.codes[0].withdrawn) == (False, True)
    assert not rest.next_page_token


async def test_the_codes_of_a_deleted_allotment_open_nothing(office: Office) -> None:
    event_id = await office.event()
    made = await channel(office, event_id, seat_ids=seats(0))
    await office.organise(event_id, "DeleteAllotment", allotment_id=made.allotment_id)
    refused = await office.buyer().refusal(event_id, seat_ids=seats(0), access_code=CODE)
    assert refused.reason == "ACCESS_CODE_INVALID"
    await office.buyer().hold(event_id, seat_ids=seats(0))


async def test_a_code_of_a_released_allotment_still_lets_its_bearer_buy(office: Office) -> None:
    event_id = await office.event()
    made = await channel(office, event_id, seat_ids=seats(0))
    await office.organise(event_id, "ReleaseAllotment", allotment_id=made.allotment_id)
    assert not (await check(office.buyer(), event_id, CODE)).seat_ids
    await office.buyer().hold(event_id, seat_ids=seats(0), access_code=CODE)


async def test_what_a_code_opens_is_what_nobody_has(office: Office) -> None:
    event_id = await office.event()
    await channel(office, event_id, seat_ids=seats(0, 1, 2))
    fan = office.buyer()
    hold = await fan.hold(event_id, seat_ids=seats(1), access_code=CODE)
    opened = await check(fan, event_id, CODE)
    assert (opened.name, list(opened.seat_ids)) == ("Fan club", seats(0, 2))
    await office.run_out(event_id, hold.hold_id)
    assert list((await check(fan, event_id, CODE)).seat_ids) == seats(0, 1, 2)


async def test_marks_hide_an_allotments_seats_from_the_public_only(office: Office) -> None:
    event_id = await office.event()
    await channel(office, event_id, seat_ids=seats(0))
    await office.warm(event_id)
    process = office.processes[0]

    async def marked() -> bool:
        await office.buyer().refusal(event_id, seat_ids=seats(0))
        return bool((await process.marks.taken({event_id: {0}})).get(event_id))

    await eventually(marked, within_seconds=5, what="the mark")
    await office.buyer().hold(event_id, seat_ids=seats(0), access_code=CODE)


async def test_codes_are_given_once_and_to_channels_only(office: Office) -> None:
    event_id = await office.event()
    made = await channel(office, event_id, seat_ids=seats(0))
    held = await office.organise(
        event_id, "CreateAllotment", name="Kills", kind=HOLDBACK, seat_ids=seats(1)
    )
    of_it = {"allotment_id": made.allotment_id}
    reasons = [
        (await office.not_organised(event_id, "AddCodes", **asked)).reason
        for asked in (
            {"codes": ["fan-club", "OTHERS"], **of_it},
            {"draw": 1, "allotment_id": held.allotment_id},
            {"codes": ["SHORT"], **of_it},
            {"codes": ["TWICE-1", "twice-1"], **of_it},
            {**of_it},
            {"draw": 1, "expire_time": soon(-1), **of_it},
            {"draw": 1, "allotment_id": "alt9"},
        )
    ]
    assert reasons == [
        "ACCESS_CODES_EXIST",
        "ALLOTMENT_NOT_CHANNEL",
        *["INVALID_ARGUMENT"] * 4,
        "ALLOTMENT_NOT_FOUND",
    ]
    listed = await office.organise(event_id, "ListCodes", **of_it)
    assert [each.code for each in listed.codes] == [CODE]


async def test_a_refused_code_is_refused_the_same_again(office: Office) -> None:
    event_id = await office.event()
    buyer, once = office.buyer(), request_id()
    for _ in range(2):
        refused = await buyer.refusal(
            event_id, seat_ids=seats(0), access_code="NOT-YET", request_id=once
        )
        assert refused.reason == "ACCESS_CODE_INVALID"
        if not await office.rows("SELECT 1 FROM allotments WHERE event_id = $1", event_id):
            made = await channel(office, event_id, seat_ids=seats(0))
            await office.organise(
                event_id, "AddCodes", allotment_id=made.allotment_id, codes=["NOT-YET"]
            )


async def test_from_its_time_on_an_allotments_seats_need_no_code_and_use_none_up(
    office: Office,
) -> None:
    event_id = await office.event()
    await channel(office, event_id, uses_max=1, seat_ids=seats(0, 1, 2), release_time=soon())
    await office.buyer().hold(event_id, seat_ids=seats(0), access_code=CODE)
    await let_time_come(office, event_id)
    await office.buyer().hold(event_id, seat_ids=seats(1))
    with_code = "SELECT count(*) FROM holds WHERE event_id = $1 AND code_no IS NOT NULL"
    assert await office.value(with_code, event_id) == 1


async def test_what_moves_between_the_public_and_channels_while_it_is_sold_adds_up(
    office: Office,
) -> None:
    """Buyers with and without codes hold, give back and run out in four processes while channels come and go.

    Tried: without merge_places a released channel's holds have places that are counted nowhere. The event's lock and
    lock_shards each keep it right without the other; without both it ends in a deadlock.
    """
    event_id = await office.event(
        Block("Stalls", "Front", rows=2, seats_per_row=10), pools=(Pool("Floor", "Floor", 300),)
    )
    await office.warm(event_id)
    round_count = 30
    newest = ["ROUND-0"]
    is_over = asyncio.Event()

    async def buy(process: int) -> None:
        for round_no in range(60):
            buyer = office.buyer(process)
            code = newest[-1] if process % 2 else ""
            seat = seats((round_no * 3 + process) % 20)
            wants = {"pools": [places(1 + round_no % 4)], "access_code": code}
            if round_no % 3 == 0:
                wants["seat_ids"] = seat
            held, _ = await outcomes([buyer.hold(event_id, **wants)])
            for hold in held if round_no % 4 else []:
                await buyer.release(hold.hold_id)
            for hold in held if round_no % 8 == 4 else []:
                await office.run_out(event_id, hold.hold_id)

    async def organise() -> None:
        alive: list[str] = []
        for round_no in range(round_count):
            name = {"name": f"Round {round_no}", "kind": allotments_pb2.Allotment.CHANNEL}
            what = {"seat_ids": seats(round_no % 20), "pools": [allotted(40)]}
            made, _ = await outcomes([office.organise(event_id, "CreateAllotment", **name, **what)])
            for allotment in made:
                alive.append(allotment.allotment_id)
                of_it = {"allotment_id": alive[-1]}
                await office.organise(event_id, "AddCodes", codes=[f"ROUND-{round_no}"], **of_it)
                newest.append(f"ROUND-{round_no}")
            while len(alive) > (3 if round_no < round_count - 1 else 0):
                how = "DeleteAllotment" if round_no % 2 else "ReleaseAllotment"
                await office.organise(event_id, how, allotment_id=alive.pop(0))

    async def tidy() -> None:
        while not is_over.is_set():
            await office.processes[2].expiry.tidy()
            await check_books(office, event_id)

    async def sell() -> None:
        try:
            await asyncio.gather(*[buy(process) for process in range(4)], organise())
        finally:
            is_over.set()

    await asyncio.gather(sell(), tidy())
    await office.tidy()
    await check_books(office, event_id)
    [row] = await office.rows(
        "SELECT sum(available + held) AS left, (SELECT count(*) FROM holds h WHERE h.event_id = $1 "
        "AND h.code_no IS NOT NULL) AS with_code FROM pool_shards WHERE event_id = $1",
        event_id,
    )
    assert row["left"] == 300
    assert row["with_code"] > 0
