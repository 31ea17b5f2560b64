"""All checks, and how they are run: a breach counts only when it is still there after a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from deploy.local.audit import endings, memory, money, seats
from deploy.local.audit.evidence import Evidence, look
from deploy.local.audit.finding import Finding

SETTLE_SECONDS = 15.0
"""Seats, orders and tickets agree "within seconds": a breach younger than this is looked at again."""
LOOK_AGAIN_SECONDS = 1.0

Check = Callable[[Evidence], Awaitable[Finding]]

CHECKS: tuple[Check, ...] = (
    seats.one_claim,
    seats.totals,
    seats.fences,
    seats.whole_parties,
    money.sold_paid_issued,
    money.captured_and_refunded,
    memory.once,
    memory.told,
    endings.admitted_once,
    memory.kept,
    endings.final,
)


async def audit(
    endpoints: dict[str, str], processor_key: str, *, settle_seconds: float = SETTLE_SECONDS
) -> list[Finding]:
    """Runs every check; those that found a breach again, until they do not or it has stayed for `settle_seconds`."""
    findings: dict[Check, Finding] = {}
    deadline = time.monotonic() + settle_seconds
    left = CHECKS
    while True:
        async with look(endpoints, processor_key) as evidence:
            for check in left:
                findings[check] = await check(evidence)
        left = tuple(check for check in left if findings[check].breaches)
        if not left or time.monotonic() > deadline:
            return [findings[check] for check in CHECKS]
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
