"""Amounts: minor units and a currency, never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision

from protos.mesh.v1 import money_pb2


@dataclass(frozen=True)
class Money:
    """An amount in the minor unit of its currency."""

    amount_minor: int
    currency_code: str

    def to_proto(self) -> money_pb2.Money:
        """Returns it for the wire."""
        return money_pb2.Money(amount_minor=self.amount_minor, currency_code=self.currency_code)


def from_proto(message: money_pb2.Money) -> Money:
    """Reads it from the wire."""
    return Money(message.amount_minor, message.currency_code)


def format_money(money: Money, locale: str = "en") -> str:
    """Returns an amount for a person, such as "€95.00"; yen have no decimals, dinars three."""
    digits = get_currency_precision(money.currency_code)
    amount = Decimal(money.amount_minor).scaleb(-digits)
    return str(format_currency(amount, money.currency_code, locale=locale))
