"""What the line refuses."""

from __future__ import annotations

from mesh.errors import Conflict, InvalidArgument, NotFound, PermissionDenied


class EventNotFound(NotFound):
    """There is no such event, or it is not the caller's."""

    reason = "EVENT_NOT_FOUND"


class RoomNotFound(NotFound):
    """The event has no line: everybody may buy."""

    reason = "ROOM_NOT_FOUND"


class RoomClosed(Conflict):
    """The line is over."""

    reason = "ROOM_CLOSED"


class RoomOpened(Conflict):
    """The line has opened: its opening time is history."""

    reason = "ROOM_OPENED"


class RoomNotOpen(Conflict):
    """The line has not opened yet."""

    reason = "ROOM_NOT_OPEN"


class EventCancelled(Conflict):
    """The event is cancelled."""

    reason = "EVENT_CANCELLED"


class OpenTimePast(InvalidArgument):
    """The opening time is long past."""


class NotYet(Conflict):
    """It is not this place's turn yet."""

    reason = "NOT_YET"


class PlaceUsed(Conflict):
    """This place was used; join again for a later one."""

    reason = "PLACE_USED"


class JoinTokenInvalid(PermissionDenied):
    """The join token is not ours, not the caller's, or of another event."""

    reason = "JOIN_TOKEN_INVALID"
