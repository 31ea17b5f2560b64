"""Starts the queue service: `python -m queue_svc`."""

from __future__ import annotations

from pathlib import Path

from mesh import telemetry
from mesh.channels import Peers
from mesh.clock import SystemClock
from mesh.config import MeshSettings, load
from mesh.consumer import Consumer
from mesh.database import open_database
from mesh.keys import KeyRing
from mesh.outbox import CATALOG_TOPIC, ORDERS_TOPIC
from mesh.server import Server, run
from mesh.valkey import connect
from mesh.workers import Every
from protos.queue.v1 import queue_pb2_grpc, room_admin_pb2_grpc
from queue_svc.board import Board
from queue_svc.config import QueueSettings
from queue_svc.handlers import QueueHandlers, RoomAdminHandlers
from queue_svc.line import Line
from queue_svc.neighbours import InventoryPeer
from queue_svc.presence import ValkeyDrawn
from queue_svc.repeats import Repeats
from queue_svc.retries import ValkeyRetries
from queue_svc.rooms import Rooms
from queue_svc.store import LineStore
from queue_svc.tokens import Tokens
from queue_svc.workers import Controller, closer, order_events

MIGRATIONS = Path(__file__).with_name("migrations")
CLOSER_SECONDS = 1.0


async def main() -> None:
    """Wires the service and serves until it is told to stop."""
    settings, mesh, clock = load(QueueSettings), load(MeshSettings), SystemClock()
    telemetry.configure("queue", otlp_endpoint=mesh.otlp_endpoint, level=mesh.log_level)
    database = await open_database(
        settings.database_dsn, [MIGRATIONS], pool_size_max=settings.database_pool_size_max
    )
    peers = Peers("queue", mesh)
    store, inventory = LineStore(database), InventoryPeer(peers)
    tokens = Tokens(await KeyRing.open(database, "admission"))
    valkey = connect(mesh.valkey_url)
    drawn = ValkeyDrawn(valkey)
    board = Board(store, inventory, settings.poll_seconds)
    line = Line(store, tokens, drawn, clock)
    closing = Every("admission closer", CLOSER_SECONDS, closer(store, inventory))

    server = Server("queue", settings, mesh, peers)
    server.add(
        queue_pb2_grpc.add_QueueServiceServicer_to_server,
        QueueHandlers(store, Repeats(line), ValkeyRetries(valkey), board, tokens, inventory),
    )
    server.add(
        room_admin_pb2_grpc.add_RoomAdminServiceServicer_to_server,
        RoomAdminHandlers(store, Rooms(store, inventory), board, clock),
    )
    await server.run(
        [
            Controller(
                store,
                inventory,
                drawn,
                interval_seconds=settings.controller_interval_seconds,
                grace_seconds=settings.claim_grace_seconds,
            ),
            closing,
            Consumer(
                "queue",
                [ORDERS_TOPIC, CATALOG_TOPIC],
                database,
                mesh.kafka_bootstrap,
                order_events(closing.wake),
            ),
        ]
    )
    await peers.close()
    await database.close()


if __name__ == "__main__":
    run(main())
