"""``/_local``: what is ours and not Stripe's. The package's docstring is its documentation."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs, urlencode

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.local.stripe import confirming, disputes, events, pages
from deploy.local.stripe.account import Account
from deploy.local.stripe.errors import CardError, InvalidRequest, StripeError
from deploy.local.stripe.store import Document


class LocalAPI:
    """The handlers; each change is one transaction."""

    def __init__(self, account: Account, wake: Callable[[], None]) -> None:
        self._account = account
        self._wake = wake

    def routes(self) -> list[Route]:
        return [
            Route("/_local/faults", self.list_faults, methods=["GET"]),
            Route("/_local/faults", self.add_fault, methods=["POST"]),
            Route("/_local/faults", self.clear_faults, methods=["DELETE"]),
            Route("/_local/deliveries", self.list_deliveries, methods=["GET"]),
            Route("/_local/events/{id}/resend", self.resend_event, methods=["POST"]),
            Route("/_local/charges/{id}/dispute", self.dispute_charge, methods=["POST"]),
            Route("/_local/authentications/{id}", self.show_authentication, methods=["GET"]),
            Route("/_local/authentications/{id}", self.authenticate, methods=["POST"]),
        ]

    async def list_faults(self, request: Request) -> Response:
        rules = [asdict(rule) for rule in self._account.faults.rules]
        return JSONResponse({"faults": rules})

    async def add_fault(self, request: Request) -> Response:
        rule = self._account.faults.add(await _json_of(request))
        return JSONResponse(asdict(rule), status_code=201)

    async def clear_faults(self, request: Request) -> Response:
        self._account.faults.clear()
        return Response(status_code=204)

    async def list_deliveries(self, request: Request) -> Response:
        return JSONResponse({"deliveries": self._account.store.open_deliveries()})

    async def resend_event(self, request: Request) -> Response:
        with self._account.store.transaction():
            event = self._account.get("event", request.path_params["id"], "id")
            events.resend(self._account, event)
        self._wake()
        return JSONResponse(event)

    async def dispute_charge(self, request: Request) -> Response:
        reason = (await _json_of(request)).get("reason", "fraudulent")
        with self._account.store.transaction():
            charge = self._account.get("charge", request.path_params["id"], "id")
            dispute = disputes.open_dispute(self._account, charge, reason)
        self._wake()
        return JSONResponse(dispute)

    async def show_authentication(self, request: Request) -> Response:
        intent = self._asked_intent(request, request.query_params.get("client_secret", ""))
        if intent["status"] != "requires_action":
            return HTMLResponse(pages.gone(), status_code=409)
        return HTMLResponse(pages.ask(intent))

    async def authenticate(self, request: Request) -> Response:
        """The buyer's answer, from the page's form or from a test."""
        is_form = "json" not in request.headers.get("content-type", "")
        answer = await _form_of(request) if is_form else await _json_of(request)
        outcome = answer.get("outcome")
        if outcome not in ("approve", "refuse"):
            raise InvalidRequest("outcome must be approve or refuse", param="outcome")
        intent = self._asked_intent(request, str(answer.get("client_secret", "")))
        return_url = _return_url(intent)
        # The bank may decline after all: then the intent, which is kept, says why.
        with self._account.store.transaction(), suppress(CardError):
            confirming.authenticate(self._account, intent, approved=outcome == "approve")
        self._wake()
        if not is_form:
            return JSONResponse(intent)
        if return_url is None:
            return HTMLResponse(pages.done(intent))
        return RedirectResponse(_with_result(return_url, intent), status_code=303)

    def _asked_intent(self, request: Request, client_secret: str) -> Document:
        intent = self._account.get("payment_intent", request.path_params["id"], "intent")
        if not secrets.compare_digest(client_secret.encode(), intent["client_secret"].encode()):
            raise InvalidRequest("client_secret does not match", param="client_secret")
        return intent


async def refuse(request: Request, refusal: Exception) -> Response:
    """Answers a refused call in Stripe's shape."""
    assert isinstance(refusal, StripeError)
    return JSONResponse(refusal.body, status_code=refusal.status)


def _return_url(intent: Document) -> str | None:
    action = intent["next_action"] or {}
    url: str | None = action.get("redirect_to_url", {}).get("return_url")
    return url


def _with_result(return_url: str, intent: Document) -> str:
    failed = intent["last_payment_error"] is not None
    query = urlencode(
        {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": "failed" if failed else "succeeded",
        }
    )
    return f"{return_url}{'&' if '?' in return_url else '?'}{query}"


async def _json_of(request: Request) -> dict[str, Any]:
    body = await request.body()
    if not body:
        return {}
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise InvalidRequest(f"Not JSON: {fault}") from fault
    if not isinstance(value, dict):
        raise HTTPException(400, "A JSON object is wanted.")
    return value


async def _form_of(request: Request) -> dict[str, str]:
    fields = parse_qs((await request.body()).decode(errors="replace"))
    return {name: values[-1] for name, values in fields.items()}
