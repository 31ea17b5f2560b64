"""InventoryService whole: what holds, and what only looks."""

from inventory_svc.availability.board import Boards
from inventory_svc.availability.cache import AvailabilityCache
from inventory_svc.availability.handlers import AvailabilityHandlers
from inventory_svc.holds.admissions import Admissions
from inventory_svc.holds.handlers import HoldHandlers
from inventory_svc.holds.lane import Lanes
from inventory_svc.holds.life import HoldLife
from inventory_svc.holds.seatings import Seatings
from mesh.database import Database
from mesh.replica import ReplicaReads
from protos.inventory.v1 import inventory_pb2_grpc


class InventoryHandlers(
    HoldHandlers, AvailabilityHandlers, inventory_pb2_grpc.InventoryServiceServicer
):
    """Serves InventoryService."""

    def __init__(
        self,
        database: Database,
        seatings: Seatings,
        *,
        lanes: Lanes,
        life: HoldLife,
        admissions: Admissions,
        reads: ReplicaReads,
        boards: Boards,
        cache: AvailabilityCache,
    ) -> None:
        HoldHandlers.__init__(self, database, seatings, lanes, admissions, life)
        AvailabilityHandlers.__init__(self, reads, boards, cache)
