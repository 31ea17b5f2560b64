"""AllotmentService: proto in, one rule, proto out. A change and its remembered reply commit together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from inventory_svc.allotments import allotments, choosing, codes, organising, reading, store, wire
from inventory_svc.allotments.allotments import Allotment
from inventory_svc.allotments.errors import AccessCodeNotFound
from inventory_svc.errors import EventCancelled, EventNotFound
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.marks import Freed
from mesh import identity, ids
from mesh.clock import Clock
from mesh.database import Connection, Database
from mesh.pages import PageTokenInvalid, decode_page, encode_page, page_size, query_hash
from mesh.requests import RequestLog
from protos.inventory.v1 import allotments_pb2, allotments_pb2_grpc

M = TypeVar("M", bound=Message)
Context = Any
"""gRPC's context; the library has no types."""
Change = Callable[[Connection, int, bool], Awaitable[tuple[M, Sequence[Freed]]]]
"""Given the transaction, the event and whether that is cancelled; returns the reply and the seats that moved."""


class AllotmentHandlers(allotments_pb2_grpc.AllotmentServiceServicer):
    """Serves AllotmentService."""

    def __init__(self, database: Database, lookout: Lookout, clock: Clock) -> None:
        self._database = database
        self._lookout = lookout
        self._clock = clock
        self._requests = RequestLog(database)

    async def locate(self, method: str, request: Any) -> None:
        """Raises what a well-formed request about the same things would be told, if that is "not found"."""
        event_id = _event_id(request)
        names = request.DESCRIPTOR.fields_by_name
        async with self._database.connection() as connection:
            if method == "CheckAccessCode":
                await store.check_published(connection, event_id)
                return
            await store.check_owner(connection, event_id, identity.account())
            if "allotment_id" in names:
                await store.read(connection, event_id, wire.allotment_no_of(request))
            if "code_id" in names:
                await _check_code(connection, event_id, request)

    async def CreateAllotment(
        self, request: allotments_pb2.CreateAllotmentRequest, context: Context
    ) -> allotments_pb2.Allotment:
        async def create(
            connection: Connection, event_id: int, is_cancelled: bool
        ) -> tuple[allotments_pb2.Allotment, Sequence[Freed]]:
            drawn = await store.read_map(connection, event_id)
            asked = organising.Asked(
                name=request.name,
                kind=wire.KINDS[request.kind],
                seat_nos=choosing.seats_of(
                    drawn,
                    seat_ids=request.seat_ids,
                    section_ids=request.section_ids,
                    rows=[(row.section_id, row.name) for row in request.rows],
                ),
                places=wire.read_places(request.pools, drawn),
                release_time=wire.read_time(request, "release_time", "releaseTime"),
            )
            if is_cancelled:
                raise EventCancelled
            allotment, moved = await organising.create(connection, event_id, asked)
            return await reading.whole(connection, allotment), moved

        return await self._change("CreateAllotment", request, allotments_pb2.Allotment, create)

    async def GetAllotment(
        self, request: allotments_pb2.GetAllotmentRequest, context: Context
    ) -> allotments_pb2.Allotment:
        async with self._database.connection() as connection:
            return await reading.whole(connection, await self._own(connection, request))

    async def ListAllotments(
        self, request: allotments_pb2.ListAllotmentsRequest, context: Context
    ) -> allotments_pb2.ListAllotmentsResponse:
        size, event_id = page_size(request.page_size), _event_id(request)
        async with self._database.connection() as connection:
            await store.check_owner(connection, event_id, identity.account())
            page = await store.page(connection, event_id, self._after(request), size + 1)
            shown = await reading.listed(connection, event_id, page[:size])
        numbers = [allotment.allotment_no for allotment in page]
        return allotments_pb2.ListAllotmentsResponse(
            allotments=shown, next_page_token=self._next(request, numbers, size)
        )

    async def UpdateAllotment(
        self, request: allotments_pb2.UpdateAllotmentRequest, context: Context
    ) -> allotments_pb2.Allotment:
        async def update(
            connection: Connection, event_id: int, is_cancelled: bool
        ) -> tuple[allotments_pb2.Allotment, Sequence[Freed]]:
            after = allotments.changed(
                await store.read(connection, event_id, wire.allotment_no_of(request)),
                name=request.name if request.HasField("name") else None,
                release_time=wire.read_time(request, "release_time", "releaseTime"),
                by_hand_only=request.by_hand_only,
                now=await store.read_clock(connection),
            )
            await store.save(connection, after)
            return await reading.whole(connection, after), []

        return await self._change("UpdateAllotment", request, allotments_pb2.Allotment, update)

    async def DeleteAllotment(
        self, request: allotments_pb2.DeleteAllotmentRequest, context: Context
    ) -> Empty:
        async def delete(
            connection: Connection, event_id: int, is_cancelled: bool
        ) -> tuple[Empty, Sequence[Freed]]:
            allotment = await store.read(connection, event_id, wire.allotment_no_of(request))
            return Empty(), await organising.delete(connection, allotment)

        return await self._change("DeleteAllotment", request, Empty, delete)

    async def ReleaseAllotment(
        self, request: allotments_pb2.ReleaseAllotmentRequest, context: Context
    ) -> allotments_pb2.Allotment:
        async def release(
            connection: Connection, event_id: int, is_cancelled: bool
        ) -> tuple[allotments_pb2.Allotment, Sequence[Freed]]:
            number = wire.allotment_no_of(request)
            allotment = await store.read(connection, event_id, number)
            drawn = await store.read_map(connection, event_id)
            freed = await organising.release(
                connection,
                allotment,
                choosing.seats_of(drawn, seat_ids=request.seat_ids),
                wire.read_places(request.pools, drawn),
            )
            after = await store.read(connection, event_id, number)
            return await reading.whole(connection, after), freed

        return await self._change("ReleaseAllotment", request, allotments_pb2.Allotment, release)

    async def AddCodes(
        self, request: allotments_pb2.AddCodesRequest, context: Context
    ) -> allotments_pb2.AddCodesResponse:
        async def add(
            connection: Connection, event_id: int, is_cancelled: bool
        ) -> tuple[allotments_pb2.AddCodesResponse, Sequence[Freed]]:
            added = await organising.add_codes(
                connection,
                await store.read(connection, event_id, wire.allotment_no_of(request)),
                codes.new(request.codes, request.draw),
                uses_max=request.uses_max or None,
                expire_time=wire.read_time(request, "expire_time", "expireTime"),
            )
            messages = [wire.code_message(code) for code in added]
            return allotments_pb2.AddCodesResponse(codes=messages), []

        return await self._change("AddCodes", request, allotments_pb2.AddCodesResponse, add)

    async def ListCodes(
        self, request: allotments_pb2.ListCodesRequest, context: Context
    ) -> allotments_pb2.ListCodesResponse:
        size = page_size(request.page_size)
        async with self._database.connection() as connection:
            allotment = await self._own(connection, request)
            page = await store.page_codes(connection, allotment, self._after(request), size + 1)
        return allotments_pb2.ListCodesResponse(
            codes=[wire.code_message(code) for code in page[:size]],
            next_page_token=self._next(request, [code.code_no for code in page], size),
        )

    async def WithdrawCode(
        self, request: allotments_pb2.WithdrawCodeRequest, context: Context
    ) -> Empty:
        # Not under the event's lock: whoever places a hold locks its code before the event, and so must this.
        async def withdraw() -> Empty:
            async with self._database.transaction() as connection:
                allotment = await self._own(connection, request)
                code_no = await _check_code(connection, allotment.event_id, request)
                await store.withdraw_code(connection, allotment.event_id, code_no)
                await self._requests.record(connection, "WithdrawCode", request, Empty())
            return Empty()

        return await self._requests.once("WithdrawCode", request, Empty, withdraw)

    async def CheckAccessCode(
        self, request: allotments_pb2.CheckAccessCodeRequest, context: Context
    ) -> allotments_pb2.CheckAccessCodeResponse:
        event_id = _event_id(request)
        async with self._database.connection() as connection:
            await store.check_published(connection, event_id)
            return await reading.opened(connection, event_id, request.access_code)

    async def _change(self, method: str, request: Any, reply_type: type[M], change: Change[M]) -> M:
        """Carries out a change that has the event for itself, or replays what it came to before."""
        event_id, organiser_id = _event_id(request), identity.account()

        async def run() -> M:
            async with self._database.transaction() as connection:
                locked = await store.lock_event(connection, event_id)
                if locked is None or locked.organiser_id != organiser_id:
                    raise EventNotFound
                reply, moved = await change(connection, event_id, locked.is_cancelled)
                await self._requests.record(connection, method, request, reply)
            await self._lookout.freed(event_id, moved)
            return reply

        return await self._requests.once(method, request, reply_type, run)

    async def _own(self, connection: Connection, request: Any) -> Allotment:
        event_id = _event_id(request)
        await store.check_owner(connection, event_id, identity.account())
        return await store.read(connection, event_id, wire.allotment_no_of(request))

    def _after(self, request: Any) -> int:
        """The number that a page of an oldest-first list comes after."""
        cursor = decode_page(request.page_token, query_hash(request), self._clock.now())
        if cursor is None:
            return 0
        if len(cursor) != 1 or type(cursor[0]) is not int or not 0 <= cursor[0] < 1 << 15:
            raise PageTokenInvalid("pageToken", "is not a page token")
        return cursor[0]

    def _next(self, request: Any, listed: list[int], size: int) -> str:
        """The token of the next page, when one more was found than the page holds."""
        if len(listed) <= size:
            return ""
        return encode_page([listed[size - 1]], query_hash(request), self._clock.now())


def _event_id(request: Any) -> int:
    return ids.parse_or(EventNotFound(), ids.parse_event, request.event_id)


async def _check_code(connection: Connection, event_id: int, request: Any) -> int:
    """Returns the code that a request names. Raises AccessCodeNotFound, also for another allotment's."""
    code_no = wire.code_no_of(request)
    of_allotment = await store.code_allotment(connection, event_id, code_no)
    if of_allotment != wire.allotment_no_of(request):
        raise AccessCodeNotFound
    return code_no
