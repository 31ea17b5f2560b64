"""What a party looks for, and what it is offered instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """What a party is looking for."""

    quantity: int
    zone_nos: frozenset[int]
    """The zones that it would sit in: those asked for, within its price."""
    accessible: bool = False
    allotment_nos: frozenset[int] = frozenset()
    """The allotments that it has a code for: their seats are free to it too, and come before those of the public."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The nearest thing to a wish that can be had."""

    quantity: int
    """How many seats; 0 when there is nothing at all."""
    seat_nos: tuple[int, ...] = ()
    together: bool = False
    """True when they are neighbours."""
