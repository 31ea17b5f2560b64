"""Starts the search service: `python -m search_svc`."""

from __future__ import annotations

from pathlib import Path

from mesh import telemetry
from mesh.channels import Peers
from mesh.clock import SystemClock
from mesh.config import MeshSettings, load
from mesh.consumer import Consumer
from mesh.database import open_database
from mesh.outbox import CATALOG_TOPIC, HOLDS_TOPIC, ORDERS_TOPIC
from mesh.server import Server, run
from mesh.workers import Every
from protos.search.v1 import search_pb2_grpc
from search_svc import workers
from search_svc.config import SearchSettings
from search_svc.handlers import SearchHandlers
from search_svc.index import Index
from search_svc.meilisearch_index import MeilisearchIndex
from search_svc.neighbours import InventoryPeer
from search_svc.store import Changes, PostgresIndex

MIGRATIONS = Path(__file__).with_name("migrations")


async def main() -> None:
    """Wires the service and serves until it is told to stop."""
    settings, mesh, clock = load(SearchSettings), load(MeshSettings), SystemClock()
    telemetry.configure("search", otlp_endpoint=mesh.otlp_endpoint, level=mesh.log_level)
    database = await open_database(
        settings.database_dsn, [MIGRATIONS], pool_size_max=settings.database_pool_size_max
    )
    peers = Peers("search", mesh)
    inventory, changes, own = InventoryPeer(peers), Changes(database), PostgresIndex(database)
    other = MeilisearchIndex.open(settings) if settings.meilisearch_url else None
    indexes: list[Index] = [own, other] if other else [own]
    counts = Every("counts", settings.counts_seconds, workers.recount(inventory, changes, indexes))

    indexer = workers.Indexer(own, other, counts.wake)
    trend = workers.Trend(changes, settings.trending_seconds, clock)

    server = Server("search", settings, mesh, peers)
    server.add(
        search_pb2_grpc.add_SearchServiceServicer_to_server,
        SearchHandlers(other or own, changes, clock, trending_seconds=settings.trending_seconds),
    )
    await server.run(
        [
            Consumer(
                "search",
                [CATALOG_TOPIC, HOLDS_TOPIC, ORDERS_TOPIC],
                database,
                mesh.kafka_bootstrap,
                indexer.handle,
                finish=indexer.finish,
            ),
            Every("rebuild", settings.rebuild_seconds, workers.rebuild(inventory, indexes)),
            counts,
            Every("trend", workers.TREND_LOOK_SECONDS, trend.step),
        ]
    )
    await peers.close()
    await database.close()


if __name__ == "__main__":
    run(main())
