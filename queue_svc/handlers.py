"""The gRPC servicers: proto in, one call to the domain, proto out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

from google.protobuf import empty_pb2
from google.protobuf.message import Message

from mesh import identity, ids, timestamps
from mesh.clock import Clock
from mesh.requests import RequestLog
from protos.accounts.v1 import accounts_pb2
from protos.queue.v1 import queue_pb2, queue_pb2_grpc, room_admin_pb2, room_admin_pb2_grpc
from queue_svc import admissions
from queue_svc.board import Board
from queue_svc.errors import EventNotFound, OpenTimePast, RoomNotFound
from queue_svc.neighbours import Inventory
from queue_svc.repeats import Repeats
from queue_svc.retries import Retries
from queue_svc.room import Room
from queue_svc.rooms import Rooms
from queue_svc.store import LineStore, RoomSettings
from queue_svc.tokens import Tokens

ADMISSION_SECONDS_DEFAULT = 600
WATCH_SECONDS = 0.5
OPEN_TIME_AGE_MAX = timedelta(days=1)


class QueueHandlers(queue_pb2_grpc.QueueServiceServicer):
    """The line as buyers see it."""

    def __init__(
        self,
        store: LineStore,
        line: Repeats,
        retries: Retries,
        board: Board,
        tokens: Tokens,
        inventory: Inventory,
    ) -> None:
        self._store = store
        self._line = line
        self._retries = retries
        self._board = board
        self._tokens = tokens
        self._inventory = inventory

    async def locate(self, method: str, request: Message) -> None:
        """Raises RoomNotFound when the event of a faulty request has no line."""
        await self._room(request.event_id)  # type: ignore[attr-defined]

    async def GetRoom(self, request: queue_pb2.GetRoomRequest, context: Any) -> queue_pb2.Room:
        return await self._board.document(_event(request.event_id))

    async def Join(self, request: queue_pb2.JoinRequest, context: Any) -> queue_pb2.Place:
        room = await self._room(request.event_id)
        account_text = identity.caller().account_text
        sent = (room.event_id, account_text, request.request_id)
        known = await self._retries.known(*sent) if request.request_id else None
        if known is not None:
            return queue_pb2.Place.FromString(known)
        joined = await self._line.join(room, account_text)
        # A drawn place's rank is known only when the seed is public; then the room is open and places are numbers.
        place = queue_pb2.Place(
            join_token=joined.join_token, drawn=joined.drawn, sequence=joined.sequence
        )
        if not request.request_id:
            return place
        return queue_pb2.Place.FromString(
            await self._retries.keep(*sent, place.SerializeToString())
        )

    async def Claim(self, request: queue_pb2.ClaimRequest, context: Any) -> queue_pb2.Admission:
        room = await self._room(request.event_id)
        who = identity.caller()
        place = await self._tokens.read_place(request.join_token, room.event_id, who.account_text)
        row = await admissions.claim(self._store, room.event_id, identity.account(), place)
        return queue_pb2.Admission(
            admission_token=self._tokens.admission(
                room.event_id, row.admission_id, who.account_text, row.expire_time
            ),
            expire_time=timestamps.to_proto(row.expire_time),
        )

    async def Leave(self, request: queue_pb2.LeaveRequest, context: Any) -> empty_pb2.Empty:
        room = await self._room(request.event_id)
        await admissions.leave(self._store, self._inventory, room.event_id, identity.account())
        return empty_pb2.Empty()

    async def WatchRoom(
        self, request: queue_pb2.GetRoomRequest, context: Any
    ) -> AsyncIterator[queue_pb2.Room]:
        event_id = _event(request.event_id)
        shown = b""
        while True:
            document = await self._board.document(event_id)
            content = _without_clock(document)
            if content != shown:
                shown = content
                yield document
            await asyncio.sleep(WATCH_SECONDS)

    async def GetAdmissionKeys(
        self, request: queue_pb2.GetAdmissionKeysRequest, context: Any
    ) -> accounts_pb2.JWKS:
        return self._tokens.jwks()

    async def _room(self, event_text: str) -> Room:
        room = await self._store.room(_event(event_text))
        if room is None:
            raise RoomNotFound
        return room


class RoomAdminHandlers(room_admin_pb2_grpc.RoomAdminServiceServicer):
    """The line as its organiser sees it."""

    def __init__(self, store: LineStore, rooms: Rooms, board: Board, clock: Clock) -> None:
        self._rooms = rooms
        self._board = board
        self._clock = clock
        self._requests = RequestLog(store.database)

    async def locate(self, method: str, request: Message) -> None:
        """Raises EventNotFound when the event of a faulty request is not the caller's."""
        await self._rooms.check_owner(_own_event(request.event_id), identity.account())  # type: ignore[attr-defined]

    async def ConfigureRoom(
        self, request: room_admin_pb2.ConfigureRoomRequest, context: Any
    ) -> queue_pb2.Room:
        event_id = _own_event(request.event_id)
        wanted = RoomSettings(
            capacity=request.capacity,
            admissions_per_minute_max=request.admissions_per_minute_max,
            admission_seconds=request.admission_seconds or ADMISSION_SECONDS_DEFAULT,
            open_time=timestamps.from_proto(request.open_time),
        )

        async def configure() -> queue_pb2.Room:
            await self._rooms.check_owner(event_id, identity.account())
            if wanted.open_time and wanted.open_time < self._clock.now() - OPEN_TIME_AGE_MAX:
                raise OpenTimePast("openTime", "is more than a day ago")
            await self._rooms.configure(event_id, identity.account(), wanted)
            return await self._board.document(event_id, fresh=True)

        return await self._requests.once("ConfigureRoom", request, queue_pb2.Room, configure)

    async def OpenRoom(
        self, request: room_admin_pb2.RoomActionRequest, context: Any
    ) -> queue_pb2.Room:
        return await self._act("OpenRoom", request, self._rooms.open)

    async def PauseRoom(
        self, request: room_admin_pb2.RoomActionRequest, context: Any
    ) -> queue_pb2.Room:
        return await self._act("PauseRoom", request, self._rooms.pause)

    async def ResumeRoom(
        self, request: room_admin_pb2.RoomActionRequest, context: Any
    ) -> queue_pb2.Room:
        return await self._act("ResumeRoom", request, self._rooms.resume)

    async def CloseRoom(
        self, request: room_admin_pb2.RoomActionRequest, context: Any
    ) -> queue_pb2.Room:
        return await self._act("CloseRoom", request, self._rooms.close)

    async def _act(
        self,
        method: str,
        request: room_admin_pb2.RoomActionRequest,
        action: Callable[..., Awaitable[None]],
    ) -> queue_pb2.Room:
        event_id = _own_event(request.event_id)

        async def act() -> queue_pb2.Room:
            await action(event_id, identity.account())
            return await self._board.document(event_id, fresh=True)

        return await self._requests.once(method, request, queue_pb2.Room, act)


def _event(event_text: str) -> int:
    return ids.parse_or(RoomNotFound(), ids.parse_event, event_text)


def _own_event(event_text: str) -> int:
    return ids.parse_or(EventNotFound(), ids.parse_event, event_text)


def _without_clock(document: queue_pb2.Room) -> bytes:
    content = queue_pb2.Room()
    content.CopyFrom(document)
    content.ClearField("server_time")
    return content.SerializeToString(deterministic=True)
