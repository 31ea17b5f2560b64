"""What allotments refuse, and with which facts."""

from __future__ import annotations

from collections.abc import Sequence

from mesh.errors import Conflict, InvalidArgument, NotFound, PermissionDenied

IDS_TOLD_MAX = 100
"""How many ids an error lists: errors travel in HTTP/2 trailers, which are small."""


class AllotmentNotFound(NotFound):
    """The event has no such allotment."""

    reason = "ALLOTMENT_NOT_FOUND"


class AccessCodeNotFound(NotFound):
    """The allotment has no such access code."""

    reason = "ACCESS_CODE_NOT_FOUND"


class AllotmentReleased(Conflict):
    """The allotment is released: its seats are on public sale."""

    reason = "ALLOTMENT_RELEASED"


class AllotmentNotChannel(Conflict):
    """A holdback is for nobody: only a channel has access codes."""

    reason = "ALLOTMENT_NOT_CHANNEL"


class AllotmentLimit(Conflict):
    """One event may not have that many."""

    reason = "ALLOTMENT_LIMIT"

    def __init__(self, limit_name: str, limit: int) -> None:
        super().__init__(limitName=limit_name, limit=limit)


class SectionsUnknown(InvalidArgument):
    """The event has no such sections."""

    reason = "SECTIONS_UNKNOWN"

    def __init__(self, section_ids: Sequence[str]) -> None:
        super().__init__(
            "sectionIds",
            "the event has no such sections",
            sectionIds=list(section_ids[:IDS_TOLD_MAX]),
        )


class RowsUnknown(InvalidArgument):
    """The event has no such rows."""

    reason = "ROWS_UNKNOWN"

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        super().__init__(
            "rows",
            "the event has no such rows",
            rows=[{"sectionId": section, "name": name} for section, name in rows[:IDS_TOLD_MAX]],
        )


class SeatsNotAllotted(Conflict):
    """Some of the seats are not of this allotment; nothing was released."""

    reason = "SEATS_NOT_ALLOTTED"

    def __init__(self, seat_nos: Sequence[int]) -> None:
        super().__init__(seatIds=[f"s{seat_no}" for seat_no in seat_nos[:IDS_TOLD_MAX]])


class AccessCodesExist(Conflict):
    """The event has some of these codes already; none was added."""

    reason = "ACCESS_CODES_EXIST"

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(codes=list(codes[:IDS_TOLD_MAX]))


class AccessCodeInvalid(PermissionDenied):
    """The access code is not of this event, expired or withdrawn."""

    reason = "ACCESS_CODE_INVALID"


class AccessCodeUsedUp(Conflict):
    """The access code is in use as often as it may be."""

    reason = "ACCESS_CODE_USED_UP"

    def __init__(self, uses_max: int) -> None:
        super().__init__(usesMax=uses_max)
