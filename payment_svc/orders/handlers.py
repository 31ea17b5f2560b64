"""OrderService and OrderFeedService: proto in, one call to the domain, proto out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from google.protobuf.message import Message

from mesh import identity, ids, pages, timestamps
from mesh.clock import Clock
from mesh.requests import RequestLog
from mesh.workers import first_of
from payment_svc.errors import HoldNotFound, OrderNotFound
from payment_svc.neighbours import Inventory
from payment_svc.orders import feed, wire
from payment_svc.orders.changes import OrderChanges
from payment_svc.orders.order import Order
from payment_svc.orders.placing import OrderDesk
from payment_svc.orders.store import OrderStore
from payment_svc.refunds.desk import RefundDesk
from protos.payment.v1 import order_pb2, order_pb2_grpc

WATCH_POLL_SECONDS = 1.0
"""How soon a watcher sees what another process changed."""
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
FIRST_PAGE = (END_OF_TIME, UUID(int=2**128 - 1))


class OrderHandlers(order_pb2_grpc.OrderServiceServicer):
    """What buyers may do with orders."""

    def __init__(
        self,
        desk: OrderDesk,
        refunds: RefundDesk,
        store: OrderStore,
        inventory: Inventory,
        changes: OrderChanges,
        requests: RequestLog,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._refunds = refunds
        self._store = store
        self._inventory = inventory
        self._changes = changes
        self._requests = requests
        self._clock = clock

    async def locate(self, method: str, request: Message) -> None:
        """Raises what a caller learns before a fault of its body: that the order or hold is not theirs."""
        if isinstance(request, order_pb2.CreateOrderRequest):
            if request.hold_id:
                await self._inventory.get_hold(_hold_id(request.hold_id))
        elif not isinstance(request, order_pb2.ListOrdersRequest):
            await self._owned(request.order_id)  # type: ignore[attr-defined]

    async def CreateOrder(
        self, request: order_pb2.CreateOrderRequest, context: Any
    ) -> order_pb2.Order:
        """Makes the order of a hold."""
        hold_id = _hold_id(request.hold_id)

        async def place() -> order_pb2.Order:
            return await self._reply(await self._desk.place(hold_id, identity.account()))

        return await self._requests.once("CreateOrder", request, order_pb2.Order, place)

    async def GetOrder(self, request: order_pb2.GetOrderRequest, context: Any) -> order_pb2.Order:
        """Returns an order."""
        return await self._reply(await self._owned(request.order_id))

    async def ListOrders(
        self, request: order_pb2.ListOrdersRequest, context: Any
    ) -> order_pb2.ListOrdersResponse:
        """Lists the caller's orders."""
        query = pages.query_hash(request)
        cursor = pages.decode_page(request.page_token, query, self._clock.now())
        size = pages.page_size(request.page_size)
        found = await self._store.of_account(identity.account(), _place(cursor), size + 1)
        reply = order_pb2.ListOrdersResponse(
            orders=[wire.order_for_buyer(details) for details in found[:size]]
        )
        if len(found) > size:
            last = found[size - 1].order
            after = [last.create_time.isoformat(), ids.text("ord", last.order_id)]
            reply.next_page_token = pages.encode_page(after, query, self._clock.now())
        return reply

    async def WatchOrder(
        self, request: order_pb2.GetOrderRequest, context: Any
    ) -> AsyncIterator[order_pb2.Order]:
        """Streams an order until it is paid or over."""
        order = await self._owned(request.order_id)
        with self._changes.watching(order.order_id) as changed:
            seen = 0
            while True:
                changed.clear()
                if order.version != seen:
                    seen = order.version
                    yield await self._reply(order)
                if not order.is_open:
                    return
                await first_of(changed, timeout_seconds=WATCH_POLL_SECONDS)
                order = await self._desk.owned(order.order_id, identity.account())

    async def CancelOrder(
        self, request: order_pb2.CancelOrderRequest, context: Any
    ) -> order_pb2.Order:
        """Cancels an order that is not paid."""
        order = await self._owned(request.order_id)

        async def cancel() -> order_pb2.Order:
            return await self._reply(await self._desk.cancel(order.order_id, identity.account()))

        return await self._requests.once("CancelOrder", request, order_pb2.Order, cancel)

    async def QuoteRefund(
        self, request: order_pb2.QuoteRefundRequest, context: Any
    ) -> order_pb2.RefundQuote:
        """Says what a refund would give back."""
        order = await self._owned(request.order_id)
        quote = await self._refunds.quote(order, request.ticket_ids)
        return order_pb2.RefundQuote(
            amount=quote.amount.to_proto(),
            fee=quote.fee.to_proto(),
            ticket_ids=[ids.text("tkt", ticket_id) for ticket_id in quote.ticket_ids],
        )

    async def RefundTickets(
        self, request: order_pb2.RefundTicketsRequest, context: Any
    ) -> order_pb2.Order:
        """Refunds tickets."""
        order = await self._owned(request.order_id)

        async def refund() -> order_pb2.Order:
            return await self._reply(
                await self._refunds.refund(order, request.ticket_ids, request.request_id)
            )

        return await self._requests.once("RefundTickets", request, order_pb2.Order, refund)

    async def _owned(self, order_text: str) -> Order:
        order_id = ids.parse_or(OrderNotFound(), ids.parse, "ord", order_text)
        return await self._desk.owned(order_id, identity.account())

    async def _reply(self, order: Order) -> order_pb2.Order:
        return wire.order_for_buyer(await self._store.details(order))


class OrderFeedHandlers(order_pb2_grpc.OrderFeedServiceServicer):
    """What other services may read of paid orders."""

    def __init__(self, store: OrderStore) -> None:
        self._store = store

    async def ListPaidOrders(
        self, request: order_pb2.ListPaidOrdersRequest, context: Any
    ) -> order_pb2.ListPaidOrdersResponse:
        """Lists paid orders in the order of payment."""
        after = feed.decode_cursor(request.cursor)
        paid_after = timestamps.from_proto(request.paid_after)
        if paid_after and paid_after > after[0]:
            after = (paid_after, UUID(int=0))
        size = request.page_size or feed.FEED_PAGE_SIZE_DEFAULT
        found = await self._store.paid(after, size)
        return order_pb2.ListPaidOrdersResponse(
            orders=[
                order_pb2.PaidOrder(
                    order=wire.order_for_services(details),
                    account_id=ids.text("acc", details.order.account_id),
                )
                for details in found
            ],
            cursor=feed.encode_cursor(found[-1].order) if found else request.cursor,
        )


def _hold_id(hold_text: str) -> UUID:
    return ids.parse_or(HoldNotFound(), ids.parse, "hld", hold_text)


def _place(cursor: list[Any] | None) -> tuple[datetime, UUID]:
    """Reads where a page of orders begins."""
    if cursor is None:
        return FIRST_PAGE
    try:
        create_text, order_text = cursor
        return pages.read_time(create_text), ids.parse("ord", order_text)
    except (ValueError, TypeError, AttributeError):
        raise pages.PageTokenInvalid("pageToken", "is not a page token") from None
