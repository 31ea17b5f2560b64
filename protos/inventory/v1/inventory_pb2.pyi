import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.inventory.v1 import catalog_pb2 as _catalog_pb2
from protos.mesh.v1 import money_pb2 as _money_pb2
from protos.mesh.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetSeatMapRequest(_message.Message):
    __slots__ = ("event_id",)
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    def __init__(self, event_id: _Optional[str] = ...) -> None: ...

class SeatMap(_message.Message):
    __slots__ = ("event_id", "sections", "zones", "pools")
    class Section(_message.Message):
        __slots__ = ("section_id", "name", "rows")
        SECTION_ID_FIELD_NUMBER: _ClassVar[int]
        NAME_FIELD_NUMBER: _ClassVar[int]
        ROWS_FIELD_NUMBER: _ClassVar[int]
        section_id: str
        name: str
        rows: _containers.RepeatedCompositeFieldContainer[SeatMap.Row]
        def __init__(self, section_id: _Optional[str] = ..., name: _Optional[str] = ..., rows: _Optional[_Iterable[_Union[SeatMap.Row, _Mapping]]] = ...) -> None: ...
    class Row(_message.Message):
        __slots__ = ("name", "seats")
        NAME_FIELD_NUMBER: _ClassVar[int]
        SEATS_FIELD_NUMBER: _ClassVar[int]
        name: str
        seats: _containers.RepeatedCompositeFieldContainer[SeatMap.Seat]
        def __init__(self, name: _Optional[str] = ..., seats: _Optional[_Iterable[_Union[SeatMap.Seat, _Mapping]]] = ...) -> None: ...
    class Seat(_message.Message):
        __slots__ = ("seat_id", "number", "x", "y", "zone_id", "accessible", "companion")
        SEAT_ID_FIELD_NUMBER: _ClassVar[int]
        NUMBER_FIELD_NUMBER: _ClassVar[int]
        X_FIELD_NUMBER: _ClassVar[int]
        Y_FIELD_NUMBER: _ClassVar[int]
        ZONE_ID_FIELD_NUMBER: _ClassVar[int]
        ACCESSIBLE_FIELD_NUMBER: _ClassVar[int]
        COMPANION_FIELD_NUMBER: _ClassVar[int]
        seat_id: str
        number: str
        x: float
        y: float
        zone_id: str
        accessible: bool
        companion: bool
        def __init__(self, seat_id: _Optional[str] = ..., number: _Optional[str] = ..., x: _Optional[float] = ..., y: _Optional[float] = ..., zone_id: _Optional[str] = ..., accessible: _Optional[bool] = ..., companion: _Optional[bool] = ...) -> None: ...
    class Pool(_message.Message):
        __slots__ = ("pool_id", "name", "zone_id", "capacity")
        POOL_ID_FIELD_NUMBER: _ClassVar[int]
        NAME_FIELD_NUMBER: _ClassVar[int]
        ZONE_ID_FIELD_NUMBER: _ClassVar[int]
        CAPACITY_FIELD_NUMBER: _ClassVar[int]
        pool_id: str
        name: str
        zone_id: str
        capacity: int
        def __init__(self, pool_id: _Optional[str] = ..., name: _Optional[str] = ..., zone_id: _Optional[str] = ..., capacity: _Optional[int] = ...) -> None: ...
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    ZONES_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    sections: _containers.RepeatedCompositeFieldContainer[SeatMap.Section]
    zones: _containers.RepeatedCompositeFieldContainer[_catalog_pb2.Zone]
    pools: _containers.RepeatedCompositeFieldContainer[SeatMap.Pool]
    def __init__(self, event_id: _Optional[str] = ..., sections: _Optional[_Iterable[_Union[SeatMap.Section, _Mapping]]] = ..., zones: _Optional[_Iterable[_Union[_catalog_pb2.Zone, _Mapping]]] = ..., pools: _Optional[_Iterable[_Union[SeatMap.Pool, _Mapping]]] = ...) -> None: ...

class GetAvailabilityRequest(_message.Message):
    __slots__ = ("event_id",)
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    def __init__(self, event_id: _Optional[str] = ...) -> None: ...

