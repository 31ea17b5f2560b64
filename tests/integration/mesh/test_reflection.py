"""What a server says of itself to tools such as grpcurl."""

from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from tests.integration.mesh.test_server import ROOMS


async def answers(channel: Any, *questions: dict[str, str]) -> list[Any]:
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    requests = [reflection_pb2.ServerReflectionRequest(**question) for question in questions]
    return [answer async for answer in stub.ServerReflectionInfo(iter(requests))]


async def test_every_service_is_listed_and_fields_have_the_names_of_our_json(serve: Any) -> None:
    async with serve(ROOMS) as running, running.public() as channel:
        listed, room, health = await answers(
            channel,
            {"list_services": ""},
            {"file_containing_symbol": "onsale.queue.v1.QueueService"},
            {"file_containing_symbol": "grpc.health.v1.Health"},
        )
    names = {service.name for service in listed.list_services_response.service}
    assert names >= {"onsale.queue.v1.QueueService", "grpc.health.v1.Health"}
    assert health.WhichOneof("message_response") == "file_descriptor_response"
    files = [
        FileDescriptorProto.FromString(one)
        for one in room.file_descriptor_response.file_descriptor_proto
    ]
    own = next(file for file in files if file.package == "onsale.queue.v1")
    fields = {field.json_name for message in own.message_type for field in message.field}
    assert {"eventId", "joinToken", "admissionToken"} <= fields
    assert "event_id" not in fields
