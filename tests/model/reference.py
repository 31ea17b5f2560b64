"""What a box office must answer, worked out the simple way: one call after the other, over plain dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.model.event import HOLD_SECONDS, LIMITS, PLACE_COUNT, POOL_NO, SEAT_COUNT, SEATS_PER_ROW
from tests.model.wants import Answer, Call, Done, Got, Refused, Token, Want

FREE, HELD, PINNED, SOLD = range(4)
SEAT_STATES = {"HELD": HELD, "PINNED": PINNED, "CONFIRMED": SOLD}


@dataclass
class Kept:
    """A hold, as the reference has it."""

    buyer_no: int
    seats: set[int]
    """Those that it still has or, once it is over, had."""
    place_count: int
    state: str
    ends: int
    extended: bool = False
    order_no: int | None = None

    @property
    def count(self) -> int:
        """Seats and places together."""
        return len(self.seats) + self.place_count


class Reference:
    """The event as it must be."""

    def __init__(self) -> None:
        self.now = 0
        self.is_cancelled = False
        self.requires_admission = False
        self.holds: dict[str, Kept] = {}
        self._answered: dict[tuple[int, str], tuple[Want, Answer]] = {}
        self._shut_out: set[tuple[str, int]] = set()
        self._returns: set[tuple[str, str]] = set()

    def pass_time(self, seconds: int) -> None:
        """Ends the holds whose time is over by then."""
        self.now += seconds
        for kept in self.holds.values():
            if kept.state == "HELD" and kept.ends <= self.now:
                kept.state = "EXPIRED"

    def owners(self) -> dict[int, tuple[int, str]]:
        """Returns the state and the hold of every seat that is not free."""
        return {
            seat_no: (SEAT_STATES[kept.state], hold_id)
            for hold_id, kept in self.holds.items()
            if kept.state in SEAT_STATES
            for seat_no in kept.seats
        }

    @property
    def free_places(self) -> int:
        """How many places nobody has."""
        taken = sum(kept.place_count for kept in self.holds.values() if kept.state in SEAT_STATES)
        return PLACE_COUNT - taken

    def check_placed(self, call: Call, answer: Answer) -> None:
        """Compares an answer to what it must be, and takes it over."""
        key = (call.buyer_no, call.request_id)
        before = self._answered.get(key) if call.request_id else None
        if before is not None:
            same = before[0] == call.want
            assert answer == (before[1] if same else Refused("IDEMPOTENCY_KEY_REUSED")), before
            return
        expected = self._refusal(call)
        if isinstance(answer, Refused):
            assert answer.reason in expected, f"{call}: {answer}, not {expected}"
            self._check_facts(call.want, answer)
        else:
            assert not expected, f"{call}: {answer}, not {expected}"
            self._take(call, answer)
        if call.request_id:
            self._answered[key] = (call.want, answer)

    def _refusal(self, call: Call) -> set[str]:
        """Returns the reasons of which one must be given; none when the hold must be placed."""
        first = self._not_on_sale(call.token) or self._over_limit(call.buyer_no, call.want)
        gone = self._gone(call.want)
        if not first:
            return gone
        # Where all seats asked for are surely another's, or nothing fits, that may be said before anything else.
        all_gone = call.want.seat_nos and not self._free(call.want.seat_nos)
        if "NOTHING_FITS" in gone or (all_gone and not call.want.places):
            return {first} | gone
        return {first}

    def _not_on_sale(self, token: Token) -> str:
        if self.is_cancelled:
            return "EVENT_CANCELLED"
        if not self.requires_admission or token is Token.VALID:
            return ""
        return "ADMISSION_REQUIRED" if token is Token.NONE else "ADMISSION_INVALID"

    def _over_limit(self, buyer_no: int, want: Want) -> str:
        theirs = [kept for kept in self.holds.values() if kept.buyer_no == buyer_no]
        unsold = sum(kept.state in ("HELD", "PINNED") for kept in theirs)
        over = (
            want.count > LIMITS.seats_per_hold
            or unsold >= LIMITS.live_holds_per_buyer
            or self._tickets(buyer_no) + want.count > LIMITS.tickets_per_buyer
        )
        return "HOLD_LIMIT" if over else ""

    def _tickets(self, buyer_no: int) -> int:
        return sum(
            kept.count
            for kept in self.holds.values()
            if kept.buyer_no == buyer_no and kept.state in SEAT_STATES
        )

    def _gone(self, want: Want) -> set[str]:
        if want.best:
            return set() if self._runs(want) else {"NOTHING_FITS"}
        if len(self._free(want.seat_nos)) < len(want.seat_nos):
            return {"SEATS_TAKEN"}
        asked = sum(quantity for _, quantity in want.places)
        return {"PLACES_TAKEN"} if asked > self.free_places else set()

    def _free(self, seat_nos: Sequence[int]) -> list[int]:
        taken = self.owners()
        return [seat_no for seat_no in seat_nos if seat_no not in taken]

    def _runs(self, want: Want) -> list[set[int]]:
        """Returns the free neighbours that a party could get: one row after the other, in the map's order."""
        taken = self.owners()
        found = []
        for first in range(SEAT_COUNT):
            run = range(first, first + want.best)
            in_one_row = first % SEATS_PER_ROW + want.best <= SEATS_PER_ROW
            in_zone = want.zone_no in (None, 1 + (first >= SEAT_COUNT // 2))
            if in_one_row and in_zone and not taken.keys() & set(run):
                found.append(set(run))
        return found

    def _check_facts(self, want: Want, refused: Refused) -> None:
        if refused.reason == "SEATS_TAKEN":
            gone = set(want.seat_nos) - set(self._free(want.seat_nos))
            assert set(refused.facts["seatIds"]) == {f"s{no}" for no in gone}  # type: ignore[call-overload]
        if refused.reason == "PLACES_TAKEN":
            assert refused.facts["poolIds"] == [f"p{POOL_NO}"]

    def _take(self, call: Call, answer: Answer) -> None:
        assert isinstance(answer, Got)
        assert answer.hold_id not in self.holds
        seats = set(answer.seats)
        if call.want.best:
            assert seats in self._runs(call.want), f"{sorted(seats)} are not free neighbours"
        else:
            assert seats == set(call.want.seat_nos)
        assert answer.places == dict(call.want.places)
        self.holds[answer.hold_id] = Kept(
            call.buyer_no, seats, sum(answer.places.values()), "HELD", self.now + HOLD_SECONDS
        )

    def release(self, buyer_no: int, hold_id: str) -> Answer:
        """Gives a hold back."""
        kept = self.holds[hold_id]
        if kept.buyer_no != buyer_no:
            return Refused("HOLD_NOT_FOUND")
        if kept.state in ("PINNED", "CONFIRMED"):
            return Refused("HOLD_PINNED")
        if kept.state == "HELD":
            kept.state = "RELEASED"
        return Done()

    def extend(self, buyer_no: int, hold_id: str) -> Answer:
        """Makes a hold last its full time again, once."""
        kept = self.holds[hold_id]
        if kept.buyer_no != buyer_no:
            return Refused("HOLD_NOT_FOUND")
        if kept.state in ("PINNED", "CONFIRMED"):
            return Refused("HOLD_PINNED")
        if kept.state != "HELD":
            return Refused("HOLD_EXPIRED")
        if self.is_cancelled:
            return Refused("EVENT_CANCELLED")
        if kept.extended:
            return Refused("HOLD_EXTENDED")
        kept.extended, kept.ends = True, self.now + HOLD_SECONDS
        return Done()

    def pin(self, hold_id: str, order_no: int, retake: bool) -> Answer:
        """Keeps a hold for an order, or takes what it had again."""
        kept = self.holds[hold_id]
        if (hold_id, order_no) in self._shut_out:
            return Refused("PIN_CLOSED")
        if kept.state in ("PINNED", "CONFIRMED"):
            return Done() if kept.order_no == order_no else Refused("HOLD_PINNED")
        if self.is_cancelled:
            return Refused("EVENT_CANCELLED")
        can_retake = kept.state == "EXPIRED" and retake and self._can_retake(kept)
        if kept.state != "HELD" and not can_retake:
            return Refused("HOLD_EXPIRED")
        kept.state, kept.order_no = "PINNED", order_no
        return Done()

    def _can_retake(self, kept: Kept) -> bool:
        return (
            self._tickets(kept.buyer_no) + kept.count <= LIMITS.tickets_per_buyer
            and not self.owners().keys() & kept.seats
            and kept.place_count <= self.free_places
        )

    def confirm(self, hold_id: str, order_no: int) -> Answer:
        """Sells a pinned hold to its order."""
        kept = self.holds[hold_id]
        if kept.order_no != order_no or kept.state not in ("PINNED", "CONFIRMED"):
            return Refused("HOLD_NOT_PINNED")
        kept.state = "CONFIRMED"
        return Done()

    def unpin(self, hold_id: str, order_no: int) -> Answer:
        """Gives a pinned hold back, and shuts its order out."""
        kept = self.holds[hold_id]
        if kept.order_no == order_no and kept.state == "CONFIRMED":
            return Refused("HOLD_CONFIRMED")
        self._shut_out.add((hold_id, order_no))
        if kept.order_no == order_no and kept.state == "PINNED":
            kept.state = "RELEASED"
        return Done()

    def take_back(self, hold_id: str, order_no: int, return_id: str, want: Want) -> Answer:
        """Returns sold seats and places to the sale, each return once."""
        kept = self.holds[hold_id]
        if (hold_id, return_id) in self._returns:
            return Done()
        asked = sum(quantity for _, quantity in want.places)
        is_sold = kept.state == "CONFIRMED" and kept.order_no == order_no
        if not is_sold or not set(want.seat_nos) <= kept.seats or asked > kept.place_count:
            return Refused("SEATS_NOT_SOLD")
        self._returns.add((hold_id, return_id))
        kept.seats -= set(want.seat_nos)
        kept.place_count -= asked
        return Done()
