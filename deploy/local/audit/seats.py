"""Invariants 1 to 4: seats and places."""

from __future__ import annotations

from deploy.local.audit.evidence import Evidence
from deploy.local.audit.finding import Finding


async def one_claim(evidence: Evidence) -> Finding:
    """At most one live claim on a seat; pools never above capacity."""
    found = Finding(1, "At most one live claim for each seat, pools within capacity")
    found.looked_at = {
        "seats": await evidence.count("inventory", "seat_count"),
        "holds": await evidence.count("inventory", "hold_count"),
        "pool shards": await evidence.count("inventory", "shard_count"),
        "allotments": await evidence.count("inventory", "allotment_count"),
    }
    for problem, query in (
        ("claimed seat without its hold", "seats_without_owner"),
        ("seat claimed twice", "seats_claimed_twice"),
        ("pool beyond its capacity", "pools_beyond_capacity"),
        ("shard counts other than its holds claim", "shards_miscounted"),
        ("kept for an allotment that is released", "allotments_beyond_their_end"),
        ("access code in use more often than it may", "codes_overused"),
    ):
        found.expect_none(problem, await evidence.texts("inventory", query))
    return found


async def totals(evidence: Evidence) -> Finding:
    """available + held + pinned + sold + blocked = total, in the rows and in what is shown."""
    found = Finding(2, "Seats of all states add up to the total, in every snapshot")
    rows = await evidence.rows("inventory", "event_totals")
    snapshots = await evidence.rows("inventory", "snapshots")
    found.looked_at = {"events": len(rows), "snapshots": len(snapshots)}
    found.expect_none(
        "event whose seats do not add up",
        [
            f"{row['event_id']} has {row['counted']} of {row['capacity']}"
            for row in rows
            if row["counted"] != row["capacity"]
        ],
    )
    found.expect_none(
        "snapshot that speaks of another number of seats",
        [
            f"{row['event_id']} version {row['version']}"
            for row in snapshots
            if len(row["states"]) != (row["seat_count"] + 3) // 4
            or _beyond(row["states"], row["seat_count"])
        ],
    )
    return found


def _beyond(states: bytes, seat_count: int) -> bool:
    """Tells whether a snapshot's last byte says something of seats that do not exist."""
    spare = seat_count % 4
    return bool(spare and states and states[-1] >> (2 * spare))


async def fences(evidence: Evidence) -> Finding:
    """A fence never goes back, and no two holds took a seat under the same one."""
    found = Finding(3, "Fences only grow, and each belongs to one hold")
    found.looked_at = {
        "seats": await evidence.count("inventory", "seat_count"),
        "holds": await evidence.count("inventory", "hold_count"),
    }
    found.expect_none("fence gone back", await evidence.texts("inventory", "fences_gone_back"))
    found.expect_none("fence used twice", await evidence.texts("inventory", "fences_used_twice"))
    return found


async def whole_parties(evidence: Evidence) -> Finding:
    """Nothing is sold that was not pinned; a party keeps all of its seats or none."""
    found = Finding(4, "Sold only when pinned before, parties whole")
    found.looked_at = {"holds": await evidence.count("inventory", "hold_count")}
    found.expect_none("sold without a pin", await evidence.texts("inventory", "sold_without_pin"))
    found.expect_none(
        "seat lost by a live party", await evidence.texts("inventory", "parties_torn")
    )
    return found
