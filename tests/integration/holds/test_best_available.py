"""The best seats over the wire: several zones, parties in parts, and limits."""

import asyncio

from inventory_svc.catalog.events import Limits
from inventory_svc.plans.generator import Block
from protos.inventory.v1 import inventory_pb2
from protos.mesh.v1 import money_pb2
from tests.integration.holds.conftest import Office

BLOCKS = (
    Block("Stalls", "Front", rows=2, seats_per_row=4),
    Block("Circle", "Middle", rows=2, seats_per_row=4),
    Block("Balcony", "Back", rows=3, seats_per_row=4),
)


def best(quantity: int, *zone_ids: str, **more: object) -> inventory_pb2.BestAvailable:
    return inventory_pb2.BestAvailable(quantity=quantity, zone_ids=zone_ids, **more)  # type: ignore[arg-type]


def zones(hold: inventory_pb2.Hold) -> set[str]:
    return {seat.zone_id for seat in hold.seats}


def numbers(hold: inventory_pb2.Hold) -> list[int]:
    return [int(seat.seat_id[1:]) for seat in hold.seats]


async def test_several_zones_may_be_named_at_once(office: Office) -> None:
    event_id = await office.event(*BLOCKS)
    buyer = office.buyer()
    assert zones(await buyer.hold(event_id, best_available=best(4, "z3", "z2"))) == {"z2"}
    assert zones(await buyer.hold(event_id, best_available=best(4, "z3", "z2"))) == {"z2"}
    assert zones(await buyer.hold(event_id, best_available=best(4, "z2", zone_id="z3"))) == {"z3"}
    refused = await buyer.refusal(event_id, best_available=best(4, "z2"))
    assert refused.reason == "NOTHING_FITS"
    assert (await buyer.refusal(event_id, best_available=best(1, "z1", "z9"))).reason == (
        "ZONE_UNKNOWN"
    )


async def test_a_price_ceiling_holds_in_every_zone_that_is_named(office: Office) -> None:
    prices = {"Front": 9_000, "Middle": 6_000, "Back": 3_000}
    event_id = await office.event(*BLOCKS, prices_minor=prices)
    ceiling = money_pb2.Money(amount_minor=6_000, currency_code="EUR")
    wanted = best(2, "z1", "z2", "z3", price_max=ceiling)
    assert zones(await office.buyer().hold(event_id, best_available=wanted)) == {"z2"}


async def test_a_party_larger_than_any_row_sits_in_rows_behind_one_another(office: Office) -> None:
    event_id = await office.event(*BLOCKS)
    # One seat of the stalls is gone: two rows of the circle are the nearest that seven can sit.
    await office.buyer().hold(event_id, seat_ids=["s1", "s5"])
    hold = await office.buyer().hold(event_id, best_available=best(7))
    assert set(numbers(hold)) < set(range(8, 16))


async def test_a_party_that_wants_more_than_it_may_is_told_so_until_it_may(office: Office) -> None:
    small = Limits(seats_per_hold=2, live_holds_per_buyer=4, tickets_per_buyer=12)
    event_id = await office.event(*BLOCKS, limits=small)
    buyer = office.buyer()
    for quantity in (3, 100):
        refused = await buyer.refusal(event_id, best_available=best(quantity))
        assert refused.reason == "HOLD_LIMIT"
    await office.change(
        event_id, limits=Limits(seats_per_hold=4, live_holds_per_buyer=4, tickets_per_buyer=12)
    )
    assert len((await buyer.hold(event_id, best_available=best(3))).seats) == 3


async def test_every_seat_is_sold_when_several_processes_look_for_the_best_of_one_event(
    office: Office,
) -> None:
    event_id = await office.event(Block("Stalls", "Front", rows=12, seats_per_row=20))
    await office.warm(event_id)
    results = await asyncio.gather(
        *[
            office.buyer(number).hold(event_id, best_available=best(1 + number % 4))
            for number in range(80)
        ]
    )
    # What is left need not be side by side any more.
    left = 240 - sum(len(hold.seats) for hold in results)
    results += await asyncio.gather(
        *[office.buyer(number).hold(event_id, best_available=best(1)) for number in range(left)]
    )
    assert sorted(number for hold in results for number in numbers(hold)) == list(range(240))
    refused = await office.buyer(1).refusal(event_id, best_available=best(1))
    assert refused.reason == "NOTHING_FITS"
