"""Orders as protobuf says them."""

from __future__ import annotations

from mesh import ids, timestamps
from mesh.money import Money
from payment_svc.orders.order import Line, Order, OrderDetails, RefundSummary
from payment_svc.states import OrderState
from protos.payment.v1 import order_pb2


def order_for_buyer(details: OrderDetails) -> order_pb2.Order:
    """Returns an order for its buyer, with what is needed to pay it."""
    message = order_for_services(details)
    order = details.order
    if order.intent_id:
        message.payment.client_secret = order.client_secret
    return message


def order_for_services(details: OrderDetails) -> order_pb2.Order:
    """Returns an order for other services: without the secret that lets one pay it."""
    order = details.order
    message = order_pb2.Order(
        order_id=ids.text("ord", order.order_id),
        event_id=ids.event_text(order.event_id),
        hold_id=ids.text("hld", order.hold_id),
        state=order.state.value,
        total=order.total.to_proto(),
        lines=[_line(line, order) for line in details.lines],
        create_time=timestamps.to_proto(order.create_time),
        refunded=Money(order.refunded_minor, order.currency_code).to_proto(),
        refunds=[refund(summary, order) for summary in details.refunds],
        end_reason=order.end_reason.value if order.end_reason else "",
        version=order.version,
        event_name=order.event_name,
    )
    if order.state is OrderState.AWAITING_PAYMENT:
        message.expire_time.FromDatetime(order.expire_time)
    if order.pay_time:
        message.pay_time.FromDatetime(order.pay_time)
    if order.intent_id:
        message.payment.payment_intent_id = order.intent_id
        message.payment.last_decline_code = order.last_decline_code
    return message


def refund(summary: RefundSummary, order: Order) -> order_pb2.Order.Refund:
    """Returns a refund of an order."""
    return order_pb2.Order.Refund(
        refund_id=ids.text("rfd", summary.refund_id),
        state=summary.state.value,
        amount=Money(summary.amount_minor, order.currency_code).to_proto(),
        ticket_ids=[ids.text("tkt", ticket_id) for ticket_id in summary.ticket_ids],
        create_time=timestamps.to_proto(summary.create_time),
    )


def _line(line: Line, order: Order) -> order_pb2.Order.Line:
    return order_pb2.Order.Line(
        line_no=line.line_no,
        kind=line.kind.value,
        description=line.description,
        seat_id=line.seat_id,
        pool_id=line.pool_id,
        quantity=line.quantity,
        unit_price=Money(line.unit_price_minor, order.currency_code).to_proto(),
        amount=Money(line.amount_minor, order.currency_code).to_proto(),
        zone_id=line.zone_id,
        refunded_quantity=line.refunded_quantity,
    )
