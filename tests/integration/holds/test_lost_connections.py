"""Connections are cut while holds are placed: whoever asks again with the same request id learns the truth."""

import asyncio
from collections import Counter
from typing import Any

from inventory_svc.catalog.events import Limits
from inventory_svc.plans.generator import Block
from mesh.database import connect_alone
from mesh.errors import Unavailable
from tests.integration.holds.conftest import Buyer, Office, request_id

CUTS = 12
BUYERS = 40
ROUNDS = 25
ATTEMPTS_MAX = 200


async def test_cut_connections_lose_no_acknowledged_hold_and_place_none_twice(
    office: Office,
) -> None:
    event_id = await office.event(
        Block("A", "Front", rows=50, seats_per_row=40), limits=Limits(8, 50, 100)
    )
    await office.warm(event_id)
    placed: list[Any] = []
    unavailable = 0

    async def buy(number: int) -> None:
        nonlocal unavailable
        buyer = office.buyer(number)
        for turn in range(ROUNDS):
            first = 2 * (number * ROUNDS + turn)
            wants = {"seat_ids": [f"s{first}", f"s{first + 1}"], "request_id": request_id()}
            hold, lost = await _until_answered(buyer, event_id, wants)
            unavailable += lost
            placed.append(hold)

    async def cut() -> None:
        own = await connect_alone(office.database.dsn)
        try:
            for _ in range(CUTS):
                await own.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                    "AND (state <> 'idle' OR query ILIKE ANY (ARRAY['%_batch%', '%commit%']))"
                )
                await own.execute("SELECT pg_sleep(0.02)")
        finally:
            await own.close()

    await asyncio.gather(cut(), *[buy(number) for number in range(BUYERS)])
    assert unavailable > 0  # else nothing was cut
    assert len(placed) == BUYERS * ROUNDS
    rows = await office.rows("SELECT hold_id FROM holds WHERE event_id = $1", event_id)
    assert len(rows) == len({hold.hold_id for hold in placed}) == BUYERS * ROUNDS
    owners = Counter(
        row["hold_id"]
        for row in await office.rows(
            "SELECT hold_id FROM seats WHERE event_id = $1 AND state = 1", event_id
        )
    )
    assert set(owners.values()) == {2}
    told = Counter(await office.facts(event_id, "HoldPlaced"))
    assert told == Counter(hold.hold_id for hold in placed)


async def _until_answered(buyer: Buyer, event_id: int, wants: dict[str, Any]) -> tuple[Any, int]:
    """Asks again with the same request id for as long as nothing is known."""
    for lost in range(ATTEMPTS_MAX):
        try:
            return await buyer.hold(event_id, **wants), lost
        except Unavailable:
            continue
    raise AssertionError("no answer")
