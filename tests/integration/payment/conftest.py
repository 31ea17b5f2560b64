"""Payment on a real PostgreSQL and the local Stripe, with neighbours of the test's own."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mesh import ids
from mesh.clock import SystemClock
from mesh.database import Database, open_database
from payment_svc.__main__ import MIGRATIONS
from payment_svc.errors import SignatureInvalid
from payment_svc.limiter import RateLimiter
from payment_svc.orders.changes import OrderChanges
from payment_svc.orders.driver import CheckoutDriver
from payment_svc.orders.order import Order
from payment_svc.orders.placing import OrderDesk
from payment_svc.orders.store import OrderStore
from payment_svc.reconciling.reconciler import Reconciler
from payment_svc.reconciling.store import SweepStore
from payment_svc.refunds.cancellations import Cancellations
from payment_svc.refunds.desk import RefundDesk
from payment_svc.refunds.driver import RefundDriver
from payment_svc.refunds.store import RefundStore
from payment_svc.states import OrderState
from payment_svc.stripe_processor import StripeProcessor
from payment_svc.webhooks.inbox import WebhookInbox
from payment_svc.webhooks.store import InboxStore
from protos.mesh.v1 import envelope_pb2
from tests.integration.payment.mortal import Moment
from tests.integration.payment.neighbours import (
    MemoryCatalog,
    MemoryInventory,
    MemoryTickets,
    sign_in,
)
from tests.polling import eventually, wait_until

WEBHOOK_SECRET = "whsec_test"
KEY = "sk_test_local"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class LocalStripe:
    """The local Stripe, as a buyer's page and a test see it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._client = httpx.AsyncClient(base_url=self.url, auth=(KEY, ""), trust_env=False)

    async def confirm(self, order: Order, method: str = "pm_card_visa") -> httpx.Response:
        """Confirms an order's payment with a test card."""
        return await self._client.post(
            f"/v1/payment_intents/{order.intent_id}/confirm", data={"payment_method": method}
        )

    async def intent(self, intent_id: str | None) -> dict[str, Any]:
        return (await self._client.get(f"/v1/payment_intents/{intent_id}")).json()

    async def intents_of(self, order: Order) -> list[dict[str, Any]]:
        listed = (await self._client.get("/v1/payment_intents", params={"limit": 100})).json()
        wanted = ids.text("ord", order.order_id)
        return [intent for intent in listed["data"] if intent["metadata"].get("order_id") == wanted]

    async def refunds_of(self, order: Order) -> list[dict[str, Any]]:
        listed = await self._client.get(
            "/v1/refunds", params={"payment_intent": order.intent_id, "limit": 100}
        )
        return listed.json()["data"]

    async def fault(self, **rule: object) -> None:
        """Makes it do something wrong."""
        (await self._client.post("/_local/faults", json=rule)).raise_for_status()

    async def heal(self) -> None:
        await self._client.delete("/_local/faults")

    async def post(self, path: str, **data: object) -> dict[str, Any]:
        return (await self._client.post(path, data=data)).json()

    async def close(self) -> None:
        await self._client.aclose()


class HookReceiver:
    """What stands where the edge's webhook route would."""

    def __init__(self) -> None:
        self.port = free_port()
        self.inbox: WebhookInbox | None = None
        self.received: list[tuple[bytes, str]] = []
        app = Starlette(routes=[Route("/hook", self._receive, methods=["POST"])])
        self._server = uvicorn.Server(
            uvicorn.Config(app, port=self.port, log_level="error", lifespan="off")
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._server.serve())

    async def stop(self) -> None:
        self._server.should_exit = True
        if self._task:
            await self._task

    async def _receive(self, request: Request) -> Response:
        body, signature = await request.body(), request.headers.get("stripe-signature", "")
        self.received.append((body, signature))
        if self.inbox is None:
            return Response(status_code=200)
        try:
            await self.inbox.receive(body, signature)
        except SignatureInvalid:
            return Response(status_code=400)
        return Response(status_code=200)


