"""Payment over gRPC: who may call, in which order faults are told, pages, streams, sums."""

import asyncio
import contextlib
import csv
import datetime
import io
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import grpc
import pytest

from deploy.local.stripe.webhooks import signature_header
from deploy.local.tls import ensure_certificates
from mesh import ids
from mesh.channels import Peers
from mesh.clock import SystemClock
from mesh.config import MeshSettings
from mesh.errors import OnsaleError, from_rpc_error
from mesh.identity import ACCESS_TOKEN_AUDIENCE, ACCESS_TOKEN_TYP, KeySet
from mesh.keys import KeyRing
from mesh.requests import RequestLog
from mesh.server import Server
from payment_svc.config import PaymentSettings
from payment_svc.orders.changes import OrderChanges
from payment_svc.orders.handlers import OrderFeedHandlers, OrderHandlers
from payment_svc.sales.handlers import SalesHandlers
from payment_svc.sales.store import SalesStore
from payment_svc.states import OrderState
from payment_svc.webhooks.handlers import WebhookHandlers
from protos.payment.v1 import order_pb2 as pb
from protos.payment.v1 import order_pb2_grpc as rpc
from tests.integration.payment.conftest import WEBHOOK_SECRET, Payment, free_port
from tests.integration.payment.neighbours import sign_in


@dataclass
class Service:
    """A payment service that serves."""

    payment: Payment
    keys: KeyRing
    mesh: MeshSettings
    channel: Any
    peers: dict[str, Peers] = field(default_factory=dict)

    def stub(self, stub_class: Any, account_id: UUID | None = None, *roles: str) -> Any:
        """A client's way in; without an account, nobody's."""
        return _Signed(stub_class(self.channel), self._metadata(account_id, roles))

    def peer(self, stub_class: Any, name: str) -> Any:
        """A neighbour's way in."""
        peers = self.peers.setdefault(name, Peers(name, self.mesh))
        return peers.stub(stub_class, "payment")

    def _metadata(self, account_id: UUID | None, roles: tuple[str, ...]) -> list[tuple[str, str]]:
        if account_id is None:
            return []
        claims = {
            "sub": ids.text("acc", account_id),
            "aud": ACCESS_TOKEN_AUDIENCE,
            "exp": int(time.time()) + 60,
            "roles": ["buyer", *roles],
        }
        return [("authorization", f"Bearer {self.keys.sign(claims, ACCESS_TOKEN_TYP)}")]


class _Signed:
    def __init__(self, stub: Any, metadata: list[tuple[str, str]]) -> None:
        self._stub = stub
        self._metadata = metadata

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._stub, name)
        return lambda request, **more: method(request, metadata=self._metadata, timeout=15, **more)


@pytest.fixture
async def service(payment: Payment, tmp_path: Path) -> AsyncIterator[Service]:
    ensure_certificates(tmp_path, datetime.datetime.now(datetime.UTC))
    keys = await KeyRing.open(payment.database, "session")
    public, peer = free_port(), free_port()
    mesh = MeshSettings(tls_dir=tmp_path, payment_peer_address=f"127.0.0.1:{peer}")
    settings = PaymentSettings(public_port=public, peer_port=peer, metrics_port=0, drain_seconds=1)

    async def fetch() -> Any:
        return keys.jwks()

    server = Server("payment", settings, mesh, Peers("payment", mesh), session_keys=KeySet(fetch))
    orders, clock = payment.orders, SystemClock()
    server.add(
        rpc.add_OrderServiceServicer_to_server,
        OrderHandlers(
            payment.desk,
            payment.refund_desk,
            orders,
            payment.inventory,
            OrderChanges(),
            RequestLog(payment.database),
            clock,
        ),
    )
    server.add(rpc.add_OrderFeedServiceServicer_to_server, OrderFeedHandlers(orders))
    server.add(
        rpc.add_SalesServiceServicer_to_server,
        SalesHandlers(SalesStore(payment.database), payment.refunds, payment.catalog),
    )
    server.add(rpc.add_WebhookServiceServicer_to_server, WebhookHandlers(payment.inbox))
    task = asyncio.create_task(server.run([]))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{public}") as channel:
        await channel.channel_ready()
        running = Service(payment, keys, mesh, channel)
        yield running
        for peers in running.peers.values():
            await peers.close()
    server.stop.set()
    await task


