"""Holds on the wire and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from inventory_svc.holds.errors import PoolsUnknown, SeatsUnknown, ZoneUnknown
from inventory_svc.holds.holds import Hold, State
from inventory_svc.holds.party import Asked, PlacesAsked
from inventory_svc.holds.seating import Seating
from mesh import ids
from mesh.errors import InvalidArgument
from mesh.money import Money
from mesh.outbox import Fact
from mesh.timestamps import to_proto
from protos.inventory.v1 import events_pb2, inventory_pb2

_HoldMessage = inventory_pb2.Hold

SEAT_NO_DIGITS_MAX = 9
"""More digits are no number of a seat, a pool or a zone, and would not fit an integer column."""


def hold_message(hold: Hold, seating: Seating, state: State | None = None) -> inventory_pb2.Hold:
    """Returns a hold for its owner; `state` where the clock knows better than the row.

    What many holds share is parsed from bytes that were made once: protobuf takes longer to copy a message.
    """
    currency = hold.currency_code
    message = _HoldMessage.FromString(
        _shared_head(
            seating.event_text,
            (state or hold.state).value,
            hold.held_until,
            hold.create_time,
            hold.extended,
        )
    )
    message.hold_id = ids.text("hld", hold.hold_id)
    add_seat = message.seats.add
    for seat in hold.seats:
        part = add_seat()
        part.MergeFromString(_shared_seat(seat.zone_no, seat.price_minor, currency))
        part.seat_id = f"s{seat.seat_no}"
        part.label = seating.seat_labels[seat.seat_no]
        part.fence = seat.fence
    if hold.places:
        message.pools.extend(_pool_messages(hold, seating))
    message.total.amount_minor = hold.total_minor
    message.total.currency_code = currency
    return message


@lru_cache(maxsize=256)
def _shared_head(
    event_text: str, state: str, held_until: datetime, create_time: datetime, extended: bool
) -> bytes:
    """Returns what the holds of a batch have in common, serialised: they begin and end together."""
    return _HoldMessage(
        event_id=event_text,
        state=state,
        expire_time=to_proto(held_until),
        create_time=to_proto(create_time),
        extended=extended,
    ).SerializeToString()


@lru_cache(maxsize=1_024)
def _shared_seat(zone_no: int, price_minor: int, currency_code: str) -> bytes:
    """Returns what the seats of a zone have in common, serialised."""
    price = Money(price_minor, currency_code).to_proto()
    return _HoldMessage.Seat(zone_id=f"z{zone_no}", price=price).SerializeToString()


def _pool_messages(hold: Hold, seating: Seating) -> list[inventory_pb2.Hold.Pool]:
    """Returns the places by pool: which shards they are counted in is nobody's business."""
    pools: dict[int, inventory_pb2.Hold.Pool] = {}
    for places in hold.places:
        pool = pools.setdefault(
            places.pool_no,
            inventory_pb2.Hold.Pool(
                pool_id=f"p{places.pool_no}",
                price=Money(places.price_minor, hold.currency_code).to_proto(),
                zone_id=f"z{places.zone_no}",
                label=seating.pools[places.pool_no].name,
            ),
        )
        pool.quantity += places.quantity
    return list(pools.values())


def placed_fact(hold: Hold, message: inventory_pb2.Hold, now: datetime) -> Fact:
    """Returns what is told of a new hold."""
    return _fact(events_pb2.HoldPlaced, hold, message, now)


def released_fact(hold: Hold, message: inventory_pb2.Hold, now: datetime) -> Fact:
    """Returns what is told of a hold that was given back."""
    return _fact(events_pb2.HoldReleased, hold, message, now)


def expired_fact(hold: Hold, message: inventory_pb2.Hold, now: datetime) -> Fact:
    """Returns what is told of a hold whose time ran out."""
    return _fact(events_pb2.HoldExpired, hold, message, now)


def expiry_of(hold: Hold, seating: Seating, now: datetime) -> Fact:
    """Returns what will be true of a hold once it is written that its time ran out."""
    message = hold_message(hold, seating, State.EXPIRED)
    return _fact(events_pb2.HoldExpired, hold, message, now, hold.version + 1)


def _fact(
    kind: type[events_pb2.HoldPlaced | events_pb2.HoldReleased | events_pb2.HoldExpired],
    hold: Hold,
    message: inventory_pb2.Hold,
    now: datetime,
    version: int | None = None,
) -> Fact:
    payload = kind(
        hold=message,
        account_id=ids.text("acc", hold.account_id),
        admission_id=_admission_text(hold.admission_id),
    )
    return Fact(payload, message.event_id, message.hold_id, version or hold.version, now)


def _admission_text(admission_id: UUID | None) -> str:
    return ids.text("adm", admission_id) if admission_id else ""


def _number(prefix: str, text: str) -> int | None:
    digits = text[len(prefix) :]
    is_number = (
        text.startswith(prefix)
        and digits.isascii()
        and digits.isdecimal()
        and len(digits) <= SEAT_NO_DIGITS_MAX
        and (digits == "0" or digits[0] != "0")
    )
    return int(digits) if is_number else None


def read_seat_ids(seat_ids: Sequence[str], seating: Seating, field: str = "seatIds") -> list[int]:
    """Reads the seats asked for. Raises InvalidArgument for repeats, SeatsUnknown."""
    if len(set(seat_ids)) != len(seat_ids):
        raise InvalidArgument(field, "names a seat more than once")
    numbers = {seat_id: _number("s", seat_id) for seat_id in seat_ids}
    unknown = [seat_id for seat_id, no in numbers.items() if no is None or not seating.has_seat(no)]
    if unknown:
        raise SeatsUnknown(unknown)
    return [no for no in numbers.values() if no is not None]


def read_pools(
    pools: Sequence[inventory_pb2.PoolQuantity], seating: Seating
) -> tuple[PlacesAsked, ...]:
    """Reads the places asked for. Raises InvalidArgument for repeats, PoolsUnknown."""
    if len({pool.pool_id for pool in pools}) != len(pools):
        raise InvalidArgument("pools", "names a pool more than once")
    numbers = {pool.pool_id: _number("p", pool.pool_id) for pool in pools}
    unknown = [pool_id for pool_id, no in numbers.items() if no not in seating.pools]
    if unknown:
        raise PoolsUnknown(unknown)
    return tuple(
        PlacesAsked(no, pool.quantity)
        for pool in pools
        if (no := numbers[pool.pool_id]) is not None
    )


def read_best(best: inventory_pb2.BestAvailable, seating: Seating, currency_code: str) -> Asked:
    """Reads what to look for. Raises ZoneUnknown, InvalidArgument for a price in another currency."""
    zone_nos = _read_zones([*best.zone_ids, *([best.zone_id] if best.zone_id else ())], seating)
    price_max = None
    if best.HasField("price_max"):
        if best.price_max.currency_code not in ("", currency_code):
            raise InvalidArgument(
                "bestAvailable.priceMax.currencyCode", f"the event is sold in {currency_code}"
            )
        if best.price_max.amount_minor < 0:
            raise InvalidArgument("bestAvailable.priceMax.amountMinor", "is less than 0")
        price_max = best.price_max.amount_minor
    return Asked(best.quantity, zone_nos, price_max, best.accessible)


def _read_zones(zone_ids: Sequence[str], seating: Seating) -> frozenset[int]:
    numbers = {zone_id: _number("z", zone_id) for zone_id in zone_ids}
    for zone_id, zone_no in numbers.items():
        if zone_no not in seating.zone_names:
            raise ZoneUnknown(zone_id)
    return frozenset(zone_no for zone_no in numbers.values() if zone_no is not None)
