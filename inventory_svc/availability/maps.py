"""Seat maps with today's prices."""

from __future__ import annotations

from collections import OrderedDict

from inventory_svc.availability import store
from inventory_svc.availability.store import Face
from inventory_svc.errors import EventNotFound
from mesh.money import Money
from mesh.replica import ReplicaReads
from protos.inventory.v1 import catalog_pb2, inventory_pb2

MAPS_MAX = 32
"""Maps kept with their prices; the largest takes some megabytes."""


class Maps:
    """The maps that buyers asked for last."""

    def __init__(self, reads: ReplicaReads) -> None:
        self._reads = reads
        self._known: OrderedDict[int, tuple[Face, inventory_pb2.SeatMap]] = OrderedDict()

    async def get(self, event_id: int, face: Face) -> inventory_pb2.SeatMap:
        """Returns an event's map; not to be changed by the caller. Raises EventNotFound."""
        known = self._known.get(event_id)
        if known is not None and known[0] == face:
            self._known.move_to_end(event_id)
            return known[1]
        body = await self._reads.read(
            event_id, lambda connection: store.read_map_body(connection, event_id)
        )
        if body is None:
            raise EventNotFound
        drawn = inventory_pb2.SeatMap.FromString(body)
        del drawn.zones[:]
        drawn.zones.extend(
            catalog_pb2.Zone(
                zone_id=f"z{zone_no}",
                name=name,
                price=Money(price_minor, face.currency_code).to_proto(),
            )
            for zone_no, name, price_minor in face.zones
        )
        self._known[event_id] = (face, drawn)
        if len(self._known) > MAPS_MAX:
            self._known.popitem(last=False)
        return drawn
