"""Which currencies and amounts Stripe takes. Amounts are in the currency's smallest unit."""

from typing import Final

from deploy.local.stripe.errors import InvalidRequest

AMOUNT_MAX: Final = 99_999_999
"""Eight digits, whatever the currency."""


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


ZERO_DECIMAL: Final = _codes("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf")
THREE_DECIMAL: Final = _codes("bhd jod kwd omr tnd")
TWO_DECIMAL: Final = _codes(
    "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd "
    "cad cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd "
    "hkd hnl htg huf idr ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd "
    "mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar "
    "ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah "
    "usd uyu uzs wst xcd yer zar zmw"
)
SUPPORTED: Final = ZERO_DECIMAL | TWO_DECIMAL | THREE_DECIMAL

LEAST_CHARGES: Final = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200,
    "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
"""The smallest charge by currency, from Stripe's list of minimum amounts."""


def supported(currency: str) -> str:
    """The currency's code in lower case, or a refusal."""
    code = currency.lower()
    if code not in SUPPORTED:
        raise InvalidRequest(f"Invalid currency: {code}.", param="currency")
    return code


def require_chargeable(amount: int, currency: str) -> None:
    """Refuses an amount that Stripe would not charge in this currency."""
    if amount > AMOUNT_MAX:
        raise InvalidRequest(
            f"Amount must be no more than {AMOUNT_MAX} in the smallest unit.",
            code="amount_too_large",
            param="amount",
        )
    least = LEAST_CHARGES.get(currency, 1)
    if amount < least:
        raise InvalidRequest(
            f"Amount must be at least {least} {currency} in the smallest unit.",
            code="amount_too_small",
            param="amount",
        )
    if currency in THREE_DECIMAL and amount % 10:
        raise InvalidRequest(
            f"The amount must be evenly divisible by 10 in {currency}.",
            code="parameter_invalid_integer",
            param="amount",
        )


def written(amount: int, currency: str) -> str:
    """An amount as a person writes it: 5000 eur is 50.00 EUR."""
    decimals = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    return f"{amount / 10**decimals:,.{decimals}f} {currency.upper()}"
