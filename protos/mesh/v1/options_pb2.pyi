from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
ACCESS_FIELD_NUMBER: _ClassVar[int]
access: _descriptor.FieldDescriptor
DEADLINE_MILLIS_FIELD_NUMBER: _ClassVar[int]
deadline_millis: _descriptor.FieldDescriptor
SUCCESS_STATUS_FIELD_NUMBER: _ClassVar[int]
success_status: _descriptor.FieldDescriptor
RULES_FIELD_NUMBER: _ClassVar[int]
rules: _descriptor.FieldDescriptor

class Access(_message.Message):
    __slots__ = ("allow", "peers")
    class Caller(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CALLER_UNSPECIFIED: _ClassVar[Access.Caller]
        PUBLIC: _ClassVar[Access.Caller]
        BUYER: _ClassVar[Access.Caller]
        ORGANISER: _ClassVar[Access.Caller]
        GATE: _ClassVar[Access.Caller]
        SERVICE: _ClassVar[Access.Caller]
    CALLER_UNSPECIFIED: Access.Caller
    PUBLIC: Access.Caller
    BUYER: Access.Caller
    ORGANISER: Access.Caller
    GATE: Access.Caller
    SERVICE: Access.Caller
    ALLOW_FIELD_NUMBER: _ClassVar[int]
    PEERS_FIELD_NUMBER: _ClassVar[int]
    allow: _containers.RepeatedScalarFieldContainer[Access.Caller]
    peers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, allow: _Optional[_Iterable[_Union[Access.Caller, str]]] = ..., peers: _Optional[_Iterable[str]] = ...) -> None: ...

class Rules(_message.Message):
    __slots__ = ("required", "max_len", "min", "max", "pattern", "any_character")
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    MAX_LEN_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    ANY_CHARACTER_FIELD_NUMBER: _ClassVar[int]
    required: bool
    max_len: int
    min: int
    max: int
    pattern: str
    any_character: bool
    def __init__(self, required: _Optional[bool] = ..., max_len: _Optional[int] = ..., min: _Optional[int] = ..., max: _Optional[int] = ..., pattern: _Optional[str] = ..., any_character: _Optional[bool] = ...) -> None: ...
