"""Starts the edge: HTTP for people and browsers, AccountService for the services."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from edge.accounts.code_mailer import CodeMailer, Postbox
from edge.accounts.handlers import AccountHandlers, ClientConfigHandlers, ClientTerms
from edge.accounts.sessions import SessionTerms
from edge.accounts.sign_in import CodeTerms, SignIn
from edge.accounts.store import AccountStore
from edge.assembly import assemble
from edge.config import EdgeSettings
from edge.http_server import HTTPServer
from edge.neighbours import Neighbours
from edge.rate_limits import RateLimits, SharedCounts
from edge.streams import EventStreams
from mesh import telemetry, valkey
from mesh.channels import Peers
from mesh.clock import SystemClock
from mesh.config import MeshSettings, load
from mesh.database import open_database
from mesh.identity import KeySet, TokenVerifier
from mesh.keys import KeyRing
from mesh.server import Server, run
from mesh.workers import Every
from protos.accounts.v1 import accounts_pb2, accounts_pb2_grpc

MIGRATIONS = Path(__file__).parent / "migrations"
STRIPE_HOST = "api.stripe.com"
MAIL_POLL_SECONDS = 1.0
PRUNE_SECONDS = 600.0
SHARE_COUNTS_SECONDS = 1.0


async def main() -> None:
    """Wires the edge and serves until SIGTERM."""
    settings, mesh = load(EdgeSettings), load(MeshSettings)
    telemetry.configure("edge", otlp_endpoint=mesh.otlp_endpoint, level=mesh.log_level)
    database = await open_database(
        settings.database_dsn, [MIGRATIONS], pool_size_max=settings.database_pool_size_max
    )
    peers = Peers("edge", mesh)
    keys = await KeyRing.open(database, "session")
    key_set = KeySet(lambda: _jwks(keys))
    store = AccountStore(database)

    mailer = Every(
        "code mailer",
        MAIL_POLL_SECONDS,
        CodeMailer(store, Postbox.of(mesh), settings.code_seconds).step,
    )
    pruner = Every("session pruner", PRUNE_SECONDS, store.prune)
    sign_in = SignIn(
        store, keys, SystemClock(), _code_terms(settings), _session_terms(settings), mailer.wake
    )
    limits = RateLimits.of(settings)
    counts = SharedCounts(valkey.connect(mesh.valkey_url), [limits.minute, limits.ten_minutes])
    neighbours = Neighbours(peers)
    streams = EventStreams(settings.streams_max)
    edge = assemble(
        settings,
        mesh,
        neighbours=neighbours,
        verifier=TokenVerifier(key_set),
        limits=limits,
        streams=streams,
        is_ready=store.is_there,
    )

    server = Server("edge", settings, mesh, peers, session_keys=key_set)
    server.add(
        accounts_pb2_grpc.add_AccountServiceServicer_to_server,
        AccountHandlers(store, sign_in, keys),
    )
    server.add(
        accounts_pb2_grpc.add_ClientConfigServiceServicer_to_server,
        ClientConfigHandlers(_client_terms(settings, mesh)),
    )
    http = HTTPServer(
        edge, settings.bind_host, settings.http_port, settings.drain_seconds, streams.end
    )
    sharing = Every("shared counts", SHARE_COUNTS_SECONDS, counts.step)
    try:
        await server.run([http, mailer, pruner, sharing])
    finally:
        await neighbours.close()
        await peers.close()
        await database.close()


async def _jwks(keys: KeyRing) -> accounts_pb2.JWKS:
    return keys.jwks()


def _code_terms(settings: EdgeSettings) -> CodeTerms:
    is_limited = settings.requests_per_minute_per_address > 0
    return CodeTerms(
        life_seconds=settings.code_seconds,
        tries=settings.code_tries,
        per_ten_minutes=settings.codes_per_ten_minutes_per_email if is_limited else 0,
        pepper=settings.code_pepper.get_secret_value(),
    )


def _session_terms(settings: EdgeSettings) -> SessionTerms:
    return SessionTerms(
        access_token_life=timedelta(seconds=settings.access_token_seconds),
        refresh_token_life=timedelta(days=settings.refresh_token_days),
    )


def _client_terms(settings: EdgeSettings, mesh: MeshSettings) -> ClientTerms:
    is_real = urlsplit(mesh.stripe_api_base).hostname == STRIPE_HOST
    return ClientTerms(
        stripe_publishable_key=mesh.stripe_publishable_key,
        stripe_api_base=mesh.stripe_api_base,
        has_local_card_form=not is_real,
        is_demo=settings.demo and not is_real,
    )


if __name__ == "__main__":
    run(main())
