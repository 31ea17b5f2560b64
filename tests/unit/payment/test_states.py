"""The states of orders: what the code allows is what is written down, and what SQL enforces."""

import re
from pathlib import Path

import pytest

import payment_svc
from payment_svc.states import (
    END_STATES,
    ENDED_UNPAID,
    MOVES,
    OPEN,
    EndReason,
    Fact,
    OrderState,
    sources_of,
)
from protos.payment.v1 import order_pb2

PACKAGE = Path(payment_svc.__file__).parent
MOVING = re.compile(r"-- ([A-Z_ or,]+) → ([A-Z_ or,]+)[:,]")


def test_every_state_is_on_the_wire_by_the_same_name() -> None:
    on_the_wire = set(order_pb2.Order.State.keys()) - {"STATE_UNSPECIFIED"}
    assert {state.value for state in OrderState} == on_the_wire


def test_every_state_is_reached_and_only_final_ones_are_left_by_nobody() -> None:
    reached = {move.target for move in MOVES} | {OrderState.AWAITING_PAYMENT}
    assert reached == set(OrderState)
    left = {move.source for move in MOVES}
    assert set(OrderState) - left == {*ENDED_UNPAID, OrderState.REFUNDED}


def test_nothing_comes_back_from_an_end() -> None:
    assert not any(move.source in ENDED_UNPAID for move in MOVES)


def test_only_beginning_to_confirm_is_not_told() -> None:
    silent = {(move.source, move.target) for move in MOVES if move.emits is Fact.NONE}
    assert silent == {(OrderState.AWAITING_PAYMENT, OrderState.CONFIRMING)}


@pytest.mark.parametrize("reason", EndReason)
def test_an_order_may_end_for_every_reason_from_every_open_state(reason: EndReason) -> None:
    assert set(sources_of(END_STATES[reason])) == {state.value for state in OPEN}


def test_the_statements_that_move_orders_make_exactly_the_written_moves() -> None:
    """Each statement heads itself with its move, and its WHERE names the states that it leaves."""
    made = set()
    for file in ("orders/queries.sql", "refunds/queries.sql"):
        for block in (PACKAGE / file).read_text().split("-- name: ")[1:]:
            heading = MOVING.search(block)
            if not heading or "orders" not in block.split("SET")[0]:
                continue
            sources = set(re.findall(r"[A-Z_]{4,}", heading[1]))
            where = block[block.rindex("WHERE") :]
            assert sources == set(re.findall(r"'([A-Z_]{4,})'", where)), block
            made |= {(s, t) for s in sources for t in re.findall(r"[A-Z_]{4,}", heading[2])}
    written = {(move.source.value, move.target.value) for move in MOVES}
    assert made == written
