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

class Venue(_message.Message):
    __slots__ = ("venue_id", "name", "city", "country_code", "latitude", "longitude", "time_zone", "plan")
    VENUE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_CODE_FIELD_NUMBER: _ClassVar[int]
    LATITUDE_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    venue_id: str
    name: str
    city: str
    country_code: str
    latitude: float
    longitude: float
    time_zone: str
    plan: Plan
    def __init__(self, venue_id: _Optional[str] = ..., name: _Optional[str] = ..., city: _Optional[str] = ..., country_code: _Optional[str] = ..., latitude: _Optional[float] = ..., longitude: _Optional[float] = ..., time_zone: _Optional[str] = ..., plan: _Optional[_Union[Plan, _Mapping]] = ...) -> None: ...

class Plan(_message.Message):
    __slots__ = ("seat_count", "pool_capacity", "zone_names", "section_count", "accessible_count")
    SEAT_COUNT_FIELD_NUMBER: _ClassVar[int]
    POOL_CAPACITY_FIELD_NUMBER: _ClassVar[int]
    ZONE_NAMES_FIELD_NUMBER: _ClassVar[int]
    SECTION_COUNT_FIELD_NUMBER: _ClassVar[int]
    ACCESSIBLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    seat_count: int
    pool_capacity: int
    zone_names: _containers.RepeatedScalarFieldContainer[str]
    section_count: int
    accessible_count: int
    def __init__(self, seat_count: _Optional[int] = ..., pool_capacity: _Optional[int] = ..., zone_names: _Optional[_Iterable[str]] = ..., section_count: _Optional[int] = ..., accessible_count: _Optional[int] = ...) -> None: ...

class CreateVenueRequest(_message.Message):
    __slots__ = ("request_id", "name", "city", "country_code", "latitude", "longitude", "time_zone")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_CODE_FIELD_NUMBER: _ClassVar[int]
    LATITUDE_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    city: str
    country_code: str
    latitude: float
    longitude: float
    time_zone: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ..., city: _Optional[str] = ..., country_code: _Optional[str] = ..., latitude: _Optional[float] = ..., longitude: _Optional[float] = ..., time_zone: _Optional[str] = ...) -> None: ...

class GetVenueRequest(_message.Message):
    __slots__ = ("venue_id",)
    VENUE_ID_FIELD_NUMBER: _ClassVar[int]
    venue_id: str
    def __init__(self, venue_id: _Optional[str] = ...) -> None: ...

class ListVenuesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListVenuesResponse(_message.Message):
    __slots__ = ("venues", "next_page_token")
    VENUES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    venues: _containers.RepeatedCompositeFieldContainer[Venue]
    next_page_token: str
    def __init__(self, venues: _Optional[_Iterable[_Union[Venue, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateVenueRequest(_message.Message):
    __slots__ = ("request_id", "venue_id", "name", "city", "country_code", "latitude", "longitude", "time_zone")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VENUE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_CODE_FIELD_NUMBER: _ClassVar[int]
    LATITUDE_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    venue_id: str
    name: str
    city: str
    country_code: str
    latitude: float
    longitude: float
    time_zone: str
    def __init__(self, request_id: _Optional[str] = ..., venue_id: _Optional[str] = ..., name: _Optional[str] = ..., city: _Optional[str] = ..., country_code: _Optional[str] = ..., latitude: _Optional[float] = ..., longitude: _Optional[float] = ..., time_zone: _Optional[str] = ...) -> None: ...

class ImportPlanRequest(_message.Message):
    __slots__ = ("request_id", "venue_id", "format", "content")
    class Format(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FORMAT_UNSPECIFIED: _ClassVar[ImportPlanRequest.Format]
        PRETIX_JSON: _ClassVar[ImportPlanRequest.Format]
        CSV: _ClassVar[ImportPlanRequest.Format]
    FORMAT_UNSPECIFIED: ImportPlanRequest.Format
    PRETIX_JSON: ImportPlanRequest.Format
    CSV: ImportPlanRequest.Format
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VENUE_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    venue_id: str
    format: ImportPlanRequest.Format
    content: str
    def __init__(self, request_id: _Optional[str] = ..., venue_id: _Optional[str] = ..., format: _Optional[_Union[ImportPlanRequest.Format, str]] = ..., content: _Optional[str] = ...) -> None: ...

class GeneratePlanRequest(_message.Message):
    __slots__ = ("request_id", "venue_id", "sections", "pools")
    class Section(_message.Message):
        __slots__ = ("name", "zone_name", "rows", "seats_per_row", "seats_added_per_row", "angle_degrees", "distance", "curve_degrees", "accessible_seats")
        NAME_FIELD_NUMBER: _ClassVar[int]
        ZONE_NAME_FIELD_NUMBER: _ClassVar[int]
        ROWS_FIELD_NUMBER: _ClassVar[int]
        SEATS_PER_ROW_FIELD_NUMBER: _ClassVar[int]
        SEATS_ADDED_PER_ROW_FIELD_NUMBER: _ClassVar[int]
        ANGLE_DEGREES_FIELD_NUMBER: _ClassVar[int]
        DISTANCE_FIELD_NUMBER: _ClassVar[int]
        CURVE_DEGREES_FIELD_NUMBER: _ClassVar[int]
        ACCESSIBLE_SEATS_FIELD_NUMBER: _ClassVar[int]
        name: str
        zone_name: str
        rows: int
        seats_per_row: int
        seats_added_per_row: int
        angle_degrees: float
        distance: float
        curve_degrees: float
        accessible_seats: int
        def __init__(self, name: _Optional[str] = ..., zone_name: _Optional[str] = ..., rows: _Optional[int] = ..., seats_per_row: _Optional[int] = ..., seats_added_per_row: _Optional[int] = ..., angle_degrees: _Optional[float] = ..., distance: _Optional[float] = ..., curve_degrees: _Optional[float] = ..., accessible_seats: _Optional[int] = ...) -> None: ...
    class Pool(_message.Message):
        __slots__ = ("name", "zone_name", "capacity")
        NAME_FIELD_NUMBER: _ClassVar[int]
        ZONE_NAME_FIELD_NUMBER: _ClassVar[int]
        CAPACITY_FIELD_NUMBER: _ClassVar[int]
        name: str
        zone_name: str
        capacity: int
        def __init__(self, name: _Optional[str] = ..., zone_name: _Optional[str] = ..., capacity: _Optional[int] = ...) -> None: ...
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VENUE_ID_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    venue_id: str
    sections: _containers.RepeatedCompositeFieldContainer[GeneratePlanRequest.Section]
    pools: _containers.RepeatedCompositeFieldContainer[GeneratePlanRequest.Pool]
    def __init__(self, request_id: _Optional[str] = ..., venue_id: _Optional[str] = ..., sections: _Optional[_Iterable[_Union[GeneratePlanRequest.Section, _Mapping]]] = ..., pools: _Optional[_Iterable[_Union[GeneratePlanRequest.Pool, _Mapping]]] = ...) -> None: ...

class ZonePrice(_message.Message):
    __slots__ = ("zone_name", "price")
    ZONE_NAME_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    zone_name: str
    price: _money_pb2.Money
    def __init__(self, zone_name: _Optional[str] = ..., price: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class Zone(_message.Message):
    __slots__ = ("zone_id", "name", "price")
    ZONE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    zone_id: str
    name: str
    price: _money_pb2.Money
    def __init__(self, zone_id: _Optional[str] = ..., name: _Optional[str] = ..., price: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("seats_per_hold", "live_holds_per_buyer", "tickets_per_buyer")
    SEATS_PER_HOLD_FIELD_NUMBER: _ClassVar[int]
    LIVE_HOLDS_PER_BUYER_FIELD_NUMBER: _ClassVar[int]
    TICKETS_PER_BUYER_FIELD_NUMBER: _ClassVar[int]
    seats_per_hold: int
    live_holds_per_buyer: int
    tickets_per_buyer: int
    def __init__(self, seats_per_hold: _Optional[int] = ..., live_holds_per_buyer: _Optional[int] = ..., tickets_per_buyer: _Optional[int] = ...) -> None: ...

class CreateEventRequest(_message.Message):
    __slots__ = ("request_id", "name", "artist_name", "venue_id", "category", "start_time", "end_time", "sale_open_time", "zone_prices", "limits", "description", "hold_seconds")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARTIST_NAME_FIELD_NUMBER: _ClassVar[int]
    VENUE_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    SALE_OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    ZONE_PRICES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    HOLD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    artist_name: str
    venue_id: str
    category: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    sale_open_time: _timestamp_pb2.Timestamp
    zone_prices: _containers.RepeatedCompositeFieldContainer[ZonePrice]
    limits: Limits
    description: str
    hold_seconds: int
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ..., artist_name: _Optional[str] = ..., venue_id: _Optional[str] = ..., category: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sale_open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., zone_prices: _Optional[_Iterable[_Union[ZonePrice, _Mapping]]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., description: _Optional[str] = ..., hold_seconds: _Optional[int] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("event_id", "name", "artist_name", "venue_id", "venue_name", "city", "country_code", "latitude", "longitude", "time_zone", "category", "start_time", "end_time", "sale_open_time", "state", "requires_admission", "zones", "limits", "description", "capacity", "hold_seconds", "version")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Event.State]
        DRAFT: _ClassVar[Event.State]
        PUBLISHED: _ClassVar[Event.State]
        CANCELLED: _ClassVar[Event.State]
    STATE_UNSPECIFIED: Event.State
    DRAFT: Event.State
    PUBLISHED: Event.State
    CANCELLED: Event.State
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARTIST_NAME_FIELD_NUMBER: _ClassVar[int]
    VENUE_ID_FIELD_NUMBER: _ClassVar[int]
    VENUE_NAME_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_CODE_FIELD_NUMBER: _ClassVar[int]
    LATITUDE_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    SALE_OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_ADMISSION_FIELD_NUMBER: _ClassVar[int]
    ZONES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    HOLD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    name: str
    artist_name: str
    venue_id: str
    venue_name: str
    city: str
    country_code: str
    latitude: float
    longitude: float
    time_zone: str
    category: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    sale_open_time: _timestamp_pb2.Timestamp
    state: Event.State
    requires_admission: bool
    zones: _containers.RepeatedCompositeFieldContainer[Zone]
    limits: Limits
    description: str
    capacity: int
    hold_seconds: int
    version: int
    def __init__(self, event_id: _Optional[str] = ..., name: _Optional[str] = ..., artist_name: _Optional[str] = ..., venue_id: _Optional[str] = ..., venue_name: _Optional[str] = ..., city: _Optional[str] = ..., country_code: _Optional[str] = ..., latitude: _Optional[float] = ..., longitude: _Optional[float] = ..., time_zone: _Optional[str] = ..., category: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sale_open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[Event.State, str]] = ..., requires_admission: _Optional[bool] = ..., zones: _Optional[_Iterable[_Union[Zone, _Mapping]]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., description: _Optional[str] = ..., capacity: _Optional[int] = ..., hold_seconds: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...

class EventFacts(_message.Message):
    __slots__ = ("event", "organiser_id")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    ORGANISER_ID_FIELD_NUMBER: _ClassVar[int]
    event: Event
    organiser_id: str
    def __init__(self, event: _Optional[_Union[Event, _Mapping]] = ..., organiser_id: _Optional[str] = ...) -> None: ...

class GetEventRequest(_message.Message):
    __slots__ = ("event_id",)
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    def __init__(self, event_id: _Optional[str] = ...) -> None: ...

class ListOwnEventsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOwnEventsResponse(_message.Message):
    __slots__ = ("events", "next_page_token")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    next_page_token: str
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateEventRequest(_message.Message):
    __slots__ = ("request_id", "event_id", "name", "artist_name", "category", "start_time", "end_time", "sale_open_time", "zone_prices", "limits", "description")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARTIST_NAME_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    SALE_OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    ZONE_PRICES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    name: str
    artist_name: str
    category: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    sale_open_time: _timestamp_pb2.Timestamp
    zone_prices: _containers.RepeatedCompositeFieldContainer[ZonePrice]
    limits: Limits
    description: str
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ..., name: _Optional[str] = ..., artist_name: _Optional[str] = ..., category: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sale_open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., zone_prices: _Optional[_Iterable[_Union[ZonePrice, _Mapping]]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., description: _Optional[str] = ...) -> None: ...

class PublishEventRequest(_message.Message):
    __slots__ = ("request_id", "event_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ...) -> None: ...

class CancelEventRequest(_message.Message):
    __slots__ = ("request_id", "event_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    event_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., event_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ListCatalogRequest(_message.Message):
    __slots__ = ("page_size", "after_event_id")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    AFTER_EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    after_event_id: str
    def __init__(self, page_size: _Optional[int] = ..., after_event_id: _Optional[str] = ...) -> None: ...

class ListCatalogResponse(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[EventFacts]
    def __init__(self, events: _Optional[_Iterable[_Union[EventFacts, _Mapping]]] = ...) -> None: ...
