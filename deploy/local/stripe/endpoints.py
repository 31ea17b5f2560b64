"""Webhook endpoints: where events are delivered, each signed with the endpoint's own secret."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from deploy.local.stripe.account import API_VERSION, Account
from deploy.local.stripe.errors import InvalidRequest, ParameterMissing
from deploy.local.stripe.ids import new_id, new_webhook_secret
from deploy.local.stripe.lists import page
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document, Span

CREATE_PARAMETERS: Final = frozenset(
    {"api_version", "description", "enabled_events", "metadata", "url", "expand"}
)
UPDATE_PARAMETERS: Final = frozenset(
    {"description", "disabled", "enabled_events", "metadata", "url", "expand"}
)
ENDPOINTS_MAX: Final = 16
"""Stripe's own bound for an account."""
EVENT_TYPE: Final = re.compile(r"\*|[a-z_]+(\.[a-z_]+)+")
CONFIGURED_ID: Final = "we_configured"
"""The endpoint given on the command line; the same over restarts."""


def create(account: Account, parameters: Parameters) -> Document:
    """Makes an endpoint. This reply alone shows its secret."""
    if len(account.endpoints()) >= ENDPOINTS_MAX:
        raise InvalidRequest(f"You have reached the maximum of {ENDPOINTS_MAX} webhook endpoints.")
    events = parameters.texts("enabled_events")
    if not events:
        raise ParameterMissing("enabled_events")
    url = _valid_url(parameters.required_text("url"))
    endpoint = _blank(account, new_id("webhook_endpoint"), url, _valid_events(events))
    endpoint["description"] = parameters.text("description")
    endpoint["metadata"] = parameters.merged_metadata({})
    endpoint["secret"] = new_webhook_secret()
    account.store.insert(endpoint)
    return endpoint


def update(account: Account, endpoint: Document, parameters: Parameters) -> Document:
    endpoint["metadata"] = parameters.merged_metadata(endpoint["metadata"])
    if "description" in parameters:
        endpoint["description"] = parameters.text("description")
    if (url := parameters.text("url")) is not None:
        endpoint["url"] = _valid_url(url)
    if events := parameters.texts("enabled_events"):
        endpoint["enabled_events"] = _valid_events(events)
    if (disabled := parameters.flag("disabled")) is not None:
        endpoint["status"] = "disabled" if disabled else "enabled"
    account.store.update(endpoint)
    return public(endpoint)


def delete(account: Account, endpoint: Document) -> Document:
    account.store.delete(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def list_endpoints(account: Account, parameters: Parameters) -> Document:
    listed = page(account, Span("webhook_endpoint"), parameters, "/v1/webhook_endpoints")
    listed["data"] = [public(endpoint) for endpoint in listed["data"]]
    return listed


def public(endpoint: Document) -> Document:
    """An endpoint without its secret, which is shown only once."""
    return {name: value for name, value in endpoint.items() if name != "secret"}


def configure(account: Account, url: str, secret: str) -> None:
    """Sets up the endpoint of the command line, or gives it a new address and secret."""
    endpoint = account.store.find("webhook_endpoint", CONFIGURED_ID)
    if endpoint is None:
        endpoint = _blank(account, CONFIGURED_ID, url, ["*"])
        account.store.insert(endpoint)
    account.store.update(endpoint | {"url": url, "secret": secret})


def _blank(account: Account, endpoint_id: str, url: str, events: list[str]) -> dict[str, Any]:
    return {
        "id": endpoint_id,
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "application": None,
        "created": account.now,
        "description": None,
        "enabled_events": events,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    }


def _valid_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or not url.isascii() or not url.isprintable():
        raise InvalidRequest(
            "Invalid URL: An explicit scheme (such as https) must be provided.",
            code="url_invalid",
            param="url",
        )
    return url


def _valid_events(events: list[str]) -> list[str]:
    for event_type in events:
        if not EVENT_TYPE.fullmatch(event_type):
            raise InvalidRequest(f"Invalid enabled_events: {event_type}", param="enabled_events")
    return events
