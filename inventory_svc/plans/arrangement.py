"""Who sits beside whom, and which seats are best: worked out once, from where the seats stand.

Files say where seats are, not which are neighbours. In a row the distance from seat to seat tells: where it is clearly
more than usual there is an aisle, and no party is seated across it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median_low

from inventory_svc.plans.plan import Plan, Point, Row, Seat, Section

AISLE_PITCHES_MIN = 1.6
"""From this many usual distances on, the space between two seats is an aisle. Seats that stand staggered or on a bend
vary by a tenth; the narrowest aisle leaves one seat out."""

ROW_PITCH_OF_SECTION_MAX = 2.0
"""A row whose usual distance is more than this many times its section's has more aisles than neighbours."""

SHORTER_WALK = 0.99
"""A row is re-ordered only when walking it that way is shorter by more than rounding."""


def arrange(plan: Plan, better: Callable[[int, int, Seat], tuple[float, ...]]) -> Plan:
    """Returns the plan with every seat's place in its row and rank in the plan.

    Args:
        plan: the plan as read.
        better: orders seats: called with the section's index, the row's index in the section, and the seat; the
            smallest is the best. Equal seats rank in the map's order.
    """
    sections = [_stand_all(section) for section in plan.sections]
    keys = [
        better(section_index, row_index, seat)
        for section_index, section in enumerate(sections)
        for row_index, row in enumerate(section.rows)
        for seat in row.seats
    ]
    ranks = [0] * len(keys)
    for rank, seat_index in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
        ranks[seat_index] = rank
    ranked = iter(ranks)
    return replace(
        plan,
        sections=tuple(
            Section(
                section.name,
                tuple(
                    Row(row.name, tuple(replace(seat, rank=next(ranked)) for seat in row.seats))
                    for row in section.rows
                ),
            )
            for section in sections
        ),
    )


def arrange_around(plan: Plan, stage: Point) -> Plan:
    """Arranges a plan whose best seats are those nearest to the stage, wherever around it they are."""

    def distance(_section: int, _row: int, seat: Seat) -> tuple[float, ...]:
        return (math.dist((seat.x, seat.y), stage),)

    return arrange(plan, distance)


def _steps(seats: Sequence[Seat]) -> list[float]:
    return [math.dist((seat.x, seat.y), (after.x, after.y)) for seat, after in pairwise(seats)]


def _usual_pitch(rows: Sequence[Row]) -> float:
    steps = [step for row in rows for step in _steps(_in_order(row.seats)) if step > 0]
    return median_low(steps) if steps else 0.0


def _in_order(seats: Sequence[Seat]) -> Sequence[Seat]:
    """The seats as they stand: as listed, unless going along the row's longer side is a shorter walk."""
    if len(seats) < 3:
        return seats
    wide = max(seat.x for seat in seats) - min(seat.x for seat in seats)
    deep = max(seat.y for seat in seats) - min(seat.y for seat in seats)
    along = sorted(seats, key=(lambda seat: seat.x) if wide >= deep else (lambda seat: seat.y))
    return along if sum(_steps(along)) < sum(_steps(seats)) * SHORTER_WALK else seats


def _stand_all(section: Section) -> Section:
    pitch = _usual_pitch(section.rows)
    return Section(section.name, tuple(_stand(row, pitch) for row in section.rows))


def _stand(row: Row, section_pitch: float) -> Row:
    seats = _in_order(row.seats)
    steps = _steps(seats)
    pitch = median_low([step for step in steps if step > 0] or [section_pitch])
    if len(seats) < 3 or pitch > section_pitch * ROW_PITCH_OF_SECTION_MAX:
        pitch = section_pitch
    places, place = [0], 0
    for step in steps:
        place += max(2, round(step / pitch)) if 0 < pitch * AISLE_PITCHES_MIN < step else 1
        places.append(place)
    return Row(
        row.name,
        tuple(replace(seat, place=place) for seat, place in zip(seats, places, strict=False)),
    )
