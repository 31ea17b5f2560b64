"""Allotments as their organiser sees them, and what a code opens for whoever has it."""

from __future__ import annotations

from collections.abc import Sequence

from inventory_svc.allotments import store, wire
from inventory_svc.allotments.allotments import Allotment, State
from inventory_svc.allotments.errors import AccessCodeInvalid
from inventory_svc.holds.holds import SeatState
from mesh.database import Connection
from protos.inventory.v1 import allotments_pb2


async def whole(connection: Connection, allotment: Allotment) -> allotments_pb2.Allotment:
    """Returns an allotment with its seats."""
    now = await store.read_clock(connection)
    numbers = [allotment.allotment_no]
    counts = await store.count_own(connection, allotment.event_id, numbers, now)
    pools = await store.own_pools(connection, allotment.event_id, numbers, now)
    seats = await store.own_seats(connection, allotment, now)
    return wire.allotment_message(
        allotment,
        counts[allotment.allotment_no],
        pools[allotment.allotment_no],
        [seat_no for seat_no, _ in seats],
    )


async def listed(
    connection: Connection, event_id: int, found: Sequence[Allotment]
) -> list[allotments_pb2.Allotment]:
    """Returns allotments without their seats."""
    now = await store.read_clock(connection)
    numbers = [allotment.allotment_no for allotment in found]
    counts = await store.count_own(connection, event_id, numbers, now)
    pools = await store.own_pools(connection, event_id, numbers, now)
    return [
        wire.allotment_message(each, counts[each.allotment_no], pools[each.allotment_no])
        for each in found
    ]


async def opened(
    connection: Connection, event_id: int, access_code: str
) -> allotments_pb2.CheckAccessCodeResponse:
    """Returns what a code opens now. Raises AccessCodeInvalid, AccessCodeUsedUp."""
    found = await store.find_code(connection, event_id, access_code)
    if found is None:
        raise AccessCodeInvalid
    code_no, _ = found
    code = (await store.read_codes(connection, [(event_id, code_no)]))[event_id, code_no]
    now = await store.read_clock(connection)
    refused = code.refusal(now)
    if refused:
        raise refused
    allotment = await store.read(connection, event_id, code.allotment_no)
    if allotment.state is State.RELEASED:
        return wire.opened_message(allotment, code, [], [])
    seats = await store.own_seats(connection, allotment, now)
    pools = await store.own_pools(connection, event_id, [code.allotment_no], now)
    free = [(seat_no, state) for seat_no, state in seats if state == SeatState.BLOCKED]
    return wire.opened_message(allotment, code, free, pools[code.allotment_no])
