"""HTTP to gRPC and back, for every route of the table."""

from __future__ import annotations

import gzip
import re
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Send

from edge import descriptors, events, json_codec
from edge.caching import (
    GZIP_BYTES_MIN,
    POLICIES,
    CachePolicy,
    SharedReplies,
    etag_of,
    matches,
)
from edge.events import StreamPolicy
from edge.fan_out import FanOut, Source
from edge.incoming import read_request
from edge.json_decode import BodyInvalid
from edge.neighbours import Metadata, Neighbours
from edge.ready_response import RawHeaders, ReadyResponse
from edge.routes import Match, Route
from edge.session_cookie import SessionCookie
from edge.streams import EventStreams
from mesh import contract, rules, telemetry
from mesh.errors import OnsaleError
from mesh.passage import BODY_INVALID_KEY

IDEMPOTENCY_KEY = "idempotency-key"
IDEMPOTENCY_KEY_LENGTH_MAX = 128
FORWARDED_LENGTH_MAX = 4096
"""A longer token is none of ours; it goes on cut, and is refused as what it is."""
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_FAST_GZIP_LEVEL = 1


@dataclass(frozen=True)
class Transcoder:
    """Serves the routes of the annotations."""

    neighbours: Neighbours
    shared: SharedReplies
    streams: EventStreams
    fan_out: FanOut
    cookie: SessionCookie

    async def reply(self, match: Match, http: Request, body: bytes) -> Response:
        """Returns the reply of a unary route. Raises OnsaleError."""
        route = match.route
        request, fault = self._read(match, http, body)
        policy = POLICIES.get(route.rpc.path)
        if policy and not fault:
            return await self._shared_reply(match, request, http, policy)
        raw = await self._call(match, request, _metadata(http, fault))
        if contract.ORGANISER in route.rpc.allow and route.method != "GET":
            self._forget(match)
        return self._response(route, raw, http)

    async def stream(self, match: Match, http: Request, body: bytes, send: Send) -> None:
        """Begins a streaming route, which goes on when this returns. Raises OnsaleError before the first event."""
        self.streams.check_room()
        route = match.route
        request, fault = self._read(match, http, body)
        policy = events.policy_of(route.rpc.path)
        last_id = http.headers.get("last-event-id", "")
        if policy.resume_field and last_id.isascii() and last_id.isdigit():
            setattr(request, policy.resume_field, int(last_id[:18]))
        # What the service would refuse goes there, and is refused there.
        is_faulty = fault is not None or bool(rules.violations(request))
        if is_faulty or contract.PUBLIC not in route.rpc.allow:
            own = self._source(route, policy, request, _metadata(http, fault))
            await self.streams.serve(own, None, http.scope, send)
            return
        version = 0
        if policy.resume_field:
            version = getattr(request, policy.resume_field)
            request.ClearField(policy.resume_field)
        try:
            shared = self._shared_source(route, policy, request)
            await self.streams.serve(shared, version, http.scope, send)
        except OnsaleError as error:
            if error.code is not grpc.StatusCode.NOT_FOUND or "authorization" not in http.headers:
                raise
            own = self._source(route, policy, request, _metadata(http, None))
            await self.streams.serve(own, None, http.scope, send)

    def _source(
        self, route: Route, policy: StreamPolicy, request: Message, metadata: Metadata
    ) -> Source:
        """Returns a stream of what only this caller may see."""
        return Source(policy, lambda: self._messages(route, request, metadata))

    def _shared_source(self, route: Route, policy: StreamPolicy, request: Message) -> Source:
        """Returns the stream of what is the same for everybody."""
        key = (route.rpc.path, request.SerializeToString(deterministic=True))
        trace = (("traceparent", telemetry.traceparent()),)
        return self.fan_out.source(key, policy, lambda: self._messages(route, request, trace))

    async def _messages(
        self, route: Route, request: Message, metadata: Metadata
    ) -> AsyncGenerator[Message, None]:
        raws = self.neighbours.stream(
            route.neighbour,
            route.rpc,
            request.SerializeToString(),
            metadata,
            getattr(request, "event_id", ""),
        )
        async with aclosing(raws):
            async for raw in raws:
                yield _decode(route, raw)

    def _read(self, match: Match, http: Request, body: bytes) -> tuple[Message, BodyInvalid | None]:
        request, fault = read_request(match, http.scope["query_string"].decode("latin-1"), body)
        if match.route.has_request_id:
            fault = fault or _set_request_id(request, http)
        self.cookie.fill(match.route.rpc.path, request, http)
        return request, fault

    async def _call(self, match: Match, request: Message, metadata: Metadata) -> bytes:
        route = match.route
        return await self.neighbours.call(
            route.neighbour, route.rpc, request.SerializeToString(), metadata, _subject(match)
        )

    async def _shared_reply(
        self, match: Match, request: Message, http: Request, policy: CachePolicy
    ) -> Response:
        route, of = match.route, _subject(match)
        message = request.SerializeToString(deterministic=True)
        trace = (("traceparent", telemetry.traceparent()),)
        try:
            shared = await self.shared.get(
                route.rpc.path,
                message,
                policy,
                lambda: self.neighbours.call(route.neighbour, route.rpc, message, trace, of),
                lambda raw: json_codec.encode(_decode(route, raw)),
            )
        except OnsaleError as error:
            if error.code is not grpc.StatusCode.NOT_FOUND or "authorization" not in http.headers:
                raise
            # What nobody may see, its owner may: a draft's seat map.
            raw = await self._call(match, request, _metadata(http, None))
            return self._response(route, raw, http)
        return shared.response(policy, http.headers.get("if-none-match", ""), _accepts_gzip(http))

    def _forget(self, match: Match) -> None:
        """What an organiser just changed is not shown as it was before."""
        event_id = match.fields.get("event_id")
        if event_id:
            self.shared.forget(event_id.encode())

    def _response(self, route: Route, raw: bytes, http: Request) -> Response:
        if route.is_raw:
            return _raw_response(_decode(route, raw), http)
        if route.success_status == 204:
            response = Response(status_code=204)
        else:
            message = _decode(route, raw)
            token = self.cookie.take(route.rpc.path, message)
            response = _json_response(route, message, http)
            if token:
                self.cookie.set(response, token)
        if self.cookie.ends_with(route.rpc.path):
            self.cookie.clear(response)
        response.raw_headers.append((b"cache-control", b"no-store"))
        return response


