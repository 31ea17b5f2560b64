"""The life of an allotment, and the seats that an organiser means."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inventory_svc.allotments import allotments
from inventory_svc.allotments.allotments import ALLOTMENTS_MAX, Allotment, Kind, State
from inventory_svc.allotments.choosing import seats_of
from mesh.errors import OnsaleError
from protos.inventory.v1 import inventory_pb2

NOW = datetime(2030, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def allotment(**changes: Any) -> Allotment:
    fields: dict[str, Any] = {
        "event_id": 1,
        "allotment_no": 3,
        "name": "Kills",
        "kind": Kind.HOLDBACK,
        "state": State.ACTIVE,
        "release_time": None,
        "create_time": NOW,
    }
    return Allotment(**fields | changes)


def new(made_before: int = 0, **changes: Any) -> Allotment:
    fields: dict[str, Any] = {"name": " Kills ", "kind": Kind.HOLDBACK, "release_time": None}
    return allotments.new(1, made_before, now=NOW, **fields | changes)


def change(of: Allotment, **changes: Any) -> Allotment:
    fields: dict[str, Any] = {"name": None, "release_time": None, "by_hand_only": False}
    return allotments.changed(of, now=NOW, **fields | changes)


def reason_of(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(OnsaleError) as caught:
        call(*args, **kwargs)
    return caught.value.reason


def test_numbers_go_on_from_all_that_ever_were() -> None:
    made = new(4)
    assert (made.allotment_no, made.name, made.state) == (5, "Kills", State.ACTIVE)
    assert new(ALLOTMENTS_MAX - 1).allotment_no == ALLOTMENTS_MAX
    assert reason_of(new, ALLOTMENTS_MAX) == "ALLOTMENT_LIMIT"


def test_a_name_is_a_name_and_a_release_time_is_to_come() -> None:
    assert reason_of(new, name="  ") == "INVALID_ARGUMENT"
    assert reason_of(new, release_time=NOW) == "INVALID_ARGUMENT"
    assert new(release_time=LATER).release_time == LATER


def test_it_is_due_from_its_release_time_on_while_it_is_active() -> None:
    assert not allotment().is_due(NOW)
    assert not allotment(release_time=LATER).is_due(NOW)
    assert allotment(release_time=NOW).is_due(NOW)
    assert not allotment(release_time=NOW, state=State.RELEASED).is_due(NOW)


def test_what_is_given_changes_and_the_rest_stays() -> None:
    timed = allotment(release_time=LATER)
    assert change(timed, name="House") == allotment(name="House", release_time=LATER)
    assert change(timed, by_hand_only=True) == allotment()
    assert change(allotment(), release_time=LATER) == timed
    assert reason_of(change, timed, release_time=LATER, by_hand_only=True) == "INVALID_ARGUMENT"


def test_what_is_released_or_due_does_not_change() -> None:
    for over in (allotment(state=State.RELEASED), allotment(release_time=NOW)):
        assert reason_of(change, over, name="House") == "ALLOTMENT_RELEASED"


def drawn() -> inventory_pb2.SeatMap:
    """Two sections of two rows of two seats."""
    found = inventory_pb2.SeatMap()
    number = 0
    for section_no in (1, 2):
        section = found.sections.add(section_id=f"sec{section_no}", name=f"Block {section_no}")
        for row_name in ("A", "B"):
            row = section.rows.add(name=row_name)
            for _ in range(2):
                row.seats.add(seat_id=f"s{number}")
                number += 1
    return found


def test_seats_rows_and_sections_are_meant_together_and_each_once() -> None:
    meant = seats_of(
        drawn(), seat_ids=["s3", "s0"], section_ids=["sec2"], rows=[("sec1", "B"), ("sec2", "A")]
    )
    assert meant == [0, 2, 3, 4, 5, 6, 7]
    assert seats_of(drawn()) == []


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"seat_ids": ["s1", "s1"]}, "INVALID_ARGUMENT"),
        ({"seat_ids": ["s8"]}, "SEATS_UNKNOWN"),
        ({"section_ids": ["sec3"]}, "SECTIONS_UNKNOWN"),
        ({"rows": [("sec1", "C")]}, "ROWS_UNKNOWN"),
        ({"rows": [("sec3", "A")]}, "ROWS_UNKNOWN"),
    ],
)
def test_what_the_map_does_not_have_is_refused(what: dict[str, Any], reason: str) -> None:
    assert reason_of(seats_of, drawn(), **what) == reason
