"""The box office as it is served: the handlers of a process, on PostgreSQL and Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from inventory_svc.catalog.events import Limits, State
from mesh import ids
from mesh.errors import OnsaleError
from mesh.valkey import FAILURES
from protos.inventory.v1 import allocation_pb2, inventory_pb2
from tests.integration.holds.conftest import Buyer, Office, Process
from tests.model import event
from tests.model.fake_office import read_message
from tests.model.wants import Answer, Call, Done, Refused, SeatSeen, Seen, Token, Want
from tests.polling import eventually

LONG_AGO_SECONDS = 86_400

SHIFTS = (
    "UPDATE seats SET held_until = held_until - $2::interval "
    "WHERE event_id = $1 AND held_until IS NOT NULL",
    "UPDATE hold_places SET held_until = held_until - $2::interval "
    "WHERE event_id = $1 AND held_until IS NOT NULL",
    "UPDATE holds SET held_until = held_until - $2::interval, "
    "tidy_time = tidy_time - $2::interval WHERE event_id = $1",
)
"""Time passes by moving the ends of everything that has one: the database's clock cannot be moved."""

SEATS_SEEN = """
    SELECT seat_no, fence, state, hold_id, state = 1 AND held_until <= clock_timestamp() AS is_over
    FROM seats WHERE event_id = $1
"""
PLACES_SEEN = """
    SELECT s.pool_no, sum(s.available) + coalesce((
        SELECT sum(p.claimed) FROM hold_places p
        WHERE p.event_id = $1 AND p.pool_no = s.pool_no AND p.held_until <= clock_timestamp()
    ), 0) AS free
    FROM pool_shards s WHERE s.event_id = $1 GROUP BY s.pool_no
"""
HOLDS_SEEN = """
    SELECT hold_id,
           CASE WHEN state = 'HELD' AND held_until <= clock_timestamp() THEN 'EXPIRED' ELSE state END
               AS state
    FROM holds WHERE event_id = $1
"""


async def open_event(office: Office) -> int:
    """Puts the model's event on sale, its pool split into as many shards as the model says."""
    event_id = await office.event(
        *event.BLOCKS,
        pools=event.POOLS,
        limits=Limits(**asdict(event.LIMITS)),
        prices_minor={"Front": 1_000, "Back": 500, "Standing": 333},
        hold_seconds=event.HOLD_SECONDS,
    )
    async with office.database.transaction() as connection:
        await connection.execute("DELETE FROM pool_shards WHERE event_id = $1", event_id)
        await connection.executemany(
            "INSERT INTO pool_shards (event_id, pool_no, shard_no, capacity, available) "
            "VALUES ($1, $2, $3, $4, $4)",
            [
                (event_id, event.POOL_NO, shard_no, capacity)
                for shard_no, capacity in enumerate(event.SHARD_CAPACITIES)
            ],
        )
    return event_id


async def pass_time(office: Office, event_id: int, seconds: int) -> None:
    """Lets time pass for every hold of an event, and for the marks of its seats."""
    async with office.database.transaction() as connection:
        for statement in SHIFTS:
            await connection.execute(statement, event_id, timedelta(seconds=seconds))
    await eventually(
        lambda: _forget_marks(office, event_id), within_seconds=30, what="forgetting the marks"
    )


async def _forget_marks(office: Office, event_id: int) -> bool:
    """Tells whether the marks are gone: the services' own connections give Valkey very little time."""
    try:
        await office.valkey.delete(f"{{{ids.event_text(event_id)}}}:marks")
    except FAILURES:
        return False
    return True


