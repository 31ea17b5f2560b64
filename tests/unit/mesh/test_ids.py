"""Ids keep what they carry, in text and back."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh import ids
from mesh.errors import NotFound


@given(st.integers(0, 2**63 - 1))
def test_an_event_id_survives_its_text(event_id: int) -> None:
    assert ids.parse_event(ids.event_text(event_id)) == event_id


@given(st.integers(0, 2**128 - 1))
def test_a_long_id_survives_its_text(number: int) -> None:
    assert ids.parse("hld", ids.text("hld", UUID(int=number))) == UUID(int=number)


@given(st.integers(0, 2**63 - 1))
def test_what_belongs_to_an_event_carries_its_id(event_id: int) -> None:
    assert ids.event_of(ids.new_id(event_id)) == event_id


@given(st.text(max_size=40))
def test_other_texts_are_refused_and_never_crash(text: str) -> None:
    with pytest.raises(ids.MalformedId):
        ids.parse("hld", text)


@pytest.mark.parametrize("text", ["ev_" + "z" * 13, "ev_", "hld_0000000000000", "ev_000000000000u"])
def test_a_number_too_large_or_a_foreign_prefix_is_no_event_id(text: str) -> None:
    with pytest.raises(ids.MalformedId):
        ids.parse_event(text)


def test_what_is_not_an_id_is_an_id_of_nothing() -> None:
    with pytest.raises(NotFound):
        ids.parse_or(NotFound(), ids.parse_event, "nonsense")


def test_later_event_ids_are_larger() -> None:
    from datetime import UTC, datetime, timedelta

    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert ids.new_event_id(now) < ids.new_event_id(now + timedelta(milliseconds=2))
