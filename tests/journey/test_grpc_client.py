"""The client in docs/ buys two tickets over gRPC, with nothing but the stubs."""

import subprocess
import sys
from pathlib import Path

from tests.people import Person, Site
from tests.polling import eventually
from tests.stack import Stack

CLIENT = Path(__file__).parents[2] / "docs/client.py"
LINES_MAX = 60


async def test_the_documented_client_of_sixty_lines_buys_two_tickets(
    stack: Stack, site: Site, organiser: Person
) -> None:
    await organiser.seated_event(rows=2, seats=10)

    async def on_sale() -> bool:
        reply = await site.request("GET", "/v1/events", params={"available": "true"})
        return int(reply.expect(200)["totalSize"]) > 0

    await eventually(on_sale, within_seconds=15, what="an event on sale")
    assert len(CLIENT.read_text(encoding="utf-8").splitlines()) <= LINES_MAX
    done = subprocess.run(  # noqa: ASYNC221 - the client is what is tested
        [sys.executable, str(CLIENT)],
        env={**site.environment, "ONSALE_RUN_DIR": str(stack.run_dir)},
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("tkt_") == 2
