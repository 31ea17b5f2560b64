"""Invariants 5 and 6: seats, orders and tickets agree, and so do our books and the processor's."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from deploy.local.audit.evidence import Evidence
from deploy.local.audit.finding import Finding
from mesh import ids

SOLD = ("PAID", "PARTIALLY_REFUNDED", "REFUNDED")


async def sold_paid_issued(evidence: Evidence) -> Finding:
    """Sold seat ⇔ one paid order line ⇔ one living ticket."""
    found = Finding(5, "Sold seat, paid line and living ticket are one and the same")
    busy = {row["order_id"] for row in await evidence.rows("payment", "orders_refunding")}
    lines = await evidence.rows("payment", "paid_lines")
    tickets = await evidence.rows("ticket", "living_tickets")
    seats = await evidence.rows("inventory", "sold_seats")
    found.looked_at = {"sold seats": len(seats), "paid lines": len(lines), "tickets": len(tickets)}
    sold = {_seat(row) for row in seats if row["order_id"] not in busy}
    paid = {_seat(row) for row in lines if row["seat_id"] and row["order_id"] not in busy}
    living = Counter(
        _seat(row) for row in tickets if row["seat_id"] and row["order_id"] not in busy
    )
    found.expect_none("sold seat without a paid line", _texts(sold - paid))
    found.expect_none("paid line without a sold seat", _texts(paid - sold))
    found.expect_none("paid line without a ticket", _texts(paid - set(living)))
    found.expect_none("ticket without a paid line", _texts(set(living) - paid))
    found.expect_none("seat with two tickets", _texts({s for s, n in living.items() if n > 1}))
    if not busy:
        await _places(evidence, found, lines, tickets)
    return found


async def _places(evidence: Evidence, found: Finding, lines: list[Any], tickets: list[Any]) -> None:
    paid: Counter[tuple[int, str]] = Counter()
    for row in lines:
        if row["pool_id"]:
            paid[(row["event_id"], row["pool_id"])] += row["quantity"]
    living = Counter((row["event_id"], row["pool_id"]) for row in tickets if row["pool_id"])
    for row in await evidence.rows("inventory", "sold_places"):
        pool = (row["event_id"], row["pool_id"])
        if not row["sold"] == paid[pool] == living[pool]:
            found.breaches.append(
                f"places of {pool[0]} {pool[1]}: {row['sold']} sold, {paid[pool]} paid, "
                f"{living[pool]} tickets"
            )


async def captured_and_refunded(evidence: Evidence) -> Finding:
    """Every captured payment has tickets or a full refund; our books are the processor's."""
    found = Finding(6, "Captured money has tickets or a full refund, as the processor says")
    orders = await evidence.rows("payment", "orders_money")
    intents = await evidence.processor_list("/v1/payment_intents")
    refunds = await evidence.processor_list("/v1/refunds")
    found.looked_at = {"orders": len(orders), "payments": len(intents), "refunds": len(refunds)}
    known = {ids.text("ord", row["order_id"]): row for row in orders}
    given_back: Counter[str] = Counter()
    for refund in refunds:
        if refund["status"] in ("succeeded", "pending"):
            given_back[refund["payment_intent"]] += refund["amount"]
    captured: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for intent in intents:
        if intent["status"] == "succeeded" and intent["amount_received"]:
            captured[intent["metadata"].get("order_id", intent["id"])].append(intent)
    issued = {row["order_id"] for row in await evidence.rows("ticket", "ticket_orders_issued")}
    for order_text, paid in captured.items():
        found.breaches += _payment_faults(
            order_text, paid, known.get(order_text), given_back, issued
        )
    for row in orders:
        found.breaches += _order_faults(row, captured)
    found.expect_none("ledger out of balance", await evidence.texts("payment", "ledger_unbalanced"))
    await _compare_ledger(evidence, found, known, captured, given_back)
    return found


def _payment_faults(
    order_text: str,
    paid: list[dict[str, Any]],
    order: Any,
    given_back: Counter[str],
    issued: set[Any],
) -> list[str]:
    faults = []
    if len(paid) > 1:
        faults.append(f"captured twice: {order_text}")
    for intent in paid:
        back = given_back[intent["id"]]
        if back > intent["amount_received"]:
            faults.append(f"refunded more than captured: {intent['id']}")
        if back == intent["amount_received"]:
            continue
        if order is None:
            faults.append(f"captured for no order: {intent['id']}")
        elif order["state"] not in SOLD:
            faults.append(f"captured for an order that is {order['state']}: {order_text}")
        elif order["order_id"] not in issued:
            faults.append(f"captured and no tickets: {order_text}")
    return faults


def _order_faults(row: Any, captured: dict[str, list[dict[str, Any]]]) -> list[str]:
    order_text = ids.text("ord", row["order_id"])
    faults = []
    if row["lines_minor"] != row["total_minor"]:
        faults.append(f"lines do not add up: {order_text}")
    paid = captured.get(order_text, [])
    if row["state"] in SOLD and row["total_minor"] and not paid:
        faults.append(f"sold but not captured: {order_text}")
    for intent in paid:
        is_right = (intent["amount_received"], intent["currency"].upper()) == (
            row["total_minor"],
            row["currency_code"],
        )
        if not is_right:
            faults.append(f"captured another amount than the order's: {order_text}")
    return faults


async def _compare_ledger(
    evidence: Evidence,
    found: Finding,
    known: dict[str, Any],
    captured: dict[str, list[dict[str, Any]]],
    given_back: Counter[str],
) -> None:
    booked = {
        ids.text("ord", row["order_id"]): row["held_minor"]
        for row in await evidence.rows("payment", "ledger_processor")
    }
    busy = {
        ids.text("ord", row["order_id"])
        for row in await evidence.rows("payment", "orders_refunding")
    }
    for order_text in known:
        if order_text in busy:
            continue
        held = sum(
            intent["amount_received"] - given_back[intent["id"]]
            for intent in captured.get(order_text, [])
        )
        if booked.get(order_text, 0) != held:
            found.breaches.append(
                f"ledger says {booked.get(order_text, 0)}, the processor {held}: {order_text}"
            )


def _seat(row: Any) -> tuple[int, str]:
    return row["event_id"], row["seat_id"]


def _texts(seats: set[tuple[int, str]]) -> list[str]:
    return [f"{ids.event_text(event_id)} {seat_id}" for event_id, seat_id in sorted(seats)]
