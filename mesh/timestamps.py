"""Times on the wire."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_proto(moment: datetime) -> Timestamp:
    """Returns an aware time as a Timestamp."""
    stamp = Timestamp()
    set_time(stamp, moment)
    return stamp


def set_time(stamp: Timestamp, moment: datetime) -> None:
    """Sets a Timestamp to an aware time."""
    since = moment - _EPOCH
    stamp.seconds = since.days * 86_400 + since.seconds
    stamp.nanos = since.microseconds * 1_000


def from_proto(stamp: Timestamp) -> datetime | None:
    """Returns a Timestamp as an aware time in UTC; None when it is absent (all zero)."""
    if not stamp.seconds and not stamp.nanos:
        return None
    return stamp.ToDatetime(tzinfo=UTC)
