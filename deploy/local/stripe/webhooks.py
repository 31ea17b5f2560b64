"""Delivering events: signed, tried again on a schedule, at least once."""

import asyncio
import hashlib
import hmac
import logging
from contextlib import closing, suppress
from typing import Final

import orjson

from deploy.local.stripe.account import Clock
from deploy.local.stripe.posting import NotAnswered, Poster
from deploy.local.stripe.store import BATCH_ROWS, Delivery, Document, Store

DELIVERIES_AT_ONCE_MAX: Final = 32
DELIVERY_TIMEOUT_SECONDS: Final = 10.0
RETRY_AFTER_SECONDS: Final = (0.5, 1, 2, 4, 8, 15, 30, 60, 60, 120, 300, 600)
"""Stripe tries for three days with growing pauses; here the days are minutes."""
POLL_SECONDS: Final = 5.0
"""The longest sleep; only a clock that was set forward needs it."""

logger = logging.getLogger(__name__)


def signature_header(secret: str, body: bytes, timestamp: int) -> str:
    """The header ``Stripe-Signature`` for a body, sent at this time."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={signed.hexdigest()}"


class Deliverer:
    """Sends queued deliveries until they are taken or given up.

    A delivery leaves the queue only after the endpoint answered with a 2xx, so that a restart
    sends again what was under way.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._awake = asyncio.Event()
        self._in_flight: set[int] = set()
        self._poster = Poster()
        self._places = asyncio.Semaphore(DELIVERIES_AT_ONCE_MAX)

    def wake(self) -> None:
        """Says that something may have been queued."""
        self._awake.set()

    async def run(self) -> None:
        """Delivers until cancelled."""
        with closing(self._poster):
            async with asyncio.TaskGroup() as tasks:
                await self._deliver_all(tasks)

    async def _deliver_all(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            self._awake.clear()
            now = self._clock()
            due = self._store.due_deliveries(now)
            for delivery in due:
                if delivery.id not in self._in_flight:
                    await self._places.acquire()
                    self._in_flight.add(delivery.id)
                    tasks.create_task(self._deliver(delivery))
            if len(due) < BATCH_ROWS:
                await self._sleep(self._store.next_delivery_due_at(now))

    async def _sleep(self, until: float | None) -> None:
        pause = POLL_SECONDS if until is None else min(POLL_SECONDS, until - self._clock())
        with suppress(TimeoutError):
            async with asyncio.timeout(max(pause, 0)):
                await self._awake.wait()

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            event = self._store.find("event", delivery.event_id)
            endpoint = self._store.find("webhook_endpoint", delivery.endpoint_id)
            if event is None or endpoint is None:
                taken = True  # the endpoint was deleted: nobody waits for this any more
            else:
                taken = await self._post(endpoint, event)
            with self._store.transaction():
                self._settle(delivery, taken)
        finally:
            self._in_flight.discard(delivery.id)
            self._places.release()

    def _settle(self, delivery: Delivery, taken: bool) -> None:
        attempts = delivery.attempts + 1
        if taken:
            self._store.finish_delivery(delivery.id)
        elif attempts > len(RETRY_AFTER_SECONDS):
            logger.warning("event %s was given up", delivery.event_id)
            self._store.give_up_delivery(delivery.id, attempts)
        else:
            due_at = self._clock() + RETRY_AFTER_SECONDS[attempts - 1]
            self._store.postpone_delivery(delivery.id, attempts, due_at)
            self._awake.set()

    async def _post(self, endpoint: Document, event: Document) -> bool:
        body = orjson.dumps(event)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature_header(endpoint["secret"], body, int(self._clock())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            async with asyncio.timeout(DELIVERY_TIMEOUT_SECONDS):
                status = await self._poster.post(endpoint["url"], headers, body)
        except (NotAnswered, TimeoutError, ValueError) as failure:
            logger.info("event %s not delivered: %r", event["id"], failure)
            return False
        return 200 <= status < 300
