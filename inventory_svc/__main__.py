"""Runs the inventory: `python -m inventory_svc`."""

from pathlib import Path
from typing import Any

from inventory_svc.allocation.handlers import AllocationHandlers
from inventory_svc.allotments.handlers import AllotmentHandlers
from inventory_svc.allotments.workers import AllotmentRelease
from inventory_svc.availability.board import Boards
from inventory_svc.availability.cache import AvailabilityCache
from inventory_svc.availability.hints import Hints
from inventory_svc.availability.workers import AvailabilityPublisher
from inventory_svc.catalog.handlers import CatalogHandlers
from inventory_svc.config import InventorySettings
from inventory_svc.handlers import InventoryHandlers
from inventory_svc.holds.admissions import Admissions
from inventory_svc.holds.batch_store import PostgresHolds
from inventory_svc.holds.fast_path import FastPath
from inventory_svc.holds.houses.houses import Houses
from inventory_svc.holds.lane import Lanes
from inventory_svc.holds.life import HoldLife
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.marks import Marks
from inventory_svc.holds.placer import Placer
from inventory_svc.holds.rebalancing import Rebalancing
from inventory_svc.holds.seatings import Seatings
from inventory_svc.holds.store import house_reader
from inventory_svc.holds.workers import HoldExpiry
from mesh import telemetry, valkey
from mesh.channels import Peers
from mesh.clock import SystemClock
from mesh.config import MeshSettings, load
from mesh.database import open_database, open_replica
from mesh.identity import KeySet
from mesh.outbox import OutboxRelay
from mesh.replica import ReplicaReads
from mesh.server import Server, run
from protos.inventory.v1 import (
    allocation_pb2_grpc,
    allotments_pb2_grpc,
    catalog_pb2_grpc,
    inventory_pb2_grpc,
)
from protos.queue.v1 import queue_pb2, queue_pb2_grpc

MIGRATIONS = Path(__file__).with_name("migrations")


async def main() -> None:
    """Wires the inventory and serves until told to stop."""
    settings, mesh = load(InventorySettings), load(MeshSettings)
    telemetry.configure("inventory", otlp_endpoint=mesh.otlp_endpoint, level=mesh.log_level)
    database = await open_database(
        settings.database_dsn, [MIGRATIONS], pool_size_max=settings.database_pool_size_max
    )
    replica = await open_replica(settings.replica_dsn) if settings.replica_dsn else None
    reads = ReplicaReads(database, replica)
    cache = valkey.connect(mesh.valkey_url)
    peers = Peers("inventory", mesh)
    clock = SystemClock()
    seatings = Seatings(database)
    hints = Hints(cache)
    boards = Boards(database, seatings, hints, reads)
    marks = Marks(cache)
    rebalancing = Rebalancing(database)
    houses = Houses(house_reader(database))
    hints.heard_by(houses.hear)
    lookout = Lookout(marks, boards.touch, rebalancing.note, houses.free)
    holds = PostgresHolds(database)
    fast_path = FastPath(holds, marks, clock)
    lanes = Lanes(Placer(holds, seatings, houses, fast_path, lookout).place)

    server = Server("inventory", settings, mesh, peers)
    server.add(
        catalog_pb2_grpc.add_CatalogServiceServicer_to_server,
        CatalogHandlers(database, clock, reads),
    )
    server.add(
        inventory_pb2_grpc.add_InventoryServiceServicer_to_server,
        InventoryHandlers(
            database,
            seatings,
            lanes=lanes,
            life=HoldLife(database, seatings, lookout),
            admissions=Admissions(admission_keys_of(peers)),
            reads=reads,
            boards=boards,
            cache=AvailabilityCache(cache),
        ),
    )
    server.add(
        allotments_pb2_grpc.add_AllotmentServiceServicer_to_server,
        AllotmentHandlers(database, lookout, clock),
    )
    server.add(
        allocation_pb2_grpc.add_AllocationServiceServicer_to_server,
        AllocationHandlers(database, seatings, lookout, clock, settings.paying_seconds),
    )
    try:
        await server.run(
            [
                OutboxRelay(database, mesh.kafka_bootstrap),
                HoldExpiry(database, seatings, lookout).worker(),
                rebalancing.worker(),
                AllotmentRelease(database, lookout).worker(),
                AvailabilityPublisher(boards),
                hints,
                *reads.workers(),
            ]
        )
    finally:
        await lanes.drain()
        await peers.close()
        await cache.aclose()
        if replica:
            await replica.close()
        await database.close()


def admission_keys_of(peers: Peers) -> KeySet:
    """Returns the keys of admission tokens, which the queue issues."""

    async def fetch() -> Any:
        queue: Any = peers.stub(queue_pb2_grpc.QueueServiceStub, "queue")
        return await queue.GetAdmissionKeys(queue_pb2.GetAdmissionKeysRequest())

    return KeySet(fetch)


if __name__ == "__main__":
    run(main())
