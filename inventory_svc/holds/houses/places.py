"""The places where a party of one size could sit, whoever sits there now: what never changes of an event's seats.

A place is as many neighbours as the party has heads; in a stretch it is named by where it begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from inventory_svc.holds.seating import Seating, Stretch

SHORT_ORDER_MAX = 256
"""An order of that many places fits into bytes, an eighth of a tuple's memory."""


class Places:
    """All places of an event for parties of one size that need a wheelchair place, or do not."""

    def __init__(self, seating: Seating, quantity: int, accessible: bool) -> None:
        self.quantity = quantity
        self.steps = _steps(quantity)
        """A mask that is shifted by these, one after the other, and laid over itself, keeps where `quantity` seats of
        it in a row begin."""
        known: dict[Sequence[int], Sequence[int]] = {}
        self.orders = [
            known.setdefault(order, order)
            for stretch in seating.stretches
            for order in (_order(stretch, quantity),)
        ]
        """The places of each stretch, the best quality first; alike stretches share one."""
        self.levels = [_levels(stretch, quantity, accessible) for stretch in seating.stretches]
        """Of each stretch what each place costs in seats that are set aside, the least first, as (cost, mask). Places
        that will not do at all are in none."""


def _steps(quantity: int) -> tuple[int, ...]:
    steps: list[int] = []
    length = 1
    while length < quantity:
        steps.append(min(length, quantity - length))
        length += steps[-1]
    return tuple(steps)


def _order(stretch: Stretch, quantity: int) -> Sequence[int]:
    sums = stretch.quality_sums
    count = len(stretch.seat_nos) - quantity + 1
    qualities = [after - before for before, after in zip(sums, sums[quantity:], strict=False)]
    order = sorted(range(count), key=qualities.__getitem__)
    return bytes(order) if count <= SHORT_ORDER_MAX else tuple(order)


def _levels(stretch: Stretch, quantity: int, accessible: bool) -> tuple[tuple[int, int], ...]:
    count = len(stretch.seat_nos) - quantity + 1
    if count <= 0:
        return ()
    if not (stretch.accessible_mask or stretch.companion_mask):
        return () if accessible else _all_alike(count)
    masks: dict[int, int] = {}
    for at in range(count):
        cost = _set_aside(stretch, ((1 << quantity) - 1) << at, accessible)
        if cost is not None:
            masks[cost] = masks.get(cost, 0) | 1 << at
    return tuple(sorted(masks.items()))


@lru_cache(maxsize=256)
def _all_alike(count: int) -> tuple[tuple[int, int], ...]:
    return ((0, (1 << count) - 1),)


def _set_aside(stretch: Stretch, seats: int, accessible: bool) -> int | None:
    """Returns what some seats cost in wheelchair and companion seats; None when they will not do."""
    count = seats.bit_count()
    wheelchair_places = (seats & stretch.accessible_mask).bit_count()
    companions = (seats & stretch.companion_mask & ~stretch.accessible_mask).bit_count()
    if not accessible:
        return wheelchair_places + companions
    if not wheelchair_places:
        return None
    # One wheelchair place; each further one, and each seat that is no companion's, is the worse choice.
    return (wheelchair_places - 1) * count + (count - wheelchair_places - companions)
