"""The whole demo, in the order in which it is made: the same at every run, for whatever was cut short."""

from collections.abc import Iterator
from datetime import datetime
from random import Random

from deploy.local.catalogue import NewEvent, NewVenue
from deploy.local.seed import programme, venues
from deploy.local.seed.cities import CITIES, City


def demo_venues() -> Iterator[NewVenue]:
    """Every venue, the arena first."""
    yield venues.arena()
    for venue, _ in _theatres_and_clubs():
        yield venue


def demo_events(begun: datetime) -> Iterator[NewEvent]:
    """Every event, those with a line first; times count from when the seed ran first."""
    yield from programme.with_a_line(venues.ARENA, CITIES[0], begun)
    for venue, city in _theatres_and_clubs():
        random = _dice(f"programme of {venue.name}")
        if zone_names := venues.standing_zones(venue):
            yield from programme.in_a_club(venue.name, city, zone_names, begun, random)
        else:
            yield from programme.in_a_theatre(venue.name, city, begun, random)


def _theatres_and_clubs() -> Iterator[tuple[NewVenue, City]]:
    for city in venues.cities_with_a_theatre():
        yield venues.theatre(city, _dice(f"theatre of {city.name}")), city
    for city in CITIES:
        for number in range(venues.CLUBS_IN_A_CITY):
            yield venues.club(city, number, _dice(f"club {number} of {city.name}")), city


def _dice(named: str) -> Random:
    """Dice that fall the same at every run."""
    return Random(named)  # noqa: S311 - a demo, not a secret