@contextlib.asynccontextmanager
async def refused(reason: str) -> AsyncIterator[None]:
    with pytest.raises((grpc.aio.AioRpcError, OnsaleError)) as refusal:
        yield
    error = refusal.value
    told = from_rpc_error(error) if isinstance(error, grpc.aio.AioRpcError) else error
    assert told.reason == reason


async def test_a_buyer_makes_one_order_of_a_hold_and_may_ask_again(service: Service) -> None:
    payment, buyer = service.payment, ids.new_account_id()
    hold_id = payment.inventory.place(payment.catalog.add(), buyer)
    orders = service.stub(rpc.OrderServiceStub, buyer)
    request = pb.CreateOrderRequest(request_id="r1", hold_id=ids.text("hld", hold_id))
    made = await orders.CreateOrder(request)
    assert made.payment.client_secret
    assert (made.total.amount_minor, len(made.lines)) == (10_000, 2)
    assert await orders.CreateOrder(request) == made
    request.request_id = "r2"
    assert (await orders.CreateOrder(request)).order_id == made.order_id
    request.hold_id = ids.text("hld", ids.new_id(ids.event_of(hold_id)))
    request.request_id = "r1"
    async with refused("IDEMPOTENCY_KEY_REUSED"):
        await orders.CreateOrder(request)
    assert (await orders.GetOrder(pb.GetOrderRequest(order_id=made.order_id))) == made


async def test_what_is_not_the_callers_is_not_found_before_anything_else_is_said(
    service: Service,
) -> None:
    order = await service.payment.place()
    other = service.stub(rpc.OrderServiceStub, ids.new_account_id())
    nobody = service.stub(rpc.OrderServiceStub)
    for order_text in (ids.text("ord", order.order_id), "ord_nonsense", "", "x" * 300):
        for method, request in (
            ("GetOrder", pb.GetOrderRequest(order_id=order_text)),
            ("CancelOrder", pb.CancelOrderRequest(order_id=order_text, request_id="x" * 129)),
            ("QuoteRefund", pb.QuoteRefundRequest(order_id=order_text, ticket_ids=["t"] * 101)),
            ("RefundTickets", pb.RefundTicketsRequest(order_id=order_text)),
        ):
            async with refused("ORDER_NOT_FOUND"):
                await getattr(other, method)(request)
            async with refused("UNAUTHENTICATED"):
                await getattr(nobody, method)(request)
    hold_text = ids.text("hld", order.hold_id)
    for hold in (hold_text, "hld_nonsense", "x" * 200):
        async with refused("HOLD_NOT_FOUND"):
            await other.CreateOrder(pb.CreateOrderRequest(hold_id=hold))
    async with refused("HOLD_NOT_FOUND"):
        await other.CreateOrder(pb.CreateOrderRequest(hold_id=hold_text, request_id="x" * 129))
    async with refused("INVALID_ARGUMENT"):
        await other.CreateOrder(pb.CreateOrderRequest())
    for size in (-1, 101, 10**9):
        async with refused("INVALID_ARGUMENT"):
            await other.ListOrders(pb.ListOrdersRequest(page_size=size))
    async with refused("PAGE_TOKEN_INVALID"):
        await other.ListOrders(pb.ListOrdersRequest(page_token="junk"))


async def test_a_paid_order_cannot_be_cancelled(service: Service) -> None:
    order = await service.payment.pay(await service.payment.place())
    orders = service.stub(rpc.OrderServiceStub, order.account_id)
    async with refused("ORDER_NOT_CANCELLABLE"):
        await orders.CancelOrder(pb.CancelOrderRequest(order_id=ids.text("ord", order.order_id)))


