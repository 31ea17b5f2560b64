"""The way of every request: version, key, fault, idempotency, transaction, reply."""

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from deploy.local.stripe import auth, form
from deploy.local.stripe.account import API_VERSION, Account, Cause
from deploy.local.stripe.errors import (
    CardError,
    InvalidRequest,
    RateLimited,
    ServerFault,
    StripeError,
)
from deploy.local.stripe.expansion import expand
from deploy.local.stripe.faults import Rule
from deploy.local.stripe.idempotency import IdempotencyKeys, fingerprint
from deploy.local.stripe.ids import new_request_id
from deploy.local.stripe.lost_reply import LostReply
from deploy.local.stripe.operations import Call, Operation
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import KeptReply

BODY_BYTES_MAX: Final = 1_000_000
VERSION: Final = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z_]+)?(;.*)?")
RETRIABLE: Final = (409, 429)
"""Statuses after which Stripe advises its libraries to try the same request again."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """What a request is answered with."""

    status: int
    body: bytes
    request_id: str
    original_request_id: str | None = None
    """Set when this is the kept reply to an earlier request."""


class Gateway:
    """Runs operations for HTTP requests."""

    def __init__(self, account: Account, keys: IdempotencyKeys, wake: Callable[[], None]) -> None:
        """Makes a gateway.

        Args:
            wake: Called after each change, so that its webhooks and jobs start at once.
        """
        self._account = account
        self._keys = keys
        self._wake = wake

    async def serve(self, operation: Operation, request: Request) -> Response:
        """Answers one request, never with anything but a reply in Stripe's form."""
        request_id = new_request_id()
        try:
            return await self._answer(operation, request, request_id)
        except StripeError as refusal:
            return _response(request, _refusal(refusal, request_id))
        except Exception:
            logger.exception("request %s failed", request_id)
            return _response(request, _refusal(ServerFault(), request_id))

    async def _answer(self, operation: Operation, request: Request, request_id: str) -> Response:
        _require_known_version(request)
        text = await _form_of(request)
        values = form.decode(text)
        form_key = values.pop("key", None)
        header = request.headers.get("authorization")
        by_browser = auth.is_publishable(header, form_key)
        if not operation.for_browsers:
            auth.require_secret(by_browser)
        path, method = request.url.path, request.method
        key = request.headers.get("idempotency-key") if method == "POST" else None
        mark = fingerprint(method, path, text)
        fault = self._account.faults.strike_call(method, path)
        if fault is not None and fault.action.startswith("refuse_"):
            raise self._refused(fault, key, mark, request_id)
        if key is not None and (kept := self._keys.kept(key, mark)) is not None:
            again = Reply(kept.status, kept.body, request_id, kept.request_id)
            return _response(request, again)
        with self._keys.in_use(key):
            if fault is not None and fault.action == "delay_ms" and fault.when == "before":
                await asyncio.sleep(fault.delay_seconds)
            cause = Cause(method, path, request_id, key)
            account = replace(self._account, cause=cause)
            call = Call(account, Parameters(values), request.path_params, by_browser)
            reply = self._run(operation, call, mark)
        if fault is not None and fault.action == "timeout_after_doing":
            return LostReply(fault.delay_seconds)
        if fault is not None and fault.when == "after":
            await asyncio.sleep(fault.delay_seconds)
        return _response(request, reply)

    def _run(self, operation: Operation, call: Call, mark: str) -> Reply:
        """Runs an operation and keeps its reply, all in one transaction."""
        cause, store = call.account.cause, call.account.store
        key, request_id = cause.idempotency_key, cause.request_id or ""
        try:
            with store.transaction():
                reply = _outcome(operation, call, request_id)
                if key is not None:
                    self._keys.keep(key, KeptReply(mark, reply.status, reply.body, request_id))
        except StripeError as refusal:
            # Nothing of the request stays, except, once it had begun, its refusal.
            reply = _refusal(refusal, request_id)
            if key is not None and refusal.executed:
                with store.transaction():
                    self._keys.keep(key, KeptReply(mark, reply.status, reply.body, request_id))
        self._wake()
        return reply

    def _refused(self, fault: Rule, key: str | None, mark: str, request_id: str) -> StripeError:
        refusal = RateLimited() if fault.action == "refuse_429" else ServerFault()
        if fault.keep and key is not None:
            reply = _refusal(refusal, request_id)
            with self._account.store.transaction():
                self._keys.keep(key, KeptReply(mark, reply.status, reply.body, request_id))
        return refusal


def _outcome(operation: Operation, call: Call, request_id: str) -> Reply:
    call.parameters.allow(operation.accepts)
    paths = call.parameters.texts("expand") or []
    try:
        document = operation.run(call)
    except CardError as decline:
        # A declined payment is a refusal that leaves its traces: they are committed.
        return _refusal(decline, request_id)
    expand(call.account, document, paths)
    return Reply(200, orjson.dumps(document), request_id)


def _refusal(refusal: StripeError, request_id: str) -> Reply:
    return Reply(refusal.status, orjson.dumps(refusal.body), request_id)


def _response(request: Request, reply: Reply) -> Response:
    headers = {
        "Request-Id": reply.request_id,
        "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
        "Cache-Control": "no-cache, no-store",
    }
    if key := request.headers.get("idempotency-key"):
        headers["Idempotency-Key"] = key
    if reply.original_request_id is not None:
        headers["Idempotent-Replayed"] = "true"
        headers["Original-Request"] = reply.original_request_id
    if reply.status in RETRIABLE:
        headers["Stripe-Should-Retry"] = "true"
    return Response(reply.body, reply.status, headers, media_type="application/json")


def _require_known_version(request: Request) -> None:
    version = request.headers.get("stripe-version", API_VERSION)
    if not VERSION.fullmatch(version):
        raise InvalidRequest(f"Invalid Stripe API version: {version}")


async def _form_of(request: Request) -> str:
    """The form of a request: the body of a POST, else the query."""
    if request.method != "POST":
        return request.url.query
    content_type: str = request.headers.get("content-type", "")
    body: Any = await request.body()
    if len(body) > BODY_BYTES_MAX:
        raise InvalidRequest("The request is too large.")
    if body and not content_type.startswith("application/x-www-form-urlencoded"):
        raise InvalidRequest(
            "Invalid request (check that your POST content type is "
            "application/x-www-form-urlencoded)."
        )
    try:
        return str(body, "utf-8")
    except UnicodeDecodeError as fault:
        raise InvalidRequest("Invalid request (the body is not UTF-8).") from fault
