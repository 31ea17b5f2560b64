"""The balance: one transaction for each movement of money, which an audit can sum."""

from typing import Final

from deploy.local.stripe.account import Account, changed
from deploy.local.stripe.ids import new_id
from deploy.local.stripe.lists import CURSOR_PARAMETERS, page
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document, Span

# Stripe's standard price for cards in the United States: 2.9 % + 30 cents.
FEE_PER_MILLE: Final = 29
FEE_FIXED_MINOR: Final = 30
DISPUTE_FEE_MINOR: Final = 1_500
AVAILABLE_AFTER_SECONDS: Final = 2 * 86_400
"""When captured money may be paid out: two days, Stripe's usual pace."""

SETTLEMENT_SECONDS: Final = 0.05
"""How long after an automatic capture its balance transaction appears (Stripe: asynchronously)."""

LIST_PARAMETERS: Final = CURSOR_PARAMETERS | {"created", "currency", "source", "type"}


def record(
    account: Account,
    movement: str,
    source: Document,
    amount: int,
    *,
    fee: int = 0,
    reporting_category: str | None = None,
    description: str | None = None,
) -> Document:
    """Enters one movement of money; a positive amount came in.

    Args:
        movement: Stripe's type: ``charge``, ``refund``, ``refund_failure``, ``adjustment``.
    """
    currency = source["currency"]
    fee_details = (
        [
            {
                "amount": fee,
                "application": None,
                "currency": currency,
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ]
        if fee
        else []
    )
    transaction: Document = {
        "id": new_id("balance_transaction"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": account.now + AVAILABLE_AFTER_SECONDS,
        "balance_type": "payments",
        "created": account.now,
        "currency": currency,
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": fee_details,
        "net": amount - fee,
        "reporting_category": reporting_category or movement,
        "source": source["id"],
        "status": "pending",
        "type": movement,
    }
    account.store.insert(transaction)
    return transaction


def processing_fee(amount: int) -> int:
    """What Stripe keeps of a payment, never more than the payment."""
    return min(amount, amount * FEE_PER_MILLE // 1_000 + FEE_FIXED_MINOR)


def settle(account: Account, charge: Document) -> None:
    """Enters a captured charge into the balance."""
    amount = charge["amount_captured"]
    transaction = record(
        account,
        "charge",
        charge,
        amount,
        fee=processing_fee(amount),
        description=charge["description"],
    )
    charge["balance_transaction"] = transaction["id"]
    account.store.update(charge)


def settle_later(account: Account, charge_id: str) -> None:
    """Settles an automatically captured charge, and says so (job ``settle_charge``)."""
    charge = account.get("charge", charge_id, "charge")
    before = dict(charge)
    settle(account, charge)
    account.emit("charge.updated", charge, changed(before, charge))


def list_transactions(account: Account, parameters: Parameters) -> Document:
    source, movement = parameters.text("source"), parameters.text("type")
    currency = parameters.text("currency")
    span = Span("balance_transaction")
    if source:
        span = Span("balance_transaction", field="source", value=source)
    elif movement:
        span = Span("balance_transaction", field="type", value=movement)
    listed = page(
        account,
        span,
        parameters,
        "/v1/balance_transactions",
        lambda entry: (
            entry["currency"] == (currency or entry["currency"])
            and entry["type"] == (movement or entry["type"])
        ),
    )
    for transaction in listed["data"]:
        show(account, transaction)
    return listed


def show(account: Account, transaction: Document) -> Document:
    """A transaction with the status that it has now."""
    available = transaction["available_on"] <= account.now
    transaction["status"] = "available" if available else "pending"
    return transaction


def balance(account: Account) -> Document:
    """What the account holds, by currency."""
    rows = account.store.balance_by_currency(account.now)
    return {
        "object": "balance",
        "available": [
            {"amount": available, "currency": currency, "source_types": {"card": available}}
            for currency, available, _ in rows
        ],
        "livemode": False,
        "pending": [
            {"amount": pending, "currency": currency, "source_types": {"card": pending}}
            for currency, _, pending in rows
        ],
    }
