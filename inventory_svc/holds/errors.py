"""What holding refuses, and with which facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import grpc

from mesh import ids
from mesh.errors import (
    Conflict,
    InvalidArgument,
    NotFound,
    OnsaleError,
    PermissionDenied,
    ResourceExhausted,
)
from mesh.timestamps import to_proto


class HoldNotFound(NotFound):
    """There is no such hold, or it is not the caller's."""

    reason = "HOLD_NOT_FOUND"


class SeatsUnknown(InvalidArgument):
    """The event has no such seats."""

    reason = "SEATS_UNKNOWN"

    def __init__(self, seat_ids: Sequence[str]) -> None:
        super().__init__("seatIds", "the event has no such seats", seatIds=list(seat_ids))


class PoolsUnknown(InvalidArgument):
    """The event has no such pools."""

    reason = "POOLS_UNKNOWN"

    def __init__(self, pool_ids: Sequence[str]) -> None:
        super().__init__("pools", "the event has no such pools", poolIds=list(pool_ids))


class ZoneUnknown(InvalidArgument):
    """The event has no such price zone."""

    reason = "ZONE_UNKNOWN"

    def __init__(self, zone_id: str) -> None:
        super().__init__("bestAvailable.zoneId", "the event has no such zone", zoneId=zone_id)


class SeatsTaken(OnsaleError):
    """Some of the seats are no longer free; nothing was held."""

    code = grpc.StatusCode.ABORTED
    reason = "SEATS_TAKEN"

    def __init__(self, seat_nos: Sequence[int]) -> None:
        super().__init__(seatIds=[f"s{seat_no}" for seat_no in seat_nos])


class PlacesTaken(OnsaleError):
    """There are not that many places left; nothing was held."""

    code = grpc.StatusCode.ABORTED
    reason = "PLACES_TAKEN"

    def __init__(self, left_by_pool: dict[int, int]) -> None:
        super().__init__(
            poolIds=[f"p{pool_no}" for pool_no in left_by_pool],
            left=[{"poolId": f"p{no}", "available": left} for no, left in left_by_pool.items()],
        )


class NothingFits(Conflict):
    """No free seats fit what was asked; the nearest offer is given."""

    reason = "NOTHING_FITS"

    def __init__(self, nearest: dict[str, object]) -> None:
        super().__init__(nearest=nearest)


class HoldLimit(Conflict):
    """One buyer may not have that many."""

    reason = "HOLD_LIMIT"

    def __init__(self, limit_name: str, limit: int, have: int, asked: int) -> None:
        super().__init__(limitName=limit_name, limit=limit, have=have, asked=asked)


class SaleNotOpen(Conflict):
    """The sale has not opened yet."""

    reason = "SALE_NOT_OPEN"

    def __init__(self, sale_open_time: datetime, now: datetime) -> None:
        super().__init__(
            saleOpenTime=to_proto(sale_open_time).ToJsonString(),
            retry_after_seconds=max(1.0, (sale_open_time - now).total_seconds()),
        )


class AdmissionRequired(PermissionDenied):
    """This event has a line: join it, and come back with an admission."""

    reason = "ADMISSION_REQUIRED"


class AdmissionInvalid(PermissionDenied):
    """The admission is not this buyer's, not for this event, expired or used up."""

    reason = "ADMISSION_INVALID"


class HoldExpired(Conflict):
    """The hold is over; its seats may be somebody else's now."""

    reason = "HOLD_EXPIRED"


class HoldPinned(Conflict):
    """An order is being paid for with this hold."""

    reason = "HOLD_PINNED"


class HoldExtended(Conflict):
    """The hold was extended once already."""

    reason = "HOLD_EXTENDED"


class PinClosed(Conflict):
    """The order gave this hold up before."""

    reason = "PIN_CLOSED"


class HoldNotPinned(Conflict):
    """The hold is not pinned for this order."""

    reason = "HOLD_NOT_PINNED"


class HoldConfirmed(Conflict):
    """The hold is sold already."""

    reason = "HOLD_CONFIRMED"


class SeatsNotSold(Conflict):
    """Some of the seats are not sold by this hold; nothing was returned."""

    reason = "SEATS_NOT_SOLD"

    def __init__(self, seat_ids: Sequence[str], pool_ids: Sequence[str]) -> None:
        super().__init__(seatIds=list(seat_ids), poolIds=list(pool_ids))


class LaneFull(ResourceExhausted):
    """Too many buyers are waiting for this event's seats; try again in a moment."""

    reason = "LANE_FULL"

    def __init__(self, event_id: int, retry_after_seconds: float) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds)
        self._event_id = event_id

    def facts(self) -> dict[str, object]:
        """Returns the event, put into words only when somebody is told."""
        return {"eventId": ids.event_text(self._event_id)}
