"""Reflection by which tools speak of fields as the HTTP API does.

Python's stubs leave the JSON names out, and grpcurl would show `event_id` where everybody else has `eventId`. The
descriptor set beside the protos has them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

import protos

DESCRIPTORS = Path(protos.__path__[0]) / "descriptors.binpb"
_NOT_OURS = (health_pb2, reflection_pb2)


def enable(service_names: list[str], listener: Any) -> None:
    """Lets a listener describe its services, its health and reflection itself."""
    names = [*service_names, health.SERVICE_NAME, reflection.SERVICE_NAME]
    reflection.enable_server_reflection(names, listener, pool=_described())


def _described() -> DescriptorPool:
    pool: Any = DescriptorPool()
    files = FileDescriptorSet.FromString(DESCRIPTORS.read_bytes()).file
    others = [FileDescriptorProto.FromString(one.DESCRIPTOR.serialized_pb) for one in _NOT_OURS]
    for file in (*files, *others):
        file.ClearField("source_code_info")  # comments, which a pool drops anyway
        pool.Add(file)
    return pool
