"""Times on the wire."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp


def to_proto(moment: datetime) -> Timestamp:
    """Returns an aware time as a Timestamp."""
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def from_proto(stamp: Timestamp) -> datetime | None:
    """Returns a Timestamp as an aware time in UTC; None when it is absent (all zero)."""
    if not stamp.seconds and not stamp.nanos:
        return None
    return stamp.ToDatetime(tzinfo=UTC)
