"""``expand``: ids replaced by the objects that they name, in replies only."""

from typing import Any, Final

from deploy.local.stripe import ledger, refunds
from deploy.local.stripe.account import Account
from deploy.local.stripe.errors import InvalidRequest
from deploy.local.stripe.ids import kind_of
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document

DEPTH_MAX: Final = 4
PATHS_MAX: Final = 20

EXPANDABLE: Final = {
    "payment_intent": ("latest_charge", "payment_method", "customer"),
    "charge": ("payment_intent", "balance_transaction", "customer", "refunds"),
    "refund": (
        "charge",
        "payment_intent",
        "payment_method",
        "balance_transaction",
        "failure_balance_transaction",
        "customer",
    ),
    "dispute": ("charge", "payment_intent"),
    "balance_transaction": ("source",),
    "payment_method": ("customer",),
}


def expand(account: Account, reply: Document, paths: list[str]) -> None:
    """Expands a reply in place.

    Raises:
        InvalidRequest: A path leads nowhere, or is too deep.
    """
    if len(paths) > PATHS_MAX:
        raise InvalidRequest(f"You can expand at most {PATHS_MAX} properties.", param="expand")
    for path in paths:
        steps = path.split(".")
        if reply["object"] == "list":
            if steps[0] != "data":
                raise _not_expandable(path)
            if len(steps) - 1 > DEPTH_MAX:
                raise _too_deep(path)
            for item in reply["data"]:
                _expand(account, item, steps[1:], path)
        elif len(steps) > DEPTH_MAX:
            raise _too_deep(path)
        else:
            _expand(account, reply, steps, path)


def _expand(account: Account, document: Document, steps: list[str], path: str) -> None:
    here: Any = document
    for step in steps:
        if here is None:
            return
        if step not in EXPANDABLE.get(here["object"], ()):
            raise _not_expandable(path)
        if isinstance(here.get(step), str) or step == "refunds":
            here[step] = _load(account, here, step)
        here = here.get(step)


def _load(account: Account, document: Document, step: str) -> Any:
    if step == "refunds":
        charge_id = document["id"]
        url = f"/v1/charges/{charge_id}/refunds"
        return refunds.list_refunds(account, Parameters({"charge": charge_id}), url)
    object_id = document[step]
    kind = kind_of(object_id)
    assert kind is not None, "ids of ours begin with the prefix of their kind"
    loaded = account.get(kind, object_id, step)
    return ledger.show(account, loaded) if kind == "balance_transaction" else loaded


def _not_expandable(path: str) -> InvalidRequest:
    return InvalidRequest(f"This property cannot be expanded ({path}).", param="expand")


def _too_deep(path: str) -> InvalidRequest:
    return InvalidRequest(
        f"You cannot expand more than {DEPTH_MAX} levels of a property ({path}).", param="expand"
    )
