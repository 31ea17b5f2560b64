"""The best seats for a party: pure search over what is free.

Together means neighbours in one row with no aisle between them. Of all places where a party fits together, the one is
taken that, in this order,

1. uses the fewest wheelchair and companion seats, for those who did not ask for one (and for those who did: one
   wheelchair place, then companion seats);
2. uses the most seats of the party's own allotments, for those who have a code for some;
3. leaves the fewest single seats behind;
4. has the best seats, by the map's quality order;
5. comes first in the map.

It ranks and never refuses: a single seat is always found while one is free. A party that is larger than any row of its
zones is spread over rows near each other (spreading.py says how); any other that fits nowhere together is refused with
the nearest offer instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from inventory_svc.holds.houses.house import Corner, House
from inventory_svc.holds.houses.spreading import spread
from inventory_svc.holds.houses.wishes import Offer, Wish


def find(house: House, wish: Wish, *, corner: Corner | None = None) -> tuple[int, ...] | None:
    """Returns the best seats for a party, with `corner` as seen from there; None when nothing fits."""
    if wish.quantity > 1 and wish.quantity > house.longest(wish.zone_nos):
        return spread(house, wish)
    return house.together(wish, corner=corner)


def nearest(house: House, wish: Wish, prices_minor: Mapping[int, int]) -> Offer:
    """Returns what comes closest to a wish that nothing fits.

    In this order: the whole party in its zones but apart; the whole party together in another zone, the cheapest first;
    fewer together in its zones; fewer together anywhere. Whoever needs a wheelchair place is offered nothing without.
    """
    apart = spread(house, wish) if wish.zone_nos else None
    if apart:
        return Offer(wish.quantity, apart)
    others = sorted(set(prices_minor) - wish.zone_nos, key=lambda no: (prices_minor[no], no))
    for zone_no in others:
        elsewhere = house.look_once(replace(wish, zone_nos=frozenset((zone_no,))))
        if elsewhere:
            return Offer(wish.quantity, elsewhere, together=True)
    for zone_nos in (wish.zone_nos, frozenset(prices_minor)):
        for fewer in _fewer(house, replace(wish, zone_nos=zone_nos)):
            seat_nos = house.look_once(fewer)
            if seat_nos:
                return Offer(fewer.quantity, seat_nos, together=fewer.quantity > 1)
    return Offer(0)


def _fewer(house: House, wish: Wish) -> Iterator[Wish]:
    """The same wish for fewer and fewer people, as far as so many seats are free side by side."""
    most = min(wish.quantity - 1, house.longest_free(wish))
    return (replace(wish, quantity=quantity) for quantity in range(most, 0, -1))
