"""JSON schemas of messages, with the limits of their field rules."""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from edge.json_codec import is_map
from mesh.rules import LIST_LENGTH_MAX_DEFAULT, STRING_LENGTH_MAX_DEFAULT
from protos.mesh.v1 import options_pb2

_WELL_KNOWN: dict[str, dict[str, Any]] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "examples": ["3.5s"]},
    "google.protobuf.Struct": {"type": "object"},
}
_KINDS: dict[int, dict[str, Any]] = {
    FieldDescriptor.CPPTYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "minimum": 0},
    # As every 64-bit number in protobuf JSON: a double would lose digits.
    FieldDescriptor.CPPTYPE_INT64: {"type": "string", "format": "int64"},
    FieldDescriptor.CPPTYPE_UINT64: {"type": "string", "format": "uint64"},
    FieldDescriptor.CPPTYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.CPPTYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.CPPTYPE_BOOL: {"type": "boolean"},
}
_NUMBERS = {kind for kind, schema in _KINDS.items() if schema["type"] in ("integer", "number")}


class Schemas:
    """The schemas of all messages that were asked for, and of those inside them."""

    def __init__(self, comments: dict[str, str]) -> None:
        self._comments = comments
        self.components: dict[str, dict[str, Any]] = {}

    def of(self, message: Descriptor, without: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Returns a reference to a message's schema, some of its fields left out."""
        if message.full_name in _WELL_KNOWN:
            return dict(_WELL_KNOWN[message.full_name])
        name = _name(message)
        if name not in self.components:
            self.components[name] = {}  # a type may hold itself
            self.components[name] = self._message(message, without)
        return {"$ref": f"#/components/schemas/{name}"}

    def field(self, field: FieldDescriptor) -> dict[str, Any]:
        """Returns a field's schema, with its rules and its comment."""
        options: Any = field.GetOptions()
        rules = options.Extensions[options_pb2.rules]
        if is_map(field):
            entry: Any = field.message_type
            value = self.field(entry.fields_by_name["value"])
            schema: dict[str, Any] = {"type": "object", "additionalProperties": value}
        elif field.is_repeated:
            limit = rules.max_len or _default_limit(field, LIST_LENGTH_MAX_DEFAULT)
            schema = {"type": "array", "items": self._item(field, None)}
            if limit:
                schema["maxItems"] = limit
            if rules.required:
                schema["minItems"] = 1
        else:
            schema = self._item(field, rules)
        comment = self._comments.get(field.full_name)
        return schema | ({"description": comment} if comment else {})

    def _message(self, message: Descriptor, without: frozenset[str]) -> dict[str, Any]:
        fields = [field for field in message.fields if field.name not in without]
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {field.json_name: self.field(field) for field in fields},
        }
        required = [field.json_name for field in fields if _is_required(field)]
        if required:
            schema["required"] = required
        comment = self._comments.get(message.full_name)
        return schema | ({"description": comment} if comment else {})

    def _item(self, field: FieldDescriptor, rules: Any) -> dict[str, Any]:
        if field.message_type is not None:
            return self.of(field.message_type)
        if field.enum_type is not None:
            return self._enum(field.enum_type)
        if field.cpp_type in _KINDS:
            return _KINDS[field.cpp_type] | (_number_limits(field, rules) if rules else {})
        if field.type == FieldDescriptor.TYPE_BYTES:
            return {"type": "string", "contentEncoding": "base64"}
        return {"type": "string"} | _text_limits(field, rules)

    def _enum(self, enum: EnumDescriptor) -> dict[str, Any]:
        names = [value.name for value in enum.values]
        said = [
            f"{name}: {self._comments[f'{enum.full_name}.{name}']}"
            for name in names
            if f"{enum.full_name}.{name}" in self._comments
        ]
        return {"type": "string", "enum": names} | ({"x-values": said} if said else {})


def _name(message: Descriptor) -> str:
    return message.full_name.removeprefix(f"{message.file.package}.")


def _is_required(field: FieldDescriptor) -> bool:
    options: Any = field.GetOptions()
    return bool(options.Extensions[options_pb2.rules].required)


def _number_limits(field: FieldDescriptor, rules: Any) -> dict[str, Any]:
    if field.cpp_type not in _NUMBERS:
        return {}
    limits = {}
    if rules.HasField("min"):
        limits["minimum"] = rules.min
    if rules.HasField("max"):
        limits["maximum"] = rules.max
    return limits


def _default_limit(field: FieldDescriptor, limit: int) -> int:
    """Limits that no field names hold for what people send, not for what they are sent."""
    message = field.containing_type
    return limit if message is not None and message.name.endswith("Request") else 0


def _text_limits(field: FieldDescriptor, rules: Any) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    longest = _default_limit(field, STRING_LENGTH_MAX_DEFAULT)
    if rules is not None and rules.max_len:
        longest = rules.max_len
    if longest:
        limits["maxLength"] = longest
    if rules is None:
        return limits
    if rules.required:
        limits["minLength"] = 1
    if rules.pattern:
        optional = "" if rules.required else "?"
        limits["pattern"] = f"^(?:{rules.pattern}){optional}$"
    return limits
