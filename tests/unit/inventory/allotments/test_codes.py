"""What an access code is, and what it is worth."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inventory_svc.allotments import codes
from inventory_svc.allotments.codes import DRAWN_LENGTH, Code, hash_of
from mesh.errors import InvalidArgument

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def code(**changes: Any) -> Code:
    fields: dict[str, Any] = {
        "code_no": 1,
        "allotment_no": 1,
        "code": "FAN-CLUB",
        "uses_max": None,
        "expire_time": None,
        "withdraw_time": None,
        "use_count": 0,
    }
    return Code(**fields | changes)


def reason_of(of: Code, beside: int = 0) -> str:
    refused = of.refusal(NOW, beside=beside)
    return refused.reason if refused else ""


def test_however_it_is_typed_it_is_one_code() -> None:
    assert hash_of(" fan-club ") == hash_of("FAN-CLUB") != hash_of("FAN_CLUB")


def test_chosen_codes_come_first_and_drawn_ones_are_of_one_form() -> None:
    made = codes.new(["fan-club", "PRESS_1"], 50)
    assert made[:2] == ["FAN-CLUB", "PRESS_1"]
    assert len(set(made)) == 52
    assert all(len(each) == DRAWN_LENGTH for each in made[2:])
    assert codes.new(made[2:], 0) == made[2:]


@pytest.mark.parametrize(
    "chosen", [[], ["SHORT"], ["X" * 65], ["WITH SPACE"], ["ÄRGERNIS"], ["TWICE-1", "twice-1"]]
)
def test_other_codes_are_refused(chosen: list[str]) -> None:
    with pytest.raises(InvalidArgument):
        codes.new(chosen, 0)


def test_it_opens_until_it_ends_or_is_withdrawn() -> None:
    assert reason_of(code()) == ""
    assert reason_of(code(expire_time=NOW + timedelta(seconds=1))) == ""
    assert reason_of(code(expire_time=NOW)) == "ACCESS_CODE_INVALID"
    assert reason_of(code(withdraw_time=NOW)) == "ACCESS_CODE_INVALID"


def test_it_opens_as_often_as_it_may_counting_those_beside() -> None:
    assert reason_of(code(uses_max=3, use_count=2)) == ""
    assert reason_of(code(uses_max=3, use_count=3)) == "ACCESS_CODE_USED_UP"
    assert reason_of(code(uses_max=3, use_count=1), beside=2) == "ACCESS_CODE_USED_UP"
    assert reason_of(code(use_count=1_000_000), beside=256) == ""
