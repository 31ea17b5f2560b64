"""The state machine: hypothesis plays buyers, orders, an organiser and the clock; the reference says what is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.model.event import BUYER_COUNT, LIMITS, PLACE_COUNT, POOL_NO, SEAT_COUNT
from tests.model.reference import FREE, Reference
from tests.model.wants import Answer, BoxOffice, Call, Refused, SeatSeen, Token, Want

buyers = st.integers(0, BUYER_COUNT - 1)
orders = st.sampled_from([0, 0, 0, 1, 2])
"""0 is the order that pinned the hold, or would."""
which = st.integers(0, 7)
"""One of the latest holds."""
seat_nos = st.lists(
    st.integers(0, SEAT_COUNT - 1), min_size=1, max_size=LIMITS.seats_per_hold + 1, unique=True
).map(tuple)
places = st.integers(1, LIMITS.seats_per_hold).map(lambda quantity: ((POOL_NO, quantity),))
chosen = st.builds(Want, seat_nos=seat_nos)
wants = st.one_of(
    chosen,
    st.builds(Want, places=places),
    st.builds(Want, seat_nos=seat_nos, places=places),
    st.builds(Want, best=st.integers(1, 4), zone_no=st.sampled_from([None, 1, 2])),
)
request_ids = st.sampled_from(["", "", "a", "b"])
"""Few, so that they meet: some retries bring the same body, some another."""
tokens = st.sampled_from([Token.VALID, *Token])


class BoxOfficeMachine(RuleBasedStateMachine):
    """Plays one event on one box office; subclasses say which."""

    open_office: ClassVar[Callable[[], BoxOffice]]
    met: ClassVar[set[str]]
    """The kinds of answers that came, over all examples."""

    def __init__(self) -> None:
        super().__init__()
        self.office: BoxOffice
        self.reference = Reference()
        self.seen: dict[int, SeatSeen] = {}

    @initialize()
    def open(self) -> None:
        """Puts the event on sale."""
        self.office = type(self).open_office()

    def teardown(self) -> None:
        """Closes the box office, if it ever opened."""
        if hasattr(self, "office"):
            self.office.close()

    @rule(buyer_no=buyers, want=wants, request_id=request_ids, token=tokens)
    def hold(self, buyer_no: int, want: Want, request_id: str, token: Token) -> None:
        """One buyer asks for something."""
        self._place([Call(buyer_no, want, request_id, token)])

    @rule(asked=st.lists(st.tuples(buyers, chosen), min_size=2, max_size=5))
    def rush(self, asked: list[tuple[int, Want]]) -> None:
        """Several ask at once, and meet in one batch."""
        self._place([Call(buyer_no, want, token=Token.VALID) for buyer_no, want in asked])

    @rule(buyer_no=buyers, want=wants, times=st.integers(2, 3))
    def ask_twice(self, buyer_no: int, want: Want, times: int) -> None:
        """One buyer's client repeats itself before it was answered."""
        request_id = f"twice {len(self.reference.holds)}"
        self._place([Call(buyer_no, want, request_id, Token.VALID)] * times)

    @rule(buyer_no=buyers, quantity=st.integers(1, PLACE_COUNT))
    def fill_the_floor(self, buyer_no: int, quantity: int) -> None:
        """Places go until none is left."""
        self._place([Call(buyer_no, Want(places=((POOL_NO, quantity),)), token=Token.VALID)])

    @rule(quantity=st.integers(1, 4), zone_no=st.sampled_from([None, None, 1]))
    def sell_out(self, quantity: int, zone_no: int | None) -> None:
        """Everybody wants the best, one after the other, until little is left."""
        for buyer_no in range(BUYER_COUNT):
            want = Want(best=quantity, zone_no=zone_no)
            self._place([Call(buyer_no, want, token=Token.VALID)])

    def _place(self, calls: list[Call]) -> None:
        for call, answer in zip(calls, self.office.place(calls), strict=True):
            self._meet(answer)
            self.reference.check_placed(call, answer)

    @precondition(lambda self: self.reference.holds)
    @rule(hold=which, buyer_no=buyers, is_own=st.sampled_from([True, True, True, False]))
    def release(self, hold: int, buyer_no: int, is_own: bool) -> None:
        """Somebody gives a hold back, not always the one whose it is."""
        hold_id, owner = self._pick(hold)
        who = owner if is_own else buyer_no
        self._same(self.office.release(who, hold_id), self.reference.release(who, hold_id))

    @precondition(lambda self: self.reference.holds)
    @rule(hold=which, buyer_no=buyers, is_own=st.sampled_from([True, True, True, False]))
    def extend(self, hold: int, buyer_no: int, is_own: bool) -> None:
        """Somebody wants more time."""
        hold_id, owner = self._pick(hold)
        who = owner if is_own else buyer_no
        self._same(self.office.extend(who, hold_id), self.reference.extend(who, hold_id))

    @precondition(lambda self: self.reference.holds)
    @rule(hold=which, order_no=orders, retake=st.booleans())
    def pin(self, hold: int, order_no: int, retake: bool) -> None:
        """An order wants to be paid for."""
        hold_id, order_no = self._pick_order(hold, order_no)
        expected = self.reference.pin(hold_id, order_no, retake)
        self._same(self.office.pin(hold_id, order_no, retake), expected)

    @precondition(lambda self: self.reference.holds)
    @rule(hold=which, order_no=orders)
    def confirm(self, hold: int, order_no: int) -> None:
        """An order was paid for."""
        hold_id, order_no = self._pick_order(hold, order_no)
        expected = self.reference.confirm(hold_id, order_no)
        self._same(self.office.confirm(hold_id, order_no), expected)

    @precondition(lambda self: self.reference.holds)
    @rule(hold=which, order_no=orders)
    def unpin(self, hold: int, order_no: int) -> None:
        """An order came to nothing."""
        hold_id, order_no = self._pick_order(hold, order_no)
        expected = self.reference.unpin(hold_id, order_no)
        self._same(self.office.unpin(hold_id, order_no), expected)

    @precondition(lambda self: self.reference.holds)
    @rule(hold=which, order_no=orders, part=st.integers(1, 3), return_id=st.sampled_from("xyz"))
    def sell(self, hold: int, order_no: int, part: int, return_id: str) -> None:
        """An order is paid for and, sometimes in part, returned."""
        self.pin(hold, order_no, True)
        self.confirm(hold, order_no)
        self.take_back(hold, order_no, part, return_id)

    @precondition(lambda self: self.reference.holds)
    @rule(hold=which, order_no=orders, part=st.integers(1, 3), return_id=st.sampled_from("xyz"))
    def take_back(self, hold: int, order_no: int, part: int, return_id: str) -> None:
        """Some of what was sold comes back."""
        hold_id, order_no = self._pick_order(hold, order_no)
        kept = self.reference.holds[hold_id]
        want = Want(
            tuple(sorted(kept.seats))[:part],
            ((POOL_NO, 1),) if kept.place_count and part > 1 else (),
        )
        if want.count:
            expected = self.reference.take_back(hold_id, order_no, return_id, want)
            self._same(self.office.take_back(hold_id, order_no, return_id, want), expected)

    @rule(seconds=st.sampled_from([1, 200, 400, 601]))
    def pass_time(self, seconds: int) -> None:
        """The clock goes on: holds run out after 600 seconds."""
        self.office.pass_time(seconds)
        self.reference.pass_time(seconds)

    @rule()
    def tidy(self) -> None:
        """The expiry worker comes round: nothing that counts changes."""
        self.office.tidy()

    @rule(required=st.sampled_from([True, True, False]))
    def require_admission(self, required: bool) -> None:
        """The organiser sets a room before the event, or takes it away."""
        if not self.reference.is_cancelled:
            self.office.require_admission(required)
            self.reference.requires_admission = required

    @precondition(lambda self: len(self.reference.holds) > 4)
    @rule(sure=st.integers(0, 9))
    def cancel(self, sure: int) -> None:
        """The organiser cancels the event, now and then."""
        if sure == 0 and not self.reference.is_cancelled:
            self.office.cancel()
            self.reference.is_cancelled = True

    @invariant()
    def everything_is_as_the_reference_has_it(self) -> None:
        """Owners, states, places, counts; and no fence goes back or stays when the owner changes."""
        if not hasattr(self, "office"):
            return
        seen, owners = self.office.look(), self.reference.owners()
        assert len(seen.seats) == SEAT_COUNT
        for seat_no, seat in seen.seats.items():
            assert (seat.state, seat.hold_id) == owners.get(seat_no, (FREE, "")), f"seat {seat_no}"
            before = self.seen.get(seat_no, SeatSeen(FREE, "", 0))
            assert seat.fence >= before.fence, f"the fence of seat {seat_no} went back"
            is_new = seat.hold_id and seat.hold_id != before.hold_id
            assert not is_new or seat.fence > before.fence, f"seat {seat_no} has an old fence"
        assert seen.free_places == {POOL_NO: self.reference.free_places}
        expected = {hold_id: kept.state for hold_id, kept in self.reference.holds.items()}
        assert seen.hold_states == expected
        self.seen = seen.seats

    def _meet(self, answer: Answer) -> None:
        self.met.add(answer.reason if isinstance(answer, Refused) else type(answer).__name__)

    def _pick(self, hold: int) -> tuple[str, int]:
        """Returns one of the latest holds and its buyer."""
        latest = list(self.reference.holds)[-8:]
        hold_id = latest[hold % len(latest)]
        return hold_id, self.reference.holds[hold_id].buyer_no

    def _pick_order(self, hold: int, order_no: int) -> tuple[str, int]:
        """Returns one of the latest holds and an order for it."""
        hold_id, _ = self._pick(hold)
        return hold_id, order_no or self.reference.holds[hold_id].order_no or 1

    def _same(self, answer: Answer, expected: Answer) -> None:
        self._meet(answer)
        assert answer == expected, f"{answer}, not {expected}"
