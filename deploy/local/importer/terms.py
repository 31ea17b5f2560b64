"""What the files do not say: prices, where a plan's hall stands, and how many people a venue takes."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from protos.inventory.v1 import catalog_pb2
from protos.mesh.v1 import money_pb2

CAPACITY_OF_KIND = {
    "arena": 9_000,
    "stadium": 30_000,
    "amphitheatre": 4_000,
    "concert_hall": 1_500,
    "opera_house": 1_600,
    "theatre": 800,
    "arts_centre": 500,
    "live_venue": 500,
    "church": 400,
    "education": 400,
    "club": 350,
    "museum": 250,
    "ship": 200,
    "festival_ground": 15_000,
    "bookshop_or_shop": 80,
}
CAPACITY_DEFAULT = 400
CAPACITY_DRAWN = "How many people the venue takes is not known; the number here is a guess."


@dataclass(frozen=True)
class Terms:
    """Chosen on the command line."""

    price: Decimal
    currency_code: str
    city: str
    country_code: str
    latitude: float
    longitude: float
    time_zone: str
    begun: datetime
    """When the files were loaded first."""

    def default_price(self) -> money_pb2.Money:
        """What a seat costs where the file names no price."""
        return to_money(self.price, self.currency_code)

    def venue_of_plan(self, name: str) -> catalog_pb2.CreateVenueRequest:
        """The hall that a plan is of: plan files say how it looks, not where it is."""
        return catalog_pb2.CreateVenueRequest(
            name=name,
            city=self.city,
            country_code=self.country_code,
            latitude=self.latitude,
            longitude=self.longitude,
            time_zone=self.time_zone,
        )


def to_money(amount: Decimal, currency_code: str) -> money_pb2.Money:
    """An amount in the currency's own minor unit."""
    minor = int(amount.scaleb(get_currency_precision(currency_code)))
    return money_pb2.Money(amount_minor=minor, currency_code=currency_code)


def is_time_zone(name: str) -> bool:
    """Whether a file's time zone is one."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return bool(name)
