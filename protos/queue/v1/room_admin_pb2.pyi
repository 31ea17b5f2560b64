import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.mesh.v1 import options_pb2 as _options_pb2
from protos.queue.v1 import queue_pb2 as _queue_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ConfigureRoomRequest(_message.Message):
    __slots__ = ("request_id", "event_id", "capacity", "open_time", "admissions_per_minute_max", "admission_seconds")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    ADMISSIONS_PER_MINUTE_MAX_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    capacity: int
    open_time: _timestamp_pb2.Timestamp
    admissions_per_minute_max: int
    admission_seconds: int
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ..., capacity: _Optional[int] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., admissions_per_minute_max: _Optional[int] = ..., admission_seconds: _Optional[int] = ...) -> None: ...

class RoomActionRequest(_message.Message):
    __slots__ = ("request_id", "event_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ...) -> None: ...
