from protos.mesh.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CallFrame(_message.Message):
    __slots__ = ("calls", "cancelled")
    class Call(_message.Message):
        __slots__ = ("number", "path", "request", "authorization", "admission_token", "traceparent", "body_invalid", "deadline_millis")
        NUMBER_FIELD_NUMBER: _ClassVar[int]
        PATH_FIELD_NUMBER: _ClassVar[int]
        REQUEST_FIELD_NUMBER: _ClassVar[int]
        AUTHORIZATION_FIELD_NUMBER: _ClassVar[int]
        ADMISSION_TOKEN_FIELD_NUMBER: _ClassVar[int]
        TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
        BODY_INVALID_FIELD_NUMBER: _ClassVar[int]
        DEADLINE_MILLIS_FIELD_NUMBER: _ClassVar[int]
        number: int
        path: str
        request: bytes
        authorization: str
        admission_token: str
        traceparent: str
        body_invalid: str
        deadline_millis: int
        def __init__(self, number: _Optional[int] = ..., path: _Optional[str] = ..., request: _Optional[bytes] = ..., authorization: _Optional[str] = ..., admission_token: _Optional[str] = ..., traceparent: _Optional[str] = ..., body_invalid: _Optional[str] = ..., deadline_millis: _Optional[int] = ...) -> None: ...
    CALLS_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    calls: _containers.RepeatedCompositeFieldContainer[CallFrame.Call]
    cancelled: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, calls: _Optional[_Iterable[_Union[CallFrame.Call, _Mapping]]] = ..., cancelled: _Optional[_Iterable[int]] = ...) -> None: ...

class ReplyFrame(_message.Message):
    __slots__ = ("replies", "draining")
    class Reply(_message.Message):
        __slots__ = ("number", "reply", "refusal")
        NUMBER_FIELD_NUMBER: _ClassVar[int]
        REPLY_FIELD_NUMBER: _ClassVar[int]
        REFUSAL_FIELD_NUMBER: _ClassVar[int]
        number: int
        reply: bytes
        refusal: bytes
        def __init__(self, number: _Optional[int] = ..., reply: _Optional[bytes] = ..., refusal: _Optional[bytes] = ...) -> None: ...
    REPLIES_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    replies: _containers.RepeatedCompositeFieldContainer[ReplyFrame.Reply]
    draining: bool
    def __init__(self, replies: _Optional[_Iterable[_Union[ReplyFrame.Reply, _Mapping]]] = ..., draining: _Optional[bool] = ...) -> None: ...
