"""Starts the ticket service."""

from mesh import telemetry
from mesh.channels import Peers
from mesh.clock import SystemClock
from mesh.config import MeshSettings, load
from mesh.consumer import Consumer
from mesh.database import open_database
from mesh.keys import KeyRing
from mesh.outbox import CATALOG_TOPIC, ORDERS_TOPIC, TICKETS_TOPIC, Outbox, OutboxRelay
from mesh.requests import RequestLog
from mesh.server import Server, run
from mesh.workers import Every
from protos.ticket.v1 import gate_pb2_grpc, ticket_pb2_grpc
from ticket_svc.config import MIGRATIONS, TicketSettings
from ticket_svc.drawing.drawings import Drawings
from ticket_svc.gate.handlers import GateHandlers
from ticket_svc.gate.turnstile import Turnstile
from ticket_svc.handlers import KeyHandlers, TicketHandlers
from ticket_svc.mail.letters import Letters
from ticket_svc.mail.mailer import Mailer
from ticket_svc.mail.post import SmtpPost
from ticket_svc.neighbours import GrpcAccounts, GrpcCatalog, GrpcOrders
from ticket_svc.revocations.handlers import RevocationHandlers
from ticket_svc.revocations.revocations import Revocations
from ticket_svc.tickets.codes import TicketCodes
from ticket_svc.tickets.issue import Issuer
from ticket_svc.tickets.workers import CatalogFacts, OrderFacts, PaidOrderFeed
from ticket_svc.transfers.transfers import Transfers

TRANSFER_EXPIRY_SECONDS = 1.0


async def main() -> None:
    """Wires the service and serves until told to stop."""
    settings, mesh = load(TicketSettings), load(MeshSettings)
    telemetry.configure("ticket", otlp_endpoint=mesh.otlp_endpoint, level=mesh.log_level)
    database = await open_database(
        settings.database_dsn, [MIGRATIONS], pool_size_max=settings.database_pool_size_max
    )
    peers = Peers("ticket", mesh)
    clock = SystemClock()
    outbox = Outbox(TICKETS_TOPIC)
    codes = TicketCodes(await KeyRing.open(database, "ticket"))
    catalog, orders, accounts = GrpcCatalog(peers), GrpcOrders(peers), GrpcAccounts(peers)
    drawings = Drawings()

    issuer = Issuer(codes, catalog, outbox, clock)
    feed = PaidOrderFeed(database, orders, issuer, clock)
    revocations = Revocations(database, outbox, clock)
    transfers = Transfers(
        database, codes, catalog, accounts, outbox, clock, settings.transfer_offer_days
    )
    letters = Letters(database, drawings, mesh.public_url)
    post = SmtpPost(mesh, clock)
    mailer = Mailer(database, accounts, letters.compose, post, settings.mail_concurrency)
    requests = RequestLog(database)
    turnstile = Turnstile(database, outbox)

    server = Server("ticket", settings, mesh, peers)
    server.add(
        ticket_pb2_grpc.add_TicketServiceServicer_to_server,
        TicketHandlers(database, orders, drawings, transfers, requests, clock),
    )
    server.add(ticket_pb2_grpc.add_KeyServiceServicer_to_server, KeyHandlers(codes))
    server.add(
        ticket_pb2_grpc.add_RevocationServiceServicer_to_server, RevocationHandlers(revocations)
    )
    server.add(
        gate_pb2_grpc.add_GateServiceServicer_to_server,
        GateHandlers(database, codes, catalog, turnstile, clock),
    )
    kafka = mesh.kafka_bootstrap
    order_facts, catalog_facts = OrderFacts(issuer, revocations), CatalogFacts()
    await server.run(
        [
            OutboxRelay(database, kafka),
            Consumer("ticket.orders", [ORDERS_TOPIC], database, kafka, order_facts.handle),
            Consumer("ticket.catalog", [CATALOG_TOPIC], database, kafka, catalog_facts.handle),
            Every("paid order feed", settings.feed_poll_seconds, feed.poll),
            Every("paid order sweep", settings.feed_sweep_seconds, feed.sweep),
            Every("transfer expiry", TRANSFER_EXPIRY_SECONDS, transfers.expire),
            Every("mailer", settings.mail_poll_seconds, mailer.step),
        ]
    )
    drawings.close()
    await peers.close()
    await database.close()


if __name__ == "__main__":
    run(main())
