import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.accounts.v1 import accounts_pb2 as _accounts_pb2
from protos.mesh.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Ticket(_message.Message):
    __slots__ = ("ticket_id", "order_id", "event_id", "seat_id", "pool_id", "state", "code", "seat_label", "event_name", "venue_name", "city", "time_zone", "start_time", "issue_time", "use_time", "transfer_id", "zone_id")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Ticket.State]
        ACTIVE: _ClassVar[Ticket.State]
        USED: _ClassVar[Ticket.State]
        TRANSFERRING: _ClassVar[Ticket.State]
        TRANSFERRED: _ClassVar[Ticket.State]
        REFUNDING: _ClassVar[Ticket.State]
        REVOKED: _ClassVar[Ticket.State]
    STATE_UNSPECIFIED: Ticket.State
    ACTIVE: Ticket.State
    USED: Ticket.State
    TRANSFERRING: Ticket.State
    TRANSFERRED: Ticket.State
    REFUNDING: Ticket.State
    REVOKED: Ticket.State
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    SEAT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    SEAT_LABEL_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    VENUE_NAME_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    ISSUE_TIME_FIELD_NUMBER: _ClassVar[int]
    USE_TIME_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    ZONE_ID_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    order_id: str
    event_id: str
    seat_id: str
    pool_id: str
    state: Ticket.State
    code: str
    seat_label: str
    event_name: str
    venue_name: str
    city: str
    time_zone: str
    start_time: _timestamp_pb2.Timestamp
    issue_time: _timestamp_pb2.Timestamp
    use_time: _timestamp_pb2.Timestamp
    transfer_id: str
    zone_id: str
    def __init__(self, ticket_id: _Optional[str] = ..., order_id: _Optional[str] = ..., event_id: _Optional[str] = ..., seat_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., state: _Optional[_Union[Ticket.State, str]] = ..., code: _Optional[str] = ..., seat_label: _Optional[str] = ..., event_name: _Optional[str] = ..., venue_name: _Optional[str] = ..., city: _Optional[str] = ..., time_zone: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., issue_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., use_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., transfer_id: _Optional[str] = ..., zone_id: _Optional[str] = ...) -> None: ...

class GetTicketRequest(_message.Message):
    __slots__ = ("ticket_id",)
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    def __init__(self, ticket_id: _Optional[str] = ...) -> None: ...

class ListOrderTicketsRequest(_message.Message):
    __slots__ = ("order_id",)
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    def __init__(self, order_id: _Optional[str] = ...) -> None: ...

class ListOrderTicketsResponse(_message.Message):
    __slots__ = ("tickets",)
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ...) -> None: ...

class ListTicketsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTicketsResponse(_message.Message):
    __slots__ = ("tickets", "next_page_token")
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    next_page_token: str
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RenderTicketRequest(_message.Message):
    __slots__ = ("ticket_id", "format")
    class Format(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FORMAT_UNSPECIFIED: _ClassVar[RenderTicketRequest.Format]
        SVG: _ClassVar[RenderTicketRequest.Format]
        PNG: _ClassVar[RenderTicketRequest.Format]
        PDF: _ClassVar[RenderTicketRequest.Format]
    FORMAT_UNSPECIFIED: RenderTicketRequest.Format
    SVG: RenderTicketRequest.Format
    PNG: RenderTicketRequest.Format
    PDF: RenderTicketRequest.Format
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    format: RenderTicketRequest.Format
    def __init__(self, ticket_id: _Optional[str] = ..., format: _Optional[_Union[RenderTicketRequest.Format, str]] = ...) -> None: ...

class TransferTicketRequest(_message.Message):
    __slots__ = ("request_id", "ticket_id", "email")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    ticket_id: str
    email: str
    def __init__(self, request_id: _Optional[str] = ..., ticket_id: _Optional[str] = ..., email: _Optional[str] = ...) -> None: ...

class GetTransferRequest(_message.Message):
    __slots__ = ("transfer_id",)
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    def __init__(self, transfer_id: _Optional[str] = ...) -> None: ...

class Transfer(_message.Message):
    __slots__ = ("transfer_id", "ticket_id", "state", "expire_time", "incoming", "event_id", "event_name", "venue_name", "city", "time_zone", "start_time", "seat_label")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Transfer.State]
        PENDING: _ClassVar[Transfer.State]
        ACCEPTED: _ClassVar[Transfer.State]
        CANCELLED: _ClassVar[Transfer.State]
        EXPIRED: _ClassVar[Transfer.State]
    STATE_UNSPECIFIED: Transfer.State
    PENDING: Transfer.State
    ACCEPTED: Transfer.State
    CANCELLED: Transfer.State
    EXPIRED: Transfer.State
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    INCOMING_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    VENUE_NAME_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    SEAT_LABEL_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    ticket_id: str
    state: Transfer.State
    expire_time: _timestamp_pb2.Timestamp
    incoming: bool
    event_id: str
    event_name: str
    venue_name: str
    city: str
    time_zone: str
    start_time: _timestamp_pb2.Timestamp
    seat_label: str
    def __init__(self, transfer_id: _Optional[str] = ..., ticket_id: _Optional[str] = ..., state: _Optional[_Union[Transfer.State, str]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., incoming: _Optional[bool] = ..., event_id: _Optional[str] = ..., event_name: _Optional[str] = ..., venue_name: _Optional[str] = ..., city: _Optional[str] = ..., time_zone: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., seat_label: _Optional[str] = ...) -> None: ...

class AcceptTransferRequest(_message.Message):
    __slots__ = ("request_id", "transfer_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    transfer_id: str
    def __init__(self, request_id: _Optional[str] = ..., transfer_id: _Optional[str] = ...) -> None: ...

class CancelTransferRequest(_message.Message):
    __slots__ = ("request_id", "transfer_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    transfer_id: str
    def __init__(self, request_id: _Optional[str] = ..., transfer_id: _Optional[str] = ...) -> None: ...

class GetJWKSRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ClaimTicketsRequest(_message.Message):
    __slots__ = ("claim_id", "order_id", "ticket_ids", "account_id")
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    claim_id: str
    order_id: str
    ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    account_id: str
    def __init__(self, claim_id: _Optional[str] = ..., order_id: _Optional[str] = ..., ticket_ids: _Optional[_Iterable[str]] = ..., account_id: _Optional[str] = ...) -> None: ...

class ClaimTicketsResponse(_message.Message):
    __slots__ = ("tickets",)
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ...) -> None: ...

class RevokeTicketsRequest(_message.Message):
    __slots__ = ("claim_id", "order_id")
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    claim_id: str
    order_id: str
    def __init__(self, claim_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class RevokeTicketsResponse(_message.Message):
    __slots__ = ("tickets",)
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ...) -> None: ...
