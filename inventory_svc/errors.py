"""What the inventory refuses, and with which facts."""

from collections.abc import Sequence
from datetime import datetime

from mesh.errors import Conflict, InvalidArgument, NotFound
from mesh.timestamps import to_proto

ZONE_NAMES_TOLD_MAX = 20
"""How many zone names an error lists: errors travel in HTTP/2 trailers, which are small."""


class VenueNotFound(NotFound):
    """There is no such venue, or it is not the caller's."""

    reason = "VENUE_NOT_FOUND"


class EventNotFound(NotFound):
    """There is no such event, or it is not for the caller to see."""

    reason = "EVENT_NOT_FOUND"


class PlanMissing(Conflict):
    """The venue has no seat plan yet: import or generate one first."""

    reason = "PLAN_MISSING"


class PlanInvalid(InvalidArgument):
    """The seat plan has faults; nothing was saved."""

    reason = "PLAN_INVALID"

    def __init__(self, faults: Sequence[tuple[str, str]], total: int) -> None:
        place, problem = faults[0]
        more = f", and {total - 1} more" if total > 1 else ""
        super().__init__(
            problem=f"The seat plan has faults: {place}: {problem}{more}",
            faults=[{"place": place, "problem": problem} for place, problem in faults],
            faultsTotal=total,
        )


class PricesInvalid(InvalidArgument):
    """The prices do not fit the plan's zones: each is priced once, in one currency."""

    reason = "PRICES_INVALID"

    def __init__(
        self,
        problem: str,
        *,
        missing: Sequence[str] = (),
        unknown: Sequence[str] = (),
        repeated: Sequence[str] = (),
    ) -> None:
        super().__init__(
            "zonePrices",
            problem,
            missingZoneNames=list(missing[:ZONE_NAMES_TOLD_MAX]),
            unknownZoneNames=list(unknown[:ZONE_NAMES_TOLD_MAX]),
            repeatedZoneNames=list(repeated[:ZONE_NAMES_TOLD_MAX]),
        )


class EventCancelled(Conflict):
    """The event is cancelled."""

    reason = "EVENT_CANCELLED"


class EventOver(Conflict):
    """The event is over."""

    reason = "EVENT_OVER"

    def __init__(self, end_time: datetime) -> None:
        super().__init__(endTime=to_proto(end_time).ToJsonString())
