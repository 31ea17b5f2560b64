"""GateService on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from mesh import identity, ids, pages, rules, timestamps
from mesh.clock import Clock
from mesh.database import Database
from protos.ticket.v1 import gate_pb2, gate_pb2_grpc
from ticket_svc.errors import EventNotFound
from ticket_svc.gate import store
from ticket_svc.gate.facts import result_message
from ticket_svc.gate.record import Conflict, Result
from ticket_svc.gate.turnstile import Turnstile
from ticket_svc.gate.verdicts import PresentedScan
from ticket_svc.neighbours import Catalog
from ticket_svc.tickets.codes import TicketCodes
from ticket_svc.tickets.ticket import Event

BUCKETS_MAX = 1_440
READS_PER_TURN = 16
"""Signatures checked before others get their turn on the event loop; one takes about 0.1 ms."""
UPLOADS_IN_FLIGHT_MAX = 500
"""Scans of one upload stream that wait for their commit."""

DEVICE_TIME_MIN = datetime(2000, 1, 1, tzinfo=UTC)
"""A device whose clock is before this was never set. Many send the year 1 then, which PostgreSQL's driver takes for
minus infinity and gives back without a time zone."""

_BEGINNING = (datetime(1, 1, 1, tzinfo=UTC), "", "")
_OFFLINE_VERDICTS = {
    gate_pb2.ScanResult.VERDICT_UNSPECIFIED: None,
    gate_pb2.ScanResult.ADMIT: "ADMIT",
    gate_pb2.ScanResult.DENY: "DENY",
}
_FOR_ORGANISERS_TOO = frozenset({"GetConflicts", "GetCheckins"})


class GateHandlers(gate_pb2_grpc.GateServiceServicer):
    """Lets people in."""

    def __init__(
        self,
        database: Database,
        codes: TicketCodes,
        catalog: Catalog,
        turnstile: Turnstile,
        clock: Clock,
    ) -> None:
        self._database = database
        self._codes = codes
        self._catalog = catalog
        self._turnstile = turnstile
        self._clock = clock

    async def locate(self, method: str, request: Message) -> None:
        """Refuses events whose gates are not the caller's, before anything is said of the body."""
        event_text: str = request.event_id  # type: ignore[attr-defined]
        if event_text or method != "ScanTickets":  # a body that could not be read names no event
            await self._event(method, event_text)

    async def _event(self, method: str, event_text: str) -> Event:
        event_id = ids.parse_or(EventNotFound(), ids.parse_event, event_text)
        event = await self._catalog.event(event_id)
        who = identity.caller()
        works_here = "gate" in who.roles and who.works_at_gates_of(event.organiser_id)
        owns = "organiser" in who.roles and who.account_id == event.organiser_id
        if not works_here and not (owns and method in _FOR_ORGANISERS_TOO):
            raise EventNotFound
        return event

    async def GetGateBundle(
        self, request: gate_pb2.GetGateBundleRequest, context: Any
    ) -> gate_pb2.GateBundle:
        event = await self._event("GetGateBundle", request.event_id)
        async with self._database.transaction() as connection:
            version, ticket_ids = await store.read_gate_list(connection, event.event_id)
        return gate_pb2.GateBundle(
            event_id=request.event_id,
            keys=self._codes.jwks(),
            revoked_ticket_ids=[ids.text("tkt", ticket_id) for ticket_id in ticket_ids],
            version=version,
            create_time=timestamps.to_proto(self._clock.now()),
            event_name=event.name,
        )

    async def ScanTicket(
        self, request: gate_pb2.ScanTicketRequest, context: Any
    ) -> gate_pb2.ScanResult:
        event = await self._event("ScanTicket", request.event_id)
        results = await self._scan(event, request.gate_id, [request.scan])
        return result_message(results[0])

    async def ScanTickets(
        self, request: gate_pb2.ScanTicketsRequest, context: Any
    ) -> gate_pb2.ScanTicketsResponse:
        event = await self._event("ScanTickets", request.event_id)
        results = await self._scan(event, request.gate_id, request.scans)
        return gate_pb2.ScanTicketsResponse(results=[result_message(result) for result in results])

    async def UploadScans(
        self, request_iterator: AsyncIterator[gate_pb2.ScanTicketRequest], context: Any
    ) -> AsyncIterator[gate_pb2.ScanResult]:
        """Decides many at once, answers in the order sent."""
        pending: asyncio.Queue[asyncio.Task[gate_pb2.ScanResult] | None] = asyncio.Queue(
            UPLOADS_IN_FLIGHT_MAX
        )

        async def read() -> None:
            async for request in request_iterator:
                await pending.put(asyncio.create_task(self._uploaded(request)))
            await pending.put(None)

        reader = asyncio.create_task(read())
        try:
            while (task := await _next(pending, reader)) is not None:
                yield await task
        finally:
            reader.cancel()
            while not pending.empty():
                left = pending.get_nowait()
                if left is not None:
                    left.cancel()

    async def _uploaded(self, request: gate_pb2.ScanTicketRequest) -> gate_pb2.ScanResult:
        event = await self._event("UploadScans", request.event_id)
        rules.check(request)
        results = await self._scan(event, request.gate_id, [request.scan])
        return result_message(results[0])

    async def _scan(
        self, event: Event, gate_id: str, scans: Sequence[gate_pb2.Scan]
    ) -> list[Result]:
        presented = []
        for number, scan in enumerate(scans, start=1):
            presented.append(self._presented(gate_id, scan))
            if number % READS_PER_TURN == 0:
                await asyncio.sleep(0)
        return await self._turnstile.scan(event, presented)

    def _presented(self, gate_id: str, scan: gate_pb2.Scan) -> PresentedScan:
        """Reads a scan's code, before any lock is taken."""
        return PresentedScan(
            scan_id=scan.scan_id,
            gate_id=gate_id,
            account_id=identity.account(),
            reading=self._codes.read(scan.code.strip()),
            scan_time=_device_time(scan.scan_time),
            received_time=self._clock.now(),
            offline_verdict=_OFFLINE_VERDICTS[scan.offline_verdict],
            bundle_version=scan.bundle_version,
        )

    async def GetConflicts(
        self, request: gate_pb2.GetConflictsRequest, context: Any
    ) -> gate_pb2.GetConflictsResponse:
        event = await self._event("GetConflicts", request.event_id)
        query, now = pages.query_hash(request), self._clock.now()
        cursor = pages.decode_page(request.page_token, query, now)
        page_size = pages.page_size(request.page_size)
        async with self._database.connection() as connection:
            conflicts = await store.read_conflicts(
                connection, event.event_id, _after(cursor), page_size + 1
            )
        page = conflicts[:page_size]
        token = ""
        if len(conflicts) > page_size:
            last = page[-1]
            token = pages.encode_page(
                [last.corrected_time.isoformat(), last.gate_id, last.scan_id], query, now
            )
        return gate_pb2.GetConflictsResponse(
            conflicts=[_conflict(conflict) for conflict in page], next_page_token=token
        )

    async def GetCheckins(
        self, request: gate_pb2.GetCheckinsRequest, context: Any
    ) -> gate_pb2.Checkins:
        event = await self._event("GetCheckins", request.event_id)
        async with self._database.transaction() as connection:
            checkins = await store.read_checkins(connection, event.event_id, BUCKETS_MAX)
        return gate_pb2.Checkins(
            event_id=request.event_id,
            ticket_count=checkins.ticket_count,
            admitted_count=checkins.admitted_count,
            denied_count=checkins.denied_count,
            buckets=[
                gate_pb2.Checkins.Bucket(
                    gate_id=bucket.gate_id,
                    minute=timestamps.to_proto(bucket.minute),
                    admitted=bucket.admitted,
                )
                for bucket in checkins.buckets
            ],
        )


