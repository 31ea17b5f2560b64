"""What the protos say in words about each service, RPC, message and field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet

import protos

DESCRIPTORS = Path(protos.__path__[0]) / "descriptors.binpb"
"""Written by `make stubs`: the stubs themselves carry no comments."""

# Field numbers of descriptor.proto, which source paths are made of.
_MESSAGE, _ENUM, _SERVICE = 4, 5, 6
_NESTED, _FIELD, _NESTED_ENUM, _MEMBER = 3, 2, 4, 2


def read_comments(path: Path = DESCRIPTORS) -> dict[str, str]:
    """Returns the leading comment of everything that has one, by full name."""
    files = FileDescriptorSet.FromString(path.read_bytes()).file
    found: dict[str, str] = {}
    for file in files:
        if not file.package.startswith("onsale."):
            continue
        for location in file.source_code_info.location:
            name = _full_name(file, list(location.path))
            if name and location.leading_comments:
                lines = location.leading_comments.strip().splitlines()
                found[name] = " ".join(line.strip() for line in lines)
    return found


def _full_name(file: Any, path: list[int]) -> str:
    """Returns what a source path names; empty for what has no name of its own."""
    if len(path) < 2 or len(path) % 2:
        return ""
    containers = {
        _MESSAGE: file.message_type,
        _ENUM: file.enum_type,
        _SERVICE: file.service,
    }
    if path[0] not in containers:
        return ""
    item: Any = containers[path[0]][path[1]]
    kind = path[0]
    names = [file.package, item.name]
    for field_number, index in zip(path[2::2], path[3::2], strict=True):
        members = _members(item, kind, field_number)
        if members is None:
            return ""
        kind, items = members
        item = items[index]
        names.append(item.name)
    return ".".join(names)


def _members(item: Any, kind: int, field_number: int) -> tuple[int, Any] | None:
    if kind == _MESSAGE:
        return {
            _FIELD: (0, item.field),
            _NESTED: (_MESSAGE, item.nested_type),
            _NESTED_ENUM: (_ENUM, item.enum_type),
        }.get(field_number)
    if field_number != _MEMBER or kind not in (_ENUM, _SERVICE):
        return None
    return (0, item.value) if kind == _ENUM else (0, item.method)
