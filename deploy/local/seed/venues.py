"""The three kinds of venue of the demo: an arena, theatres, standing clubs."""

from random import Random

from deploy.local.catalogue import NewVenue
from deploy.local.seed import names
from deploy.local.seed.cities import CITIES, CITIES_WITH_A_THEATRE, City
from protos.inventory.v1 import catalog_pb2

Section = catalog_pb2.GeneratePlanRequest.Section
Pool = catalog_pb2.GeneratePlanRequest.Pool

ARENA = "demo/arena"
CLUBS_IN_A_CITY = 3
DEGREES_IN_A_RADIAN = 57.2958


def arena() -> NewVenue:
    """Twenty thousand seats: six blocks on the floor, two rings around them."""
    city = CITIES[0]
    sections = [
        *_ring("Floor A", 1, "Floor", 3, 20, distance=30, step_degrees=42, bent=False),
        *_ring("Floor B", 1, "Floor", 3, 20, distance=66, step_degrees=20, bent=False),
        *_ring("Section", 101, "Lower bowl", 16, 22, distance=104, step_degrees=13.2),
        *_ring("Section", 201, "Upper bowl", 22, 24, distance=144, step_degrees=10.4),
    ]
    return NewVenue(
        ARENA,
        _venue("Northlight Arena", city),
        catalog_pb2.GeneratePlanRequest(sections=sections),
    )


def theatre(city: City, random: Random) -> NewVenue:
    """Some six hundred seats: stalls in three blocks and a circle above them."""
    rows = random.choice((13, 14, 15))
    sections = [
        _section("Stalls centre", "Stalls", rows, 16, distance=20),
        _section("Stalls left", "Stalls", rows, 8, distance=20, angle=-38),
        _section("Stalls right", "Stalls", rows, 8, distance=20, angle=38),
        _section("Circle", "Circle", 6, 26, distance=24 + rows * 1.6, accessible=2),
    ]
    return NewVenue(
        f"demo/theatre/{city.name}",
        _venue(names.theatre(random, city.name), city, random),
        catalog_pb2.GeneratePlanRequest(sections=sections),
    )


def club(city: City, number: int, random: Random) -> NewVenue:
    """A floor to stand on, and often a balcony."""
    pools = [Pool(name="Floor", zone_name="Standing", capacity=random.randrange(150, 900, 10))]
    if random.random() < 0.6:
        pools.append(
            Pool(name="Balcony", zone_name="Balcony", capacity=random.randrange(40, 160, 5))
        )
    return NewVenue(
        f"demo/club/{city.name}/{number}",
        _venue(names.club(number, city.name), city, random),
        catalog_pb2.GeneratePlanRequest(pools=pools),
    )


def standing_zones(venue: NewVenue) -> list[str]:
    """The price zones of a club's pools; none where people sit."""
    plan = venue.plan
    pools = plan.pools if isinstance(plan, catalog_pb2.GeneratePlanRequest) else ()
    return sorted({pool.zone_name for pool in pools})


def cities_with_a_theatre() -> tuple[City, ...]:
    """The larger ones."""
    return CITIES[:CITIES_WITH_A_THEATRE]


def _ring(
    name: str,
    first_number: int,
    zone_name: str,
    blocks: int,
    seats_per_row: int,
    *,
    distance: float,
    step_degrees: float,
    bent: bool = True,
) -> list[Section]:
    """Blocks of twenty rows side by side around the stage, the middle ones first: they are the best."""
    ring = []
    for number in range(blocks):
        angle = (number - (blocks - 1) / 2) * step_degrees
        curve = (seats_per_row - 1) / distance * DEGREES_IN_A_RADIAN if bent else 0.0
        section = Section(
            name=f"{name}{first_number + number}"
            if not bent
            else f"{name} {first_number + number}",
            zone_name=zone_name,
            rows=20,
            seats_per_row=seats_per_row,
            angle_degrees=angle,
            distance=distance,
            curve_degrees=curve,
            accessible_seats=2 if bent else 0,
        )
        ring.append(section)
    return sorted(ring, key=lambda section: abs(section.angle_degrees))


def _section(
    name: str,
    zone_name: str,
    rows: int,
    seats: int,
    *,
    distance: float,
    angle: float = 0.0,
    accessible: int = 0,
) -> Section:
    return Section(
        name=name,
        zone_name=zone_name,
        rows=rows,
        seats_per_row=seats,
        angle_degrees=angle,
        distance=distance,
        curve_degrees=(seats - 1) / distance * DEGREES_IN_A_RADIAN,
        accessible_seats=accessible,
    )


def _venue(name: str, city: City, random: Random | None = None) -> catalog_pb2.CreateVenueRequest:
    def near(degrees: float) -> float:
        return round(degrees + (random.uniform(-0.03, 0.03) if random else 0.0), 4)

    return catalog_pb2.CreateVenueRequest(
        name=name,
        city=city.name,
        country_code=city.country_code,
        latitude=near(city.latitude),
        longitude=near(city.longitude),
        time_zone=city.time_zone,
    )
