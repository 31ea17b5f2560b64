import datetime

from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.inventory.v1 import inventory_pb2 as _inventory_pb2
from protos.mesh.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StartPaymentRequest(_message.Message):
    __slots__ = ("hold_id", "order_id")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    order_id: str
    def __init__(self, hold_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class PinHoldRequest(_message.Message):
    __slots__ = ("hold_id", "order_id", "deadline_time", "retake")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_TIME_FIELD_NUMBER: _ClassVar[int]
    RETAKE_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    order_id: str
    deadline_time: _timestamp_pb2.Timestamp
    retake: bool
    def __init__(self, hold_id: _Optional[str] = ..., order_id: _Optional[str] = ..., deadline_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., retake: _Optional[bool] = ...) -> None: ...

class ConfirmHoldRequest(_message.Message):
    __slots__ = ("hold_id", "order_id")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    order_id: str
    def __init__(self, hold_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class UnpinHoldRequest(_message.Message):
    __slots__ = ("hold_id", "order_id")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    order_id: str
    def __init__(self, hold_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class ListPinsRequest(_message.Message):
    __slots__ = ("age_seconds_min", "page_size")
    AGE_SECONDS_MIN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    age_seconds_min: int
    page_size: int
    def __init__(self, age_seconds_min: _Optional[int] = ..., page_size: _Optional[int] = ...) -> None: ...

class ListPinsResponse(_message.Message):
    __slots__ = ("pins",)
    class Pin(_message.Message):
        __slots__ = ("hold_id", "order_id", "pin_time", "deadline_time")
        HOLD_ID_FIELD_NUMBER: _ClassVar[int]
        ORDER_ID_FIELD_NUMBER: _ClassVar[int]
        PIN_TIME_FIELD_NUMBER: _ClassVar[int]
        DEADLINE_TIME_FIELD_NUMBER: _ClassVar[int]
        hold_id: str
        order_id: str
        pin_time: _timestamp_pb2.Timestamp
        deadline_time: _timestamp_pb2.Timestamp
        def __init__(self, hold_id: _Optional[str] = ..., order_id: _Optional[str] = ..., pin_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deadline_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    PINS_FIELD_NUMBER: _ClassVar[int]
    pins: _containers.RepeatedCompositeFieldContainer[ListPinsResponse.Pin]
    def __init__(self, pins: _Optional[_Iterable[_Union[ListPinsResponse.Pin, _Mapping]]] = ...) -> None: ...

class ReturnSeatsRequest(_message.Message):
    __slots__ = ("order_id", "hold_id", "return_id", "seat_ids", "pools")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    RETURN_ID_FIELD_NUMBER: _ClassVar[int]
    SEAT_IDS_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    hold_id: str
    return_id: str
    seat_ids: _containers.RepeatedScalarFieldContainer[str]
    pools: _containers.RepeatedCompositeFieldContainer[_inventory_pb2.PoolQuantity]
    def __init__(self, order_id: _Optional[str] = ..., hold_id: _Optional[str] = ..., return_id: _Optional[str] = ..., seat_ids: _Optional[_Iterable[str]] = ..., pools: _Optional[_Iterable[_Union[_inventory_pb2.PoolQuantity, _Mapping]]] = ...) -> None: ...

class CloseAdmissionRequest(_message.Message):
    __slots__ = ("event_id", "admission_id", "expire_time")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    admission_id: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, event_id: _Optional[str] = ..., admission_id: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetRequiresAdmissionRequest(_message.Message):
    __slots__ = ("event_id", "requires_admission")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_ADMISSION_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    requires_admission: bool
    def __init__(self, event_id: _Optional[str] = ..., requires_admission: _Optional[bool] = ...) -> None: ...

class CountSeatsRequest(_message.Message):
    __slots__ = ("event_ids",)
    EVENT_IDS_FIELD_NUMBER: _ClassVar[int]
    event_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, event_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CountSeatsResponse(_message.Message):
    __slots__ = ("events",)
    class ZoneCount(_message.Message):
        __slots__ = ("zone_id", "available", "held", "sold", "blocked", "total", "price_minor", "together_max")
        ZONE_ID_FIELD_NUMBER: _ClassVar[int]
        AVAILABLE_FIELD_NUMBER: _ClassVar[int]
        HELD_FIELD_NUMBER: _ClassVar[int]
        SOLD_FIELD_NUMBER: _ClassVar[int]
        BLOCKED_FIELD_NUMBER: _ClassVar[int]
        TOTAL_FIELD_NUMBER: _ClassVar[int]
        PRICE_MINOR_FIELD_NUMBER: _ClassVar[int]
        TOGETHER_MAX_FIELD_NUMBER: _ClassVar[int]
        zone_id: str
        available: int
        held: int
        sold: int
        blocked: int
        total: int
        price_minor: int
        together_max: int
        def __init__(self, zone_id: _Optional[str] = ..., available: _Optional[int] = ..., held: _Optional[int] = ..., sold: _Optional[int] = ..., blocked: _Optional[int] = ..., total: _Optional[int] = ..., price_minor: _Optional[int] = ..., together_max: _Optional[int] = ...) -> None: ...
    class EventCount(_message.Message):
        __slots__ = ("event_id", "zones")
        EVENT_ID_FIELD_NUMBER: _ClassVar[int]
        ZONES_FIELD_NUMBER: _ClassVar[int]
        event_id: str
        zones: _containers.RepeatedCompositeFieldContainer[CountSeatsResponse.ZoneCount]
        def __init__(self, event_id: _Optional[str] = ..., zones: _Optional[_Iterable[_Union[CountSeatsResponse.ZoneCount, _Mapping]]] = ...) -> None: ...
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[CountSeatsResponse.EventCount]
    def __init__(self, events: _Optional[_Iterable[_Union[CountSeatsResponse.EventCount, _Mapping]]] = ...) -> None: ...
