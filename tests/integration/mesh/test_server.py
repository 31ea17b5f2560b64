"""What happens around every call: identity, access, rules, deadlines, errors, on both ports."""

import asyncio
from typing import Any

import grpc
import pytest

from mesh import identity
from mesh.contract import ContractIncomplete
from mesh.errors import NotFound, RemoteError, from_rpc_error
from mesh.passage import BODY_INVALID_KEY
from protos.payment.v1 import order_pb2, order_pb2_grpc
from protos.queue.v1 import queue_pb2, queue_pb2_grpc


class RoomNotFound(NotFound):
    """The event has no line."""

    reason = "ROOM_NOT_FOUND"


class Rooms(queue_pb2_grpc.QueueServiceServicer):  # type: ignore[misc]
    """Handlers that show what reached them."""

    async def GetRoom(self, request: Any, context: Any) -> Any:
        if request.event_id == "bug":
            raise ZeroDivisionError("a secret of ours")
        if request.event_id == "slow":
            await asyncio.Event().wait()
        if request.event_id != "ev":
            raise RoomNotFound(eventId=request.event_id)
        return queue_pb2.Room(event_id=identity.caller().account_text or "nobody")

    async def Claim(self, request: Any, context: Any) -> Any:
        return queue_pb2.Admission(admission_token=identity.metadata_value("admission-token"))

    async def locate(self, method: str, request: Any) -> None:
        if request.event_id != "ev":
            raise RoomNotFound(eventId=request.event_id)

    async def WatchRoom(self, request: Any, context: Any) -> Any:
        yield queue_pb2.Room(event_id="first")
        raise RoomNotFound


class Feed(order_pb2_grpc.OrderFeedServiceServicer):  # type: ignore[misc]
    """An RPC for services only."""

    async def ListPaidOrders(self, request: Any, context: Any) -> Any:
        return order_pb2.ListPaidOrdersResponse(cursor=str(identity.caller().peer))


ROOMS = (queue_pb2_grpc.add_QueueServiceServicer_to_server, Rooms())
FEED = (order_pb2_grpc.add_OrderFeedServiceServicer_to_server, Feed())


async def refusal(call: Any) -> tuple[str, str, dict[str, object]]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    error = from_rpc_error(caught.value)
    return error.code.name, error.reason, error.facts()


async def test_a_domain_error_arrives_with_code_reason_and_facts(serve: Any) -> None:
    async with serve(ROOMS) as running, running.public() as channel:
        call = queue_pb2_grpc.QueueServiceStub(channel).GetRoom
        got = await refusal(call(queue_pb2.GetRoomRequest(event_id="none")))
        assert got == ("NOT_FOUND", "ROOM_NOT_FOUND", {"eventId": "none"})


async def test_an_unexpected_error_tells_nothing_of_our_insides(serve: Any) -> None:
    async with serve(ROOMS) as running, running.public() as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await queue_pb2_grpc.QueueServiceStub(channel).GetRoom(
                queue_pb2.GetRoomRequest(event_id="bug")
            )
        assert caught.value.code() is grpc.StatusCode.INTERNAL
        assert "secret" not in str(caught.value)
        assert from_rpc_error(caught.value).facts()["traceId"]


async def test_the_order_of_checks_is_401_then_404_then_400(serve: Any) -> None:
    async with serve(ROOMS) as running, running.public() as channel:
        claim = queue_pb2_grpc.QueueServiceStub(channel).Claim
        empty_of_another = queue_pb2.ClaimRequest(event_id="none")
        assert (await refusal(claim(empty_of_another)))[0] == "UNAUTHENTICATED"
        signed_in = (("authorization", f"Bearer {running.token()}"),)
        got = await refusal(claim(empty_of_another, metadata=signed_in))
        assert got[1] == "ROOM_NOT_FOUND"
        got = await refusal(claim(queue_pb2.ClaimRequest(event_id="ev"), metadata=signed_in))
        assert (got[1], got[2]["field"]) == ("INVALID_ARGUMENT", "joinToken")
        unparsed = (*signed_in, (BODY_INVALID_KEY, "joinToken|is not a string"))
        good = queue_pb2.ClaimRequest(event_id="ev", join_token="t")
        assert (await refusal(claim(good, metadata=unparsed)))[1] == "INVALID_ARGUMENT"


