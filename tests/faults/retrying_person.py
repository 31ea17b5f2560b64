"""A buyer whose client is well made: it asks again when the system is away, with the same key each time."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.people import Person, Reply, Site

PATIENCE_SECONDS = 60.0
"""How long a buyer goes on trying one request; every part is back long before."""
PAUSE_FIRST_SECONDS = 0.1
PAUSE_MAX_SECONDS = 3.0
REQUEST_SECONDS = 15.0
"""A request that has no reply by then is sent again; the longest deadline of a route is 10 s."""
SIGN_INS_MAX = 6
"""A code whose mail was lost with a process is asked for again, as people do."""
SAFE_METHODS = ("GET", "HEAD")
TRY_AGAIN = (429, 500, 502, 503, 504)


@dataclass
class RetryingPerson(Person):
    """Asks again on lost connections and 5xx, honours Retry-After, and gives up after a while."""

    setbacks: Counter[str] = field(default_factory=Counter)
    """What went wrong on the way, by status and reason or by the kind of lost connection."""

    async def ask(
        self, method: str, path: str, body: Any = None, key: str = "", **params: Any
    ) -> Reply:
        """Makes one request, as often as it takes, under one idempotency key."""
        same_key = key or ("" if method in SAFE_METHODS else uuid4().hex)
        ask_once = super().ask

        async def attempt() -> Reply:
            return await ask_once(method, path, body, same_key, **params)

        return await persist(attempt, f"{method} {path}", self.setbacks)

    async def pay(self, order: dict[str, Any], method: str = "pm_card_visa") -> httpx.Response:
        """Confirms the payment with the processor, whose page tries again as well."""
        pay_once = super().pay
        for _ in range(SIGN_INS_MAX):
            try:
                return await pay_once(order, method)
            except httpx.TransportError as lost:
                self.setbacks[type(lost).__name__] += 1
        raise AssertionError("the processor cannot be reached")


async def persist(
    attempt: Callable[[], Awaitable[Reply]], what: str, setbacks: Counter[str]
) -> Reply:
    """Returns the first reply that is an answer; after PATIENCE_SECONDS, the last one whatever it is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    pause_seconds = PAUSE_FIRST_SECONDS
    while True:
        reply: Reply | None = None
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                reply = await attempt()
            if reply.status not in TRY_AGAIN:
                return reply
            setbacks[_setback(reply, what)] += 1
        except (httpx.TransportError, TimeoutError) as lost:
            setbacks[f"{type(lost).__name__} at {what}"] += 1
        if time.monotonic() > deadline:
            assert reply is not None, f"{what} got no reply within {PATIENCE_SECONDS:.0f} s"
            return reply
        # Up to half as long again: those who failed together do not come back together.
        await asyncio.sleep(_pause(reply, pause_seconds) * random.uniform(1.0, 1.5))
        pause_seconds = min(2 * pause_seconds, PAUSE_MAX_SECONDS)


def _setback(reply: Reply, what: str) -> str:
    """Names what went wrong; a 500 in full, for it is nobody's outage but a fault of ours."""
    named = f"{reply.status} {reply.reason}"
    return f"{named} at {what}: {reply.body}" if reply.status == 500 else named


def _pause(reply: Reply | None, pause_seconds: float) -> float:
    asked_for = reply.headers.get("retry-after", "") if reply else ""
    if not asked_for.isdigit():
        return pause_seconds
    return min(max(pause_seconds, float(asked_for)), PAUSE_MAX_SECONDS)


async def sign_in(site: Site, setbacks: Counter[str]) -> RetryingPerson:
    """Signs a new buyer in, asking for another code when the first is lost on the way."""
    email = f"buyer-{uuid4().hex[:12]}@people.test"
    known = 0
    for _ in range(SIGN_INS_MAX):
        await _post(site, "/v1/sessions", {"email": email}, setbacks)
        try:
            code = await site.code(email, known)
        except AssertionError:
            setbacks["no code mail"] += 1
            continue
        body = {"email": email, "code": code}
        reply = await _post(site, "/v1/sessions:verify", body, setbacks)
        if reply.status == 200:
            session = reply.body
            account_id = session["account"]["accountId"]
            return RetryingPerson(
                site, email, session["accessToken"], account_id, setbacks=setbacks
            )
        # The code was used up by a verification whose reply was lost.
        setbacks[f"{reply.status} {reply.reason}"] += 1
        known = len(await site.mails(email))
    raise AssertionError(f"{email} could not sign in")


async def _post(site: Site, path: str, body: dict[str, str], setbacks: Counter[str]) -> Reply:
    async def attempt() -> Reply:
        return await site.request("POST", path, body=body)

    return await persist(attempt, f"POST {path}", setbacks)
