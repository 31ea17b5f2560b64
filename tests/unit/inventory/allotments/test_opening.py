"""Who gets an allotment's seats and places in a batch: the same pure function that decides about all others."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from inventory_svc.allotments.codes import Code
from inventory_svc.holds.holds import ANYBODYS, SeatRow, SeatState
from inventory_svc.holds.party import AccessCode, Asked, Party, PlacesAsked
from inventory_svc.holds.placing import Situation, decide
from inventory_svc.holds.pools import Shard, allotted_shard_no
from tests.unit.inventory.holds.test_placing import NOW, party, reasons, situation

FANS, PRESS = 1, 2
FAN_CODE = AccessCode(code_no=7, allotment_no=FANS)
AVAILABLE, HELD, BLOCKED = SeatState.AVAILABLE, SeatState.HELD, SeatState.BLOCKED


def seat(seat_no: int, state: int, allotment_no: int | None, *, run_out: bool = True) -> SeatRow:
    until = NOW - timedelta(seconds=1) if run_out else NOW + timedelta(seconds=1)
    is_held = state == HELD
    return SeatRow(
        seat_no, state, uuid4() if is_held else None, until if is_held else None, 7, allotment_no
    )


def code(**changes: Any) -> Code:
    fields: dict[str, Any] = {
        "code_no": 7,
        "allotment_no": FANS,
        "code": "FAN-CLUB",
        "uses_max": None,
        "expire_time": None,
        "withdraw_time": None,
        "use_count": 0,
    }
    return Code(**fields | changes)


def opened(*rows: SeatRow, of: Code | None = None, **changes: Any) -> Situation:
    return situation(*rows, codes={7: of or code()}, **changes)


def fan(*seat_nos: int, **changes: Any) -> Party:
    return party(*seat_nos, access_code=FAN_CODE, **changes)


@pytest.mark.parametrize(
    ("row", "for_fans", "for_all"),
    [
        (seat(0, AVAILABLE, None), True, True),
        (seat(0, BLOCKED, None), False, False),
        (seat(0, BLOCKED, FANS), True, False),
        (seat(0, BLOCKED, PRESS), False, False),
        (seat(0, BLOCKED, ANYBODYS), True, True),
        (seat(0, HELD, FANS), True, False),
        (seat(0, HELD, FANS, run_out=False), False, False),
        (seat(0, HELD, PRESS), False, False),
        (seat(0, HELD, ANYBODYS), True, True),
        (seat(0, HELD, ANYBODYS, run_out=False), False, False),
        (seat(0, HELD, None), True, True),
    ],
)
def test_a_seat_is_taken_by_whom_it_is_for(row: SeatRow, for_fans: bool, for_all: bool) -> None:
    wanted = {True: ["Hold"], False: ["SEATS_TAKEN"]}
    assert reasons(opened(row), fan(0)) == wanted[for_fans]
    assert reasons(opened(row), party(0)) == wanted[for_all]


def test_best_available_tries_again_where_its_guess_was_anothers() -> None:
    found = opened(seat(0, BLOCKED, PRESS), seat(1, BLOCKED, FANS))
    choosers = [fan(best=Asked(1), picked=(seat_no,)) for seat_no in (0, 1)]
    assert reasons(found, *choosers) == ["TryAgain", "Hold"]


def test_a_wrong_code_is_refused_even_for_public_seats() -> None:
    assert reasons(situation(), party(0, access_code_is_invalid=True)) == ["ACCESS_CODE_INVALID"]
    # Found before the locks, and gone under them.
    assert reasons(situation(), fan(0)) == ["ACCESS_CODE_INVALID"]
    assert reasons(opened(of=code(withdraw_time=NOW)), fan(0)) == ["ACCESS_CODE_INVALID"]


def test_uses_are_counted_within_a_batch_too() -> None:
    """Tried: without the count of uses beside, both of the last two get a hold."""
    rows = [seat(seat_no, BLOCKED, FANS) for seat_no in range(3)]
    found = opened(*rows, of=code(uses_max=3, use_count=1))
    assert reasons(found, fan(0), fan(1), fan(2)) == ["Hold", "Hold", "ACCESS_CODE_USED_UP"]


def test_a_hold_carries_the_code_where_it_has_something_of_the_allotment() -> None:
    found = opened(seat(0, BLOCKED, FANS), seat(1, BLOCKED, ANYBODYS))
    holds = decide(found, [fan(0, 2), fan(1, 3), party(4)]).holds
    assert [hold.code_no for hold in holds] == [7, None, None]


def standing(own: int, public: int, others: int = 0) -> dict[int, list[Shard]]:
    shards = [
        Shard(1, 0, public),
        Shard(1, allotted_shard_no(FANS), own),
        Shard(1, allotted_shard_no(PRESS), others),
    ]
    return {1: shards}


def test_places_come_from_the_own_allotment_first_then_from_the_public() -> None:
    found = opened(shards=standing(own=3, public=10), whole_pools=frozenset((1,)))
    asked = [fan(places=(PlacesAsked(1, quantity),)) for quantity in (2, 3)]
    holds = decide(found, asked).holds
    assert [[(each.shard_no, each.quantity) for each in hold.places] for hold in holds] == [
        [(allotted_shard_no(FANS), 2)],
        [(0, 3)],
    ]
    assert [hold.code_no for hold in holds] == [7, None]


def test_the_public_never_gets_an_allotments_places() -> None:
    found = opened(shards=standing(own=9, public=1, others=9), whole_pools=frozenset((1,)))
    both = [
        party(places=(PlacesAsked(1, 2),)),
        fan(places=(PlacesAsked(1, 11),)),
        fan(places=(PlacesAsked(1, 10),)),
    ]
    assert reasons(found, *both) == ["PLACES_TAKEN", "HOLD_LIMIT", "HOLD_LIMIT"]
    few = [party(places=(PlacesAsked(1, 2),)), fan(places=(PlacesAsked(1, 8),))]
    [refused, hold] = decide(found, few).results
    assert refused.facts()["left"] == [{"poolId": "p1", "available": 1}]  # type: ignore[union-attr]
    assert hold.count == 8  # type: ignore[union-attr]
