"""Taking the seats of an expired hold again, for an order whose payment came late: all of them, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from inventory_svc.allocation import store as pin_store
from inventory_svc.allotments import store as allotment_store
from inventory_svc.allotments.codes import Code
from inventory_svc.holds import changes, pools, store
from inventory_svc.holds.errors import HoldExpired
from inventory_svc.holds.holds import HeldPlaces, Hold
from inventory_svc.holds.limits import Usage
from inventory_svc.holds.placing import RunOut
from inventory_svc.holds.seating import Seating
from inventory_svc.holds.wire import expired_fact, hold_message
from mesh.database import Connection
from mesh.outbox import HOLDS_TOPIC, Outbox

_outbox = Outbox(HOLDS_TOPIC)


async def retake(
    connection: Connection, hold: Hold, reading: store.Reading, seating: Seating
) -> None:
    """Takes everything that a hold had, at the prices that it had. Its seats and all shards of its pools are locked.

    Raises HoldExpired when something of it is somebody else's now, or the buyer has enough without it.
    """
    await _check_limit(connection, hold, reading)
    code = await _check_code(connection, hold)
    allotment_no = code.allotment_no if code else None
    losers = await _retake_seats(connection, hold, reading, allotment_no)
    run_out = await _retake_places(connection, hold, reading, allotment_no)
    losers |= {places.hold_id for places in run_out}
    expired = await changes.expire(connection, hold.event_id, losers)
    facts = [expired_fact(each, hold_message(each, seating), reading.now) for each in expired]
    await _outbox.add_many(connection, facts)


async def _check_limit(connection: Connection, hold: Hold, reading: store.Reading) -> None:
    usage = await store.read_usage(connection, hold.event_id, reading.now, [hold.account_id])
    tickets = usage.get(hold.account_id, Usage()).tickets
    if tickets + hold.count > reading.terms.limits.tickets_per_buyer:
        raise HoldExpired("The buyer has as many tickets as they may without this hold.")


async def lock_code(connection: Connection, hold: Hold) -> Code | None:
    """Locks the access code that a hold was placed with, before every other lock; returns it."""
    if hold.code_no is None:
        return None
    await allotment_store.lock_codes(connection, [(hold.event_id, hold.code_no)])
    return await _read_code(connection, hold)


async def _read_code(connection: Connection, hold: Hold) -> Code | None:
    if hold.code_no is None:
        return None
    key = (hold.event_id, hold.code_no)
    return (await allotment_store.read_codes(connection, [key])).get(key)


async def _check_code(connection: Connection, hold: Hold) -> Code | None:
    """Returns the code of a hold. One that has ended since does not matter: the hold was placed in time."""
    code = await _read_code(connection, hold)
    if code and code.uses_max is not None and code.use_count >= code.uses_max:
        raise HoldExpired("The access code is in use as often as it may be without this hold.")
    return code


async def _retake_seats(
    connection: Connection, hold: Hold, reading: store.Reading, allotment_no: int | None
) -> set[UUID]:
    rows = await store.read_seats(connection, hold.event_id, hold.seat_nos)
    gone = [no for no in hold.seat_nos if not rows[no].can_be_taken(reading.now, allotment_no)]
    if gone:
        raise HoldExpired(seatIds=[f"s{seat_no}" for seat_no in gone])
    await pin_store.retake_seats(connection, hold)
    return {
        row.hold_id
        for row in rows.values()
        if row.hold_id is not None and row.hold_id != hold.hold_id
    }


async def _retake_places(
    connection: Connection, hold: Hold, reading: store.Reading, allotment_no: int | None
) -> Sequence[RunOut]:
    """Gives back what the hold still has, and takes the whole number anew from what is free then."""
    if not hold.places:
        return []
    event_id = hold.event_id
    await changes.free(connection, event_id, [hold], [], "held")
    wanted = Counter[int]()
    for places in hold.places:
        wanted[places.pool_no] += places.quantity
    keys = await pin_store.shard_keys(connection, event_id, wanted, allotment_no)
    shards = await store.read_shards(connection, event_id, keys)
    moves = changes.PlaceMoves()
    by_key = {(each.pool_no, each.shard_no): each for pool in shards.values() for each in pool}
    run_out = [
        each
        for each in await store.read_run_out(connection, event_id, reading.now, wanted)
        if (each.pool_no, each.shard_no) in by_key
    ]
    for each in run_out:
        by_key[each.pool_no, each.shard_no].available += each.quantity
        moves.move(each.pool_no, each.shard_no, each.quantity, "held", "available")
    taken: list[HeldPlaces] = []
    for pool_no, quantity in wanted.items():
        shares = pools.take(pools.open_to(shards.get(pool_no, []), allotment_no), quantity)
        if shares is None:
            raise HoldExpired(poolIds=[f"p{pool_no}"])
        sample = next(places for places in hold.places if places.pool_no == pool_no)
        for share in shares:
            moves.move(pool_no, share.shard_no, share.quantity, "available", "held")
            taken.append(
                HeldPlaces(
                    pool_no, share.shard_no, sample.zone_no, sample.price_minor, share.quantity
                )
            )
    await moves.write(connection, event_id)
    await changes.drop_places(connection, event_id, run_out)
    await pin_store.replace_places(connection, hold, taken)
    return run_out
