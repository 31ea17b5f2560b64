"""What Stripe does by itself some time after a call: settle, finish, expire."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from deploy.local.stripe import capturing, disputes, ledger, refunds
from deploy.local.stripe.account import Account
from deploy.local.stripe.errors import StripeError
from deploy.local.stripe.idempotency import IdempotencyKeys
from deploy.local.stripe.store import Job

JOBS: Final[dict[str, Callable[[Account, str], None]]] = {
    "expire_authorisation": capturing.expire_authorisation,
    "fail_refund": refunds.fail,
    "finish_refund": refunds.finish,
    "open_dispute": disputes.open_by_card,
    "settle_charge": ledger.settle_later,
}
POLL_SECONDS: Final = 5.0
FORGET_SECONDS: Final = 60.0
"""How often old replies and events are removed."""
EVENTS_MAX: Final = 50_000
"""How many events are kept. Stripe keeps them for 30 days; a busy test makes as many in minutes."""
FORGET_EVENTS_MAX: Final = 5_000
"""How many are removed at once, so that nobody waits long."""

logger = logging.getLogger(__name__)


class Schedule:
    """Runs each job once, in the transaction that removes it."""

    def __init__(
        self, account: Account, keys: IdempotencyKeys, wake_deliverer: Callable[[], None]
    ) -> None:
        self._account = account
        self._keys = keys
        self._wake_deliverer = wake_deliverer
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Says that a job may have been added."""
        self._awake.set()

    async def run(self) -> None:
        """Runs jobs as they come due, until cancelled."""
        forget_at = 0.0
        while True:
            self._awake.clear()
            now = self._account.clock()
            if now >= forget_at:
                with self._account.store.transaction():
                    self._keys.forget_old()
                    self._account.store.forget_events(EVENTS_MAX, FORGET_EVENTS_MAX)
                forget_at = now + FORGET_SECONDS
            for job in self._account.store.due_jobs(now):
                self._run(job)
            due_at = self._account.store.next_job_due_at()
            pause = POLL_SECONDS if due_at is None else due_at - self._account.clock()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(POLL_SECONDS, max(pause, 0))):
                    await self._awake.wait()

    def _run(self, job: Job) -> None:
        store = self._account.store
        try:
            with store.transaction():
                JOBS[job.name](self._account, job.object_id)
                store.finish_job(job.id)
        except StripeError as refusal:
            # What it was meant for has changed since, such as a payment refunded meanwhile.
            logger.info("job %s on %s not done: %s", job.name, job.object_id, refusal)
            self._drop(job)
        except Exception:
            # One that cannot be done must not keep the others from being done.
            logger.exception("job %s on %s failed", job.name, job.object_id)
            self._drop(job)
        self._wake_deliverer()

    def _drop(self, job: Job) -> None:
        with self._account.store.transaction():
            self._account.store.finish_job(job.id)
