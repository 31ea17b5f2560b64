"""A process of its own that holds seats as fast as it can and says what it was told, until it is killed."""

import asyncio
import json
import sys
from uuid import UUID

from inventory_svc.__main__ import MIGRATIONS
from mesh.database import open_database
from mesh.keys import KeyRing
from mesh.valkey import connect
from tests.integration.holds.conftest import Buyer, Process

AT_ONCE = 8
NOWHERE = "redis://127.0.0.1:1/0"


async def main(dsn: str, event_id: int, account_id: UUID) -> None:
    database = await open_database(dsn, [MIGRATIONS])
    process = Process(database, await KeyRing.open(database, "admission"), connect(NOWHERE))

    async def hold(number: int) -> None:
        seat_ids = [f"s{2 * number}", f"s{2 * number + 1}"]
        buyer = Buyer(process, account_id)
        placed = await buyer.hold(event_id, seat_ids=seat_ids, request_id=f"r{number}")
        print(json.dumps({number: placed.hold_id}), flush=True)

    for first in range(0, 500, AT_ONCE):
        await asyncio.gather(*[hold(number) for number in range(first, min(first + AT_ONCE, 500))])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), UUID(sys.argv[3])))