class Availability(_message.Message):
    __slots__ = ("sections", "states", "pools", "version")
    class SectionCount(_message.Message):
        __slots__ = ("section_id", "available")
        SECTION_ID_FIELD_NUMBER: _ClassVar[int]
        AVAILABLE_FIELD_NUMBER: _ClassVar[int]
        section_id: str
        available: int
        def __init__(self, section_id: _Optional[str] = ..., available: _Optional[int] = ...) -> None: ...
    class PoolCount(_message.Message):
        __slots__ = ("pool_id", "available")
        POOL_ID_FIELD_NUMBER: _ClassVar[int]
        AVAILABLE_FIELD_NUMBER: _ClassVar[int]
        pool_id: str
        available: int
        def __init__(self, pool_id: _Optional[str] = ..., available: _Optional[int] = ...) -> None: ...
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    sections: _containers.RepeatedCompositeFieldContainer[Availability.SectionCount]
    states: bytes
    pools: _containers.RepeatedCompositeFieldContainer[Availability.PoolCount]
    version: int
    def __init__(self, sections: _Optional[_Iterable[_Union[Availability.SectionCount, _Mapping]]] = ..., states: _Optional[bytes] = ..., pools: _Optional[_Iterable[_Union[Availability.PoolCount, _Mapping]]] = ..., version: _Optional[int] = ...) -> None: ...

class WatchAvailabilityRequest(_message.Message):
    __slots__ = ("event_id", "from_version")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_VERSION_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    from_version: int
    def __init__(self, event_id: _Optional[str] = ..., from_version: _Optional[int] = ...) -> None: ...

class AvailabilityDelta(_message.Message):
    __slots__ = ("from_version", "version", "changes", "pools")
    class Change(_message.Message):
        __slots__ = ("seat_index", "state")
        SEAT_INDEX_FIELD_NUMBER: _ClassVar[int]
        STATE_FIELD_NUMBER: _ClassVar[int]
        seat_index: int
        state: int
        def __init__(self, seat_index: _Optional[int] = ..., state: _Optional[int] = ...) -> None: ...
    FROM_VERSION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    from_version: int
    version: int
    changes: _containers.RepeatedCompositeFieldContainer[AvailabilityDelta.Change]
    pools: _containers.RepeatedCompositeFieldContainer[Availability.PoolCount]
    def __init__(self, from_version: _Optional[int] = ..., version: _Optional[int] = ..., changes: _Optional[_Iterable[_Union[AvailabilityDelta.Change, _Mapping]]] = ..., pools: _Optional[_Iterable[_Union[Availability.PoolCount, _Mapping]]] = ...) -> None: ...

class BestAvailable(_message.Message):
    __slots__ = ("quantity", "zone_id", "price_max", "accessible", "zone_ids")
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    ZONE_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_MAX_FIELD_NUMBER: _ClassVar[int]
    ACCESSIBLE_FIELD_NUMBER: _ClassVar[int]
    ZONE_IDS_FIELD_NUMBER: _ClassVar[int]
    quantity: int
    zone_id: str
    price_max: _money_pb2.Money
    accessible: bool
    zone_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, quantity: _Optional[int] = ..., zone_id: _Optional[str] = ..., price_max: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., accessible: _Optional[bool] = ..., zone_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class PoolQuantity(_message.Message):
    __slots__ = ("pool_id", "quantity")
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    pool_id: str
    quantity: int
    def __init__(self, pool_id: _Optional[str] = ..., quantity: _Optional[int] = ...) -> None: ...

class HoldSeatsRequest(_message.Message):
    __slots__ = ("request_id", "event_id", "seat_ids", "best_available", "pools", "access_code")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    SEAT_IDS_FIELD_NUMBER: _ClassVar[int]
    BEST_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    seat_ids: _containers.RepeatedScalarFieldContainer[str]
    best_available: BestAvailable
    pools: _containers.RepeatedCompositeFieldContainer[PoolQuantity]
    access_code: str
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ..., seat_ids: _Optional[_Iterable[str]] = ..., best_available: _Optional[_Union[BestAvailable, _Mapping]] = ..., pools: _Optional[_Iterable[_Union[PoolQuantity, _Mapping]]] = ..., access_code: _Optional[str] = ...) -> None: ...

