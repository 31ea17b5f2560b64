"""What is remembered of events is bounded by its size, also where events have no seats."""

from dataclasses import replace
from typing import Any

from inventory_svc.holds.houses.houses import Houses
from inventory_svc.holds.houses.opened_house import HouseReading
from inventory_svc.holds.seating import REMEMBERED_SEATS_MIN, Pool, Seating
from inventory_svc.holds.seatings import Seatings
from tests.unit.inventory.holds.box_offices import party
from tests.unit.inventory.holds.houses import seating

REMEMBERED_MAX = 5
SEATS_MAX = REMEMBERED_MAX * REMEMBERED_SEATS_MIN
NO_DATABASE: Any = None


def standing(event_id: int) -> Seating:
    """An event that one only stands at."""
    return replace(seating(pools=[Pool(1, "Floor", 1, 100, 2)]), event_id=event_id)


def test_events_without_seats_are_forgotten_like_others() -> None:
    """Tried: counting their seats alone, every one of them is remembered for as long as the process lives."""
    seatings = Seatings(NO_DATABASE, seats_max=SEATS_MAX)
    for event_id in range(50):
        seatings._remember(standing(event_id))
    assert len(seatings._known) == REMEMBERED_MAX
    seatings._remember(replace(seating("." * SEATS_MAX), event_id=50))
    assert list(seatings._known) == [50]


async def test_houses_without_seats_are_closed_like_others() -> None:
    async def read_house(seating: Seating) -> HouseReading:
        return HouseReading((), {1: 100}, 8)

    houses = Houses(read_house, seats_max=SEATS_MAX)
    for event_id in range(50):
        async with houses.picking(standing(event_id), [party(2)]):
            pass
    assert len(houses._open) == REMEMBERED_MAX
