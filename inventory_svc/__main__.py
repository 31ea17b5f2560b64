"""Runs the inventory: `python -m inventory_svc`."""

from pathlib import Path

from inventory_svc.catalog.handlers import CatalogHandlers
from inventory_svc.config import InventorySettings
from mesh import telemetry
from mesh.channels import Peers
from mesh.clock import SystemClock
from mesh.config import MeshSettings, load
from mesh.database import open_database
from mesh.outbox import OutboxRelay
from mesh.server import Server, run
from protos.inventory.v1 import catalog_pb2_grpc

MIGRATIONS = Path(__file__).with_name("migrations")


async def main() -> None:
    """Wires the inventory and serves until told to stop."""
    settings, mesh = load(InventorySettings), load(MeshSettings)
    telemetry.configure("inventory", otlp_endpoint=mesh.otlp_endpoint, level=mesh.log_level)
    database = await open_database(
        settings.database_dsn, [MIGRATIONS], pool_size_max=settings.database_pool_size_max
    )
    peers = Peers("inventory", mesh)
    server = Server("inventory", settings, mesh, peers)
    server.add(
        catalog_pb2_grpc.add_CatalogServiceServicer_to_server,
        CatalogHandlers(database, SystemClock()),
    )
    try:
        await server.run([OutboxRelay(database, mesh.kafka_bootstrap)])
    finally:
        await peers.close()
        await database.close()


if __name__ == "__main__":
    run(main())
