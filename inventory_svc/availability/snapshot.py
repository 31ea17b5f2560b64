"""A numbered picture of what is free, and the difference between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory_svc.holds.seating import Seating

AVAILABLE, HELD, SOLD, BLOCKED = b"0123"
"""A seat's mark: the state that the contract shows, as an ASCII digit."""

_STATE_OF_MARK = bytes(byte & 3 for byte in range(256))
_MARKS_OF_BYTE = [bytes(48 + (byte >> 2 * place & 3) for byte in range(256)) for place in range(4)]
"""For each place in a byte, the mark that it holds."""

CHUNK_SEATS = 64
"""Marks are compared this many at a time: most of a house does not change between two pictures."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is free, as of a version."""

    version: int
    marks: bytes
    """One a seat, in the map's order."""
    pool_counts: tuple[tuple[int, int], ...]
    """(pool number, free places)."""

    def section_counts(self, seating: Seating) -> list[tuple[int, int]]:
        """Returns (section number, free seats) in the map's order."""
        return [
            (span.section_no, self.marks.count(AVAILABLE, span.start, span.stop))
            for span in seating.sections
        ]

    def packed(self) -> bytes:
        """Returns the marks with four seats in a byte, the first in its lowest bits."""
        return pack(self.marks)


def pack(marks: bytes) -> bytes:
    """Packs marks into two bits each, lowest bits first."""
    padded = marks + b"0" * (-len(marks) % 4)
    # Long integers shift all bytes at once: 20,000 seats take microseconds, not milliseconds.
    packed = 0
    for place in range(4):
        quarter = padded[place::4].translate(_STATE_OF_MARK)
        packed |= int.from_bytes(quarter, "little") << (2 * place)
    return packed.to_bytes(len(padded) // 4, "little")


def unpack(packed: bytes, seat_count: int) -> bytes:
    """Returns the marks that were packed."""
    marks = bytearray(len(packed) * 4)
    for place in range(4):
        marks[place::4] = packed.translate(_MARKS_OF_BYTE[place])
    return bytes(marks[:seat_count])


def changed_seats(before: bytes, after: bytes) -> list[tuple[int, int]]:
    """Returns (seat number, new state) of every seat whose mark differs."""
    changes: list[tuple[int, int]] = []
    for start in range(0, len(after), CHUNK_SEATS):
        stop = start + CHUNK_SEATS
        old, new = before[start:stop], after[start:stop]
        if old != new:
            changes += [
                (start + place, mark & 3)
                for place, mark in enumerate(new)
                if place >= len(old) or old[place] != mark
            ]
    return changes


def changed_pools(before: Snapshot, after: Snapshot) -> Sequence[tuple[int, int]]:
    """Returns (pool number, free places) of every pool whose count differs."""
    known = dict(before.pool_counts)
    return [(pool_no, count) for pool_no, count in after.pool_counts if known.get(pool_no) != count]
