"""A party: one request for seats and places, waiting in its event's lane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from inventory_svc.holds.houses.wishes import Offer, Wish
from mesh.requests import RequestKey


@dataclass(frozen=True, slots=True)
class Admission:
    """The right to hold, from the event's room."""

    admission_id: UUID
    expire_time: datetime


@dataclass(frozen=True, slots=True)
class AccessCode:
    """The right to an allotment's seats; whether it still stands is seen under its lock."""

    code_no: int
    allotment_no: int


@dataclass(frozen=True, slots=True)
class PlacesAsked:
    """Places wanted in one pool."""

    pool_no: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What the best seats are, as the buyer put it."""

    quantity: int
    zone_nos: frozenset[int] = frozenset()
    """Only in these zones; none means any."""
    price_max_minor: int | None = None
    accessible: bool = False
    allotment_nos: frozenset[int] = frozenset()
    """The allotments that its access code opens."""

    def wish(self, prices_minor: Mapping[int, int]) -> Wish:
        """Returns what to look for at today's prices."""
        zone_nos = frozenset(
            zone_no
            for zone_no, price in prices_minor.items()
            if (not self.zone_nos or zone_no in self.zone_nos)
            and (self.price_max_minor is None or price <= self.price_max_minor)
        )
        return Wish(self.quantity, zone_nos, self.accessible, self.allotment_nos)


@dataclass(slots=True)
class Party:
    """Who wants what."""

    hold_id: UUID
    """What the hold will be called if it is placed."""
    account_id: UUID
    request: RequestKey | None = None
    admission: Admission | None = None
    admission_is_invalid: bool = False
    """True when a token came that is no admission of this buyer to this event."""

    access_code: AccessCode | None = None
    access_code_is_invalid: bool = False
    """True when a code came that is none of this event."""

    seat_nos: tuple[int, ...] = ()
    places: tuple[PlacesAsked, ...] = ()
    best: Asked | None = None

    picked: tuple[int, ...] | None = None
    """With `best`: the seats to try for, from what was seen free before the locks."""
    offer: Offer | None = None
    """With `best` and nothing picked: what comes nearest."""
    place_price_max_minor: int | None = None
    """What a place may cost it that settled for places; the prices are seen under the locks."""
    rounds: int = field(default=0)
    """How often it was tried and told to try again."""

    def settle_for_places(self, pool_no: int) -> None:
        """Makes it a party that wants places: where there are no seats, standing together is the best there is."""
        if self.best:
            self.places = (PlacesAsked(pool_no, self.best.quantity),)
            self.place_price_max_minor = self.best.price_max_minor
            self.best = None

    @property
    def allotment_no(self) -> int | None:
        """The allotment whose seats and places it may take beside the public's."""
        return self.access_code.allotment_no if self.access_code else None

    @property
    def wanted_seat_nos(self) -> tuple[int, ...]:
        """The seats to lock for it."""
        return (self.picked or ()) if self.best else self.seat_nos

    @property
    def count(self) -> int:
        """How many seats and places it wants."""
        if self.best:
            return self.best.quantity
        return len(self.seat_nos) + sum(asked.quantity for asked in self.places)
