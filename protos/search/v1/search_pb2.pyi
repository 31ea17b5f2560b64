import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.mesh.v1 import money_pb2 as _money_pb2
from protos.mesh.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SearchEventsRequest(_message.Message):
    __slots__ = ("query", "near", "radius_km", "start_after", "start_before", "category", "city", "price_max", "available", "together_min", "sort", "page_size", "page_token")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    NEAR_FIELD_NUMBER: _ClassVar[int]
    RADIUS_KM_FIELD_NUMBER: _ClassVar[int]
    START_AFTER_FIELD_NUMBER: _ClassVar[int]
    START_BEFORE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    PRICE_MAX_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    TOGETHER_MIN_FIELD_NUMBER: _ClassVar[int]
    SORT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    query: str
    near: str
    radius_km: float
    start_after: _timestamp_pb2.Timestamp
    start_before: _timestamp_pb2.Timestamp
    category: str
    city: str
    price_max: int
    available: bool
    together_min: int
    sort: str
    page_size: int
    page_token: str
    def __init__(self, query: _Optional[str] = ..., near: _Optional[str] = ..., radius_km: _Optional[float] = ..., start_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., category: _Optional[str] = ..., city: _Optional[str] = ..., price_max: _Optional[int] = ..., available: _Optional[bool] = ..., together_min: _Optional[int] = ..., sort: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class EventSummary(_message.Message):
    __slots__ = ("event_id", "name", "artist_name", "venue_name", "city", "country_code", "latitude", "longitude", "time_zone", "category", "start_time", "sale_open_time", "price_from", "available", "available_count", "distance_km", "requires_admission")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARTIST_NAME_FIELD_NUMBER: _ClassVar[int]
    VENUE_NAME_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_CODE_FIELD_NUMBER: _ClassVar[int]
    LATITUDE_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    SALE_OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    PRICE_FROM_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_KM_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_ADMISSION_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    name: str
    artist_name: str
    venue_name: str
    city: str
    country_code: str
    latitude: float
    longitude: float
    time_zone: str
    category: str
    start_time: _timestamp_pb2.Timestamp
    sale_open_time: _timestamp_pb2.Timestamp
    price_from: _money_pb2.Money
    available: bool
    available_count: int
    distance_km: float
    requires_admission: bool
    def __init__(self, event_id: _Optional[str] = ..., name: _Optional[str] = ..., artist_name: _Optional[str] = ..., venue_name: _Optional[str] = ..., city: _Optional[str] = ..., country_code: _Optional[str] = ..., latitude: _Optional[float] = ..., longitude: _Optional[float] = ..., time_zone: _Optional[str] = ..., category: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sale_open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., price_from: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., available: _Optional[bool] = ..., available_count: _Optional[int] = ..., distance_km: _Optional[float] = ..., requires_admission: _Optional[bool] = ...) -> None: ...

class SearchEventsResponse(_message.Message):
    __slots__ = ("events", "facets", "total_size", "next_page_token")
    class Facet(_message.Message):
        __slots__ = ("field", "values")
        class Value(_message.Message):
            __slots__ = ("value", "count")
            VALUE_FIELD_NUMBER: _ClassVar[int]
            COUNT_FIELD_NUMBER: _ClassVar[int]
            value: str
            count: int
            def __init__(self, value: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...
        FIELD_FIELD_NUMBER: _ClassVar[int]
        VALUES_FIELD_NUMBER: _ClassVar[int]
        field: str
        values: _containers.RepeatedCompositeFieldContainer[SearchEventsResponse.Facet.Value]
        def __init__(self, field: _Optional[str] = ..., values: _Optional[_Iterable[_Union[SearchEventsResponse.Facet.Value, _Mapping]]] = ...) -> None: ...
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    FACETS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[EventSummary]
    facets: _containers.RepeatedCompositeFieldContainer[SearchEventsResponse.Facet]
    total_size: int
    next_page_token: str
    def __init__(self, events: _Optional[_Iterable[_Union[EventSummary, _Mapping]]] = ..., facets: _Optional[_Iterable[_Union[SearchEventsResponse.Facet, _Mapping]]] = ..., total_size: _Optional[int] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SuggestRequest(_message.Message):
    __slots__ = ("query", "limit")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    query: str
    limit: int
    def __init__(self, query: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class SuggestResponse(_message.Message):
    __slots__ = ("suggestions",)
    class Suggestion(_message.Message):
        __slots__ = ("text", "kind", "event_id")
        class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = ()
            KIND_UNSPECIFIED: _ClassVar[SuggestResponse.Suggestion.Kind]
            EVENT: _ClassVar[SuggestResponse.Suggestion.Kind]
            ARTIST: _ClassVar[SuggestResponse.Suggestion.Kind]
            VENUE: _ClassVar[SuggestResponse.Suggestion.Kind]
            CITY: _ClassVar[SuggestResponse.Suggestion.Kind]
        KIND_UNSPECIFIED: SuggestResponse.Suggestion.Kind
        EVENT: SuggestResponse.Suggestion.Kind
        ARTIST: SuggestResponse.Suggestion.Kind
        VENUE: SuggestResponse.Suggestion.Kind
        CITY: SuggestResponse.Suggestion.Kind
        TEXT_FIELD_NUMBER: _ClassVar[int]
        KIND_FIELD_NUMBER: _ClassVar[int]
        EVENT_ID_FIELD_NUMBER: _ClassVar[int]
        text: str
        kind: SuggestResponse.Suggestion.Kind
        event_id: str
        def __init__(self, text: _Optional[str] = ..., kind: _Optional[_Union[SuggestResponse.Suggestion.Kind, str]] = ..., event_id: _Optional[str] = ...) -> None: ...
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    suggestions: _containers.RepeatedCompositeFieldContainer[SuggestResponse.Suggestion]
    def __init__(self, suggestions: _Optional[_Iterable[_Union[SuggestResponse.Suggestion, _Mapping]]] = ...) -> None: ...

class ListTrendingRequest(_message.Message):
    __slots__ = ("page_size",)
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    def __init__(self, page_size: _Optional[int] = ...) -> None: ...

class ListTrendingResponse(_message.Message):
    __slots__ = ("trending", "events", "window_seconds")
    class Trend(_message.Message):
        __slots__ = ("event", "sold_count")
        EVENT_FIELD_NUMBER: _ClassVar[int]
        SOLD_COUNT_FIELD_NUMBER: _ClassVar[int]
        event: EventSummary
        sold_count: int
        def __init__(self, event: _Optional[_Union[EventSummary, _Mapping]] = ..., sold_count: _Optional[int] = ...) -> None: ...
    TRENDING_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_SECONDS_FIELD_NUMBER: _ClassVar[int]
    trending: _containers.RepeatedCompositeFieldContainer[ListTrendingResponse.Trend]
    events: _containers.RepeatedCompositeFieldContainer[EventSummary]
    window_seconds: int
    def __init__(self, trending: _Optional[_Iterable[_Union[ListTrendingResponse.Trend, _Mapping]]] = ..., events: _Optional[_Iterable[_Union[EventSummary, _Mapping]]] = ..., window_seconds: _Optional[int] = ...) -> None: ...
