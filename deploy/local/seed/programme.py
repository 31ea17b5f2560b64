"""What plays where: the two events with a line, and a season in every theatre and club."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from deploy.local.catalogue import NewEvent
from deploy.local.seed import names
from deploy.local.seed.cities import PRICE_OF_A_EURO, City
from mesh.timestamps import to_proto
from protos.inventory.v1 import catalog_pb2
from protos.mesh.v1 import money_pb2
from protos.queue.v1 import room_admin_pb2

ARENA_PRICES_EUR = {"Floor": 95, "Lower bowl": 75, "Upper bowl": 45}
ROOM_CAPACITY = 500
SOON = timedelta(minutes=5)
"""After the first start: time enough to look around, and to wait in the line."""

THEATRE_EVENTS = 8
CLUB_EVENTS = 8
THEATRE_DAYS_MIN = 15
"""So that whoever tries the demo finds many seats two weeks and more ahead."""
CLUB_DAYS_MIN = 2
DAYS_MAX = 290
STARTS = (time(19, 0), time(19, 30), time(20, 0), time(20, 30), time(21, 0))


def with_a_line(arena_name: str, city: City, begun: datetime) -> Iterator[NewEvent]:
    """The sale of the demo: one line open already, and one that opens soon."""
    yield _in_the_arena(
        arena_name,
        city,
        begun.date() + timedelta(days=60),
        room_admin_pb2.ConfigureRoomRequest(capacity=ROOM_CAPACITY),
        name="Open Line Night",
        artist_name="The Velvet Meridians",
    )
    yield _in_the_arena(
        arena_name,
        city,
        begun.date() + timedelta(days=90),
        room_admin_pb2.ConfigureRoomRequest(
            capacity=ROOM_CAPACITY, open_time=to_proto(begun + SOON)
        ),
        name="Soon On Sale",
        artist_name="Juno Kestrel Orchestra",
    )


def in_a_theatre(
    venue_name: str, city: City, begun: datetime, random: Random
) -> Iterator[NewEvent]:
    """A season of a theatre: a few shows, each on several evenings, and guests."""
    repertoire = [names.show(random) for _ in range(3)]
    for number in range(THEATRE_EVENTS):
        category = random.choice(("theatre", "theatre", "musical", "comedy", "classical"))
        plays = category in ("theatre", "musical")
        artist_name = names.artist(random)
        stalls = random.randrange(28, 92, 4)
        yield NewEvent(
            name=f"{venue_name}/{number}",
            venue_name=venue_name,
            event=_event(
                city,
                name=random.choice(repertoire) if plays else f"An evening with {artist_name}",
                artist_name="" if plays else artist_name,
                category=category,
                start=_evening(begun, city, THEATRE_DAYS_MIN, random),
                prices_eur={"Stalls": stalls, "Circle": round(stalls * 0.6)},
            ),
        )


def in_a_club(
    venue_name: str, city: City, zone_names: list[str], begun: datetime, random: Random
) -> Iterator[NewEvent]:
    """A season of a club."""
    for number in range(CLUB_EVENTS):
        artist_name = names.artist(random)
        standing = random.randrange(12, 48, 2)
        prices = {"Standing": standing, "Balcony": standing + 10}
        tour = random.choice(("", "", f" at {city.name}", ": the late show", ": new songs"))
        yield NewEvent(
            name=f"{venue_name}/{number}",
            venue_name=venue_name,
            event=_event(
                city,
                name=artist_name + tour,
                artist_name=artist_name,
                category=random.choice(("concert", "concert", "jazz", "electronic", "comedy")),
                start=_evening(begun, city, CLUB_DAYS_MIN, random),
                prices_eur={zone: prices[zone] for zone in zone_names},
            ),
        )


def _in_the_arena(
    arena_name: str,
    city: City,
    day: date,
    room: room_admin_pb2.ConfigureRoomRequest,
    *,
    name: str,
    artist_name: str,
) -> NewEvent:
    start = datetime.combine(day, time(20, 0), ZoneInfo(city.time_zone)).astimezone(UTC)
    event = _event(
        city,
        name=name,
        artist_name=artist_name,
        category="concert",
        start=start,
        prices_eur=ARENA_PRICES_EUR,
    )
    if room.HasField("open_time"):
        event.sale_open_time.CopyFrom(room.open_time)  # search calls it on sale when its line opens
    return NewEvent(name=f"{arena_name}/{name}", venue_name=arena_name, event=event, room=room)


def _evening(begun: datetime, city: City, days_min: int, random: Random) -> datetime:
    day = (begun + timedelta(days=random.randrange(days_min, DAYS_MAX))).date()
    return datetime.combine(day, random.choice(STARTS), ZoneInfo(city.time_zone)).astimezone(UTC)


def _event(
    city: City,
    *,
    name: str,
    artist_name: str,
    category: str,
    start: datetime,
    prices_eur: dict[str, int],
) -> catalog_pb2.CreateEventRequest:
    return catalog_pb2.CreateEventRequest(
        name=name,
        artist_name=artist_name,
        category=category,
        start_time=to_proto(start),
        zone_prices=[
            catalog_pb2.ZonePrice(zone_name=zone, price=_price(euros, city.currency_code))
            for zone, euros in prices_eur.items()
        ],
    )


def _price(euros: int, currency_code: str) -> money_pb2.Money:
    """A price of about so many euros, in whole units of the city's money."""
    amount = euros * PRICE_OF_A_EURO[currency_code]
    step = 1 if amount < 100 else 10 if amount < 2_000 else 100
    whole = max(step, round(amount / step) * step)
    minor = whole * 10 ** get_currency_precision(currency_code)
    return money_pb2.Money(amount_minor=minor, currency_code=currency_code)