def _device_time(stamp: Timestamp) -> datetime | None:
    """Returns when a device says that it scanned; None when it does not know."""
    moment = timestamps.from_proto(stamp)
    return moment if moment is not None and moment >= DEVICE_TIME_MIN else None


async def _next(pending: asyncio.Queue[Any], reader: asyncio.Task[None]) -> Any:
    """Returns the next scan's task; raises what ended the reader, should it end before its stream does."""
    getter = asyncio.ensure_future(pending.get())
    await asyncio.wait({getter, reader}, return_when=asyncio.FIRST_COMPLETED)
    if not getter.done() and reader.done() and reader.exception() and pending.empty():
        getter.cancel()
        reader.result()
    return await getter


def _after(cursor: list[Any] | None) -> tuple[datetime, str, str]:
    if cursor is None:
        return _BEGINNING
    try:
        moment, gate_id, scan_id = cursor
        return pages.read_time(moment), pages.read_text(gate_id), pages.read_text(scan_id)
    except (ValueError, TypeError):
        raise pages.PageTokenInvalid("pageToken", "is not a page token") from None


def _conflict(conflict: Conflict) -> gate_pb2.GetConflictsResponse.Conflict:
    return gate_pb2.GetConflictsResponse.Conflict(
        ticket_id=ids.text("tkt", conflict.ticket_id),
        first_scan=_scan_place(conflict.first_gate_id, conflict.first_scan_time),
        second_scan=_scan_place(conflict.gate_id, conflict.corrected_time),
        scan_id=conflict.scan_id,
    )


def _scan_place(gate_id: str, moment: datetime) -> gate_pb2.ScanResult.FirstScan:
    return gate_pb2.ScanResult.FirstScan(gate_id=gate_id, scan_time=timestamps.to_proto(moment))