def _subject(match: Match) -> str:
    """Returns the id in a route's path by which the process is picked that serves it."""
    return match.fields.get("event_id") or match.fields.get("hold_id", "")


def _decode(route: Route, raw: bytes) -> Message:
    message: Message = descriptors.message_class(route.rpc.descriptor.output_type).FromString(raw)
    return message


def _json_response(route: Route, message: Message, http: Request) -> Response:
    value = getattr(message, route.response_body) if route.response_body else message
    body = json_codec.encode(value)
    headers: RawHeaders = []
    if len(body) >= GZIP_BYTES_MIN and _accepts_gzip(http):
        body = gzip.compress(body, _FAST_GZIP_LEVEL)
        headers = [(b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")]
    return ReadyResponse(body, route.success_status, "application/json", headers)


def _raw_response(reply: Any, http: Request) -> Response:
    """Returns a google.api.HttpBody as it is; one who has it already is told so."""
    etag = etag_of(reply.data)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if matches(http.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(reply.data, 200, headers, reply.content_type)


def _set_request_id(request: Any, http: Request) -> BodyInvalid | None:
    key = http.headers.get(IDEMPOTENCY_KEY)
    if key is None:
        request.request_id = request.request_id or secrets.token_hex(16)
        return None
    if not 1 <= len(key) <= IDEMPOTENCY_KEY_LENGTH_MAX or not _PRINTABLE.fullmatch(key):
        problem = f"must be 1 to {IDEMPOTENCY_KEY_LENGTH_MAX} printable characters"
        return BodyInvalid("Idempotency-Key", problem)
    request.request_id = key
    return None


def _metadata(http: Request, fault: BodyInvalid | None) -> Metadata:
    metadata = [("traceparent", telemetry.traceparent())]
    for name in ("authorization", "admission-token"):
        value = http.headers.get(name)
        if value is not None:
            metadata.append((name, _forwardable(value)))
    if fault:
        field = fault.field.replace("|", "?")
        said = f"{field}|{fault.problem}"[:FORWARDED_LENGTH_MAX]
        metadata.append((BODY_INVALID_KEY, re.sub(r"[^\x20-\x7e]", "?", said)))
    return tuple(metadata)


def _forwardable(value: str) -> str:
    """gRPC takes printable ASCII only; a token with anything else stays one that nobody issued."""
    if not (value.isascii() and value.isprintable()):
        value = re.sub(r"[^\x20-\x7e]", "?", value)
    return value[:FORWARDED_LENGTH_MAX]


def _accepts_gzip(http: Request) -> bool:
    return "gzip" in http.headers.get("accept-encoding", "")
