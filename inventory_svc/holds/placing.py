"""Placing holds: what a batch of parties gets, decided in order of arrival from what stands under the locks.

A pure function of the situation. It takes whole parties or none; what it decides is written by set-based statements
whose own conditions (free or run out, the fence unchanged) make a second claim impossible whatever is decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from inventory_svc.allotments.codes import Code
from inventory_svc.allotments.errors import AccessCodeInvalid
from inventory_svc.errors import EventCancelled, EventNotFound, EventOver
from inventory_svc.holds import limits, pools
from inventory_svc.holds.errors import (
    AdmissionInvalid,
    AdmissionRequired,
    NothingFits,
    PlacesTaken,
    SaleNotOpen,
    SeatsTaken,
)
from inventory_svc.holds.holds import HeldPlaces, HeldSeat, Hold, SeatRow, State
from inventory_svc.holds.houses.wishes import Offer
from inventory_svc.holds.limits import Limits, Usage
from inventory_svc.holds.party import Party
from inventory_svc.holds.pools import Shard, Share
from inventory_svc.holds.seating import Seating
from mesh.errors import OnsaleError
from mesh.requests import IdempotencyKeyReused, RequestKey
from protos.inventory.v1 import inventory_pb2

RequestName = tuple[str, str, str]
"""Scope, method, request id."""


def name_of(key: RequestKey) -> RequestName:
    """Returns what names a request, without its body."""
    return key.scope, key.method, key.request_id


@dataclass(frozen=True, slots=True)
class Terms:
    """What the event's row says, read under its lock."""

    is_published: bool
    """False until it is published for the first time: nobody but its organiser knows of it."""
    is_cancelled: bool
    sale_open_time: datetime | None
    end_time: datetime
    requires_admission: bool
    limits: Limits
    hold_seconds: int
    currency_code: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a request came to before."""

    body_hash: bytes
    reply: bytes | None
    refusal: bytes | None


@dataclass(frozen=True, slots=True)
class RunOut:
    """Places of a hold whose time is over, taken back from it."""

    hold_id: UUID
    pool_no: int
    shard_no: int
    quantity: int


@dataclass(slots=True)
class Situation:
    """What stands under the locks; read by a statement younger than every lock."""

    seating: Seating
    now: datetime
    """The database's clock, after the locks."""
    terms: Terms | None
    prices_minor: dict[int, int] = field(default_factory=dict)
    """By zone."""
    usage: dict[UUID, Usage] = field(default_factory=dict)
    seats: dict[int, SeatRow] = field(default_factory=dict)
    shards: dict[int, list[Shard]] = field(default_factory=dict)
    """The locked shards by pool, with what ran out put back."""
    whole_pools: frozenset[int] = frozenset()
    """Pools of which every shard is locked: only of these can it be said that nothing is left."""
    run_out: list[RunOut] = field(default_factory=list)
    closed_admissions: frozenset[UUID] = frozenset()
    codes: dict[int, Code] = field(default_factory=dict)
    """The locked access codes, by number."""
    known: dict[RequestName, Outcome] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TryAgain:
    """What was seen before the locks is no longer so: look again and try with the next batch."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The request was answered before."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Placed:
    """A new hold that was committed, and what its buyer is shown of it."""

    hold: Hold
    message: inventory_pb2.Hold


Result = Hold | Placed | OnsaleError | TryAgain | Replay
"""What a party gets from a batch."""


@dataclass(slots=True)
class Decisions:
    """What a batch comes to."""

    results: list[Result] = field(default_factory=list)
    """One for each party, in their order."""
    holds: list[Hold] = field(default_factory=list)
    losers: set[UUID] = field(default_factory=set)
    """Holds that are over and lose what they still had."""


Answered = dict[RequestName, tuple[bytes, Result]]
"""What requests came to in this batch, with the hashes of their bodies."""


def decide(
    situation: Situation, parties: Sequence[Party], answered: Answered | None = None
) -> Decisions:
    """Decides what the parties of one event get, in order of arrival.

    Args:
        situation: what stands under the locks.
        parties: who wants what.
        answered: what the batch answered already, where it carries other events too; added to.
    """
    batch = _Batch(situation, {} if answered is None else answered)
    for party in parties:
        batch.decisions.results.append(batch.answer(party))
    batch.decisions.losers.update(places.hold_id for places in situation.run_out)
    return batch.decisions


class _Batch:
    def __init__(self, situation: Situation, answered: Answered) -> None:
        self._situation = situation
        self._taken: set[int] = set()
        self._code_uses: Counter[int] = Counter()
        self._answered = answered
        self.decisions = Decisions()

    def answer(self, party: Party) -> Result:
        if party.request is None:
            return self._place(party)
        key = party.request
        name = name_of(key)
        before = self._situation.known.get(name)
        if before is not None:
            return Replay(before) if before.body_hash == key.body_hash else IdempotencyKeyReused()
        twin = self._answered.get(name)
        if twin is not None:
            return twin[1] if twin[0] == key.body_hash else IdempotencyKeyReused()
        result = self._place(party)
        self._answered[name] = (key.body_hash, result)
        return result

    def _place(self, party: Party) -> Result:
        terms = self._situation.terms
        if terms is None or not terms.is_published:
            return EventNotFound()
        usage = self._situation.usage.setdefault(party.account_id, Usage())
        refused = (
            self._not_on_sale(terms, party)
            or limits.refusal(terms.limits, usage, party.count)
            or self._not_opened(party)
        )
        if refused:
            return refused
        if party.best and party.picked is None:
            situation = self._situation
            if party.offer is None:  # It was thought to want more than it may, and not looked for.
                return TryAgain()
            return nothing_fits(situation.seating, situation.prices_minor, party.offer)
        gone = [no for no in party.wanted_seat_nos if not self._can_take(party, no)]
        if gone:
            return TryAgain() if party.best else SeatsTaken(gone)
        if party.best and not self._is_within_price(party):
            return TryAgain()
        if not self._are_places_within_price(party):
            return nothing_fits(self._situation.seating, self._situation.prices_minor, None)
        shares = self._take_places(party)
        if not isinstance(shares, list):
            return shares
        hold = self._hold(terms, party, shares)
        self._write(hold)
        usage.add(hold.count)
        return hold

    def _not_on_sale(self, terms: Terms, party: Party) -> OnsaleError | None:
        now = self._situation.now
        if terms.is_cancelled:
            return EventCancelled()
        if terms.requires_admission:
            refused = self._not_admitted(party)
            if refused:
                return refused
        if terms.sale_open_time is None or terms.sale_open_time > now:
            return SaleNotOpen(terms.sale_open_time or terms.end_time, now)
        if terms.end_time <= now:
            return EventOver(terms.end_time)
        return None

    def _not_admitted(self, party: Party) -> OnsaleError | None:
        if party.admission_is_invalid:
            return AdmissionInvalid()
        if party.admission is None:
            return AdmissionRequired()
        over = party.admission.expire_time <= self._situation.now
        closed = party.admission.admission_id in self._situation.closed_admissions
        return AdmissionInvalid() if over or closed else None

    def _not_opened(self, party: Party) -> OnsaleError | None:
        if party.access_code is None:
            return AccessCodeInvalid() if party.access_code_is_invalid else None
        code = self._situation.codes.get(party.access_code.code_no)
        if code is None:
            return AccessCodeInvalid()
        return code.refusal(self._situation.now, beside=self._code_uses[code.code_no])

    def _can_take(self, party: Party, seat_no: int) -> bool:
        row = self._situation.seats.get(seat_no)
        return (
            seat_no not in self._taken
            and row is not None
            and row.can_be_taken(self._situation.now, party.allotment_no)
        )

    def _is_within_price(self, party: Party) -> bool:
        price_max = party.best.price_max_minor if party.best else None
        seats, prices = self._situation.seating.seats, self._situation.prices_minor
        return price_max is None or all(
            prices[seats[seat_no].zone_no] <= price_max for seat_no in party.wanted_seat_nos
        )

    def _are_places_within_price(self, party: Party) -> bool:
        price_max = party.place_price_max_minor
        pools, prices = self._situation.seating.pools, self._situation.prices_minor
        return price_max is None or all(
            prices[pools[asked.pool_no].zone_no] <= price_max for asked in party.places
        )

    def _take_places(self, party: Party) -> list[Share] | OnsaleError | TryAgain:
        shares: list[Share] = []
        left: dict[int, int] = {}
        for asked in party.places:
            locked = self._situation.shards.get(asked.pool_no, [])
            shards = pools.open_to(locked, party.allotment_no)
            taken = pools.take(shards, asked.quantity)
            if taken is None:
                left[asked.pool_no] = sum(shard.available for shard in shards)
            else:
                shares += taken
        if not left:
            return shares
        pools.put_back(
            (shard for shards in self._situation.shards.values() for shard in shards), shares
        )
        sure = all(pool_no in self._situation.whole_pools for pool_no in left)
        return PlacesTaken(left) if sure else TryAgain()

    def _hold(self, terms: Terms, party: Party, shares: Iterable[Share]) -> Hold:
        situation = self._situation
        seating, prices = situation.seating, situation.prices_minor
        seats = tuple(
            HeldSeat(
                seat_no,
                seating.seats[seat_no].zone_no,
                prices[seating.seats[seat_no].zone_no],
                situation.seats[seat_no].fence + 1,
            )
            for seat_no in sorted(party.wanted_seat_nos)
        )
        places = tuple(
            HeldPlaces(
                share.pool_no,
                share.shard_no,
                seating.pools[share.pool_no].zone_no,
                prices[seating.pools[share.pool_no].zone_no],
                share.quantity,
            )
            for share in shares
        )
        admitted = party.admission if terms.requires_admission else None
        return Hold(
            event_id=seating.event_id,
            hold_id=party.hold_id,
            account_id=party.account_id,
            admission_id=admitted.admission_id if admitted else None,
            state=State.HELD,
            create_time=situation.now,
            held_until=situation.now + timedelta(seconds=terms.hold_seconds),
            extended=False,
            currency_code=terms.currency_code,
            seats=seats,
            places=places,
            code_no=self._code_used(party, seats, places),
        )

    def _code_used(
        self, party: Party, seats: Iterable[HeldSeat], places: Iterable[HeldPlaces]
    ) -> int | None:
        """Returns the party's code where something of its allotment is held with it: what is public needs none."""
        if party.access_code is None:
            return None
        own = party.access_code.allotment_no
        has_seat = any(self._situation.seats[seat.seat_no].allotment_no == own for seat in seats)
        has_place = any(each.shard_no == pools.allotted_shard_no(own) for each in places)
        return party.access_code.code_no if has_seat or has_place else None

    def _write(self, hold: Hold) -> None:
        self.decisions.holds.append(hold)
        if hold.code_no is not None:
            self._code_uses[hold.code_no] += 1
        for seat in hold.seats:
            row = self._situation.seats[seat.seat_no]
            self._taken.add(seat.seat_no)
            if row.hold_id is not None:
                self.decisions.losers.add(row.hold_id)


def nothing_fits(
    seating: Seating, prices_minor: Mapping[int, int], offer: Offer | None
) -> NothingFits:
    """Returns the refusal with the nearest offer as the caller sees it: something that could be asked for next."""
    seat_nos = offer.seat_nos if offer else ()
    zone_nos = {seating.seats[seat_no].zone_no for seat_no in seat_nos}
    price_max = max((prices_minor.get(zone_no, 0) for zone_no in zone_nos), default=0)
    return NothingFits(
        {
            "quantity": offer.quantity if offer else 0,
            "together": bool(offer and offer.together),
            "seatIds": [f"s{seat_no}" for seat_no in seat_nos],
            "zoneId": f"z{zone_nos.pop()}" if len(zone_nos) == 1 else "",
            "priceMax": {"amountMinor": str(price_max), "currencyCode": seating.currency_code},
            "eventId": seating.event_text,
        }
    )