@pytest.fixture(scope="session")
async def hooks() -> AsyncIterator[HookReceiver]:
    receiver = HookReceiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture(scope="session")
def stripe_port(hooks: HookReceiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    folder: Path = tmp_path_factory.mktemp("stripe")
    arguments = ["--port", port, "--state", folder / "stripe.db"]
    arguments += ["--webhook-url", f"http://127.0.0.1:{hooks.port}/hook"]
    arguments += ["--webhook-secret", WEBHOOK_SECRET]
    command = [sys.executable, "-m", "deploy.local.stripe", *map(str, arguments)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until(lambda: _healthy(port), within_seconds=20, what="the local Stripe's start")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
async def stripe(stripe_port: int) -> AsyncIterator[LocalStripe]:
    local = LocalStripe(stripe_port)
    await local.heal()
    yield local
    await local.heal()
    await local.close()


@dataclass
class Payment:
    """A payment service in this process, its loops run only when a test says so."""

    database: Database
    stripe: LocalStripe
    hooks: HookReceiver
    inventory: MemoryInventory = field(default_factory=MemoryInventory)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    tickets: MemoryTickets = field(default_factory=MemoryTickets)
    moment: Moment | None = None
    """When this process dies; None for one that lives."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock, changes = SystemClock(), OrderChanges()
        mortal = self.moment.mortal if self.moment else lambda subject: subject
        self.processor: Any = mortal(
            StripeProcessor(
                api_base=self.stripe.url,
                api_key=KEY,
                webhook_secret=WEBHOOK_SECRET,
                timeout_seconds=1.0,
                webhook_tolerance_seconds=300,
                limiter=RateLimiter(0),
            )
        )
        self.orders: Any = mortal(OrderStore(self.database))
        self.refunds: Any = mortal(RefundStore(self.database))
        inventory, tickets = mortal(self.inventory), mortal(self.tickets)
        self.giving_back = RefundDriver(
            self.refunds, self.orders, self.processor, tickets, inventory, clock
        )
        self.checkout = CheckoutDriver(
            self.orders, self.processor, inventory, self.giving_back, changes, clock
        )
        self.desk = OrderDesk(
            self.orders, self.processor, inventory, self.catalog, self.checkout, clock
        )
        self.refund_desk = RefundDesk(
            self.refunds,
            self.orders,
            self.desk,
            self.giving_back,
            tickets,
            self.catalog,
            changes,
            clock,
        )
        self.inbox = WebhookInbox(
            InboxStore(self.database),
            self.processor,
            self.orders,
            self.checkout,
            self.refunds,
            self.giving_back,
            8,
        )
        self.reconciler = Reconciler(
            self.orders,
            self.refunds,
            SweepStore(self.database),
            self.checkout,
            self.giving_back,
            self.processor,
            inventory,
            clock,
            8,
        )
        self.cancellations = Cancellations(
            self.refunds, self.orders, self.checkout, self.giving_back, self.catalog
        )

    def listen(self) -> None:
        """Takes webhooks from now on, and processes them."""
        self.hooks.inbox = self.inbox
        self.tasks.append(asyncio.create_task(self.inbox.run(self.stop)))

    def another_process(self, moment: Moment | None = None) -> "Payment":
        """Starts another process over the same database, Stripe and neighbours."""
        return Payment(
            self.database,
            self.stripe,
            self.hooks,
            self.inventory,
            self.catalog,
            self.tickets,
            moment,
        )

    async def pass_time(self) -> None:
        """Lets a minute pass: leases of the dead end, and everything is due."""
        await self.execute(
            "UPDATE orders SET next_check_time = clock_timestamp() - interval '1 s', "
            "lease_owner = NULL, lease_until = NULL"
        )
        await self.execute(
            "UPDATE refunds SET next_check_time = clock_timestamp() - interval '1 s'"
        )

    async def bring_to_an_end(self) -> None:
        """Lets the loops run for a minute."""
        for _ in range(3):
            await self.pass_time()
            await self.reconciler.look_at_orders()
            await self.reconciler._crew.drain()
            await self.reconciler.look_at_refunds()
            await self.cancellations.step()

    async def close(self) -> None:
        self.hooks.inbox = None
        self.stop.set()
        await asyncio.gather(*self.tasks)

    async def place(self, **hold: Any) -> Order:
        """Makes a buyer, a hold and its order."""
        event_id = hold.pop("event_id", None) or self.catalog.add()
        account_id = ids.new_account_id()
        sign_in(account_id)
        hold_id = self.inventory.place(event_id, account_id, **hold)
        return await self.desk.place(hold_id, account_id)

    async def pay(self, order: Order) -> Order:
        """Pays an order without any webhook, and issues its tickets."""
        assert (await self.stripe.confirm(order)).is_success
        paid = await self.checkout.advance(order.order_id)
        assert paid is not None
        assert paid.state is OrderState.PAID
        self.tickets.issue(
            order.order_id, order.account_id, self.inventory.holds[order.hold_id].hold
        )
        return paid

    async def now(self, order: Order) -> Order:
        """Reads an order again."""
        found = await self.orders.read(order.order_id)
        assert found is not None
        return found

    async def reaches(self, order: Order, state: OrderState, within_seconds: float = 5) -> Order:
        """Waits for an order to reach a state."""

        async def reached() -> Order | None:
            found = await self.now(order)
            return found if found.state is state else None

        return await eventually(
            reached, within_seconds=within_seconds, what=f"{state} of the order"
        )

    async def make_due(self, order: Order) -> None:
        """Lets the time pass until the reconciler looks at an order, and a dead driver's lease with it."""
        await self.execute(
            "UPDATE orders SET next_check_time = clock_timestamp() - interval '1 s', "
            "lease_owner = NULL, lease_until = NULL WHERE order_id = $1",
            order.order_id,
        )

    async def reconcile(self, order: Order) -> Order:
        """Lets the reconciler look at an order once."""
        await self.make_due(order)
        await self.reconciler.look_at_orders()
        await self.reconciler._crew.drain()
        return await self.now(order)

    async def execute(self, statement: str, *values: object) -> None:
        async with self.database.connection() as connection:
            await connection.execute(statement, *values)

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        async with self.database.connection() as connection:
            return await connection.fetch(statement, *values)

    async def facts(self, order: Order) -> list[str]:
        """The facts that the outbox tells of an order, in order."""
        rows = await self.fetch("SELECT envelope FROM outbox ORDER BY outbox_no")
        envelopes = [envelope_pb2.Envelope.FromString(row["envelope"]) for row in rows]
        wanted = ids.text("ord", order.order_id)
        return [one.type for one in envelopes if one.aggregate_id == wanted]

    async def require_books_right(self, order: Order) -> None:
        """Compares our ledger with Stripe's own record of an order, to the cent."""
        sums = await self.fetch(
            "SELECT e.account, sum(e.amount_minor)::bigint AS amount FROM ledger_entries e "
            "JOIN ledger_transfers t ON t.event_id = e.event_id AND t.transfer_id = e.transfer_id "
            "WHERE t.order_id = $1 GROUP BY e.account",
            order.order_id,
        )
        by_account = {row["account"]: row["amount"] for row in sums}
        assert sum(by_account.values()) == 0
        intent = await self.stripe.intent(order.intent_id)
        refunded = sum(
            refund["amount"]
            for refund in await self.stripe.refunds_of(order)
            if refund["status"] != "failed" and intent["status"] == "succeeded"
        )
        assert by_account.get("processor", 0) == intent["amount_received"] - refunded
        assert by_account.get("refund", 0) == refunded
        now = await self.now(order)
        assert (now.captured_minor, now.refunded_minor) == (intent["amount_received"], refunded)


@pytest.fixture
async def opened(database: str) -> AsyncIterator[Database]:
    db = await open_database(database, [MIGRATIONS])
    yield db
    await db.close()


@pytest.fixture
async def payment(
    opened: Database, stripe: LocalStripe, hooks: HookReceiver
) -> AsyncIterator[Payment]:
    service = Payment(opened, stripe, hooks)
    yield service
    await service.close()
