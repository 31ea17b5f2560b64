"""Starts payment: `python -m payment_svc`."""

from __future__ import annotations

from pathlib import Path

from mesh import telemetry
from mesh.channels import Peers
from mesh.clock import SystemClock
from mesh.config import MeshSettings, load
from mesh.database import open_database
from mesh.outbox import OutboxRelay
from mesh.requests import RequestLog
from mesh.server import Server, run
from payment_svc.config import PaymentSettings
from payment_svc.limiter import RateLimiter
from payment_svc.neighbours import GRPCCatalog, GRPCInventory, GRPCTickets
from payment_svc.orders.changes import OrderChanges
from payment_svc.orders.driver import CheckoutDriver
from payment_svc.orders.handlers import OrderFeedHandlers, OrderHandlers
from payment_svc.orders.placing import OrderDesk
from payment_svc.orders.store import OrderStore
from payment_svc.reconciling.reconciler import Reconciler
from payment_svc.reconciling.store import SweepStore
from payment_svc.refunds.cancellations import Cancellations
from payment_svc.refunds.desk import RefundDesk
from payment_svc.refunds.driver import RefundDriver
from payment_svc.refunds.store import RefundStore
from payment_svc.sales.handlers import SalesHandlers
from payment_svc.sales.store import SalesStore
from payment_svc.stripe_processor import StripeProcessor
from payment_svc.webhooks.handlers import WebhookHandlers
from payment_svc.webhooks.inbox import WebhookInbox
from payment_svc.webhooks.store import InboxStore
from payment_svc.workers import consumers, loops
from protos.payment.v1 import order_pb2_grpc as rpc

MIGRATIONS = Path(__file__).with_name("migrations")


async def main() -> None:
    settings, mesh = load(PaymentSettings), load(MeshSettings)
    telemetry.configure("payment", otlp_endpoint=mesh.otlp_endpoint, level=mesh.log_level)
    database = await open_database(
        settings.database_dsn, [MIGRATIONS], pool_size_max=settings.database_pool_size_max
    )
    peers, clock, changes = Peers("payment", mesh), SystemClock(), OrderChanges()
    inventory, tickets = GRPCInventory(peers), GRPCTickets(peers)
    catalog, processor = GRPCCatalog(peers, clock), stripe(settings, mesh)
    orders, refunds, inbox = OrderStore(database), RefundStore(database), InboxStore(database)
    crew_size = settings.orders_at_once_max

    giving_back = RefundDriver(refunds, orders, processor, tickets, inventory, clock)
    checkout = CheckoutDriver(orders, processor, inventory, giving_back, changes, clock)
    desk = OrderDesk(orders, processor, inventory, catalog, checkout, clock)
    refund_desk = RefundDesk(refunds, orders, desk, giving_back, tickets, catalog, changes, clock)
    cancellations = Cancellations(refunds, orders, checkout, giving_back, catalog)
    webhooks = WebhookInbox(inbox, processor, orders, checkout, refunds, giving_back, crew_size)
    sweeps = SweepStore(database)
    reconciler = Reconciler(
        orders, refunds, sweeps, checkout, giving_back, processor, inventory, clock, crew_size
    )

    requests = RequestLog(database)
    server = Server("payment", settings, mesh, peers)
    server.add(
        rpc.add_OrderServiceServicer_to_server,
        OrderHandlers(desk, refund_desk, orders, inventory, changes, requests, clock),
    )
    server.add(rpc.add_OrderFeedServiceServicer_to_server, OrderFeedHandlers(orders))
    server.add(
        rpc.add_SalesServiceServicer_to_server,
        SalesHandlers(SalesStore(database), refunds, catalog),
    )
    server.add(rpc.add_WebhookServiceServicer_to_server, WebhookHandlers(webhooks))
    try:
        await server.run(
            [
                OutboxRelay(database, mesh.kafka_bootstrap),
                webhooks,
                *loops(reconciler, cancellations),
                *consumers(database, mesh.kafka_bootstrap),
            ]
        )
    finally:
        await peers.close()
        await database.close()


def stripe(settings: PaymentSettings, mesh: MeshSettings) -> StripeProcessor:
    """Returns the way to Stripe."""
    return StripeProcessor(
        api_base=mesh.stripe_api_base,
        api_key=mesh.stripe_api_key,
        webhook_secret=mesh.stripe_webhook_secret,
        timeout_seconds=settings.stripe_timeout_seconds,
        webhook_tolerance_seconds=settings.webhook_tolerance_seconds,
        limiter=RateLimiter(settings.stripe_writes_per_second_max),
    )


if __name__ == "__main__":
    run(main())
