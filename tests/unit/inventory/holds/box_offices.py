"""Lanes without a database: one truth about an event's seats, and processes that sell them from what each sees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from inventory_svc.holds.holds import HeldSeat, Hold, SeatRow, SeatState, State
from inventory_svc.holds.houses.houses import Houses, Picks
from inventory_svc.holds.houses.opened_house import HouseReading, Taken
from inventory_svc.holds.party import Asked, Party
from inventory_svc.holds.seating import Seating

START = datetime(2030, 1, 1, tzinfo=UTC)
HOLD_SECONDS = 600.0
SEATS_PER_HOLD = 50


class Truth:
    """Who has which seat, and until when; and the time, which moves only when told to."""

    def __init__(self, seating: Seating) -> None:
        self.seating = seating
        self.seconds = 0.0
        self.held: dict[int, tuple[UUID, float]] = {}
        self.sold: set[int] = set()
        self.allotment_nos: dict[int, int] = {}
        self.prices_minor = dict.fromkeys(seating.zone_names, 1_000)
        self.readings = 0

    def is_taken(self, seat_no: int) -> bool:
        """Tells whether somebody has a seat now."""
        return seat_no in self.sold or (
            seat_no in self.held and self.held[seat_no][1] > self.seconds
        )

    async def read_house(self, seating: Seating) -> HouseReading:
        """Reads as a lane does; each hold's seats by themselves."""
        self.readings += 1
        taken = [
            Taken((seat_no,), until - self.seconds)
            for seat_no, (_, until) in self.held.items()
            if self.is_taken(seat_no) and seat_no not in self.sold
        ]
        taken.append(Taken(tuple(self.sold)))
        return HouseReading(taken, self.prices_minor, SEATS_PER_HOLD, self.allotment_nos)

    def hold(self, party: Party, seat_nos: Sequence[int]) -> Hold | None:
        """Gives a party all of some seats, or none."""
        if any(map(self.is_taken, seat_nos)):
            return None
        for seat_no in seat_nos:
            self.held[seat_no] = (party.hold_id, self.seconds + HOLD_SECONDS)
        now = START + timedelta(seconds=self.seconds)
        return Hold(
            event_id=self.seating.event_id,
            hold_id=party.hold_id,
            account_id=party.account_id,
            admission_id=None,
            state=State.HELD,
            create_time=now,
            held_until=now + timedelta(seconds=HOLD_SECONDS),
            extended=False,
            currency_code="EUR",
            seats=tuple(HeldSeat(seat_no, 1, 1_000, 1) for seat_no in seat_nos),
            places=(),
        )

    def rows(self, seat_nos: Sequence[int]) -> dict[int, SeatRow]:
        """Seats as they stand under their locks."""
        return {seat_no: self._row(seat_no) for seat_no in seat_nos}

    def _row(self, seat_no: int) -> SeatRow:
        allotment_no = self.allotment_nos.get(seat_no)
        if seat_no in self.sold:
            return SeatRow(seat_no, SeatState.SOLD, uuid4(), None, 1, allotment_no)
        if seat_no in self.held:
            hold_id, until = self.held[seat_no]
            held_until = START + timedelta(seconds=until)
            return SeatRow(seat_no, SeatState.HELD, hold_id, held_until, 1, allotment_no)
        state = SeatState.AVAILABLE if allotment_no is None else SeatState.BLOCKED
        return SeatRow(seat_no, state, None, None, 1, allotment_no)


class BoxOffice:
    """One process: it picks for a batch, then, whenever it is told to, learns who got what."""

    def __init__(self, truth: Truth, seed: int = 0) -> None:
        self.truth = truth
        self.lost_rounds = 0
        self.houses = Houses(truth.read_house, monotonic=lambda: truth.seconds, seed=seed)

    async def place(self, parties: Sequence[Party]) -> list[Party]:
        """Carries a batch through; returns the parties that lost what was picked for them."""
        async with self.houses.picking(self.truth.seating, parties) as picks:
            return self.settle(picks, parties)

    def settle(self, picks: Picks, parties: Sequence[Party]) -> list[Party]:
        """Decides a batch in order of arrival, and tells the house."""
        wanted = [seat_no for party in parties for seat_no in party.wanted_seat_nos]
        rows = self.truth.rows(wanted)
        holds: list[Hold] = []
        lost: list[Party] = []
        for party in parties:
            if party.wanted_seat_nos:
                hold = self.truth.hold(party, party.wanted_seat_nos)
                if hold:
                    holds.append(hold)
                else:
                    party.rounds += 1
                    lost.append(party)
        picks.saw(rows, START + timedelta(seconds=self.truth.seconds))
        picks.committed(holds)
        self.lost_rounds += len(lost)
        return lost


def party(quantity: int = 0, *seat_nos: int, allotment_nos: frozenset[int] = frozenset()) -> Party:
    """A party that asks for the best so many, or for some seats."""
    asked = Asked(quantity, allotment_nos=allotment_nos) if quantity else None
    return Party(uuid4(), uuid4(), seat_nos=seat_nos, best=asked)
