"""The audit is itself tested: each invariant is broken in the database, named by the audit, and mended again."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.audit.checks import audit
from mesh import ids
from protos.inventory.v1 import inventory_pb2
from tests.people import Person, Site
from tests.stack import Stack

LOST_HOLD = inventory_pb2.Hold(hold_id=ids.text("hld", uuid4())).SerializeToString()

PLANTS: dict[int, tuple[str, str, str]] = {
    1: (
        "inventory",
        "UPDATE seats SET hold_id = gen_random_uuid() WHERE event_id = {event} AND seat_no = {seat}",
        "UPDATE seats SET hold_id = '{hold}' WHERE event_id = {event} AND seat_no = {seat}",
    ),
    2: (
        "inventory",
        "UPDATE events SET capacity = capacity + 1 WHERE event_id = {event}",
        "UPDATE events SET capacity = capacity - 1 WHERE event_id = {event}",
    ),
    3: (
        "inventory",
        "UPDATE seats SET fence = fence - 1000 WHERE event_id = {event} AND seat_no = {seat}",
        "UPDATE seats SET fence = fence + 1000 WHERE event_id = {event} AND seat_no = {seat}",
    ),
    4: (
        "inventory",
        "UPDATE seats SET state = 0, hold_id = NULL WHERE event_id = {event} AND seat_no = {seat}",
        "UPDATE seats SET state = 3, hold_id = '{hold}' WHERE event_id = {event} AND seat_no = {seat}",
    ),
    5: (
        "ticket",
        "UPDATE tickets SET state = 'REVOKED', claim_id = 'planted', stop_version = 1 "
        "WHERE event_id = {event} AND seat_no = {seat}",
        "UPDATE tickets SET state = 'ACTIVE', claim_id = NULL, stop_version = NULL "
        "WHERE event_id = {event} AND seat_no = {seat}",
    ),
    6: (
        "payment",
        "UPDATE order_lines SET unit_price_minor = unit_price_minor + 1 WHERE event_id = {event}",
        "UPDATE order_lines SET unit_price_minor = unit_price_minor - 1 WHERE event_id = {event}",
    ),
    7: (
        "inventory",
        "INSERT INTO requests (scope, method, request_id, body_hash, reply, lease_until) "
        "SELECT scope, method, 'planted', body_hash, reply, lease_until FROM requests "
        "WHERE method LIKE '%HoldSeats' AND reply IS NOT NULL LIMIT 1",
        "DELETE FROM requests WHERE request_id = 'planted'",
    ),
    9: (
        "payment",
        "INSERT INTO outbox (slot, topic, key, envelope, occurred_time) "
        "VALUES (99, 'onsale.orders.v1', 'planted', '', clock_timestamp() - interval '2 minutes')",
        "DELETE FROM outbox WHERE key = 'planted'",
    ),
    10: (
        "ticket",
        "INSERT INTO scans (event_id, scan_id, gate_id, ticket_id, account_id, corrected_time, "
        "received_time, bundle_version, verdict, reason) "
        "SELECT event_id, 'planted', gate_id, ticket_id, account_id, corrected_time, "
        "received_time, bundle_version, verdict, reason FROM scans "
        "WHERE event_id = {event} AND verdict = 'ADMIT' LIMIT 1",
        "DELETE FROM scans WHERE scan_id = 'planted'",
    ),
    11: (
        "inventory",
        "INSERT INTO requests (scope, method, request_id, body_hash, reply, lease_until) "
        f"VALUES ('planted', 'HoldSeats', 'planted', '', '\\x{LOST_HOLD.hex()}', clock_timestamp())",
        "DELETE FROM requests WHERE request_id = 'planted'",
    ),
    12: (
        "payment",
        "INSERT INTO webhook_inbox (notice_id, type, body, receive_time, next_attempt_time) "
        "VALUES ('planted', 'none', '', clock_timestamp() - interval '2 minutes', 'infinity')",
        "DELETE FROM webhook_inbox WHERE notice_id = 'planted'",
    ),
}


@pytest.fixture(scope="module")
async def sold(stack: Stack, site: Site, organiser: Person, gate: Person) -> Any:
    """A purchase of two seats, one of them scanned: something to break."""
    event = await organiser.seated_event(rows=1, seats=6)
    buyer = await site.sign_in()
    order = await buyer.buy(event["eventId"], bestAvailable={"quantity": 2})
    tickets = await buyer.until_tickets(order["orderId"], 2)
    await gate.scan(event["eventId"], tickets[0]["code"])
    return {
        "event": ids.parse_event(event["eventId"]),
        "seat": int(tickets[1]["seatId"][1:]),
        "hold": ids.parse("hld", order["holdId"]),
    }


async def breached(stack: Stack, settle_seconds: float) -> set[int]:
    findings = await audit(stack.endpoints, "sk_test_local", settle_seconds=settle_seconds)
    return {finding.number for finding in findings if finding.breaches}


async def execute(stack: Stack, owner: str, statement: str) -> None:
    connection = await asyncpg.connect(stack.database_dsn(owner, superuser=True))
    try:
        status = await connection.execute(statement)
    finally:
        await connection.close()
    assert not status.endswith(" 0"), f"changed nothing: {statement}"


async def test_a_healthy_system_breaks_nothing_and_the_audit_looked_at_something(
    stack: Stack, sold: Any
) -> None:
    findings = await audit(stack.endpoints, "sk_test_local")
    assert [line for finding in findings for line in finding.lines() if finding.breaches] == []
    assert all(sum(finding.looked_at.values()) > 0 for finding in findings)
    assert [finding.number for finding in findings] == [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12]


@pytest.mark.parametrize("number", PLANTS)
async def test_a_planted_breach_is_named(stack: Stack, sold: Any, number: int) -> None:
    owner, plant, mend = PLANTS[number]
    await execute(stack, owner, plant.format(**sold))
    try:
        assert number in await breached(stack, settle_seconds=0)
    finally:
        await execute(stack, owner, mend.format(**sold))
    assert number not in await breached(stack, settle_seconds=10)


async def test_money_that_the_processor_took_for_no_order_is_named(
    stack: Stack, site: Site
) -> None:
    created = await site.client.post(
        f"{site.stripe_url}/v1/payment_intents",
        data={
            "amount": "777",
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "confirm": "true",
            "automatic_payment_methods[enabled]": "true",
            "automatic_payment_methods[allow_redirects]": "never",
        },
        auth=("sk_test_local", ""),
    )
    intent_id = created.json()["id"]
    findings = await audit(stack.endpoints, "sk_test_local", settle_seconds=0)
    named = [breach for finding in findings if finding.number == 6 for breach in finding.breaches]
    assert any(intent_id in breach for breach in named)
    await site.client.post(
        f"{site.stripe_url}/v1/refunds",
        data={"payment_intent": intent_id},
        auth=("sk_test_local", ""),
    )
    assert 6 not in await breached(stack, settle_seconds=10)
