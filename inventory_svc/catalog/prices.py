"""Prices: every zone of a plan once, all in one currency."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from babel.numbers import is_currency

from inventory_svc.errors import PricesInvalid
from mesh.money import Money

PRICE_MINOR_MAX = 10**12
"""Ten thousand million in most currencies: beyond it somebody slipped on a key."""


@dataclass(frozen=True)
class Zone:
    """A price zone of an event."""

    zone_no: int
    name: str
    price_minor: int


ZonePrices = Sequence[tuple[str, Money]]
"""Zone names with their prices, as an organiser gives them."""


def price_zones(zone_names: Sequence[str], prices: ZonePrices) -> tuple[tuple[Zone, ...], str]:
    """Returns the zones of a new event, and its currency. Raises PricesInvalid."""
    priced = _by_name(zone_names, prices)
    missing = [name for name in zone_names if name not in priced]
    if missing:
        raise PricesInvalid(f"has no price for {_listed(missing)}", missing=missing)
    currencies = sorted({money.currency_code for money in priced.values()})
    if len(currencies) != 1:
        raise PricesInvalid(f"has more than one currency: {', '.join(currencies)}")
    zones = tuple(
        Zone(number, name, priced[name].amount_minor)
        for number, name in enumerate(zone_names, start=1)
    )
    return zones, currencies[0]


def reprice(zones: Sequence[Zone], prices: ZonePrices, currency_code: str) -> tuple[Zone, ...]:
    """Returns the zones with new prices for those named. Raises PricesInvalid."""
    priced = _by_name([zone.name for zone in zones], prices)
    for name, money in priced.items():
        if money.currency_code != currency_code:
            raise PricesInvalid(f"{_listed([name])} is not in {currency_code}, as the event is")
    return tuple(
        replace(zone, price_minor=priced[zone.name].amount_minor) if zone.name in priced else zone
        for zone in zones
    )


def _by_name(zone_names: Sequence[str], prices: ZonePrices) -> dict[str, Money]:
    counts = Counter(name.strip() for name, _ in prices)
    repeated = [name for name, count in counts.items() if count > 1]
    if repeated:
        raise PricesInvalid(f"names {_listed(repeated)} more than once", repeated=repeated)
    known = set(zone_names)
    unknown = [name for name in counts if name not in known]
    if unknown:
        raise PricesInvalid(f"names {_listed(unknown)}, which the plan has not", unknown=unknown)
    priced = {name.strip(): money for name, money in prices}
    for name, money in priced.items():
        if not 0 <= money.amount_minor <= PRICE_MINOR_MAX:
            raise PricesInvalid(f"the price of {_listed([name])} is below 0 or above 10^12")
        if not is_currency(money.currency_code):
            raise PricesInvalid(f"the price of {_listed([name])} is in no currency of ISO 4217")
    return priced


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
