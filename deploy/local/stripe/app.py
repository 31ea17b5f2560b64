"""The ASGI application: routes, CORS for browsers, background work."""

import asyncio
import logging
import random
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from deploy.local.stripe import endpoints, local_api
from deploy.local.stripe.account import Account, Clock
from deploy.local.stripe.errors import StripeError, UnknownAddress
from deploy.local.stripe.faults import Faults
from deploy.local.stripe.gateway import Gateway
from deploy.local.stripe.idempotency import IdempotencyKeys
from deploy.local.stripe.local_api import LocalAPI
from deploy.local.stripe.operations import OPERATIONS, Operation
from deploy.local.stripe.schedule import Schedule
from deploy.local.stripe.store import Store
from deploy.local.stripe.webhooks import Deliverer

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """What the command line decides."""

    state: Path
    """The SQLite file."""
    public_url: str
    webhook_url: str | None = None
    webhook_secret: str | None = None
    fault_seed: int = 0
    """Makes faults with a probability strike in the same way each time."""


def build(settings: Settings, clock: Clock) -> Starlette:
    """Opens the state and makes the application over it."""
    store = Store(settings.state)
    faults = Faults(random.Random(settings.fault_seed))  # noqa: S311 - chance, no secret
    account = Account(store, clock, faults, settings.public_url)
    keys = IdempotencyKeys(store, clock)
    deliverer = Deliverer(store, clock)
    schedule = Schedule(account, keys, deliverer.wake)
    if settings.webhook_url and settings.webhook_secret:
        with store.transaction():
            endpoints.configure(account, settings.webhook_url, settings.webhook_secret)

    def wake() -> None:
        deliverer.wake()
        schedule.wake()

    gateway = Gateway(account, keys, wake)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        background = [
            asyncio.create_task(deliverer.run(), name="deliverer"),
            asyncio.create_task(schedule.run(), name="schedule"),
        ]
        for task in background:
            task.add_done_callback(_stop_if_failed)
        yield
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        store.close()

    return Starlette(
        routes=[
            Route("/healthz", _healthy),
            *(
                Route(operation.path, _handler(gateway, operation), methods=[operation.method])
                for operation in OPERATIONS
            ),
            *LocalAPI(account, wake).routes(),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=["*"],
                expose_headers=["Request-Id", "Idempotent-Replayed", "Stripe-Version"],
            )
        ],
        exception_handlers={HTTPException: _unknown, StripeError: local_api.refuse},
        lifespan=lifespan,
    )


def _stop_if_failed(task: asyncio.Task[None]) -> None:
    """Ends the process when background work broke: half a Stripe is worse than none."""
    if not task.cancelled() and (failure := task.exception()) is not None:
        logger.critical("%s failed", task.get_name(), exc_info=failure)
        signal.raise_signal(signal.SIGTERM)


def _handler(
    gateway: Gateway, operation: Operation
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def handle(request: Request) -> Response:
        return await gateway.serve(operation, request)

    return handle


async def _healthy(request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _unknown(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, HTTPException)
    if refusal.status_code in (404, 405):
        unknown = UnknownAddress(request.method, request.url.path)
        return JSONResponse(unknown.body, status_code=unknown.status)
    return JSONResponse({"error": {"message": refusal.detail}}, refusal.status_code)
