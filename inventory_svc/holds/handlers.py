"""Holds over gRPC: a request becomes a party, waits in its event's lane, and gets a hold or a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from google.protobuf.empty_pb2 import Empty
from google.rpc import status_pb2

from inventory_svc.allotments import store as allotment_store
from inventory_svc.errors import EventNotFound
from inventory_svc.holds import store, wire
from inventory_svc.holds.admissions import Admissions
from inventory_svc.holds.errors import HoldNotFound
from inventory_svc.holds.lane import Lanes
from inventory_svc.holds.life import HoldLife, Record, read_own
from inventory_svc.holds.party import AccessCode, Party
from inventory_svc.holds.placing import Placed, Replay, Result
from inventory_svc.holds.seating import Seating
from inventory_svc.holds.seatings import Seatings
from mesh import identity, ids
from mesh.database import Database
from mesh.errors import InvalidArgument, OnsaleError, Unavailable, from_status
from mesh.requests import RequestLog, request_key
from protos.inventory.v1 import inventory_pb2

ADMISSION_TOKEN_KEY = "admission-token"  # noqa: S105 - a name, not a secret

ReadWants = Callable[[Party, Seating], None]


class HoldHandlers:
    """The part of InventoryService that is about holds."""

    def __init__(
        self,
        database: Database,
        seatings: Seatings,
        lanes: Lanes,
        admissions: Admissions,
        life: HoldLife,
    ) -> None:
        self._database = database
        self._seatings = seatings
        self._lanes = lanes
        self._admissions = admissions
        self._life = life
        self._requests = RequestLog(database)

    async def locate(self, method: str, request: Any) -> None:
        """Raises EventNotFound or HoldNotFound where a request names what is not there, or not the caller's."""
        async with self._database.connection() as connection:
            if hasattr(request, "hold_id"):
                await read_own(connection, _hold_id(request), identity.account())
                return
            reading = await store.read_terms(connection, event_id_of(request))
        if reading is None or not reading.terms.is_published:
            raise EventNotFound

    async def HoldSeats(
        self, request: inventory_pb2.HoldSeatsRequest, context: Any
    ) -> inventory_pb2.Hold:
        """Places a hold on chosen seats, the best available, or places in pools."""
        return await self._hold("HoldSeats", request, lambda *to: _read_wants(request, *to))

    async def HoldBestAvailable(
        self, request: inventory_pb2.HoldBestAvailableRequest, context: Any
    ) -> inventory_pb2.Hold:
        """Places a hold on the best seats that fit."""
        return await self._hold("HoldBestAvailable", request, lambda *to: _read_best(request, *to))

    async def GetHold(
        self, request: inventory_pb2.GetHoldRequest, context: Any
    ) -> inventory_pb2.Hold:
        """Returns a hold of the caller."""
        return await self._life.get(_hold_id(request), identity.account())

    async def ReleaseHold(self, request: inventory_pb2.ReleaseHoldRequest, context: Any) -> Empty:
        """Gives the seats of a hold back."""
        hold_id, account_id = _hold_id(request), identity.account()

        async def release() -> Empty:
            await self._life.release(hold_id, account_id, self._record("ReleaseHold", request))
            return Empty()

        return await self._requests.once("ReleaseHold", request, Empty, release)

    async def ExtendHold(
        self, request: inventory_pb2.ExtendHoldRequest, context: Any
    ) -> inventory_pb2.Hold:
        """Makes a live hold last its full time again, once."""
        hold_id, account_id = _hold_id(request), identity.account()
        return await self._requests.once(
            "ExtendHold",
            request,
            inventory_pb2.Hold,
            lambda: self._life.extend(hold_id, account_id, self._record("ExtendHold", request)),
        )

    def _record(self, method: str, request: Any) -> Record:
        """Returns what stores the reply with its effect, so that no crash can come between the two."""
        return lambda connection, reply: self._requests.record(connection, method, request, reply)

    async def _hold(self, method: str, request: Any, read_wants: ReadWants) -> inventory_pb2.Hold:
        event_id = event_id_of(request)
        self._lanes.check_room(event_id)
        seating = await self._seatings.get(event_id)
        party = Party(
            hold_id=ids.new_id(event_id),
            account_id=identity.account(),
            request=request_key(method, request),
        )
        try:
            read_wants(party, seating)
        except InvalidArgument:
            # What cannot be seen is not found, whatever is asked of it.
            await self.locate(method, request)
            raise
        await self._read_admission(party, event_id)
        if request.access_code.strip():
            await self._read_access_code(party, event_id, request.access_code)
        return _reply(await self._lanes.submit(event_id, party))

    async def _read_admission(self, party: Party, event_id: int) -> None:
        token = identity.metadata_value(ADMISSION_TOKEN_KEY)
        if token:
            party.admission = await self._admissions.read(token, event_id, party.account_id)
            party.admission_is_invalid = party.admission is None

    async def _read_access_code(self, party: Party, event_id: int, access_code: str) -> None:
        async with self._database.connection() as connection:
            found = await allotment_store.find_code(connection, event_id, access_code)
        party.access_code_is_invalid = found is None
        if found is not None:
            party.access_code = AccessCode(*found)
            if party.best:
                allotment_nos = frozenset((party.access_code.allotment_no,))
                party.best = replace(party.best, allotment_nos=allotment_nos)


def event_id_of(request: Any) -> int:
    """Reads the event that a request names. Raises EventNotFound."""
    return ids.parse_or(EventNotFound(), ids.parse_event, request.event_id)


def _hold_id(request: Any) -> UUID:
    return ids.parse_or(HoldNotFound(), ids.parse, "hld", request.hold_id)


def _read_wants(request: inventory_pb2.HoldSeatsRequest, party: Party, seating: Seating) -> None:
    wants_best = request.HasField("best_available")
    if wants_best and (request.seat_ids or request.pools):
        raise InvalidArgument("bestAvailable", "is asked for alone, without seatIds and pools")
    if not (wants_best or request.seat_ids or request.pools):
        raise InvalidArgument("seatIds", "name seats, pools, or what to look for")
    if wants_best:
        _read_best(request, party, seating)
        return
    party.seat_nos = tuple(wire.read_seat_ids(request.seat_ids, seating))
    party.places = wire.read_pools(request.pools, seating)


def _read_best(
    request: inventory_pb2.HoldSeatsRequest | inventory_pb2.HoldBestAvailableRequest,
    party: Party,
    seating: Seating,
) -> None:
    party.best = wire.read_best(request.best_available, seating, seating.currency_code)


def _reply(result: Result) -> inventory_pb2.Hold:
    if isinstance(result, Placed):
        return result.message
    if isinstance(result, OnsaleError):
        raise result
    if isinstance(result, Replay):
        if result.outcome.refusal is not None:
            raise from_status(status_pb2.Status.FromString(result.outcome.refusal))
        if result.outcome.reply is not None:
            return inventory_pb2.Hold.FromString(result.outcome.reply)
    raise Unavailable
