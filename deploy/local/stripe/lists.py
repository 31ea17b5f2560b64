"""Stripe's lists: newest first, with cursors that are ids."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from deploy.local.stripe.account import Account
from deploy.local.stripe.errors import InvalidRequest
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import CREATED_MAX, Document, Span

LIMIT_DEFAULT: Final = 10
LIMIT_MAX: Final = 100
CURSOR_PARAMETERS: Final = frozenset({"limit", "starting_after", "ending_before", "expand"})

Filter = Callable[[Document], bool]


def page(
    account: Account,
    span: Span,
    parameters: Parameters,
    url: str,
    keep: Filter = lambda document: True,
) -> Document:
    """One page of a list.

    Args:
        span: What is listed; its ``created`` bounds come from the parameters.
        keep: What else an object must be to be listed.
    """
    limit = _limit(parameters)
    span = _created_within(span, parameters)
    after, before = parameters.text("starting_after"), parameters.text("ending_before")
    if after and before:
        raise InvalidRequest("You can only use one of starting_after and ending_before.")
    documents: Iterator[Document]
    if before:
        place = _place(account, span.kind, before, "ending_before")
        documents = account.store.oldest_first(span, place)
    elif after:
        place = _place(account, span.kind, after, "starting_after")
        documents = account.store.newest_first(span, place)
    else:
        documents = account.store.newest_first(span)
    found = list(islice(filter(keep, documents), limit + 1))
    data = found[:limit]
    if before:
        data.reverse()
    return {"object": "list", "data": data, "has_more": len(found) > limit, "url": url}


def _limit(parameters: Parameters) -> int:
    limit = parameters.integer("limit", least=1)
    if limit is None:
        return LIMIT_DEFAULT
    if limit > LIMIT_MAX:
        raise InvalidRequest(
            f"This value must be less than or equal to {LIMIT_MAX}.",
            code="parameter_invalid_integer",
            param="limit",
        )
    return limit


def _place(account: Account, kind: str, object_id: str, param: str) -> int:
    account.get(kind, object_id, param, status=400)
    seq = account.store.seq(kind, object_id)
    assert seq is not None, "an object that is there has a place"
    return seq


def _created_within(span: Span, parameters: Parameters) -> Span:
    """The span between the bounds ``created[gte]`` and so on, or at one second exactly."""
    if not parameters.is_group("created"):
        second = parameters.integer("created")
        return span if second is None else replace(span, created_min=second, created_max=second)
    bounds = parameters.group("created")
    assert bounds is not None
    bounds.allow(("gt", "gte", "lt", "lte"))
    least, most = [0], [CREATED_MAX]
    for name, offset, limits in (("gt", 1, least), ("gte", 0, least), ("lt", -1, most)):
        if (value := bounds.integer(name)) is not None:
            limits.append(value + offset)
    if (value := bounds.integer("lte")) is not None:
        most.append(value)
    return replace(span, created_min=max(least), created_max=min(most))
