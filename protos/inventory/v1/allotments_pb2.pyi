import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.mesh.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Allotment(_message.Message):
    __slots__ = ("allotment_id", "event_id", "name", "kind", "state", "release_time", "seat_ids", "pools", "available", "held", "sold", "code_count", "create_time")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Allotment.Kind]
        HOLDBACK: _ClassVar[Allotment.Kind]
        CHANNEL: _ClassVar[Allotment.Kind]
    KIND_UNSPECIFIED: Allotment.Kind
    HOLDBACK: Allotment.Kind
    CHANNEL: Allotment.Kind
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Allotment.State]
        ACTIVE: _ClassVar[Allotment.State]
        RELEASED: _ClassVar[Allotment.State]
    STATE_UNSPECIFIED: Allotment.State
    ACTIVE: Allotment.State
    RELEASED: Allotment.State
    ALLOTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RELEASE_TIME_FIELD_NUMBER: _ClassVar[int]
    SEAT_IDS_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    SOLD_FIELD_NUMBER: _ClassVar[int]
    CODE_COUNT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    allotment_id: str
    event_id: str
    name: str
    kind: Allotment.Kind
    state: Allotment.State
    release_time: _timestamp_pb2.Timestamp
    seat_ids: _containers.RepeatedScalarFieldContainer[str]
    pools: _containers.RepeatedCompositeFieldContainer[AllottedPlaces]
    available: int
    held: int
    sold: int
    code_count: int
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, allotment_id: _Optional[str] = ..., event_id: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[Allotment.Kind, str]] = ..., state: _Optional[_Union[Allotment.State, str]] = ..., release_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., seat_ids: _Optional[_Iterable[str]] = ..., pools: _Optional[_Iterable[_Union[AllottedPlaces, _Mapping]]] = ..., available: _Optional[int] = ..., held: _Optional[int] = ..., sold: _Optional[int] = ..., code_count: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AllottedPlaces(_message.Message):
    __slots__ = ("pool_id", "quantity")
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    pool_id: str
    quantity: int
    def __init__(self, pool_id: _Optional[str] = ..., quantity: _Optional[int] = ...) -> None: ...

class AllottedRow(_message.Message):
    __slots__ = ("section_id", "name")
    SECTION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    section_id: str
    name: str
    def __init__(self, section_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class CreateAllotmentRequest(_message.Message):
    __slots__ = ("request_id", "event_id", "name", "kind", "seat_ids", "section_ids", "rows", "pools", "release_time")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SEAT_IDS_FIELD_NUMBER: _ClassVar[int]
    SECTION_IDS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    RELEASE_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    name: str
    kind: Allotment.Kind
    seat_ids: _containers.RepeatedScalarFieldContainer[str]
    section_ids: _containers.RepeatedScalarFieldContainer[str]
    rows: _containers.RepeatedCompositeFieldContainer[AllottedRow]
    pools: _containers.RepeatedCompositeFieldContainer[AllottedPlaces]
    release_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[Allotment.Kind, str]] = ..., seat_ids: _Optional[_Iterable[str]] = ..., section_ids: _Optional[_Iterable[str]] = ..., rows: _Optional[_Iterable[_Union[AllottedRow, _Mapping]]] = ..., pools: _Optional[_Iterable[_Union[AllottedPlaces, _Mapping]]] = ..., release_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetAllotmentRequest(_message.Message):
    __slots__ = ("event_id", "allotment_id")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    ALLOTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    allotment_id: str
    def __init__(self, event_id: _Optional[str] = ..., allotment_id: _Optional[str] = ...) -> None: ...

