"""Invariants 7, 9 and 11: what was asked, told and acknowledged."""

from __future__ import annotations

from collections import Counter
from typing import Any

from google.protobuf.message import DecodeError

from deploy.local.audit.evidence import OWNERS, Evidence
from deploy.local.audit.finding import Finding
from mesh import ids
from protos.inventory.v1 import inventory_pb2
from protos.mesh.v1 import envelope_pb2
from protos.payment.v1 import order_pb2

HOLDING = ("HoldSeats", "HoldBestAvailable")


async def once(evidence: Evidence) -> Finding:
    """Same request id, same effect, once: no two ids share an effect, and none is without an outcome."""
    found = Finding(7, "One request id, one effect")
    for owner in OWNERS:
        found.looked_at[f"requests of {owner}"] = await evidence.count(owner, "request_count")
        found.expect_none(
            f"request without an outcome in {owner}",
            await evidence.texts(owner, "requests_without_outcome"),
        )
    made = Counter(hold_id for _, hold_id in await _held(evidence))
    found.expect_none("hold of two requests", [text for text, n in made.items() if n > 1])
    return found


async def told(evidence: Evidence) -> Finding:
    """State and outbox row commit together; every row is published; every effect happens once."""
    found = Finding(9, "What happened was told, once, in full")
    facts: Counter[str] = Counter()
    by_type: dict[str, set[str]] = {}
    for owner in ("inventory", "payment", "ticket"):
        for row in await evidence.rows(owner, "outbox_envelopes"):
            envelope = envelope_pb2.Envelope.FromString(row["envelope"])
            facts[envelope.id] += 1
            by_type.setdefault(envelope.type, set()).add(envelope.aggregate_id)
        found.expect_none(f"not published by {owner}", await evidence.texts(owner, "outbox_late"))
    effects = 0
    for owner in OWNERS:
        effects += await evidence.count(owner, "inbox_count")
        found.expect_none(f"dead letter of {owner}", await evidence.texts(owner, "letters_parked"))
    found.looked_at = {"facts": len(facts), "effects": effects}
    holds = await evidence.rows("inventory", "holds_of_the_day")
    _untold(found, "hold", "hld", "hold_id", holds, by_type.get("HoldPlaced", set()))
    paid = await evidence.rows("payment", "orders_paid_of_the_day")
    _untold(found, "paid order", "ord", "order_id", paid, by_type.get("OrderPaid", set()))
    return found


def _untold(
    found: Finding, what: str, prefix: str, column: str, rows: list[Any], told_ids: set[str]
) -> None:
    texts = [ids.text(prefix, row[column]) for row in rows]
    found.expect_none(f"{what} that nobody was told of", [t for t in texts if t not in told_ids])


async def kept(evidence: Evidence) -> Finding:
    """What was acknowledged is there: holds and orders of replies, orders of tickets, holds of orders."""
    found = Finding(11, "What was acknowledged is still there")
    holds = {
        ids.text("hld", row["hold_id"]) for row in await evidence.rows("inventory", "hold_ids")
    }
    replies = await _held(evidence)
    found.expect_none("acknowledged hold lost", [text for _, text in replies if text not in holds])
    orders = {row["order_id"]: row for row in await evidence.rows("payment", "order_ids")}
    known = {ids.text("ord", order_id) for order_id in orders}
    created = await _ordered(evidence)
    found.expect_none("acknowledged order lost", [text for text in created if text not in known])
    sold = {row["order_id"] for row in await evidence.rows("inventory", "confirmed_orders")}
    paid = {order_id for order_id, row in orders.items() if row["pay_time"]}
    found.expect_none("paid order without its seats", [str(one) for one in paid - sold])
    issued = {row["order_id"] for row in await evidence.rows("ticket", "ticket_orders_issued")}
    found.expect_none("tickets of no order", [str(one) for one in issued - set(orders)])
    found.looked_at = {"replies": len(replies) + len(created), "paid orders": len(paid)}
    return found


async def _held(evidence: Evidence) -> list[tuple[str, str]]:
    """Returns (request id, hold id) for every acknowledged hold."""
    held = []
    for row in await evidence.rows("inventory", "stored_replies"):
        if row["method"].endswith(HOLDING):
            reply = _parsed(inventory_pb2.Hold, row["reply"])
            held.append((f"{row['scope']} {row['request_id']}", reply.hold_id))
    return held


async def _ordered(evidence: Evidence) -> list[str]:
    """Returns the order id of every acknowledged order."""
    return [
        _parsed(order_pb2.Order, row["reply"]).order_id
        for row in await evidence.rows("payment", "stored_replies")
        if row["method"].endswith("CreateOrder")
    ]


def _parsed(kind: Any, reply: bytes) -> Any:
    try:
        return kind.FromString(reply)
    except DecodeError:
        return kind()
