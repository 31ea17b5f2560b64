"""Reading the record of what happened."""

from typing import Final

from deploy.local.stripe.account import Account, wants
from deploy.local.stripe.errors import InvalidRequest
from deploy.local.stripe.lists import CURSOR_PARAMETERS, page
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document, Span

LIST_PARAMETERS: Final = CURSOR_PARAMETERS | {"created", "delivery_success", "type", "types"}
TYPES_MAX: Final = 20


def list_events(account: Account, parameters: Parameters) -> Document:
    """Events, newest first, by type (``payment_intent.*`` is a group) and delivery."""
    one, several = parameters.text("type"), parameters.texts("types") or []
    if (one and several) or len(several) > TYPES_MAX:
        raise InvalidRequest(f"Give one type, or up to {TYPES_MAX} types.", param="types")
    names = [one] if one else several
    delivered = parameters.flag("delivery_success")
    span = Span("event")
    if len(names) == 1 and "*" not in names[0]:
        span = Span("event", field="type", value=names[0])

    def keep(event: Document) -> bool:
        if names and not any(_is_of(event["type"], name) for name in names):
            return False
        if delivered is None:
            return True
        return delivered == (account.store.open_delivery_count(event["id"]) == 0)

    listed = page(account, span, parameters, "/v1/events", keep)
    for event in listed["data"]:
        show(account, event)
    return listed


def show(account: Account, event: Document) -> Document:
    """An event with the count of endpoints that have still to take it."""
    event["pending_webhooks"] = account.store.waiting_delivery_count(event["id"])
    return event


def resend(account: Account, event: Document) -> Document:
    """Queues an event once more for every endpoint that wants it."""
    for endpoint in account.endpoints():
        if wants(endpoint, event["type"]):
            account.store.add_delivery(event["id"], endpoint["id"], account.clock())
    return show(account, event)


def _is_of(event_type: str, name: str) -> bool:
    if name.endswith("*"):
        return event_type.startswith(name[:-1])
    return event_type == name
