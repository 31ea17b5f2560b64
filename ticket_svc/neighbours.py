"""What the ticket service asks of others: the catalogue, payment, the accounts.

Each is a protocol that says what is needed, and its gRPC form. Calls have the deadlines of the contract.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from mesh import ids, telemetry, timestamps
from mesh.channels import Peers, as_caller
from mesh.errors import NotFound, RemoteError
from protos.accounts.v1 import accounts_pb2, accounts_pb2_grpc
from protos.inventory.v1 import catalog_pb2, catalog_pb2_grpc
from protos.payment.v1 import order_pb2, order_pb2_grpc
from ticket_svc.errors import EventNotFound, OrderNotFound
from ticket_svc.tickets import messages
from ticket_svc.tickets.orders import PaidOrder
from ticket_svc.tickets.ticket import Event

FACTS_LIFE_SECONDS = 5.0
FACTS_REMEMBERED_MAX = 5_000
PAID_PAGE_SIZE = 200


class AddressUnknown(NotFound):
    """The account has no address, or does not exist."""

    reason = "ADDRESS_UNKNOWN"


class Catalog(Protocol):
    """Inventory's catalogue."""

    async def event(self, event_id: int) -> Event:
        """Returns an event as it is now, at most a few seconds old. Raises EventNotFound, Unavailable."""


@dataclass(frozen=True)
class PaidPage:
    """Some paid orders, and where the next page begins."""

    orders: list[PaidOrder]
    cursor: str


class Orders(Protocol):
    """Payment's orders."""

    async def demand_own(self, order_id: UUID) -> None:
        """Succeeds when the order is the current caller's. Raises OrderNotFound, Unavailable."""

    async def paid(self, cursor: str, paid_after: datetime | None) -> PaidPage:
        """Returns paid orders in the order of payment, at most PAID_PAGE_SIZE."""


class Accounts(Protocol):
    """The edge's accounts: the only place that knows addresses."""

    async def address_of(self, account_id: UUID) -> str:
        """Returns an account's address. Raises AddressUnknown, Unavailable."""

    async def account_of(self, email: str) -> UUID:
        """Returns the account of an address, making it when there is none. Raises Unavailable."""


class GrpcCatalog:
    """The catalogue over gRPC; what it says of an event is remembered for a few seconds."""

    def __init__(self, peers: Peers) -> None:
        self._stub: Any = peers.stub(catalog_pb2_grpc.CatalogServiceStub, "inventory")
        self._known: OrderedDict[int, tuple[float, Event]] = OrderedDict()

    async def event(self, event_id: int) -> Event:
        known = self._known.get(event_id)
        if known and time.monotonic() - known[0] < FACTS_LIFE_SECONDS:
            return known[1]
        request = catalog_pb2.GetEventRequest(event_id=ids.event_text(event_id))
        try:
            facts = await self._stub.GetEventFacts(request)
        except RemoteError as error:
            if error.reason == EventNotFound.reason:
                raise EventNotFound from None
            raise
        event = messages.event_of_facts(facts)
        self._known[event_id] = (time.monotonic(), event)
        self._known.move_to_end(event_id)
        if len(self._known) > FACTS_REMEMBERED_MAX:
            self._known.popitem(last=False)
        return event


class GrpcOrders:
    """Orders over gRPC."""

    def __init__(self, peers: Peers) -> None:
        self._orders: Any = peers.stub(order_pb2_grpc.OrderServiceStub, "payment")
        self._feed: Any = peers.stub(order_pb2_grpc.OrderFeedServiceStub, "payment")

    async def demand_own(self, order_id: UUID) -> None:
        request = order_pb2.GetOrderRequest(order_id=ids.text("ord", order_id))
        try:
            with as_caller():
                await self._orders.GetOrder(request)
        except RemoteError as error:
            if error.reason == OrderNotFound.reason:
                raise OrderNotFound from None
            raise

    async def paid(self, cursor: str, paid_after: datetime | None) -> PaidPage:
        request = order_pb2.ListPaidOrdersRequest(page_size=PAID_PAGE_SIZE, cursor=cursor)
        if paid_after is not None:
            request.paid_after.CopyFrom(timestamps.to_proto(paid_after))
        page = await self._feed.ListPaidOrders(request)
        return PaidPage([order for order in map(_readable, page.orders) if order], page.cursor)


def _readable(paid: order_pb2.PaidOrder) -> PaidOrder | None:
    """Reads an order of the feed; one that cannot be read must not keep the others waiting."""
    try:
        return messages.paid_order(paid.order, paid.account_id)
    except messages.OrderUnreadable as error:
        telemetry.ERRORS.labels("paid order feed").inc()
        telemetry.log.error("order unreadable", problem=str(error))
        return None


class GrpcAccounts:
    """Accounts over gRPC, as a service: never with the caller's token."""

    def __init__(self, peers: Peers) -> None:
        self._stub: Any = peers.stub(accounts_pb2_grpc.AccountServiceStub, "edge")

    async def address_of(self, account_id: UUID) -> str:
        request = accounts_pb2.GetAccountRequest(account_id=ids.text("acc", account_id))
        try:
            account = await self._stub.GetAccount(request)
        except RemoteError as error:
            if error.code is NotFound.code:
                raise AddressUnknown from None
            raise
        if not account.email:
            raise AddressUnknown
        address: str = account.email
        return address

    async def account_of(self, email: str) -> UUID:
        request = accounts_pb2.GetAccountRequest(email=email, create=True)
        account = await self._stub.GetAccount(request)
        return ids.parse("acc", account.account_id)
