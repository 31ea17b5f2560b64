"""Asks, and writes down what was asked when, and what was answered when."""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from mesh.errors import OnsaleError, from_rpc_error
from protos.inventory.v1 import inventory_pb2
from tests.history.records import Call, Kind, Outcome, Told

SURE = {
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
}
"""Refusals that are answers. Any other error says nothing about what was done."""


@dataclass
class Clock:
    """The callers' clock: shows the time of day, and never goes back."""

    _ahead: float = field(default_factory=lambda: time.time() - time.monotonic())

    def now(self) -> float:
        """Returns the time."""
        return self._ahead + time.monotonic()

    def error_seconds(self) -> float:
        """Returns how far the time of day, by which the database goes, has moved away from this clock."""
        return abs(time.time() - self.now())


@dataclass
class Recorder:
    """The calls so far."""

    clock: Clock = field(default_factory=Clock)
    calls: list[Call] = field(default_factory=list)
    setbacks: Tally[str] = field(default_factory=Tally)
    """Answers that are none, by the code and reason."""

    async def ask(self, kind: Kind, asking: Callable[[], Awaitable[Any]], **asked: Any) -> Call:
        """Makes a call and records it."""
        invoked = self.clock.now()
        told: Told | None = None
        reason = ""
        seats_gone: tuple[int, ...] = ()
        try:
            reply = await asking()
        except grpc.aio.AioRpcError as raised:
            answered = self.clock.now()
            error = from_rpc_error(raised)
            is_sure = error.code in SURE and error.retry_after_seconds is None
            outcome = Outcome.REFUSED if is_sure else Outcome.UNKNOWN
            if is_sure:
                reason, seats_gone = error.reason, _seats_gone(error)
            else:
                self.setbacks[f"{error.code.name} {error.reason}"] += 1
        else:
            answered = self.clock.now()
            outcome = Outcome.OK
            if isinstance(reply, inventory_pb2.Hold):
                told = _told(reply)
        call = Call(
            kind,
            invoked=invoked,
            answered=answered,
            outcome=outcome,
            reason=reason,
            seats_gone=seats_gone,
            told=told,
            **asked,
        )
        self.calls.append(call)
        return call


def _told(hold: inventory_pb2.Hold) -> Told:
    return Told(
        hold.hold_id,
        inventory_pb2.Hold.State.Name(hold.state),
        tuple((int(seat.seat_id[1:]), seat.fence) for seat in hold.seats),
        _seconds(hold.create_time),
        _seconds(hold.expire_time),
    )


def _seconds(time: Timestamp) -> float:
    # Not by way of its float: the rows' times come as datetimes, and must compare equal.
    return time.ToDatetime(tzinfo=UTC).timestamp()


def _seats_gone(error: OnsaleError) -> tuple[int, ...]:
    seat_ids: Any = error.facts().get("seatIds", ()) if error.reason == "SEATS_TAKEN" else ()
    return tuple(int(seat_id[1:]) for seat_id in seat_ids)
