"""Draws plans from a few numbers: blocks of straight or bent rows around a stage, and pools."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from inventory_svc.plans.arrangement import arrange
from inventory_svc.plans.faults import Faults, quoted
from inventory_svc.plans.names import is_shown
from inventory_svc.plans.plan import (
    POOL_CAPACITY_MAX,
    SEATS_MAX,
    ZONES_MAX,
    Plan,
    Point,
    Pool,
    Row,
    Seat,
    Section,
)

SEAT_WIDTH = 1.0
"""The unit of a drawn plan."""

ROW_DEPTH = 1.6
"""From one row to the next: seats are about 55 cm wide and rows about 90 cm deep."""

CURVE_DEGREES_MIN = 0.01
"""A row that bends less is straight: the radius of its arc would be beyond what a float can tell."""


@dataclass(frozen=True, slots=True)
class Block:
    """A section to draw."""

    name: str
    zone_name: str
    rows: int
    seats_per_row: int
    """In the first row."""
    seats_added_per_row: int = 0
    angle_degrees: float = 0.0
    """Where it stands around the stage; 0 faces it, 90 is to the audience's right."""
    distance: float = 0.0
    """From the stage to its first row, in seat widths."""
    curve_degrees: float = 0.0
    """How much a row bends from one end to the other; 0 is straight."""
    accessible_seats: int = 0
    """Wheelchair places at the ends of the last row, a companion seat beside each."""

    @property
    def seat_count(self) -> int:
        """How many seats it has."""
        return (
            self.rows * self.seats_per_row
            + self.seats_added_per_row * self.rows * (self.rows - 1) // 2
        )

    @property
    def last_row_seats(self) -> int:
        """How many seats its last row has."""
        return self.seats_per_row + self.seats_added_per_row * (self.rows - 1)


def generate(blocks: Sequence[Block], pools: Sequence[Pool]) -> Plan:
    """Draws a plan; the first block has the best seats. Raises PlanInvalid with every fault."""
    _check(blocks, pools)
    things: list[Block | Pool] = [*blocks, *pools]
    zone_names = dict.fromkeys(thing.zone_name.strip() for thing in things)
    plan = Plan(
        sections=tuple(_draw(block) for block in blocks),
        pools=tuple(
            Pool(pool.name.strip(), pool.zone_name.strip(), pool.capacity) for pool in pools
        ),
        zone_names=tuple(zone_names),
    )
    middles = [_polar(block, block.distance, 0.0) for block in blocks]

    def better(section: int, row: int, seat: Seat) -> tuple[float, ...]:
        return (section, row, round(math.dist((seat.x, seat.y), middles[section]), 3))

    return arrange(plan, better)


def _check(blocks: Sequence[Block], pools: Sequence[Pool]) -> None:
    faults = Faults()
    kinds: tuple[tuple[str, Sequence[Block | Pool]], ...] = (("section", blocks), ("pool", pools))
    for kind, things in kinds:
        seen: set[str] = set()
        for number, thing in enumerate(things, start=1):
            name = thing.name.strip()
            place = f"{kind} {quoted(name) if name else number}"
            if not name or not is_shown(name):
                faults.add(place, "name is empty or cannot be shown")
            if not thing.zone_name.strip() or not is_shown(thing.zone_name):
                faults.add(place, "zoneName is empty or cannot be shown")
            if name in seen:
                faults.add(place, "the name appears twice")
            seen.add(name)
    for block in blocks:
        if 2 * block.accessible_seats > block.last_row_seats:
            faults.add(
                f"section {quoted(block.name)}",
                f"{block.accessible_seats} wheelchair places with companions do not fit into its last row",
            )
    if not blocks and not pools:
        faults.add("plan", "it has neither sections nor pools")
    if sum(block.seat_count for block in blocks) > SEATS_MAX:
        faults.add("plan", f"it has more than {SEATS_MAX:,} seats")
    if sum(pool.capacity for pool in pools) > POOL_CAPACITY_MAX:
        faults.add("plan", f"its pools take more than {POOL_CAPACITY_MAX:,} people")
    zone_names = {thing.zone_name.strip() for _, things in kinds for thing in things}
    if len(zone_names) > ZONES_MAX:
        faults.add("plan", f"it has more than {ZONES_MAX} zones")
    faults.refuse_any()


def _draw(block: Block) -> Section:
    return Section(block.name.strip(), tuple(_draw_row(block, row) for row in range(block.rows)))


def _draw_row(block: Block, row: int) -> Row:
    count = block.seats_per_row + block.seats_added_per_row * row
    depth = block.distance + row * ROW_DEPTH
    is_last = row == block.rows - 1
    seats = []
    for index in range(count):
        x, y = _stand(block, depth, count, index)
        accessible, companion = _access(block, count, index) if is_last else (False, False)
        seats.append(Seat(str(index + 1), x, y, block.zone_name.strip(), accessible, companion))
    return Row(str(row + 1), tuple(seats))


def _stand(block: Block, depth: float, count: int, index: int) -> Point:
    """Where a seat of a row stands: `across` it is from the row's middle, as the audience sees the stage."""
    across = (index - (count - 1) / 2) * SEAT_WIDTH
    if block.curve_degrees < CURVE_DEGREES_MIN or count < 2:
        return _polar(block, depth, across)
    # The row is an arc that is as long as its seats are wide; its ends bend towards the stage.
    radius = (count - 1) * SEAT_WIDTH / math.radians(block.curve_degrees)
    turn = across / radius
    return _polar(block, depth - radius * (1 - math.cos(turn)), radius * math.sin(turn))


def _polar(block: Block, depth: float, across: float) -> Point:
    """A point so far from the stage and so far to the side, turned to where the block stands."""
    angle = math.radians(block.angle_degrees)
    x = across * math.cos(angle) + depth * math.sin(angle)
    y = depth * math.cos(angle) - across * math.sin(angle)
    return (round(x, 2), round(y, 2))


def _access(block: Block, count: int, index: int) -> tuple[bool, bool]:
    """Whether a seat of the last row is a wheelchair place, or the companion seat beside one.

    Pairs are dealt out from both ends inwards, the wheelchair place outside.
    """
    left_pairs = (block.accessible_seats + 1) // 2
    right_pairs = block.accessible_seats - left_pairs
    if index < 2 * left_pairs:
        return (index % 2 == 0, index % 2 == 1)
    from_right = count - 1 - index
    if from_right < 2 * right_pairs:
        return (from_right % 2 == 0, from_right % 2 == 1)
    return (False, False)
