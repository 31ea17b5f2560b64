"""Callers: buyers in a hurry, who hold seats, think again, lose patience, ask twice, pay, and give back."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mesh import ids
from mesh.timestamps import to_proto
from protos.inventory.v1 import allocation_pb2, inventory_pb2
from tests.history.box_office import BoxOffice, Counter
from tests.history.recorder import Recorder
from tests.history.records import Call, Kind, Outcome, Told
from tests.polling import eventually

PATIENCE_SECONDS = 10.0
HURRY_SECONDS = 0.02
"""What some calls are given: less than a batch under load takes, so that they hang up in the middle."""
HURRIED = 0.03
ABANDONED = 0.3
"""Of calls without an answer: never asked again."""
REPEATED = 0.03
REUSED = 0.01
ANSWER_SECONDS = 60.0
"""Within which whoever asks again has an answer, whatever has been killed."""

PARTY_MAX = 4
BEST = 0.3
HOT = 0.3
"""Of those who choose seats: want some of the first HOT_SEATS."""
HOT_SEATS = 400


@dataclass
class Buyer:
    """An account; several callers use it at once."""

    name: str
    metadata: tuple[tuple[str, str], ...]


@dataclass
class Sale:
    """What all callers of a run share."""

    office: BoxOffice
    recorder: Recorder
    buyers: list[Buyer]
    seat_count: int
    is_over: Callable[[Sale], bool]
    thoughtful: float
    """Of holds: looked at, extended, given back or paid; the others run out."""
    attempts: int = 0
    """Requests for a hold, each counted once however often it was sent."""
    request_no: int = field(default=0)

    def new_request_id(self) -> str:
        """Returns an id that no request had."""
        self.request_no += 1
        return f"q{self.request_no}"


class Caller:
    """One of many."""

    def __init__(self, sale: Sale, number: int, seed: int) -> None:
        self._sale = sale
        self._dice = random.Random(f"{seed} {number}")

    async def call_until_over(self) -> None:
        """Holds seats, and does something with what it got, over and over."""
        while not self._sale.is_over(self._sale):
            buyer = self._dice.choice(self._sale.buyers)
            told = await self._hold(buyer)
            if told and self._dice.random() < self._sale.thoughtful:
                await self._live_with(buyer, told)

    async def _hold(self, buyer: Buyer) -> Told | None:
        self._sale.attempts += 1
        request_id = self._sale.new_request_id()
        wants = self._wants()
        call = await self._send(buyer, request_id, wants, self._patience())
        if call.outcome is Outcome.UNKNOWN and self._dice.random() >= ABANDONED:
            call = await self._until_answered(lambda: self._send(buyer, request_id, wants))
        if self._dice.random() < REPEATED:
            await self._send(buyer, request_id, wants)
        if self._dice.random() < REUSED:
            await self._send(buyer, request_id, self._wants())
        return call.told

    def _wants(self) -> dict[str, Any]:
        count = self._dice.randint(1, PARTY_MAX)
        if self._dice.random() < BEST:
            return {"quantity": count}
        is_hot = self._dice.random() < HOT
        first = self._dice.randrange((HOT_SEATS if is_hot else self._sale.seat_count) - PARTY_MAX)
        if is_hot:
            seat_nos = self._dice.sample(range(first, first + PARTY_MAX), count)
        else:
            seat_nos = list(range(first, first + count))
        return {"seats_asked": tuple(seat_nos)}

    def _patience(self) -> float:
        return HURRY_SECONDS if self._dice.random() < HURRIED else PATIENCE_SECONDS

    async def _send(
        self,
        buyer: Buyer,
        request_id: str,
        wants: dict[str, Any],
        timeout: float = PATIENCE_SECONDS,
    ) -> Call:
        request = inventory_pb2.HoldSeatsRequest(
            request_id=request_id, event_id=ids.event_text(self._sale.office.event_id)
        )
        if "quantity" in wants:
            request.best_available.quantity = wants["quantity"]
        else:
            request.seat_ids.extend(f"s{seat_no}" for seat_no in wants["seats_asked"])
        facts = {"request_id": request_id, **wants}
        return await self._ask(Kind.HOLD, "HoldSeats", buyer, request, facts, timeout)

    async def _live_with(self, buyer: Buyer, told: Told) -> None:
        fate = self._dice.random()
        hold_id = told.hold_id
        if fate < 0.2:
            request = inventory_pb2.GetHoldRequest(hold_id=hold_id)
            await self._ask(Kind.GET, "GetHold", buyer, request, {"hold_id": hold_id})
        elif fate < 0.4:
            extension = inventory_pb2.ExtendHoldRequest
            await self._ask_once(Kind.EXTEND, "ExtendHold", buyer, extension, hold_id)
        elif fate < 0.8:
            release = inventory_pb2.ReleaseHoldRequest
            await self._ask_once(Kind.RELEASE, "ReleaseHold", buyer, release, hold_id)
        else:
            await self._pay(buyer, told)

    async def _ask_once(
        self, kind: Kind, method: str, buyer: Buyer, request_type: Any, hold_id: str
    ) -> None:
        request_id = self._sale.new_request_id()
        request = request_type(request_id=request_id, hold_id=hold_id)
        facts = {"request_id": request_id, "hold_id": hold_id}
        call = await self._ask(kind, method, buyer, request, facts, self._patience())
        if call.outcome is Outcome.UNKNOWN and self._dice.random() >= ABANDONED:
            await self._until_answered(lambda: self._ask(kind, method, buyer, request, facts))

    async def _pay(self, buyer: Buyer, told: Told) -> None:
        """Pins the hold and sells it, or gives it up; what was sold is returned, so that there is more to sell."""
        hold_id = told.hold_id
        order_id = ids.text("ord", ids.new_id(self._sale.office.event_id))
        names: dict[str, Any] = {"hold_id": hold_id, "order_id": order_id}
        deadline = to_proto(datetime.now(UTC) + timedelta(minutes=10))
        pin = allocation_pb2.PinHoldRequest(**names, deadline_time=deadline)
        pinned = await self._ask(Kind.PIN, "PinHold", buyer, pin, names, self._patience())
        if pinned.outcome is Outcome.REFUSED:
            return
        if pinned.outcome is Outcome.UNKNOWN or self._dice.random() < 0.4:
            unpin = allocation_pb2.UnpinHoldRequest(**names)
            await self._surely(Kind.UNPIN, "UnpinHold", buyer, unpin, names)
            return
        confirm = allocation_pb2.ConfirmHoldRequest(**names)
        await self._surely(Kind.CONFIRM, "ConfirmHold", buyer, confirm, names)
        seat_ids = [f"s{seat_no}" for seat_no, _ in told.seats]
        back = allocation_pb2.ReturnSeatsRequest(**names, return_id="r1", seat_ids=seat_ids)
        await self._surely(Kind.RETURN, "ReturnSeats", buyer, back, names)

    async def _surely(
        self, kind: Kind, method: str, buyer: Buyer, request: Any, facts: dict[str, Any]
    ) -> None:
        await self._until_answered(lambda: self._ask(kind, method, buyer, request, facts))

    async def _until_answered(self, ask: Callable[[], Awaitable[Call]]) -> Call:
        async def answer() -> Call | None:
            call = await ask()
            return None if call.outcome is Outcome.UNKNOWN else call

        return await eventually(answer, within_seconds=ANSWER_SECONDS, what="an answer")

    async def _ask(
        self,
        kind: Kind,
        method: str,
        buyer: Buyer,
        request: Any,
        facts: dict[str, Any],
        timeout: float = PATIENCE_SECONDS,
    ) -> Call:
        counter: Counter = self._dice.choice(self._sale.office.counters)
        stub = counter.inventory if hasattr(counter.inventory, method) else counter.allocation
        metadata = buyer.metadata if stub is counter.inventory else ()
        call = getattr(stub, method)
        return await self._sale.recorder.ask(
            kind,
            lambda: call(request, metadata=metadata, timeout=timeout, wait_for_ready=True),
            account=buyer.name,
            **facts,
        )
