"""A stream's messages as server-sent events, and how a browser goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from google.protobuf.message import Message

from edge import json_codec, problems
from mesh.errors import OnsaleError


@dataclass(frozen=True)
class StreamPolicy:
    """What a stream's events are called, and how a browser goes on where it was."""

    event: str
    id_field: str = ""
    """The field whose value is the event's id."""
    resume_field: str = ""
    """The request's field that takes the last id that the browser saw."""


_MESSAGES = StreamPolicy("message")
_POLICIES = {
    "/onsale.inventory.v1.InventoryService/WatchAvailability": StreamPolicy(
        "delta", "version", "from_version"
    ),
    "/onsale.queue.v1.QueueService/WatchRoom": StreamPolicy("room"),
    "/onsale.payment.v1.OrderService/WatchOrder": StreamPolicy("order"),
}


def policy_of(path: str) -> StreamPolicy:
    """Returns how an RPC's stream is sent."""
    return _POLICIES.get(path, _MESSAGES)


def encode_event(policy: StreamPolicy, message: Message) -> bytes:
    """Returns a message as one event."""
    head = f"event: {policy.event}\n"
    if policy.id_field:
        head += f"id: {getattr(message, policy.id_field)}\n"
    return head.encode() + b"data: " + json_codec.encode(message) + b"\n\n"


def is_interruption(error: OnsaleError) -> bool:
    """True for a neighbour's restart, which is no refusal: browsers come back by themselves."""
    return problems.status_of(error) >= 500


def encode_refusal(error: OnsaleError) -> bytes:
    """Returns a refusal that came too late for a status, as an event."""
    return b"event: problem\ndata: " + orjson.dumps(problems.document(error)) + b"\n\n"
