"""The best seats: by examples, and against a search through everything on small maps."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.holds.best_available import find, nearest
from inventory_svc.holds.house import House
from inventory_svc.holds.wishes import Wish
from tests.unit.inventory.holds.houses import house

FRONT = frozenset((1,))
BOTH = frozenset((1, 2))


def party(quantity: int, zone_nos: frozenset[int] = FRONT, *, accessible: bool = False) -> Wish:
    return Wish(quantity, zone_nos, accessible)


def test_the_best_ranked_neighbours_win() -> None:
    assert find(house("....", "...."), party(2)) == (0, 1)
    assert find(house("....", "....", taken=[1, 2]), party(2)) == (4, 5)


def test_nobody_is_seated_across_an_aisle() -> None:
    assert find(house(". ...", "...."), party(2)) == (4, 5)
    assert find(house(". ..", taken=[1]), party(2)) is None


def test_no_single_seat_is_left_behind_where_that_can_be_helped() -> None:
    # The two best seats are in the middle of the first row: they would leave one seat on either side.
    ranked = [2, 0, 1, 3, 4, 5, 6, 7]
    assert find(house("....", "....", ranks=ranked), party(2)) == (0, 1)
    assert find(house("...", "...."), party(2)) == (3, 4)
    assert find(house("..."), party(2)) == (0, 1)


def test_wheelchair_and_companion_seats_go_last_to_those_who_did_not_ask() -> None:
    opened = house("wc..", "..")
    assert find(opened, party(2)) == (2, 3)
    opened.set_taken((2, 3))
    assert find(opened, party(2)) == (4, 5)
    opened.set_taken((4, 5))
    assert find(opened, party(2)) == (0, 1)


def test_who_needs_a_wheelchair_place_gets_one_and_its_companions() -> None:
    opened = house("....", "..wc", "wcww")
    assert find(opened, party(1, accessible=True)) == (8,)  # 6 would leave 7 alone
    assert find(opened, party(2, accessible=True)) == (6, 7)
    assert find(opened, party(3, accessible=True)) == (5, 6, 7)
    opened.set_taken((6,))
    assert find(opened, party(2, accessible=True)) == (8, 9)
    assert find(house("...."), party(1, accessible=True)) is None


def test_a_zone_is_kept_to() -> None:
    assert find(house("..22"), party(2, frozenset((2,)))) == (2, 3)
    assert find(house("..22", ".."), party(2, frozenset((2,)))) == (2, 3)
    assert find(house("222", "..22"), party(3)) is None
    assert find(house("..22"), party(3, BOTH)) == (0, 1, 2)


def test_a_party_larger_than_any_row_is_spread_and_nobody_sits_alone() -> None:
    found = find(house("....", "....", "...."), party(5))
    assert found is not None
    rows = sorted(sum(seat_no // 4 == row for seat_no in found) for row in range(3))
    assert rows == [0, 2, 3]
    assert find(house("....", "...."), party(9)) is None


def test_seats_come_and_go() -> None:
    opened = house("....")
    opened.set_taken((0, 1))
    assert find(opened, party(2)) == (2, 3)
    opened.set_free((0, 1))
    assert find(opened, party(2)) == (0, 1)
    opened.reset([0])
    assert find(opened, party(3)) == (1, 2, 3)


def test_the_nearest_offer_is_apart_then_elsewhere_then_smaller() -> None:
    prices = {1: 9_000, 2: 4_000}
    apart = nearest(house(".x.x.".replace("x", " "), "22"), party(3), prices)
    assert (apart.quantity, apart.together) == (3, False)
    elsewhere = nearest(house("..", "222", taken=[0]), party(2), prices)
    assert (elsewhere.seat_nos, elsewhere.together) == ((2, 3), True)
    smaller = nearest(house("...", "22", taken=[0]), party(3), prices)
    assert (smaller.quantity, smaller.seat_nos) == (2, (1, 2))
    assert nearest(house("..", taken=[0, 1]), party(2), prices).quantity == 0


def test_looking_for_an_offer_leaves_the_house_as_it_was() -> None:
    opened = house(". . .", "22")
    before = list(opened.free_seats())
    nearest(opened, party(3), {1: 1, 2: 1})
    assert list(opened.free_seats()) == before


rows = st.lists(st.text("..2wc ", min_size=1, max_size=7), min_size=1, max_size=4)


@st.composite
def houses(draw: st.DrawFn) -> House:
    drawn = draw(rows)
    count = sum(len(row.replace(" ", "")) for row in drawn)
    taken = draw(st.sets(st.integers(0, max(count - 1, 0)), max_size=count)) if count else set()
    ranks = draw(st.permutations(range(count)))
    return house(*drawn, taken=sorted(taken), ranks=ranks)


wishes = st.builds(
    Wish, st.integers(1, 5), st.sampled_from([FRONT, BOTH, frozenset((2,))]), st.booleans()
)


@settings(max_examples=300, deadline=None)
@given(houses(), wishes)
def test_no_better_seats_together_are_found_by_trying_everything(opened: House, wish: Wish) -> None:
    found = opened.together(wish)
    best = _best_by_trying_everything(opened, wish)
    assert (found is None) == (best is None)
    if found is not None:
        assert _worth(opened, wish, found) == best


@settings(max_examples=200, deadline=None)
@given(houses(), wishes, st.data())
def test_what_was_remembered_is_as_good_as_a_fresh_look(
    opened: House, wish: Wish, data: st.DataObject
) -> None:
    for _ in range(5):
        opened.together(wish)
        seats = [seat.seat_no for seat in opened.seating.seats]
        if seats:
            change = data.draw(st.sampled_from([opened.set_free, opened.set_taken]))
            change([data.draw(st.sampled_from(seats))])
        fresh = House(opened.seating)
        fresh.set_free(opened.free_seats())
        assert opened.together(wish) == fresh.together(wish)


@settings(max_examples=200, deadline=None)
@given(houses(), wishes)
def test_one_seat_is_found_while_one_is_free_and_what_is_found_is_free(
    opened: House, wish: Wish
) -> None:
    free = set(opened.free_seats())
    one = find(opened, Wish(1, BOTH))
    assert (one is not None) == bool(free)
    found = find(opened, wish)
    offer = nearest(opened, wish, {1: 1, 2: 2})
    for seat_nos, quantity in ((found or (), wish.quantity), (offer.seat_nos, offer.quantity)):
        assert set(seat_nos) <= free
        assert len(set(seat_nos)) == (quantity if seat_nos else 0)
    if not wish.accessible:
        assert bool(offer.quantity) == bool(free)


def _best_by_trying_everything(opened: House, wish: Wish) -> tuple[int, int, int] | None:
    free = list(opened.free_seats())
    worths = [
        worth
        for seat_nos in combinations(free, wish.quantity)
        if (worth := _worth(opened, wish, seat_nos)) is not None
    ]
    return min(worths, default=None)


def _worth(opened: House, wish: Wish, seat_nos: tuple[int, ...]) -> tuple[int, int, int] | None:
    """What the rules say of some seats, put as plainly as can be; None when they are not for this party together."""
    seats = [opened.seating.seats[seat_no] for seat_no in seat_nos]
    places = sorted(seat.row_seat_no for seat in seats)
    together = len({seat.row_no for seat in seats}) == 1 and places == list(
        range(places[0], places[0] + len(places))
    )
    if not together or any(seat.zone_no not in wish.zone_nos for seat in seats):
        return None
    wheelchair = sum(seat.accessible for seat in seats)
    companions = sum(seat.companion for seat in seats)
    if wish.accessible and not wheelchair:
        return None
    set_aside = wheelchair + companions
    if wish.accessible:
        others = len(seats) - wheelchair - companions
        set_aside = (wheelchair - 1) * len(seats) + others
    left = {
        (seat.row_no, seat.row_seat_no)
        for seat in opened.seating.seats
        if opened.is_free(seat.seat_no) and seat.seat_no not in seat_nos
    }
    row_no = seats[0].row_no
    singles = 0
    for edge, step in ((places[0] - 1, -1), (places[-1] + 1, 1)):
        singles += (row_no, edge) in left and (row_no, edge + step) not in left
    return set_aside, singles, sum(seat.quality for seat in seats)
