"""Same request id, same effect, once: under concurrency, with another body, and across a kill −9."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from inventory_svc.catalog.events import Limits
from inventory_svc.plans.generator import Block
from mesh import ids
from mesh.errors import OnsaleError
from protos.inventory.v1 import inventory_pb2
from tests.integration.holds.conftest import Office, outcomes, request_id

CHECKOUT = Path(__file__).parents[3]


async def test_twenty_calls_with_one_request_id_are_one_hold(office: Office) -> None:
    """Tried: without reading known requests under the buyers' locks, sixteen of the calls got no answer."""
    event_id = await office.event()
    await office.warm(event_id)
    account_id, key = ids.new_account_id(), request_id()
    holds, refusals = await outcomes(
        [
            office.buyer(number, account_id).hold(event_id, seat_ids=["s1", "s2"], request_id=key)
            for number in range(20)
        ]
    )
    assert refusals == []
    assert len({hold.SerializeToString(deterministic=True) for hold in holds}) == 1
    assert await office.value("SELECT count(*) FROM holds WHERE event_id = $1", event_id) == 1


async def test_a_request_id_with_another_body_is_refused(office: Office) -> None:
    event_id = await office.event()
    buyer, key = office.buyer(), request_id()
    hold = await buyer.hold(event_id, seat_ids=["s1"], request_id=key)
    refusal = await buyer.refusal(event_id, seat_ids=["s2"], request_id=key)
    assert refusal.reason == "IDEMPOTENCY_KEY_REUSED"
    assert await buyer.hold(event_id, seat_ids=["s1"], request_id=key) == hold


async def test_two_bodies_with_one_request_id_at_once_are_one_hold(office: Office) -> None:
    event_id = await office.event()
    other_event_id = await office.event()
    account_id, key = ids.new_account_id(), request_id()
    calls = [
        office.buyer(number, account_id).hold(
            (event_id, other_event_id)[number % 2], seat_ids=[f"s{number}"], request_id=key
        )
        for number in range(8)
    ]
    holds, refusals = await outcomes(calls)
    assert len(holds) == 1
    assert {refusal.reason for refusal in refusals} <= {"IDEMPOTENCY_KEY_REUSED", "UNAVAILABLE"}


async def test_the_request_ids_of_different_buyers_have_nothing_to_do_with_each_other(
    office: Office,
) -> None:
    event_id = await office.event()
    key = request_id()
    for number in range(3):
        await office.buyer(number).hold(event_id, seat_ids=[f"s{number}"], request_id=key)


async def test_a_refusal_is_repeated_even_when_the_seat_is_free_again(office: Office) -> None:
    event_id = await office.event()
    winner, loser, key = office.buyer(), office.buyer(), request_id()
    hold = await winner.hold(event_id, seat_ids=["s1"])
    first = await loser.refusal(event_id, seat_ids=["s1"], request_id=key)
    await winner.release(hold.hold_id)
    second = await loser.refusal(event_id, seat_ids=["s1"], request_id=key)
    assert (second.reason, second.facts()) == (first.reason, first.facts())
    assert (second.code, second.message) == (first.code, first.message)
    await loser.hold(event_id, seat_ids=["s1"], request_id=request_id())


async def test_best_available_with_one_request_id_is_the_same_seats(office: Office) -> None:
    event_id = await office.event()
    buyer = office.buyer()
    request = inventory_pb2.HoldBestAvailableRequest(
        request_id=request_id(),
        event_id=ids.event_text(event_id),
        best_available=inventory_pb2.BestAvailable(quantity=2),
    )
    first = await buyer.call("HoldBestAvailable", request)
    assert await buyer.call("HoldBestAvailable", request) == first


async def test_what_a_killed_process_acknowledged_is_true_and_what_it_did_not_is_told(
    office: Office,
) -> None:
    """A process is killed while it places holds; the same request ids are then asked again elsewhere."""
    event_id = await office.event(
        Block("A", "Front", rows=20, seats_per_row=50), limits=Limits(2, 1_000, 2_000)
    )
    account_id = ids.new_account_id()
    acknowledged = await _hold_until_killed(office, event_id, str(account_id))
    assert len(acknowledged) > 20

    async def again(number: int) -> Any:
        buyer = office.buyer(number, account_id)
        seat_ids = [f"s{2 * number}", f"s{2 * number + 1}"]
        return await buyer.hold(event_id, seat_ids=seat_ids, request_id=f"r{number}")

    holds, refusals = await outcomes([again(number) for number in range(500)])
    told = {hold.seats[0].seat_id: hold.hold_id for hold in holds}
    for number, hold_id in acknowledged.items():
        assert told[f"s{2 * int(number)}"] == hold_id
    assert refusals == []
    assert await office.value("SELECT count(*) FROM holds WHERE event_id = $1", event_id) == 500
    assert (
        await office.value(
            "SELECT count(DISTINCT hold_id) FROM seats WHERE event_id = $1 AND state = 1", event_id
        )
        == 500
    )
    placed = await office.facts(event_id, "HoldPlaced")
    assert len(placed) == len(set(placed)) == 500


async def _hold_until_killed(office: Office, event_id: int, account_id: str) -> dict[str, str]:
    """Runs a process that holds two seats after two seats; kills it once it has answered some."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.holds.hasty_process",
        office.database.dsn,
        str(event_id),
        account_id,
        cwd=CHECKOUT,
        env=os.environ,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    acknowledged: dict[str, str] = {}
    async with asyncio.timeout(60):
        async for line in process.stdout:
            acknowledged.update(json.loads(line))
            if len(acknowledged) > 40:
                process.send_signal(signal.SIGKILL)
                break
        # What it had said before it died counts too.
        for line in (await process.stdout.read()).splitlines():
            if line.endswith(b"}"):
                acknowledged.update(json.loads(line))
        await process.wait()
    return acknowledged


async def test_a_release_with_the_request_id_of_another_is_refused(office: Office) -> None:
    event_id = await office.event()
    buyer, key = office.buyer(), request_id()
    first, second = [await buyer.hold(event_id, seat_ids=[f"s{number}"]) for number in range(2)]
    for _ in range(2):
        request = inventory_pb2.ReleaseHoldRequest(request_id=key, hold_id=first.hold_id)
        await buyer.call("ReleaseHold", request)
    request = inventory_pb2.ReleaseHoldRequest(request_id=key, hold_id=second.hold_id)
    with pytest.raises(OnsaleError) as caught:
        await buyer.call("ReleaseHold", request)
    assert caught.value.reason == "IDEMPOTENCY_KEY_REUSED"
    assert (await buyer.get(second.hold_id)).state == inventory_pb2.Hold.HELD


async def test_an_extension_with_one_request_id_happens_once(office: Office) -> None:
    event_id = await office.event()
    buyer = office.buyer()
    hold = await buyer.hold(event_id, seat_ids=["s1"])
    request = inventory_pb2.ExtendHoldRequest(request_id=request_id(), hold_id=hold.hold_id)
    first = await buyer.call("ExtendHold", request)
    assert await buyer.call("ExtendHold", request) == first
    with pytest.raises(OnsaleError):
        await buyer.call("ExtendHold", inventory_pb2.ExtendHoldRequest(hold_id=hold.hold_id))
