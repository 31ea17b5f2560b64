"""What tests of allotments look at: an event's seats and places, and whether everything still adds up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from protos.inventory.v1 import allotments_pb2, inventory_pb2
from tests.integration.holds.conftest import Office

HOLDBACK, CHANNEL = allotments_pb2.Allotment.HOLDBACK, allotments_pb2.Allotment.CHANNEL
RELEASED = allotments_pb2.Allotment.RELEASED
CODE = "FAN-CLUB"


def seats(*numbers: int) -> list[str]:
    return [f"s{number}" for number in numbers]


def places(quantity: int) -> inventory_pb2.PoolQuantity:
    return inventory_pb2.PoolQuantity(pool_id="p1", quantity=quantity)


def allotted(quantity: int) -> allotments_pb2.AllottedPlaces:
    return allotments_pb2.AllottedPlaces(pool_id="p1", quantity=quantity)


def best(quantity: int) -> inventory_pb2.BestAvailable:
    return inventory_pb2.BestAvailable(quantity=quantity)


def soon(seconds: float = 60) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(datetime.now(UTC) + timedelta(seconds=seconds))
    return stamp


async def channel(office: Office, event_id: int, *, uses_max: int = 0, **what: Any) -> Any:
    """Makes a channel with the code FAN-CLUB."""
    made = await office.organise(event_id, "CreateAllotment", name="Fan club", kind=CHANNEL, **what)
    await office.organise(
        event_id,
        "AddCodes",
        allotment_id=made.allotment_id,
        codes=[CODE],
        uses_max=uses_max,
    )
    return made


async def let_time_come(office: Office, event_id: int) -> None:
    """Lets the release time of an event's allotments pass, before any worker looks."""
    await office.rows(
        "UPDATE allotments SET release_time = clock_timestamp() - interval '1 second' "
        "WHERE event_id = $1 AND state = 'ACTIVE'",
        event_id,
    )


async def states(office: Office, event_id: int) -> str:
    """Returns every seat's state as a digit."""
    rows = await office.rows(
        "SELECT state FROM seats WHERE event_id = $1 ORDER BY seat_no", event_id
    )
    return "".join(str(row["state"]) for row in rows)


async def check_books(office: Office, event_id: int) -> None:
    """Fails where counters differ from what holds have, or something belongs to an allotment that is over."""
    for what, statement in _FAULTS.items():
        assert not await office.rows(statement, event_id), what


_FAULTS = {
    "shard counts other than its holds claim": """
        SELECT s.pool_no, s.shard_no FROM pool_shards s
        LEFT JOIN hold_places h ON h.event_id = s.event_id AND h.pool_no = s.pool_no AND h.shard_no = s.shard_no
        WHERE s.event_id = $1
        GROUP BY s.pool_no, s.shard_no, s.held, s.sold
        HAVING s.held + s.sold <> coalesce(sum(h.claimed), 0)""",
    "places claimed in a shard that is not there": """
        SELECT h.hold_id FROM hold_places h
        LEFT JOIN pool_shards s ON s.event_id = h.event_id AND s.pool_no = h.pool_no AND s.shard_no = h.shard_no
        WHERE h.event_id = $1 AND h.claimed > 0 AND s.shard_no IS NULL""",
    "pool other than its capacity": """
        SELECT p.pool_no FROM pools p JOIN pool_shards s ON s.event_id = p.event_id AND s.pool_no = p.pool_no
        WHERE p.event_id = $1
        GROUP BY p.pool_no, p.capacity HAVING sum(s.capacity) <> p.capacity""",
    "seat of an allotment that is over": """
        SELECT s.seat_no FROM seats s
        LEFT JOIN allotments a ON a.event_id = s.event_id AND a.allotment_no = s.allotment_no AND a.state = 'ACTIVE'
        WHERE s.event_id = $1 AND s.allotment_no IS NOT NULL AND a.event_id IS NULL""",
    "counter of an allotment that is over": """
        SELECT s.pool_no FROM pool_shards s
        LEFT JOIN allotments a ON a.event_id = s.event_id AND a.allotment_no = s.allotment_no AND a.state = 'ACTIVE'
        WHERE s.event_id = $1 AND s.allotment_no IS NOT NULL AND a.event_id IS NULL""",
    "seat of two live holds": """
        SELECT seat_no FROM holds h CROSS JOIN LATERAL unnest(h.seat_nos) AS u (seat_no)
        WHERE h.event_id = $1 AND (h.state = 'PINNED' OR h.state = 'CONFIRMED' AND h.sold_count > 0
                                   OR h.state = 'HELD' AND h.held_until > clock_timestamp())
        GROUP BY seat_no HAVING count(*) > 1""",
}