async def test_a_dead_hold_is_told_as_it_is(service: Service) -> None:
    payment, buyer = service.payment, ids.new_account_id()
    orders = service.stub(rpc.OrderServiceStub, buyer)
    hold_id = payment.inventory.place(payment.catalog.add(), buyer)
    payment.inventory.expire(hold_id, seats_gone=True)
    async with refused("HOLD_EXPIRED"):
        await orders.CreateOrder(pb.CreateOrderRequest(hold_id=ids.text("hld", hold_id)))


async def test_my_orders_come_newest_first_page_by_page_each_once(service: Service) -> None:
    payment, buyer = service.payment, ids.new_account_id()
    sign_in(buyer)
    event_id = payment.catalog.add()
    for _ in range(7):
        await payment.desk.place(payment.inventory.place(event_id, buyer, price_minor=0), buyer)
    await payment.place()
    orders = service.stub(rpc.OrderServiceStub, buyer)
    seen, token = [], ""
    while True:
        page = await orders.ListOrders(pb.ListOrdersRequest(page_size=3, page_token=token))
        seen += page.orders
        token = page.next_page_token
        if not token:
            break
    times = [(one.create_time.seconds, one.create_time.nanos) for one in seen]
    assert len({one.order_id for one in seen}) == len(seen) == 7
    assert times == sorted(times, reverse=True)


async def test_a_watched_order_is_told_from_awaiting_to_paid(service: Service) -> None:
    payment = service.payment
    order = await payment.place()
    orders = service.stub(rpc.OrderServiceStub, order.account_id)
    stream = orders.WatchOrder(pb.GetOrderRequest(order_id=ids.text("ord", order.order_id)))
    states = []
    async for message in stream:
        states.append(message.state)
        if len(states) == 1:
            await payment.stripe.confirm(order)
            await payment.checkout.advance(order.order_id)
    assert (states[0], states[-1]) == (pb.Order.AWAITING_PAYMENT, pb.Order.PAID)


async def test_the_feed_lists_every_paid_order_once_in_the_order_of_payment(
    service: Service,
) -> None:
    payment = service.payment
    paid = [await payment.pay(await payment.place()) for _ in range(5)]
    await payment.place()
    await payment.execute("UPDATE orders SET pay_time = pay_time - interval '10 s'")
    feed = service.peer(rpc.OrderFeedServiceStub, "ticket")
    seen, cursor = [], ""
    for _ in range(4):
        page = await feed.ListPaidOrders(pb.ListPaidOrdersRequest(page_size=2, cursor=cursor))
        seen += page.orders
        cursor = page.cursor
    assert [one.order.order_id for one in seen] == [ids.text("ord", o.order_id) for o in paid]
    assert seen[0].account_id == ids.text("acc", paid[0].account_id)
    assert not any(one.order.payment.client_secret for one in seen)
    async with refused("INVALID_ARGUMENT"):
        await feed.ListPaidOrders(pb.ListPaidOrdersRequest(cursor="nonsense"))
    async with refused("UNAUTHENTICATED"):
        await service.peer(rpc.OrderFeedServiceStub, "queue").ListPaidOrders(
            pb.ListPaidOrdersRequest()
        )


async def test_an_order_that_may_still_be_committing_is_not_in_the_feed_yet(
    service: Service,
) -> None:
    """The feed leaves out what is younger than the longest paying transaction, so that no cursor skips it."""
    order = await service.payment.pay(await service.payment.place())
    feed = service.peer(rpc.OrderFeedServiceStub, "ticket")
    page = await feed.ListPaidOrders(pb.ListPaidOrdersRequest())
    assert list(page.orders) == []
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await _stay_in_a_transaction(service)
    assert (await service.payment.now(order)).state is OrderState.PAID


async def _stay_in_a_transaction(service: Service) -> None:
    async with service.payment.database.transaction() as connection:
        await connection.execute("SELECT set_config('transaction_timeout', '50', true)")
        await connection.execute("SELECT pg_sleep(5)")


