"""Pictures of what is free: packed as the contract says, and what leads from one to the next."""

from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.availability.snapshot import (
    Snapshot,
    changed_pools,
    changed_seats,
    pack,
    unpack,
)
from tests.unit.inventory.holds.houses import seating

marks = st.text("0123", max_size=300).map(str.encode)


def test_four_seats_make_a_byte_the_first_in_its_lowest_bits() -> None:
    assert pack(b"1230") == bytes([0b00_11_10_01])
    assert pack(b"12301") == bytes([0b00_11_10_01, 0b01])
    assert pack(b"") == b""


@given(marks)
def test_unpacking_undoes_packing(of_seats: bytes) -> None:
    packed = pack(of_seats)
    assert unpack(packed, len(of_seats)) == of_seats
    assert len(packed) == -(-len(of_seats) // 4)
    for seat_no, mark in enumerate(of_seats):
        assert packed[seat_no // 4] >> 2 * (seat_no % 4) & 3 == mark - ord("0")


@given(marks, st.data())
def test_changes_lead_from_one_picture_to_the_next(before: bytes, data: st.DataObject) -> None:
    after = bytearray(before)
    for seat_no in data.draw(st.sets(st.integers(0, len(before) - 1))) if before else ():
        after[seat_no] = data.draw(st.sampled_from(b"0123"))
    replayed = bytearray(before)
    changes = changed_seats(before, bytes(after))
    for seat_no, state in changes:
        replayed[seat_no] = ord("0") + state
    assert replayed == after
    assert len(changes) == sum(a != b for a, b in zip(before, after, strict=True))


def test_sections_are_counted_in_the_maps_order() -> None:
    drawn = seating("....", "..")
    assert Snapshot(1, b"010300", ()).section_counts(drawn) == [(1, 4)]


def test_only_pools_that_changed_are_told() -> None:
    before, after = Snapshot(1, b"", ((1, 5), (2, 5))), Snapshot(2, b"", ((1, 5), (2, 4)))
    assert list(changed_pools(before, after)) == [(2, 4)]