class ListAllotmentsRequest(_message.Message):
    __slots__ = ("event_id", "page_size", "page_token")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    page_size: int
    page_token: str
    def __init__(self, event_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAllotmentsResponse(_message.Message):
    __slots__ = ("allotments", "next_page_token")
    ALLOTMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    allotments: _containers.RepeatedCompositeFieldContainer[Allotment]
    next_page_token: str
    def __init__(self, allotments: _Optional[_Iterable[_Union[Allotment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateAllotmentRequest(_message.Message):
    __slots__ = ("request_id", "event_id", "allotment_id", "name", "release_time", "by_hand_only")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    ALLOTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RELEASE_TIME_FIELD_NUMBER: _ClassVar[int]
    BY_HAND_ONLY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    allotment_id: str
    name: str
    release_time: _timestamp_pb2.Timestamp
    by_hand_only: bool
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ..., allotment_id: _Optional[str] = ..., name: _Optional[str] = ..., release_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., by_hand_only: _Optional[bool] = ...) -> None: ...

class DeleteAllotmentRequest(_message.Message):
    __slots__ = ("request_id", "event_id", "allotment_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    ALLOTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    allotment_id: str
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ..., allotment_id: _Optional[str] = ...) -> None: ...

class ReleaseAllotmentRequest(_message.Message):
    __slots__ = ("request_id", "event_id", "allotment_id", "seat_ids", "pools")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    ALLOTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    SEAT_IDS_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    allotment_id: str
    seat_ids: _containers.RepeatedScalarFieldContainer[str]
    pools: _containers.RepeatedCompositeFieldContainer[AllottedPlaces]
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ..., allotment_id: _Optional[str] = ..., seat_ids: _Optional[_Iterable[str]] = ..., pools: _Optional[_Iterable[_Union[AllottedPlaces, _Mapping]]] = ...) -> None: ...

class AccessCode(_message.Message):
    __slots__ = ("code_id", "code", "uses_max", "use_count", "expire_time", "withdrawn")
    CODE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    USES_MAX_FIELD_NUMBER: _ClassVar[int]
    USE_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    code_id: str
    code: str
    uses_max: int
    use_count: int
    expire_time: _timestamp_pb2.Timestamp
    withdrawn: bool
    def __init__(self, code_id: _Optional[str] = ..., code: _Optional[str] = ..., uses_max: _Optional[int] = ..., use_count: _Optional[int] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., withdrawn: _Optional[bool] = ...) -> None: ...

class AddCodesRequest(_message.Message):
    __slots__ = ("request_id", "event_id", "allotment_id", "codes", "draw", "uses_max", "expire_time")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    ALLOTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    DRAW_FIELD_NUMBER: _ClassVar[int]
    USES_MAX_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    allotment_id: str
    codes: _containers.RepeatedScalarFieldContainer[str]
    draw: int
    uses_max: int
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ..., allotment_id: _Optional[str] = ..., codes: _Optional[_Iterable[str]] = ..., draw: _Optional[int] = ..., uses_max: _Optional[int] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AddCodesResponse(_message.Message):
    __slots__ = ("codes",)
    CODES_FIELD_NUMBER: _ClassVar[int]
    codes: _containers.RepeatedCompositeFieldContainer[AccessCode]
    def __init__(self, codes: _Optional[_Iterable[_Union[AccessCode, _Mapping]]] = ...) -> None: ...

class ListCodesRequest(_message.Message):
    __slots__ = ("event_id", "allotment_id", "page_size", "page_token")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    ALLOTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    allotment_id: str
    page_size: int
    page_token: str
    def __init__(self, event_id: _Optional[str] = ..., allotment_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCodesResponse(_message.Message):
    __slots__ = ("codes", "next_page_token")
    CODES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    codes: _containers.RepeatedCompositeFieldContainer[AccessCode]
    next_page_token: str
    def __init__(self, codes: _Optional[_Iterable[_Union[AccessCode, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WithdrawCodeRequest(_message.Message):
    __slots__ = ("request_id", "event_id", "allotment_id", "code_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    ALLOTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    allotment_id: str
    code_id: str
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ..., allotment_id: _Optional[str] = ..., code_id: _Optional[str] = ...) -> None: ...

class CheckAccessCodeRequest(_message.Message):
    __slots__ = ("event_id", "access_code")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    access_code: str
    def __init__(self, event_id: _Optional[str] = ..., access_code: _Optional[str] = ...) -> None: ...

class CheckAccessCodeResponse(_message.Message):
    __slots__ = ("name", "seat_ids", "pools", "expire_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SEAT_IDS_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    seat_ids: _containers.RepeatedScalarFieldContainer[str]
    pools: _containers.RepeatedCompositeFieldContainer[AllottedPlaces]
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., seat_ids: _Optional[_Iterable[str]] = ..., pools: _Optional[_Iterable[_Union[AllottedPlaces, _Mapping]]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
