"""Invariants 10 and 12: gates admit once, and everything comes to an end."""

from __future__ import annotations

from deploy.local.audit.evidence import OWNERS, Evidence
from deploy.local.audit.finding import Finding


async def admitted_once(evidence: Evidence) -> Finding:
    """Online, a ticket admits once; admits + conflicts + denials = scans made."""
    found = Finding(10, "A ticket admits once, and every scan is accounted for")
    labels = {row["label"]: row["count"] for row in await evidence.rows("ticket", "scan_labels")}
    scans = await evidence.count("ticket", "scan_count")
    found.looked_at = {"scans": scans, **{label.lower(): n for label, n in sorted(labels.items())}}
    if sum(labels.values()) != scans:
        found.breaches.append(f"{scans} scans, but {sum(labels.values())} labels")
    found.expect_none(
        "let in twice by gates that asked", await evidence.texts("ticket", "admitted_online_twice")
    )
    found.expect_none(
        "used though never let in", await evidence.texts("ticket", "used_without_scan")
    )
    return found


async def final(evidence: Evidence) -> Finding:
    """Every order is final or waits for a named outside party, and every outbox is empty."""
    found = Finding(12, "Everything comes to an end within a minute")
    found.looked_at = {"orders": len(await evidence.rows("payment", "order_ids"))}
    for problem, owner, query in (
        ("order not final", "payment", "orders_not_final"),
        ("refund not final", "payment", "refunds_not_final"),
        ("webhook not processed", "payment", "webhooks_waiting"),
        ("pin overdue", "inventory", "pins_overdue"),
        *(("fact not published", owner, "outbox_late") for owner in OWNERS),
    ):
        found.expect_none(problem, await evidence.texts(owner, query))
    return found