async def test_metadata_reaches_the_handler(serve: Any) -> None:
    async with serve(ROOMS) as running, running.public() as channel:
        metadata = (("authorization", f"Bearer {running.token()}"), ("admission-token", "adm"))
        reply = await queue_pb2_grpc.QueueServiceStub(channel).Claim(
            queue_pb2.ClaimRequest(event_id="ev", join_token="t"), metadata=metadata
        )
        assert reply.admission_token == "adm"


@pytest.mark.parametrize("seconds", [-60, 60])
async def test_a_public_rpc_ignores_a_stale_token_and_a_private_one_refuses_it(
    serve: Any, seconds: int
) -> None:
    async with serve(ROOMS) as running, running.public() as channel:
        stub = queue_pb2_grpc.QueueServiceStub(channel)
        metadata = (("authorization", f"Bearer {running.token(seconds=seconds)}"),)
        room = await stub.GetRoom(queue_pb2.GetRoomRequest(event_id="ev"), metadata=metadata)
        assert room.event_id.startswith("acc_" if seconds > 0 else "nobody")
        claim = stub.Claim(queue_pb2.ClaimRequest(event_id="ev", join_token="t"), metadata=metadata)
        if seconds > 0:
            await claim
        else:
            assert (await refusal(claim))[1] == "TOKEN_INVALID"


async def test_a_token_of_another_type_or_audience_is_refused(serve: Any) -> None:
    async with serve(ROOMS) as running, running.public() as channel:
        stub = queue_pb2_grpc.QueueServiceStub(channel)
        for token in (
            running.keys.sign({"sub": "acc_x", "aud": "onsale", "exp": 2**33}, "admission+jwt"),
            running.token(aud="onsale/gate"),
            running.token()[:-3] + "abc",
            "nonsense",
        ):
            metadata = (("authorization", f"Bearer {token}"),)
            call = stub.Claim(
                queue_pb2.ClaimRequest(event_id="ev", join_token="t"), metadata=metadata
            )
            assert (await refusal(call))[1] == "TOKEN_INVALID"


async def test_a_service_rpc_wants_the_right_certificate_and_metadata_is_no_certificate(
    serve: Any,
) -> None:
    async with serve(FEED) as running:
        request = order_pb2.ListPaidOrdersRequest()
        stub = order_pb2_grpc.OrderFeedServiceStub(running.peer("ticket"))
        assert (await stub.ListPaidOrders(request)).cursor == "ticket"
        with pytest.raises(RemoteError) as caught:
            await order_pb2_grpc.OrderFeedServiceStub(running.peer("queue")).ListPaidOrders(request)
        assert caught.value.code is grpc.StatusCode.UNAUTHENTICATED
        async with running.public() as channel:
            call = order_pb2_grpc.OrderFeedServiceStub(channel).ListPaidOrders(
                request, metadata=(("x-peer", "ticket"), ("x509_common_name", "ticket"))
            )
            assert (await refusal(call))[0] == "UNAUTHENTICATED"


async def test_the_contracts_deadline_ends_a_call_that_brings_none(serve: Any) -> None:
    async with serve(ROOMS) as running, running.public() as channel:
        stub = queue_pb2_grpc.QueueServiceStub(channel)
        got = await refusal(stub.GetRoom(queue_pb2.GetRoomRequest(event_id="slow")))
        assert got[0] == "DEADLINE_EXCEEDED"


async def test_a_stream_sends_what_it_had_and_then_its_error(serve: Any) -> None:
    async with serve(ROOMS) as running:
        stub = queue_pb2_grpc.QueueServiceStub(running.peer("edge"))
        rooms = stub.WatchRoom(queue_pb2.GetRoomRequest(event_id="ev")).__aiter__()
        assert (await anext(rooms)).event_id == "first"
        with pytest.raises(RemoteError) as caught:
            await anext(rooms)
        assert caught.value.reason == "ROOM_NOT_FOUND"


async def test_an_rpc_that_names_no_callers_stops_the_server(serve: Any) -> None:
    from grpc_health.v1 import health, health_pb2_grpc

    silent = (health_pb2_grpc.add_HealthServicer_to_server, health.aio.HealthServicer())
    with pytest.raises(ContractIncomplete):
        async with serve(silent):
            pass
