"""Small houses and wishes drawn at random, and what the rules say of some seats, put as plainly as can be."""

from collections.abc import Iterable
from random import Random

from hypothesis import strategies as st

from inventory_svc.holds.houses.house import House
from inventory_svc.holds.houses.wishes import Wish
from inventory_svc.holds.seating import Seat
from tests.unit.inventory.holds.houses import house

ALL_ZONES = frozenset((1, 2, 3))
ZONE_SETS = [frozenset((1,)), frozenset((2,)), frozenset((1, 2)), frozenset((1, 3)), ALL_ZONES]
ALLOTMENTS = (7, 8)

SEATS = "...223wc "
PLAIN_SEATS = "........2w "
SHARES = st.sampled_from((0.0, 0.15, 0.4, 0.8))


@st.composite
def houses(
    draw: st.DrawFn, *, allotted: bool = True, kinds: str = SEATS, seats_per_row_max: int = 7
) -> House:
    """Draws a house with sections, aisles, zones, wheelchair places, ranks, taken and allotted seats."""
    row = st.text(kinds, min_size=seats_per_row_max // 4, max_size=seats_per_row_max)
    rows = draw(st.lists(row, min_size=1, max_size=4))
    count = sum(len(row.replace(" ", "")) for row in rows)
    sections = sorted(draw(st.lists(st.integers(1, 3), min_size=len(rows), max_size=len(rows))))
    # Shuffled by a seed: ranks and gaps that are drawn one by one are too orderly to catch much.
    random = Random(draw(st.integers(0, 1 << 32)))
    opened = house(
        *rows,
        taken=_some(random, count, draw(SHARES)),
        ranks=random.sample(range(count), count),
        sections=sections,
    )
    if allotted and draw(st.booleans()):
        seat_nos = _some(random, count, draw(SHARES))
        opened.set_allotments({seat_no: random.choice(ALLOTMENTS) for seat_no in seat_nos})
    return opened


def _some(random: Random, count: int, share: float) -> list[int]:
    return [number for number in range(count) if random.random() < share]


wishes = st.builds(
    Wish,
    st.integers(1, 5),
    st.sampled_from(ZONE_SETS),
    st.booleans(),
    st.sampled_from([frozenset[int](), frozenset((7,)), frozenset(ALLOTMENTS)]),
)


def seats_of(opened: House, seat_nos: Iterable[int]) -> list[Seat]:
    """The seats themselves."""
    return [opened.seating.seats[seat_no] for seat_no in seat_nos]


def usable(opened: House, wish: Wish) -> list[int]:
    """The seats that a wish could have."""
    return [
        seat.seat_no
        for seat in opened.seating.seats
        if seat.zone_no in wish.zone_nos and is_open(opened, wish, seat.seat_no)
    ]


def is_open(opened: House, wish: Wish, seat_no: int) -> bool:
    """Tells whether a seat counts as free for a wish, whatever its zone."""
    return opened.is_vacant(seat_no) and (
        opened.is_free(seat_no) or opened.allotment_no(seat_no) in wish.allotment_nos
    )


def together_worth(
    opened: House, wish: Wish, seat_nos: tuple[int, ...]
) -> tuple[int, int, int, int, int] | None:
    """What the rules say of some seats for a party together; None when they are not together, or will not do."""
    seats = seats_of(opened, seat_nos)
    row_no = seats[0].row_no
    places = sorted(seat.row_seat_no for seat in seats)
    if any(seat.row_no != row_no for seat in seats) or places != list(
        range(places[0], places[0] + len(places))
    ):
        return None
    wheelchair = sum(seat.accessible for seat in seats)
    companions = sum(seat.companion for seat in seats)
    if wish.accessible and not wheelchair:
        return None
    set_aside = wheelchair + companions
    if wish.accessible:
        set_aside = (wheelchair - 1) * len(seats) + len(seats) - wheelchair - companions
    public = 0
    if wish.allotment_nos:
        public = sum(opened.allotment_no(no) not in wish.allotment_nos for no in seat_nos)
    left = {
        seat.row_seat_no
        for seat in opened.seating.seats
        if seat.row_no == row_no
        and seat.seat_no not in seat_nos
        and is_open(opened, wish, seat.seat_no)
    }
    singles = (places[0] - 1 in left and places[0] - 2 not in left) + (
        places[-1] + 1 in left and places[-1] + 2 not in left
    )
    return set_aside, public, singles, sum(seat.quality for seat in seats), min(seat_nos)


def apart_worth(opened: House, seat_nos: tuple[int, ...]) -> tuple[bool, int, int, int, int]:
    """What the rules say of some seats for a party in parts: set-aside seats, alone, sections, rows, parts."""
    seats = seats_of(opened, seat_nos)
    stood = {(seat.row_no, seat.row_seat_no) for seat in seats}
    alone = sum(
        (row_no, place - 1) not in stood and (row_no, place + 1) not in stood
        for row_no, place in stood
    )
    parts = sum((row_no, place - 1) not in stood for row_no, place in stood)
    section_nos = [seat.section_no for seat in seats]
    row_nos = [seat.row_no for seat in seats]
    return (
        any(seat.is_set_aside for seat in seats),
        alone,
        max(section_nos) - min(section_nos),
        max(row_nos) - min(row_nos),
        parts,
    )
