"""Allotments on the wire and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from inventory_svc.allotments.allotments import Allotment, Kind
from inventory_svc.allotments.codes import Code
from inventory_svc.allotments.errors import AccessCodeNotFound, AllotmentNotFound
from inventory_svc.allotments.store import Counts
from inventory_svc.catalog.wire import read_time as read_stamp
from inventory_svc.holds.errors import PoolsUnknown
from mesh import ids
from mesh.errors import InvalidArgument, NotFound
from mesh.timestamps import to_proto
from protos.inventory.v1 import allotments_pb2, inventory_pb2

NUMBER_DIGITS_MAX = 9
ALLOTMENT_NO_MAX = 32_767
"""What the column holds: a larger number is of no allotment."""

OwnPools = Sequence[tuple[int, int, int]]
"""(pool, all places, free ones)."""

KINDS = {
    allotments_pb2.Allotment.HOLDBACK: Kind.HOLDBACK,
    allotments_pb2.Allotment.CHANNEL: Kind.CHANNEL,
}


def allotment_message(
    allotment: Allotment, counts: Counts, pools: OwnPools, seat_nos: Iterable[int] = ()
) -> allotments_pb2.Allotment:
    """Returns an allotment for its organiser."""
    release_time = allotment.release_time
    return allotments_pb2.Allotment(
        allotment_id=f"alt{allotment.allotment_no}",
        event_id=ids.event_text(allotment.event_id),
        name=allotment.name,
        kind=allotment.kind.value,
        state=allotment.state.value,
        release_time=to_proto(release_time) if release_time else None,
        seat_ids=[f"s{seat_no}" for seat_no in seat_nos],
        pools=[
            allotments_pb2.AllottedPlaces(pool_id=f"p{pool_no}", quantity=quantity)
            for pool_no, quantity, _ in pools
        ],
        available=counts.available,
        held=counts.held,
        sold=counts.sold,
        code_count=counts.codes,
        create_time=to_proto(allotment.create_time),
    )


def code_message(code: Code) -> allotments_pb2.AccessCode:
    """Returns a code for its organiser."""
    return allotments_pb2.AccessCode(
        code_id=f"c{code.code_no}",
        code=code.code,
        uses_max=code.uses_max or 0,
        use_count=code.use_count,
        expire_time=to_proto(code.expire_time) if code.expire_time else None,
        withdrawn=code.withdraw_time is not None,
    )


def opened_message(
    allotment: Allotment, code: Code, seats: Sequence[tuple[int, int]], pools: OwnPools
) -> allotments_pb2.CheckAccessCodeResponse:
    """Returns what a code opens: what of its allotment nobody has."""
    return allotments_pb2.CheckAccessCodeResponse(
        name=allotment.name,
        seat_ids=[f"s{seat_no}" for seat_no, _ in seats],
        pools=[
            allotments_pb2.AllottedPlaces(pool_id=f"p{pool_no}", quantity=available)
            for pool_no, _, available in pools
            if available
        ],
        expire_time=to_proto(code.expire_time) if code.expire_time else None,
    )


def read_places(
    pools: Sequence[allotments_pb2.AllottedPlaces], drawn: inventory_pb2.SeatMap
) -> dict[int, int]:
    """Reads places by pool. Raises InvalidArgument for repeats, PoolsUnknown."""
    if len({pool.pool_id for pool in pools}) != len(pools):
        raise InvalidArgument("pools", "names a pool more than once")
    known = {pool.pool_id for pool in drawn.pools}
    unknown = [pool.pool_id for pool in pools if pool.pool_id not in known]
    if unknown:
        raise PoolsUnknown(unknown)
    return {int(pool.pool_id[1:]): pool.quantity for pool in pools}


def read_time(request: Any, field: str, json_name: str) -> datetime | None:
    """Reads a time that may be absent. Raises InvalidArgument."""
    return read_stamp(getattr(request, field), json_name) if request.HasField(field) else None


def allotment_no_of(request: Any) -> int:
    """Reads the allotment that a request names. Raises AllotmentNotFound."""
    number = _number("alt", request.allotment_id, AllotmentNotFound())
    if number > ALLOTMENT_NO_MAX:
        raise AllotmentNotFound
    return number


def code_no_of(request: Any) -> int:
    """Reads the code that a request names. Raises AccessCodeNotFound."""
    return _number("c", request.code_id, AccessCodeNotFound())


def _number(prefix: str, text: str, unknown: NotFound) -> int:
    digits = text.removeprefix(prefix)
    is_number = (
        text.startswith(prefix)
        and digits.isascii()
        and digits.isdecimal()
        and len(digits) <= NUMBER_DIGITS_MAX
        and digits[0] != "0"
    )
    if not is_number:
        raise unknown
    return int(digits)
