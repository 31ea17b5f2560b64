"""Customers: as much as a payment needs to name one."""

from typing import Final

from deploy.local.stripe.account import Account, changed
from deploy.local.stripe.ids import new_id, random_text
from deploy.local.stripe.lists import CURSOR_PARAMETERS, page
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document, Span

PARAMETERS: Final = frozenset({"description", "email", "metadata", "name", "phone", "expand"})
LIST_PARAMETERS: Final = CURSOR_PARAMETERS | {"created", "email"}
TEXTS: Final = ("description", "email", "name", "phone")


def create(account: Account, parameters: Parameters) -> Document:
    customer: Document = {
        "id": new_id("customer"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": account.now,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "discount": None,
        "invoice_prefix": random_text(8).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": parameters.merged_metadata({}),
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **{name: parameters.text(name) for name in TEXTS},
    }
    account.store.insert(customer)
    account.emit("customer.created", customer)
    return customer


def update(account: Account, customer: Document, parameters: Parameters) -> Document:
    before = dict(customer)
    customer["metadata"] = parameters.merged_metadata(customer["metadata"])
    for name in TEXTS:
        if name in parameters:
            customer[name] = parameters.text(name)
    account.store.update(customer)
    account.emit("customer.updated", customer, changed(before, customer))
    return customer


def list_customers(account: Account, parameters: Parameters) -> Document:
    email = parameters.text("email")
    return page(
        account,
        Span("customer"),
        parameters,
        "/v1/customers",
        lambda customer: email is None or customer["email"] == email,
    )
