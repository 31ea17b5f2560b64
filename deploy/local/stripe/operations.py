"""Every operation of the API in one table: method, address, accepted parameters, what runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from deploy.local.stripe import (
    capturing,
    charges,
    confirming,
    customers,
    disputes,
    endpoints,
    events,
    intents,
    ledger,
    methods,
    refunds,
)
from deploy.local.stripe.account import Account
from deploy.local.stripe.errors import InvalidRequest, ParameterMissing
from deploy.local.stripe.lists import CURSOR_PARAMETERS
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document

EXPAND: Final = frozenset({"expand"})


@dataclass(frozen=True)
class Call:
    """One authenticated request to an operation."""

    account: Account
    parameters: Parameters
    names: Mapping[str, str]
    """The ids in the address, by the name that the address gives them."""
    by_browser: bool
    """Whether it came with the publishable key."""

    def subject(self, kind: str, name: str) -> Document:
        """The object that the address names."""
        return self.account.get(kind, self.names[name], name)

    def intent(self) -> Document:
        """The intent that the address names; a browser must know its secret."""
        intent = self.subject("payment_intent", "intent")
        secret = self.parameters.text("client_secret")
        if self.by_browser and secret is None:
            raise ParameterMissing("client_secret")
        if secret is not None and secret != intent["client_secret"]:
            raise InvalidRequest(
                "The client_secret provided does not match any associated PaymentIntent on "
                "this account.",
                code="resource_missing",
                param="client_secret",
            )
        return intent


Run = Callable[[Call], Document]


@dataclass(frozen=True)
class Operation:
    """One line of the API."""

    method: str
    path: str
    accepts: frozenset[str]
    run: Run
    for_browsers: bool = False
    """Whether the publishable key suffices."""


def _create_intent(call: Call) -> Document:
    confirm = call.parameters.flag("confirm")
    intent = intents.create(call.account, call.parameters)
    if confirm:
        return confirming.take_payment(call.account, intent, call.parameters)
    return intent


def _get_intent(call: Call) -> Document:
    intent = call.intent()
    return intents.publishable(intent) if call.by_browser else intent


def _confirm_intent(call: Call) -> Document:
    intent = confirming.confirm(call.account, call.intent(), call.parameters)
    return intents.publishable(intent) if call.by_browser else intent


def _list_refunds_of_charge(call: Call) -> Document:
    charge = call.subject("charge", "charge")
    values = call.parameters.with_text("charge", charge["id"])
    return refunds.list_refunds(call.account, values, f"/v1/charges/{charge['id']}/refunds")


def _reader(kind: str, name: str) -> Run:
    return lambda call: call.subject(kind, name)


OPERATIONS: Final = (
    Operation("POST", "/v1/payment_intents", intents.CREATE_PARAMETERS, _create_intent),
    Operation(
        "GET",
        "/v1/payment_intents",
        intents.LIST_PARAMETERS,
        lambda call: intents.list_intents(call.account, call.parameters),
    ),
    Operation(
        "GET",
        "/v1/payment_intents/{intent}",
        frozenset({"client_secret", "expand"}),
        _get_intent,
        for_browsers=True,
    ),
    Operation(
        "POST",
        "/v1/payment_intents/{intent}",
        intents.CHANGE_PARAMETERS,
        lambda call: intents.update(call.account, call.intent(), call.parameters),
    ),
    Operation(
        "POST",
        "/v1/payment_intents/{intent}/confirm",
        intents.CONFIRM_PARAMETERS,
        _confirm_intent,
        for_browsers=True,
    ),
    Operation(
        "POST",
        "/v1/payment_intents/{intent}/capture",
        capturing.CAPTURE_PARAMETERS,
        lambda call: capturing.capture(call.account, call.intent(), call.parameters),
    ),
    Operation(
        "POST",
        "/v1/payment_intents/{intent}/cancel",
        capturing.CANCEL_PARAMETERS,
        lambda call: capturing.cancel(call.account, call.intent(), call.parameters),
    ),
    Operation(
        "POST",
        "/v1/payment_methods",
        methods.CREATE_PARAMETERS,
        lambda call: methods.create(call.account, call.parameters),
        for_browsers=True,
    ),
    Operation(
        "GET",
        "/v1/payment_methods/{payment_method}",
        EXPAND,
        _reader("payment_method", "payment_method"),
    ),
    Operation(
        "GET",
        "/v1/charges",
        charges.LIST_PARAMETERS,
        lambda call: charges.list_charges(call.account, call.parameters),
    ),
    Operation("GET", "/v1/charges/{charge}", EXPAND, _reader("charge", "charge")),
    Operation(
        "POST",
        "/v1/charges/{charge}",
        charges.UPDATE_PARAMETERS,
        lambda call: charges.update(
            call.account, call.subject("charge", "charge"), call.parameters
        ),
    ),
    Operation(
        "GET",
        "/v1/charges/{charge}/refunds",
        CURSOR_PARAMETERS,
        _list_refunds_of_charge,
    ),
    Operation(
        "POST",
        "/v1/refunds",
        refunds.CREATE_PARAMETERS,
        lambda call: refunds.create(call.account, call.parameters),
    ),
    Operation(
        "GET",
        "/v1/refunds",
        refunds.LIST_PARAMETERS,
        lambda call: refunds.list_refunds(call.account, call.parameters),
    ),
    Operation("GET", "/v1/refunds/{refund}", EXPAND, _reader("refund", "refund")),
    Operation(
        "POST",
        "/v1/refunds/{refund}",
        refunds.UPDATE_PARAMETERS,
        lambda call: refunds.update(
            call.account, call.subject("refund", "refund"), call.parameters
        ),
    ),
    Operation(
        "GET",
        "/v1/disputes",
        disputes.LIST_PARAMETERS,
        lambda call: disputes.list_disputes(call.account, call.parameters),
    ),
    Operation("GET", "/v1/disputes/{dispute}", EXPAND, _reader("dispute", "dispute")),
    Operation(
        "POST",
        "/v1/disputes/{dispute}",
        disputes.UPDATE_PARAMETERS,
        lambda call: disputes.update(
            call.account, call.subject("dispute", "dispute"), call.parameters
        ),
    ),
    Operation(
        "POST",
        "/v1/disputes/{dispute}/close",
        EXPAND,
        lambda call: disputes.close(call.account, call.subject("dispute", "dispute")),
    ),
    Operation(
        "GET",
        "/v1/events",
        events.LIST_PARAMETERS,
        lambda call: events.list_events(call.account, call.parameters),
    ),
    Operation(
        "GET",
        "/v1/events/{id}",
        EXPAND,
        lambda call: events.show(call.account, call.subject("event", "id")),
    ),
    Operation(
        "GET",
        "/v1/balance_transactions",
        ledger.LIST_PARAMETERS,
        lambda call: ledger.list_transactions(call.account, call.parameters),
    ),
    Operation(
        "GET",
        "/v1/balance_transactions/{id}",
        EXPAND,
        lambda call: ledger.show(call.account, call.subject("balance_transaction", "id")),
    ),
    Operation("GET", "/v1/balance", EXPAND, lambda call: ledger.balance(call.account)),
    Operation(
        "POST",
        "/v1/webhook_endpoints",
        endpoints.CREATE_PARAMETERS,
        lambda call: endpoints.create(call.account, call.parameters),
    ),
    Operation(
        "GET",
        "/v1/webhook_endpoints",
        CURSOR_PARAMETERS,
        lambda call: endpoints.list_endpoints(call.account, call.parameters),
    ),
    Operation(
        "GET",
        "/v1/webhook_endpoints/{webhook_endpoint}",
        EXPAND,
        lambda call: endpoints.public(call.subject("webhook_endpoint", "webhook_endpoint")),
    ),
    Operation(
        "POST",
        "/v1/webhook_endpoints/{webhook_endpoint}",
        endpoints.UPDATE_PARAMETERS,
        lambda call: endpoints.update(
            call.account, call.subject("webhook_endpoint", "webhook_endpoint"), call.parameters
        ),
    ),
    Operation(
        "DELETE",
        "/v1/webhook_endpoints/{webhook_endpoint}",
        frozenset(),
        lambda call: endpoints.delete(
            call.account, call.subject("webhook_endpoint", "webhook_endpoint")
        ),
    ),
    Operation(
        "POST",
        "/v1/customers",
        customers.PARAMETERS,
        lambda call: customers.create(call.account, call.parameters),
    ),
    Operation(
        "GET",
        "/v1/customers",
        customers.LIST_PARAMETERS,
        lambda call: customers.list_customers(call.account, call.parameters),
    ),
    Operation("GET", "/v1/customers/{customer}", EXPAND, _reader("customer", "customer")),
    Operation(
        "POST",
        "/v1/customers/{customer}",
        customers.PARAMETERS,
        lambda call: customers.update(
            call.account, call.subject("customer", "customer"), call.parameters
        ),
    ),
)