async def test_webhooks_come_from_the_edge_only_and_signed(service: Service) -> None:
    body = (
        b'{"id": "evt_9", "type": "balance.available", "data": {"object": {"object": "balance"}}}'
    )
    signature = signature_header(WEBHOOK_SECRET, body, int(time.time()))
    edge = service.peer(rpc.WebhookServiceStub, "edge")
    await edge.ReceiveWebhook(pb.ReceiveWebhookRequest(body=body, signature=signature))
    async with refused("SIGNATURE_INVALID"):
        await edge.ReceiveWebhook(pb.ReceiveWebhookRequest(body=body + b" ", signature=signature))
    async with refused("UNAUTHENTICATED"):
        await service.stub(rpc.WebhookServiceStub).ReceiveWebhook(
            pb.ReceiveWebhookRequest(body=body, signature=signature)
        )
    assert len(await service.payment.fetch("SELECT notice_id FROM webhook_inbox")) == 1


async def test_an_organiser_sees_the_sums_of_own_events_and_they_are_the_ledgers(
    service: Service,
) -> None:
    payment, organiser = service.payment, ids.new_account_id()
    event_id = payment.catalog.add(organiser_id=organiser)
    await payment.pay(await payment.place(event_id=event_id))
    refunded = await payment.pay(await payment.place(event_id=event_id, seats=1, places=2))
    await payment.place(event_id=event_id)
    tickets = [
        ids.text("tkt", one.ticket.ticket_id)
        for one in payment.tickets.tickets.values()
        if one.order_id == refunded.order_id and one.ticket.pool_id
    ]
    sign_in(refunded.account_id)
    await payment.refund_desk.refund(refunded, tickets[:1], "r")
    sales = service.stub(rpc.SalesServiceStub, organiser, "organiser")
    request = pb.GetSalesRequest(event_id=ids.event_text(event_id))
    sums = await sales.GetSales(request)
    assert (sums.order_count, sums.sold_count, sums.refunded_count) == (2, 4, 1)
    amounts = [sums.gross.amount_minor, sums.refunded.amount_minor, sums.net.amount_minor]
    assert amounts == [25_000, 5_000, 20_000]
    zones = {zone.zone_id: (zone.sold_count, zone.net.amount_minor) for zone in sums.zones}
    assert zones == {"z1": (3, 15_000), "z2": (1, 5_000)}
    document = await sales.ExportSales(request)
    rows = list(csv.DictReader(io.StringIO(document.data.decode())))
    assert [(row["total"], row["refunded"], row["net"]) for row in rows] == [
        ("100.00", "0.00", "100.00"),
        ("150.00", "50.00", "100.00"),
    ]
    cancellation = await sales.GetCancellation(
        pb.GetCancellationRequest(event_id=ids.event_text(event_id))
    )
    assert cancellation.state == pb.Cancellation.NONE


async def test_sums_are_for_the_events_own_organiser_only(service: Service) -> None:
    event_text = ids.event_text(service.payment.catalog.add())
    request = pb.GetSalesRequest(event_id=event_text)
    async with refused("UNAUTHENTICATED"):
        await service.stub(rpc.SalesServiceStub).GetSales(request)
    async with refused("ROLE_REQUIRED"):
        await service.stub(rpc.SalesServiceStub, ids.new_account_id()).GetSales(request)
    other = service.stub(rpc.SalesServiceStub, ids.new_account_id(), "organiser")
    for text in (event_text, "ev_nonsense", ""):
        async with refused("EVENT_NOT_FOUND"):
            await other.GetSales(pb.GetSalesRequest(event_id=text))
        async with refused("EVENT_NOT_FOUND"):
            await other.ExportSales(pb.GetSalesRequest(event_id=text))
        async with refused("EVENT_NOT_FOUND"):
            await other.GetCancellation(pb.GetCancellationRequest(event_id=text))
