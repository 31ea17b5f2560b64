"""The HTTP application: one entry, one exit, and between them the checks in the contract's order.

trace → route → limits → size → who → may they → transcoder
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from functools import cache

from prometheus_client import Counter, Histogram
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from edge import webhooks
from edge.body import BODY_BYTES_MAX, ClientGone, bytes_max, read_body
from edge.cors import Cors
from edge.http_request import HTTPRequest
from edge.own_pages import OwnPages
from edge.problems import MethodNotAllowed, Overloaded, RouteNotFound, problem
from edge.rate_limits import RateLimits, network_of
from edge.routes import Match, RouteTable
from edge.security_headers import SecurityHeaders
from edge.transcoder import Transcoder
from edge.webhooks import Webhooks
from mesh import access, telemetry
from mesh.errors import Internal, OnsaleError, TokenInvalid
from mesh.identity import NOBODY, Caller, TokenVerifier

REQUESTS = Counter(
    "onsale_http_requests_total", "Requests by route and status.", ["route", "status"]
)
REQUEST_SECONDS = Histogram(
    "onsale_http_seconds",
    "How long requests took.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_SIGN_IN = {
    "/onsale.accounts.v1.AccountService/StartSession",
    "/onsale.accounts.v1.AccountService/VerifySession",
}


@dataclass
class InFlight:
    """How many requests are being answered, and how many may be; open streams have a bound of their own."""

    limit: int
    count: int = 0


@dataclass(frozen=True)
class Edge:
    """An ASGI application."""

    routes: RouteTable
    transcoder: Transcoder
    verifier: TokenVerifier
    limits: RateLimits
    webhooks: Webhooks
    own_pages: OwnPages
    headers: SecurityHeaders
    cors: Cors
    trusted_proxies: int
    in_flight: InFlight

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        http = HTTPRequest(scope)
        with telemetry.traced(scope["method"], _traceparent(http)):
            answer = _Answer(send, self.headers, telemetry.trace_id())
            outward = self.cors.wrap(http, answer.send)
            self.in_flight.count += 1
            try:
                if self.in_flight.count > self.in_flight.limit:
                    raise Overloaded
                await self._serve(http, receive, outward, answer)
            except ClientGone:
                answer.status = 499
            except OnsaleError as error:
                await _refuse(error, scope, receive, outward, answer)
            except Exception as error:
                telemetry.ERRORS.labels("http").inc()
                telemetry.log.error("unexpected error", route=answer.route, exc_info=error)
                await _refuse(Internal(), scope, receive, outward, answer)
            finally:
                self.in_flight.count -= 1
        _requests(answer.route, answer.status).inc()
        if not answer.is_stream:
            _request_seconds(answer.route).observe(time.perf_counter() - started)

    async def _serve(self, http: Request, receive: Receive, send: Send, answer: _Answer) -> None:
        method = "GET" if _is_head(http.scope) else http.method
        path = _raw_path(http.scope)
        match = self.routes.find(method, path)
        if match:
            answer.route = match.route.name
            await self._serve_route(match, http, receive, send, answer)
            return
        response = await self._other(method, path, http, receive)
        await response(http.scope, receive, send)

    async def _serve_route(
        self, match: Match, http: Request, receive: Receive, send: Send, answer: _Answer
    ) -> None:
        rpc = match.route.rpc
        address = network_of(http.scope, self.trusted_proxies)
        self.limits.check_address(address)
        body = await read_body(http, receive, bytes_max(rpc.path))
        who, bad_token = await self._identify(http)
        if who.account_id:
            self.limits.check_account(who.account_text, is_gate="gate" in who.roles)
        if rpc.path in _SIGN_IN:
            self.limits.check_sign_in(address)
        # The services decide; what can only be refused there need not go there. A peer's right is never a caller's.
        refused = access.refusal(rpc, who)
        if refused:
            raise bad_token or refused
        if not match.route.is_stream:
            response = await self.transcoder.reply(match, http, body)
            await response(http.scope, receive, send)
        elif _is_head(http.scope):
            await Response(media_type="text/event-stream")(http.scope, receive, send)
        else:
            answer.is_stream = True
            self.in_flight.count -= 1
            try:
                await self.transcoder.stream(match, http, body, send)
            finally:
                self.in_flight.count += 1

    async def _identify(self, http: Request) -> tuple[Caller, TokenInvalid | None]:
        header = http.headers.get("authorization", "")
        if not header:
            return NOBODY, None
        scheme, _, token = header.partition(" ")
        try:
            if scheme.lower() != "bearer" or not token:
                raise TokenInvalid
            return await self.verifier.verify(token.strip(), None), None
        except TokenInvalid as error:
            return NOBODY, error

    async def _other(self, method: str, path: str, http: Request, receive: Receive) -> Response:
        """Answers what no annotation describes."""
        known = self.routes.methods(path)
        if path == webhooks.PATH:
            known = {"POST"}
            if method == "POST":
                body = await read_body(http, receive, BODY_BYTES_MAX)
                signature = http.headers.get("stripe-signature", "")
                return await self.webhooks.receive(body, signature)
        if known:
            allow = ", ".join(sorted(known | ({"HEAD"} if "GET" in known else set()) | {"OPTIONS"}))
            if method == "OPTIONS":
                return Response(status_code=204, headers={"Allow": allow})
            raise MethodNotAllowed(headers={"Allow": allow})
        if path.startswith(("/v1/", "/.well-known/")):
            raise RouteNotFound
        return await self.own_pages.serve(http)


class _Answer:
    """What is known of an answer, for the metrics, and its way out."""

    def __init__(self, send: Send, security: SecurityHeaders, request_id: str) -> None:
        self.status = 0
        self.route = "other"
        self.is_stream = False
        self._send = send
        self._security = security
        self._request_id = request_id

    async def send(self, message: Message) -> None:
        """Sends a part of the answer, its head with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self._security.add_to(message["headers"], self._request_id)
            self.status = message["status"]
        await self._send(message)


@cache
def _requests(route: str, status: int) -> Counter:
    """Returns the counter of a route's answers; routes and statuses are few."""
    return REQUESTS.labels(route, status)


@cache
def _request_seconds(route: str) -> Histogram:
    return REQUEST_SECONDS.labels(route)


async def _refuse(
    error: OnsaleError, scope: Scope, receive: Receive, send: Send, answer: _Answer
) -> None:
    if answer.status == 0:  # else half of an answer is on its way, and no other can follow
        await problem(error)(scope, receive, send)


def _traceparent(http: Request) -> str:
    """Returns the caller's trace context, if it is one; it goes on as metadata, which takes no odd characters."""
    said = http.headers.get("traceparent", "")
    return said if _TRACEPARENT.fullmatch(said) else ""


def _is_head(scope: Scope) -> bool:
    return bool(scope["method"] == "HEAD")


def _raw_path(scope: Scope) -> str:
    """Returns the path as it came, but for a verb's colon, which some clients escape."""
    raw: str = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    head, slash, last = raw.partition("?")[0].rpartition("/")
    return head + slash + last.replace("%3A", ":").replace("%3a", ":")
