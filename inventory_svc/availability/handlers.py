"""The map and what is free, over gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from inventory_svc.availability import store
from inventory_svc.availability.board import Board, Boards
from inventory_svc.availability.cache import AvailabilityCache
from inventory_svc.availability.maps import Maps
from inventory_svc.availability.snapshot import Snapshot
from inventory_svc.availability.store import Face
from inventory_svc.errors import EventNotFound
from mesh import identity, ids
from mesh.replica import ReplicaReads
from protos.inventory.v1 import inventory_pb2


class AvailabilityHandlers:
    """The part of InventoryService that only looks."""

    def __init__(self, reads: ReplicaReads, boards: Boards, cache: AvailabilityCache) -> None:
        self._reads = reads
        self._boards = boards
        self._cache = cache
        self._maps = Maps(reads)

    async def GetSeatMap(
        self, request: inventory_pb2.GetSeatMapRequest, context: Any
    ) -> inventory_pb2.SeatMap:
        """Returns the seat map of an event with the prices of today."""
        event_id, face = await self._see(request)
        return await self._maps.get(event_id, face)

    async def GetAvailability(
        self, request: inventory_pb2.GetAvailabilityRequest, context: Any
    ) -> inventory_pb2.Availability:
        """Returns what is free."""
        event_id, _ = await self._see(request)
        board = await self._boards.open(event_id)
        if not board.is_old:
            return _shown(board, board.current)
        # What this process changed itself it shows at once; the cache does not have it yet.
        shown = None if board.is_touched else await self._cache.get(event_id)
        if shown is None:
            shown = _shown(board, await board.fresh())
            self._cache.put(event_id, shown)
        return shown

    async def WatchAvailability(
        self, request: inventory_pb2.WatchAvailabilityRequest, context: Any
    ) -> AsyncIterator[inventory_pb2.AvailabilityDelta]:
        """Streams changes. A slow reader gets fewer and larger deltas; one that fell too far behind, a gap."""
        event_id, _ = await self._see(request)
        board = await self._boards.open(event_id)
        with self._boards.watching(board):
            newest: Snapshot | None = await board.fresh()
            told = board.at(request.from_version) or board.current
            yield board.delta(told, told)
            while newest is not None:
                if newest.version != told.version:
                    known = board.at(told.version)
                    yield board.delta(known or newest, newest)
                    told = newest
                newest = await board.newer_than(told.version, self._boards.closing)

    async def _see(self, request: Any) -> tuple[int, Face]:
        """Returns the event that a request names. Raises EventNotFound, also for another's draft."""
        event_id = ids.parse_or(EventNotFound(), ids.parse_event, request.event_id)
        caller_id = identity.caller().account_id

        # A draft, and what its organiser has just changed, are not shown from a copy.
        face = await self._reads.read(
            event_id,
            lambda connection: store.read_face(connection, event_id),
            suffices=lambda face: bool(face.publish_time) and face.organiser_id != caller_id,
        )
        if face is None:
            raise EventNotFound
        if face.publish_time is None and face.organiser_id != caller_id:
            raise EventNotFound
        return event_id, face


def _shown(board: Board, snapshot: Snapshot) -> inventory_pb2.Availability:
    return inventory_pb2.Availability(
        sections=[
            inventory_pb2.Availability.SectionCount(
                section_id=f"sec{section_no}", available=available
            )
            for section_no, available in snapshot.section_counts(board.seating)
        ],
        states=snapshot.packed(),
        pools=[
            inventory_pb2.Availability.PoolCount(pool_id=f"p{pool_no}", available=available)
            for pool_no, available in snapshot.pool_counts
        ],
        version=snapshot.version,
    )
