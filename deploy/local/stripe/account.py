"""The one Stripe account that this server keeps, as an operation sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from deploy.local.stripe.errors import ResourceMissing
from deploy.local.stripe.faults import Faults
from deploy.local.stripe.ids import new_id
from deploy.local.stripe.store import Document, Span, Store

Clock = Callable[[], float]
"""Seconds since the epoch."""

API_VERSION: Final = "2026-10-28.endive"
"""The version whose shapes this server speaks: that of the ``stripe`` library in the lock file."""


@dataclass(frozen=True)
class Cause:
    """The API call that changes something; empty for what Stripe does by itself."""

    method: str = ""
    path: str = ""
    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Account:
    """Reads and writes the account's objects and tells its webhook endpoints of each change.

    Used inside one transaction of the store.
    """

    store: Store
    clock: Clock
    faults: Faults
    public_url: str
    """Where a browser finds this server; the 3-D Secure page is under it."""
    cause: Cause = Cause()

    @property
    def now(self) -> int:
        return int(self.clock())

    def get(self, kind: str, object_id: str, param: str, *, status: int = 404) -> Document:
        """An object that must be there.

        Raises:
            ResourceMissing: It is not; ``param`` names the parameter that asked for it.
        """
        document = self.store.find(kind, object_id)
        if document is None:
            raise ResourceMissing(kind, object_id, param, status=status)
        return document

    def schedule(self, job: str, object_id: str, delay_seconds: float) -> None:
        """Has something done later, once, even if the server restarts in between."""
        self.store.add_job(job, object_id, self.clock() + delay_seconds)

    def emit(
        self, event_type: str, subject: Document, previous: Document | None = None
    ) -> Document:
        """Records an event with the subject as it now is, and queues its webhooks.

        Args:
            previous: For an ``….updated`` event, the changed attributes' former values.
        """
        wanting = [endpoint for endpoint in self.endpoints() if wants(endpoint, event_type)]
        data: Document = {"object": subject}
        if previous is not None:
            data["previous_attributes"] = previous
        event: Document = {
            "id": new_id("event"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": len(wanting),
            "request": {
                "id": self.cause.request_id,
                "idempotency_key": self.cause.idempotency_key,
            },
            "type": event_type,
        }
        self.store.insert(event)
        dispatch = self.faults.dispatch(self.cause.method, self.cause.path, event_type)
        for endpoint in wanting:
            for delay_seconds in dispatch:
                self.store.add_delivery(event["id"], endpoint["id"], self.clock() + delay_seconds)
        return event

    def endpoints(self) -> list[Document]:
        """The webhook endpoints, newest first."""
        return list(self.store.newest_first(Span("webhook_endpoint")))


def wants(endpoint: Document, event_type: str) -> bool:
    """Whether an endpoint asked for events of this type."""
    enabled: list[str] = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in enabled or event_type in enabled)


def changed(before: Document, after: Document) -> dict[str, Any]:
    """The attributes that differ, with their former values."""
    return {name: before[name] for name in before if before[name] != after.get(name)}
