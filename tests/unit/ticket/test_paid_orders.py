"""Reading a paid order."""

import pytest

from mesh import ids
from protos.payment.v1 import order_pb2
from ticket_svc.tickets.messages import OrderUnreadable, paid_order

EVENT_ID = ids.new_event_id()
ACCOUNT = ids.text("acc", ids.new_account_id())
Line = order_pb2.Order.Line


def order(*lines: Line, state: int = order_pb2.Order.PAID) -> order_pb2.Order:
    return order_pb2.Order(
        order_id=ids.text("ord", ids.new_id(EVENT_ID)),
        event_id=ids.event_text(EVENT_ID),
        state=state,  # type: ignore[arg-type]
        lines=lines,
    )


def test_each_seat_and_each_place_of_a_pool_is_a_unit_and_fees_are_none() -> None:
    paid = paid_order(
        order(
            Line(line_no=1, kind=Line.FACE, seat_id="s0", zone_id="z1", quantity=1),
            Line(line_no=2, kind=Line.FACE, pool_id="p1", zone_id="z2", quantity=3),
            Line(line_no=3, kind=Line.FEE, quantity=1),
        ),
        ACCOUNT,
    )
    units = [(line.line_no, unit_no, line.place.seat_no) for line, unit_no in paid.units()]
    assert units == [(1, 1, 0), (2, 1, None), (2, 2, None), (2, 3, None)]


def test_refunded_order_is_known_as_such() -> None:
    line = Line(line_no=1, kind=Line.FACE, seat_id="s1", quantity=1)
    assert paid_order(order(line, state=order_pb2.Order.REFUNDED), ACCOUNT).is_refunded


@pytest.mark.parametrize("ids_of_line", [{}, {"seat_id": "s1", "pool_id": "p1"}, {"seat_id": "x1"}])
def test_line_that_names_no_place_is_refused(ids_of_line: dict[str, str]) -> None:
    with pytest.raises(OrderUnreadable):
        paid_order(order(Line(line_no=1, kind=Line.FACE, quantity=1, **ids_of_line)), ACCOUNT)