class HoldBestAvailableRequest(_message.Message):
    __slots__ = ("request_id", "event_id", "best_available", "access_code")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    BEST_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    best_available: BestAvailable
    access_code: str
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ..., best_available: _Optional[_Union[BestAvailable, _Mapping]] = ..., access_code: _Optional[str] = ...) -> None: ...

class Hold(_message.Message):
    __slots__ = ("hold_id", "event_id", "state", "expire_time", "seats", "pools", "total", "create_time", "extended")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Hold.State]
        HELD: _ClassVar[Hold.State]
        PINNED: _ClassVar[Hold.State]
        CONFIRMED: _ClassVar[Hold.State]
        RELEASED: _ClassVar[Hold.State]
        EXPIRED: _ClassVar[Hold.State]
    STATE_UNSPECIFIED: Hold.State
    HELD: Hold.State
    PINNED: Hold.State
    CONFIRMED: Hold.State
    RELEASED: Hold.State
    EXPIRED: Hold.State
    class Seat(_message.Message):
        __slots__ = ("seat_id", "price", "zone_id", "label", "fence")
        SEAT_ID_FIELD_NUMBER: _ClassVar[int]
        PRICE_FIELD_NUMBER: _ClassVar[int]
        ZONE_ID_FIELD_NUMBER: _ClassVar[int]
        LABEL_FIELD_NUMBER: _ClassVar[int]
        FENCE_FIELD_NUMBER: _ClassVar[int]
        seat_id: str
        price: _money_pb2.Money
        zone_id: str
        label: str
        fence: int
        def __init__(self, seat_id: _Optional[str] = ..., price: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., zone_id: _Optional[str] = ..., label: _Optional[str] = ..., fence: _Optional[int] = ...) -> None: ...
    class Pool(_message.Message):
        __slots__ = ("pool_id", "quantity", "price", "zone_id", "label")
        POOL_ID_FIELD_NUMBER: _ClassVar[int]
        QUANTITY_FIELD_NUMBER: _ClassVar[int]
        PRICE_FIELD_NUMBER: _ClassVar[int]
        ZONE_ID_FIELD_NUMBER: _ClassVar[int]
        LABEL_FIELD_NUMBER: _ClassVar[int]
        pool_id: str
        quantity: int
        price: _money_pb2.Money
        zone_id: str
        label: str
        def __init__(self, pool_id: _Optional[str] = ..., quantity: _Optional[int] = ..., price: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., zone_id: _Optional[str] = ..., label: _Optional[str] = ...) -> None: ...
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXTENDED_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    event_id: str
    state: Hold.State
    expire_time: _timestamp_pb2.Timestamp
    seats: _containers.RepeatedCompositeFieldContainer[Hold.Seat]
    pools: _containers.RepeatedCompositeFieldContainer[Hold.Pool]
    total: _money_pb2.Money
    create_time: _timestamp_pb2.Timestamp
    extended: bool
    def __init__(self, hold_id: _Optional[str] = ..., event_id: _Optional[str] = ..., state: _Optional[_Union[Hold.State, str]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., seats: _Optional[_Iterable[_Union[Hold.Seat, _Mapping]]] = ..., pools: _Optional[_Iterable[_Union[Hold.Pool, _Mapping]]] = ..., total: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., extended: _Optional[bool] = ...) -> None: ...

class GetHoldRequest(_message.Message):
    __slots__ = ("hold_id",)
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    def __init__(self, hold_id: _Optional[str] = ...) -> None: ...

class ReleaseHoldRequest(_message.Message):
    __slots__ = ("request_id", "hold_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hold_id: str
    def __init__(self, request_id: _Optional[str] = ..., hold_id: _Optional[str] = ...) -> None: ...

class ExtendHoldRequest(_message.Message):
    __slots__ = ("request_id", "hold_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hold_id: str
    def __init__(self, request_id: _Optional[str] = ..., hold_id: _Optional[str] = ...) -> None: ...