class RealOffice:
    """An event of its own on the shared servers."""

    def __init__(self, runner: asyncio.Runner, office: Office) -> None:
        self._runner = runner
        self._office = office
        self._event_id: int = self._run(open_event(office))
        self._accounts = [ids.new_account_id() for _ in range(event.BUYER_COUNT)]
        self._closed_id = ids.new_id(self._event_id)

    def _run(self, call: Awaitable[Any]) -> Any:
        async def calling() -> Any:
            return await call

        return self._runner.run(calling())

    def place(self, calls: list[Call]) -> list[Answer]:
        """Sends calls at once, in this order."""

        async def placing() -> list[Answer]:
            return await asyncio.gather(*[self._place(call) for call in calls])

        return self._run(placing())  # type: ignore[no-any-return]

    async def _place(self, call: Call) -> Answer:
        buyer, want = self._buyer(call.buyer_no), call.want
        buyer.admission_token = self._token(buyer.account_id, call.token)
        wanted: dict[str, Any] = {
            "seat_ids": [f"s{seat_no}" for seat_no in want.seat_nos],
            "pools": [
                inventory_pb2.PoolQuantity(pool_id=f"p{pool_no}", quantity=quantity)
                for pool_no, quantity in want.places
            ],
            "request_id": call.request_id,
        }
        if want.best:
            wanted["best_available"] = inventory_pb2.BestAvailable(
                quantity=want.best, zone_id=f"z{want.zone_no}" if want.zone_no else ""
            )
        try:
            return read_message(await buyer.hold(self._event_id, **wanted))
        except OnsaleError as error:
            return Refused(error.reason, error.facts())

    def _buyer(self, buyer_no: int) -> Buyer:
        return self._office.buyer(account_id=self._accounts[buyer_no])

    def _token(self, account_id: UUID, token: Token) -> str:
        if token is Token.NONE:
            return ""
        if token is Token.FORGED:
            return "not.a.token"
        changes: dict[str, Any] = {}
        if token is Token.EXPIRED:
            changes["exp"] = int(datetime.now(UTC).timestamp()) - LONG_AGO_SECONDS
        if token is Token.CLOSED:
            changes["jti"] = ids.text("adm", self._closed_id)
        return self._office.admission_token(self._event_id, account_id, **changes)

    def release(self, buyer_no: int, hold_id: str) -> Answer:
        """Gives a hold back."""
        return self._answer(lambda: self._buyer(buyer_no).release(hold_id))

    def extend(self, buyer_no: int, hold_id: str) -> Answer:
        """Makes a hold last its full time again."""
        request = inventory_pb2.ExtendHoldRequest(hold_id=hold_id)
        return self._answer(lambda: self._buyer(buyer_no).call("ExtendHold", request))

    def pin(self, hold_id: str, order_no: int, retake: bool) -> Answer:
        """Keeps a hold for an order."""
        deadline = Timestamp()
        deadline.FromDatetime(datetime.now(UTC) + timedelta(minutes=1))
        request = allocation_pb2.PinHoldRequest(
            hold_id=hold_id,
            order_id=self._order(order_no),
            deadline_time=deadline,
            retake=retake,
        )
        return self._answer(lambda: self._office.ask("PinHold", request))

    def confirm(self, hold_id: str, order_no: int) -> Answer:
        """Sells a pinned hold to its order."""
        request = allocation_pb2.ConfirmHoldRequest(hold_id=hold_id, order_id=self._order(order_no))
        return self._answer(lambda: self._office.ask("ConfirmHold", request))

    def unpin(self, hold_id: str, order_no: int) -> Answer:
        """Gives a pinned hold back, and shuts its order out."""
        request = allocation_pb2.UnpinHoldRequest(hold_id=hold_id, order_id=self._order(order_no))
        return self._answer(lambda: self._office.ask("UnpinHold", request))

    def take_back(self, hold_id: str, order_no: int, return_id: str, want: Want) -> Answer:
        """Returns sold seats and places to the sale."""
        request = allocation_pb2.ReturnSeatsRequest(
            hold_id=hold_id,
            order_id=self._order(order_no),
            return_id=return_id,
            seat_ids=[f"s{seat_no}" for seat_no in want.seat_nos],
            pools=[
                inventory_pb2.PoolQuantity(pool_id=f"p{pool_no}", quantity=quantity)
                for pool_no, quantity in want.places
            ],
        )
        return self._answer(lambda: self._office.ask("ReturnSeats", request))

    def _order(self, order_no: int) -> str:
        return ids.text("ord", UUID(int=self._event_id << 64 | order_no))

    def _answer(self, call: Callable[[], Awaitable[Any]]) -> Answer:
        async def calling() -> Answer:
            try:
                await call()
            except OnsaleError as error:
                return Refused(error.reason, error.facts())
            return Done()

        return self._run(calling())  # type: ignore[no-any-return]

    def cancel(self) -> None:
        """Cancels the event."""
        self._run(self._office.change(self._event_id, state=State.CANCELLED))

    def require_admission(self, required: bool) -> None:
        """Sets a room before the event, or takes it away."""
        event_text = ids.event_text(self._event_id)
        closing = allocation_pb2.CloseAdmissionRequest(
            event_id=event_text, admission_id=ids.text("adm", self._closed_id)
        )
        self._run(self._office.ask("CloseAdmission", closing))
        requiring = allocation_pb2.SetRequiresAdmissionRequest(
            event_id=event_text, requires_admission=required
        )
        self._run(self._office.ask("SetRequiresAdmission", requiring))

    def pass_time(self, seconds: int) -> None:
        """Lets time pass for every hold, and for the marks of their seats.

        What a process remembers of ends by its own clock would be wrong now: a new one goes on.
        """

        self._run(pass_time(self._office, self._event_id, seconds))
        office = self._office
        office.processes[:] = [Process(office.database, office.admission_keys, office.valkey)]

    def tidy(self) -> None:
        """Runs the expiry worker."""
        self._run(self._office.tidy())

    def look(self) -> Seen:
        """Returns everything that can be compared."""
        return self._run(self._look())  # type: ignore[no-any-return]

    async def _look(self) -> Seen:
        async with self._office.database.connection() as connection:
            seats = await connection.fetch(SEATS_SEEN, self._event_id)
            places = await connection.fetch(PLACES_SEEN, self._event_id)
            holds = await connection.fetch(HOLDS_SEEN, self._event_id)
        return Seen(
            {
                row["seat_no"]: SeatSeen(0, "", row["fence"])
                if row["is_over"] or row["hold_id"] is None
                else SeatSeen(row["state"], ids.text("hld", row["hold_id"]), row["fence"])
                for row in seats
            },
            {row["pool_no"]: int(row["free"]) for row in places},
            {ids.text("hld", row["hold_id"]): row["state"] for row in holds},
        )

    def close(self) -> None:
        """Nothing is left to do: the servers are the session's."""
