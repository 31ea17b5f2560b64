"""Small houses for the rules to decide about."""

from collections.abc import Sequence

from inventory_svc.holds.houses.house import House
from inventory_svc.holds.seating import Pool, Seat, Seating

ZONES = {"2": 2, "3": 3}


def seating(
    *rows: str,
    pools: Sequence[Pool] = (),
    ranks: Sequence[int] | None = None,
    sections: Sequence[int] | None = None,
) -> Seating:
    """Draws a seating, a row a string: "." a seat of zone 1, "2" of zone 2, "w" a wheelchair place, "c" its companion,
    " " an aisle. Seats rank in the order drawn, and all rows are in section 1, unless told otherwise."""
    seats: list[Seat] = []
    for row_no, row in enumerate(rows):
        section_no = sections[row_no] if sections else 1
        for place, kind in enumerate(row):
            if kind != " ":
                number = len(seats)
                rank = ranks[number] if ranks else number
                zone_no = ZONES.get(kind, 1)
                seats.append(
                    Seat(number, section_no, row_no, place, rank, zone_no, kind == "w", kind == "c")
                )
    return Seating(
        event_id=1,
        seats=tuple(seats),
        pools={pool.pool_no: pool for pool in pools},
        zone_names={1: "Front", 2: "Back", 3: "Circle"},
        seat_labels=[f"seat {seat.seat_no}" for seat in seats],
        currency_code="EUR",
    )


def house(
    *rows: str,
    taken: Sequence[int] = (),
    ranks: Sequence[int] | None = None,
    sections: Sequence[int] | None = None,
) -> House:
    """Opens a house with some seats taken."""
    opened = House(seating(*rows, ranks=ranks, sections=sections))
    opened.reset(taken)
    return opened
