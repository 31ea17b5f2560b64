"""Where an event has a room, seats are held only with an admission of one's own that still counts."""

import asyncio
import time

import pytest

from inventory_svc.holds.errors import AdmissionInvalid
from mesh import ids
from mesh.timestamps import to_proto
from protos.inventory.v1 import allocation_pb2
from tests.integration.holds.conftest import Buyer, Office, outcomes


async def admitted(office: Office, event_id: int, process: int = 0, **claims: object) -> Buyer:
    buyer = office.buyer(process)
    buyer.admission_token = office.admission_token(event_id, buyer.account_id, **claims)
    return buyer


def close(event_id: int, admission_id: str) -> allocation_pb2.CloseAdmissionRequest:
    return allocation_pb2.CloseAdmissionRequest(
        event_id=ids.event_text(event_id), admission_id=admission_id
    )


async def test_without_an_admission_nothing_is_held_and_with_one_it_is_recorded(
    office: Office,
) -> None:
    event_id = await office.event()
    await office.require_admission(event_id)
    assert (await office.buyer().refusal(event_id, seat_ids=["s1"])).reason == "ADMISSION_REQUIRED"
    admission_id = ids.new_id(event_id)
    buyer = await admitted(office, event_id, jti=ids.text("adm", admission_id))
    hold = await buyer.hold(event_id, seat_ids=["s1"])
    await buyer.hold(event_id, seat_ids=["s2"])
    uses = await office.rows(
        "SELECT hold_count, account_id FROM admission_uses WHERE event_id = $1 AND admission_id = $2",
        event_id,
        admission_id,
    )
    assert [tuple(row) for row in uses] == [(2, buyer.account_id)]
    assert (
        await office.value(
            "SELECT admission_id FROM holds WHERE event_id = $1 AND hold_id = $2",
            event_id,
            ids.parse("hld", hold.hold_id),
        )
        == admission_id
    )


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": ids.text("acc", ids.new_account_id())},
        {"event": ids.event_text(7)},
        {"aud": "onsale/gate"},
        {"exp": int(time.time()) - 60},
        {"jti": "adm_nonsense"},
        {"jti": None},
        {"event": 5},
    ],
)
async def test_an_admission_that_is_foreign_expired_or_malformed_is_invalid(
    office: Office, claims: dict[str, object]
) -> None:
    event_id = await office.event()
    await office.require_admission(event_id)
    buyer = await admitted(office, event_id, **claims)
    assert (await buyer.refusal(event_id, seat_ids=["s1"])).reason == "ADMISSION_INVALID"


async def test_a_forged_admission_is_invalid(office: Office) -> None:
    event_id = await office.event()
    await office.require_admission(event_id)
    buyer = await admitted(office, event_id)
    buyer.admission_token = buyer.admission_token[:-8] + "AAAAAAAA"
    assert isinstance(await buyer.refusal(event_id, seat_ids=["s1"]), AdmissionInvalid)
    buyer.admission_token = "x"
    assert isinstance(await buyer.refusal(event_id, seat_ids=["s1"]), AdmissionInvalid)


async def test_an_event_without_a_room_asks_for_no_admission(office: Office) -> None:
    event_id = await office.event()
    buyer = office.buyer()
    buyer.admission_token = "x"
    await buyer.hold(event_id, seat_ids=["s1"])


async def test_a_closed_admission_holds_nothing_whatever_its_token_says(office: Office) -> None:
    event_id = await office.event()
    await office.require_admission(event_id)
    admission_id = ids.text("adm", ids.new_id(event_id))
    buyer = await admitted(office, event_id, jti=admission_id)
    await buyer.hold(event_id, seat_ids=["s1"])
    for _ in range(2):
        await office.ask("CloseAdmission", close(event_id, admission_id))
    assert (await buyer.refusal(event_id, seat_ids=["s2"])).reason == "ADMISSION_INVALID"


async def test_an_admission_may_be_closed_before_it_is_used(office: Office) -> None:
    event_id = await office.event()
    await office.require_admission(event_id)
    admission_id = ids.text("adm", ids.new_id(event_id))
    request = close(event_id, admission_id)
    request.expire_time.CopyFrom(to_proto((await office.rows("SELECT now()"))[0][0]))
    await office.ask("CloseAdmission", request)
    buyer = await admitted(office, event_id, jti=admission_id)
    assert (await buyer.refusal(event_id, seat_ids=["s2"])).reason == "ADMISSION_INVALID"


async def test_after_the_close_is_acknowledged_no_hold_is_placed(office: Office) -> None:
    """Tried: without the locks on admission_uses in lock_party, holds were committed after the close."""
    count = "SELECT count(*) FROM holds WHERE event_id = $1"
    for _ in range(25):
        event_id = await office.event()
        await office.require_admission(event_id)
        await office.warm(event_id)
        admission_id = ids.text("adm", ids.new_id(event_id))
        buyer = await admitted(office, event_id, jti=admission_id)

        async def closed(event_id: int = event_id, admission_id: str = admission_id) -> int:
            await office.value("SELECT pg_sleep(0.003)")
            await office.ask("CloseAdmission", close(event_id, admission_id))
            return int(await office.value(count, event_id))

        same = [
            Buyer(process, buyer.account_id, buyer.admission_token) for process in office.processes
        ]
        calls = [same[n % 4].hold(event_id, seat_ids=[f"s{n}"]) for n in range(8)]
        closing = asyncio.create_task(closed())
        await outcomes(calls)
        assert await closing == await office.value(count, event_id)


async def test_a_room_is_set_by_its_queue_and_told_to_everybody(office: Office) -> None:
    event_id = await office.event()
    request = allocation_pb2.SetRequiresAdmissionRequest(
        event_id=ids.event_text(event_id), requires_admission=True
    )
    await office.ask("SetRequiresAdmission", request)
    assert (await office.buyer().refusal(event_id, seat_ids=["s1"])).reason == "ADMISSION_REQUIRED"
    assert len(await office.facts(event_id, "EventChanged")) == 2
    request.requires_admission = False
    await office.ask("SetRequiresAdmission", request)
    await office.buyer().hold(event_id, seat_ids=["s1"])
    request.event_id = "ev_nothing"
    assert (await office.refused("SetRequiresAdmission", request)).reason == "EVENT_NOT_FOUND"
