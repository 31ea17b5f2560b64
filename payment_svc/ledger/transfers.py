"""Which accounts a movement of money touches. Every transfer sums to zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from payment_svc.orders.order import Line, LineKind, Order


class Account(StrEnum):
    """The chart of accounts; what each is for stands in the table ledger_accounts."""

    PROCESSOR = "processor"
    FACE = "face"
    FEE = "fee"
    TAX = "tax"
    REFUND = "refund"
    DISPUTE = "dispute"


class TransferKind(StrEnum):
    """What moved."""

    CAPTURE = "CAPTURE"
    REFUND = "REFUND"
    REFUND_FAILED = "REFUND_FAILED"
    DISPUTE = "DISPUTE"
    DISPUTE_WON = "DISPUTE_WON"


@dataclass(frozen=True)
class Transfer:
    """A movement of money, to be written once for its kind and reference."""

    event_id: int
    order_id: UUID
    kind: TransferKind
    reference: str
    currency_code: str
    entries: Mapping[Account, int]


_INCOME = {LineKind.FACE: Account.FACE, LineKind.FEE: Account.FEE, LineKind.TAX: Account.TAX}


def capture_transfer(order: Order, lines: Sequence[Line]) -> Transfer:
    """The processor holds the order's money; it came for what the lines say."""
    entries = {Account.PROCESSOR: order.total_minor}
    for line in lines:
        account = _INCOME[line.kind]
        entries[account] = entries.get(account, 0) - line.amount_minor
    return _transfer(order, TransferKind.CAPTURE, order.intent_id or "", entries)


def refund_transfer(order: Order, refund_text: str, amount_minor: int) -> Transfer:
    """The processor gives money back."""
    entries = {Account.PROCESSOR: -amount_minor, Account.REFUND: amount_minor}
    return _transfer(order, TransferKind.REFUND, refund_text, entries)


def refund_failed_transfer(order: Order, refund_text: str, amount_minor: int) -> Transfer:
    """A refund's money came back to us."""
    entries = {Account.PROCESSOR: amount_minor, Account.REFUND: -amount_minor}
    return _transfer(order, TransferKind.REFUND_FAILED, refund_text, entries)


def _transfer(
    order: Order, kind: TransferKind, reference: str, entries: Mapping[Account, int]
) -> Transfer:
    touched = {account: amount for account, amount in entries.items() if amount}
    return Transfer(order.event_id, order.order_id, kind, reference, order.currency_code, touched)
