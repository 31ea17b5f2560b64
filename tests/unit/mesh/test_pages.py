"""Page tokens are bound to their query and their hour."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh import pages
from protos.payment.v1 import order_pb2
from protos.search.v1 import search_pb2
from protos.ticket.v1 import ticket_pb2

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_token_brings_its_cursor_back_within_the_hour_and_not_after() -> None:
    token = pages.encode_page(["2026-12-01", 7], "query", NOW)
    assert pages.decode_page(token, "query", NOW + timedelta(minutes=59)) == ["2026-12-01", 7]
    with pytest.raises(pages.PageTokenInvalid):
        pages.decode_page(token, "query", NOW + timedelta(minutes=61))


def test_a_token_of_another_query_is_refused() -> None:
    token = pages.encode_page([1], "query", NOW)
    with pytest.raises(pages.PageTokenInvalid):
        pages.decode_page(token, "other", NOW)


@given(st.text(max_size=60))
def test_any_other_text_is_refused_and_never_crashes(text: str) -> None:
    if not text:
        assert pages.decode_page(text, "query", NOW) is None
        return
    with pytest.raises(pages.PageTokenInvalid):
        pages.decode_page(text, "query", NOW)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (pages.read_time, "2026-01-01T00:00:00"),
        (pages.read_time, "0001-01-01T00:00:00+14:00"),
        (pages.read_time, "9999-12-31T23:59:59-14:00"),
        (pages.read_time, 7),
        (pages.read_number, 2**63),
        (pages.read_number, 1.5),
        (pages.read_number, float("inf")),
        (pages.read_number, True),
        (pages.read_text, "a\0b"),
        (pages.read_text, "\ud800"),
        (pages.read_text, 7),
    ],
)
def test_a_cursor_that_somebody_made_up_never_reaches_the_database(
    read: Callable[[object], object], value: object
) -> None:
    with pytest.raises((ValueError, TypeError)):
        read(value)


def test_a_cursor_that_we_made_is_read() -> None:
    assert pages.read_time(NOW.isoformat()) == NOW
    assert pages.read_number(-(2**63)) == -(2**63)
    assert pages.read_text("Gate Ä") == "Gate Ä"


def test_the_query_hash_ignores_the_page_and_nothing_else() -> None:
    first = search_pb2.SearchEventsRequest(query="a", page_size=10)
    second = search_pb2.SearchEventsRequest(query="a", page_size=20, page_token="t")
    third = search_pb2.SearchEventsRequest(query="b", page_size=10)
    assert pages.query_hash(first) == pages.query_hash(second) != pages.query_hash(third)


def test_a_token_of_one_list_is_none_of_another() -> None:
    hashes = [
        pages.query_hash(request)
        for request in (
            search_pb2.SearchEventsRequest(),
            order_pb2.ListOrdersRequest(),
            ticket_pb2.ListTicketsRequest(),
        )
    ]
    assert len(set(hashes)) == 3
