"""Puts the HTTP application together; the process and the tests build the same one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from edge.app import Edge, InFlight
from edge.caching import SharedReplies
from edge.config import EdgeSettings
from edge.cors import Cors
from edge.fan_out import FanOut
from edge.neighbours import Neighbours
from edge.openapi.comments import read_comments
from edge.openapi.document import build_document
from edge.own_pages import OwnPages
from edge.rate_limits import RateLimits
from edge.routes import build_routes
from edge.security_headers import SecurityHeaders
from edge.session_cookie import SessionCookie
from edge.site import Site
from edge.streams import EventStreams
from edge.transcoder import Transcoder
from edge.webhooks import Webhooks
from mesh.config import MeshSettings
from mesh.identity import TokenVerifier

SECONDS_A_DAY = 86_400


def assemble(
    settings: EdgeSettings,
    mesh: MeshSettings,
    *,
    neighbours: Neighbours,
    verifier: TokenVerifier,
    limits: RateLimits,
    streams: EventStreams,
    is_ready: Callable[[], Awaitable[bool]],
) -> Edge:
    """Returns the application. Raises RouteInvalid for an annotation that cannot be served."""
    is_https = mesh.public_url.startswith("https:")
    routes = build_routes()
    cookie = SessionCookie(settings.refresh_token_days * SECONDS_A_DAY, is_https)
    openapi = build_document(routes, read_comments())
    return Edge(
        routes=routes,
        transcoder=Transcoder(neighbours, SharedReplies(), streams, FanOut(), cookie),
        verifier=verifier,
        limits=limits,
        webhooks=Webhooks(neighbours),
        own_pages=OwnPages(Site(settings.web_dir), openapi, is_ready),
        headers=SecurityHeaders(mesh.stripe_api_base, is_https=is_https),
        cors=Cors(settings.cors_origins),
        trusted_proxies=settings.trusted_proxies,
        in_flight=InFlight(settings.requests_in_flight_max),
    )
