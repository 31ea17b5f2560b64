"""Amounts, currencies, cards and fees."""

import pytest

from deploy.local.stripe import currencies
from deploy.local.stripe.cards import BY_NAME, TEST_CARDS, passes_luhn
from deploy.local.stripe.errors import InvalidRequest
from deploy.local.stripe.ledger import processing_fee


@pytest.mark.parametrize(
    ("amount", "currency"),
    [(50, "usd"), (50, "jpy"), (30, "gbp"), (1, "xof"), (5_010, "kwd"), (99_999_999, "eur")],
)
def test_amounts_that_stripe_charges_pass(amount: int, currency: str) -> None:
    currencies.require_chargeable(amount, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (49, "usd", "amount_too_small"),
        (49, "jpy", "amount_too_small"),
        (0, "xof", "amount_too_small"),
        (17_499, "huf", "amount_too_small"),
        (100_000_000, "jpy", "amount_too_large"),
        (5_005, "kwd", "parameter_invalid_integer"),
    ],
)
def test_amounts_that_stripe_would_not_charge_are_refused(
    amount: int, currency: str, code: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        currencies.require_chargeable(amount, currency)
    assert refused.value.body["error"]["code"] == code


def test_currencies_come_in_any_case_and_only_real_ones() -> None:
    assert currencies.supported("EUR") == "eur"
    with pytest.raises(InvalidRequest):
        currencies.supported("abc")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(500_000, "eur", "5,000.00 EUR"), (500, "jpy", "500 JPY"), (5_010, "kwd", "5.010 KWD")],
)
def test_amounts_are_written_as_people_do(amount: int, currency: str, text: str) -> None:
    assert currencies.written(amount, currency) == text


def test_no_currency_has_two_counts_of_decimals() -> None:
    sets = (currencies.ZERO_DECIMAL, currencies.TWO_DECIMAL, currencies.THREE_DECIMAL)
    assert sum(len(codes) for codes in sets) == len(currencies.SUPPORTED)
    assert set(currencies.LEAST_CHARGES) <= currencies.SUPPORTED


def test_every_test_card_is_a_possible_number_with_names_of_its_own() -> None:
    assert all(passes_luhn(card.number) for card in TEST_CARDS)
    assert len({card.number for card in TEST_CARDS}) == len(TEST_CARDS)
    assert len(BY_NAME) == sum(len(card.names) for card in TEST_CARDS)
    assert not passes_luhn("4242424242424241")


def test_a_fee_never_exceeds_the_payment() -> None:
    assert processing_fee(10_000) == 320
    assert processing_fee(10) == 10
