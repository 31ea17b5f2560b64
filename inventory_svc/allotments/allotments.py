"""An allotment and its life."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from inventory_svc.allotments.errors import AllotmentLimit, AllotmentReleased
from inventory_svc.holds.pools import allotted_shard_no
from mesh.errors import InvalidArgument

ALLOTMENTS_MAX = 1_000
"""Allotments that one event may ever have, deleted ones too: their numbers are never given twice."""


class Kind(StrEnum):
    """For whom an allotment is."""

    HOLDBACK = "HOLDBACK"
    CHANNEL = "CHANNEL"


class State(StrEnum):
    """Where an allotment is in its life: ACTIVE → RELEASED."""

    ACTIVE = "ACTIVE"
    RELEASED = "RELEASED"


@dataclass(frozen=True, slots=True)
class Allotment:
    """Seats and places set aside."""

    event_id: int
    allotment_no: int
    name: str
    kind: Kind
    state: State
    release_time: datetime | None
    create_time: datetime

    def is_due(self, now: datetime) -> bool:
        """Tells whether its time has come: anybody may take what it has, whoever has noticed."""
        is_active = self.state is State.ACTIVE
        return is_active and self.release_time is not None and self.release_time <= now

    @property
    def shard_no(self) -> int:
        """The shard of each of its pools that counts its places."""
        return allotted_shard_no(self.allotment_no)


def new(
    event_id: int,
    made_before: int,
    *,
    name: str,
    kind: Kind,
    release_time: datetime | None,
    now: datetime,
) -> Allotment:
    """Returns an event's next allotment. Raises AllotmentLimit, InvalidArgument.

    Args:
        event_id: the event.
        made_before: how many it has had.
        name: as its organiser calls it.
        kind: for whom it is.
        release_time: when it is released by itself.
        now: the time.
    """
    if made_before >= ALLOTMENTS_MAX:
        raise AllotmentLimit("allotments", ALLOTMENTS_MAX)
    return Allotment(
        event_id,
        made_before + 1,
        _checked_name(name),
        kind,
        State.ACTIVE,
        _checked_time(release_time, now),
        now,
    )


def changed(
    allotment: Allotment,
    *,
    name: str | None,
    release_time: datetime | None,
    by_hand_only: bool,
    now: datetime,
) -> Allotment:
    """Returns an allotment with new values; None leaves what is. Raises AllotmentReleased, InvalidArgument."""
    if by_hand_only and release_time is not None:
        raise InvalidArgument("byHandOnly", "is said beside a releaseTime")
    if allotment.state is State.RELEASED or allotment.is_due(now):
        raise AllotmentReleased
    after = allotment if name is None else replace(allotment, name=_checked_name(name))
    if by_hand_only:
        return replace(after, release_time=None)
    if release_time is None:
        return after
    return replace(after, release_time=_checked_time(release_time, now))


def _checked_name(name: str) -> str:
    if not name.strip():
        raise InvalidArgument("name", "is empty")
    return name.strip()


def _checked_time(release_time: datetime | None, now: datetime) -> datetime | None:
    if release_time is not None and release_time <= now:
        raise InvalidArgument("releaseTime", "is over; release it by hand")
    return release_time
