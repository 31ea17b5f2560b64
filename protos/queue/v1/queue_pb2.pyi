import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.accounts.v1 import accounts_pb2 as _accounts_pb2
from protos.mesh.v1 import money_pb2 as _money_pb2
from protos.mesh.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetRoomRequest(_message.Message):
    __slots__ = ("event_id",)
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    def __init__(self, event_id: _Optional[str] = ...) -> None: ...

class Room(_message.Message):
    __slots__ = ("event_id", "state", "server_time", "open_time", "serving_rank", "serving_sequence", "draw_count", "commitment", "seed", "rate_per_minute", "poll_seconds", "zones", "capacity", "active_count", "join_sequence")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Room.State]
        SCHEDULED: _ClassVar[Room.State]
        OPEN: _ClassVar[Room.State]
        PAUSED: _ClassVar[Room.State]
        SOLD_OUT: _ClassVar[Room.State]
        CLOSED: _ClassVar[Room.State]
    STATE_UNSPECIFIED: Room.State
    SCHEDULED: Room.State
    OPEN: Room.State
    PAUSED: Room.State
    SOLD_OUT: Room.State
    CLOSED: Room.State
    class Zone(_message.Message):
        __slots__ = ("zone_id", "price", "left")
        ZONE_ID_FIELD_NUMBER: _ClassVar[int]
        PRICE_FIELD_NUMBER: _ClassVar[int]
        LEFT_FIELD_NUMBER: _ClassVar[int]
        zone_id: str
        price: _money_pb2.Money
        left: int
        def __init__(self, zone_id: _Optional[str] = ..., price: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., left: _Optional[int] = ...) -> None: ...
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    SERVING_RANK_FIELD_NUMBER: _ClassVar[int]
    SERVING_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    DRAW_COUNT_FIELD_NUMBER: _ClassVar[int]
    COMMITMENT_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    RATE_PER_MINUTE_FIELD_NUMBER: _ClassVar[int]
    POLL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ZONES_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_COUNT_FIELD_NUMBER: _ClassVar[int]
    JOIN_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    state: Room.State
    server_time: _timestamp_pb2.Timestamp
    open_time: _timestamp_pb2.Timestamp
    serving_rank: float
    serving_sequence: int
    draw_count: int
    commitment: str
    seed: str
    rate_per_minute: float
    poll_seconds: int
    zones: _containers.RepeatedCompositeFieldContainer[Room.Zone]
    capacity: int
    active_count: int
    join_sequence: int
    def __init__(self, event_id: _Optional[str] = ..., state: _Optional[_Union[Room.State, str]] = ..., server_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., serving_rank: _Optional[float] = ..., serving_sequence: _Optional[int] = ..., draw_count: _Optional[int] = ..., commitment: _Optional[str] = ..., seed: _Optional[str] = ..., rate_per_minute: _Optional[float] = ..., poll_seconds: _Optional[int] = ..., zones: _Optional[_Iterable[_Union[Room.Zone, _Mapping]]] = ..., capacity: _Optional[int] = ..., active_count: _Optional[int] = ..., join_sequence: _Optional[int] = ...) -> None: ...

class JoinRequest(_message.Message):
    __slots__ = ("request_id", "event_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ...) -> None: ...

class Place(_message.Message):
    __slots__ = ("join_token", "drawn", "rank", "sequence")
    JOIN_TOKEN_FIELD_NUMBER: _ClassVar[int]
    DRAWN_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    join_token: str
    drawn: bool
    rank: float
    sequence: int
    def __init__(self, join_token: _Optional[str] = ..., drawn: _Optional[bool] = ..., rank: _Optional[float] = ..., sequence: _Optional[int] = ...) -> None: ...

class ClaimRequest(_message.Message):
    __slots__ = ("request_id", "event_id", "join_token")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    JOIN_TOKEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    join_token: str
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ..., join_token: _Optional[str] = ...) -> None: ...

class Admission(_message.Message):
    __slots__ = ("admission_token", "expire_time")
    ADMISSION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    admission_token: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, admission_token: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LeaveRequest(_message.Message):
    __slots__ = ("request_id", "event_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ...) -> None: ...

class GetAdmissionKeysRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
