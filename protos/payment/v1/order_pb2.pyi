import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf import empty_pb2 as _empty_pb2
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

class CreateOrderRequest(_message.Message):
    __slots__ = ("request_id", "hold_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hold_id: str
    def __init__(self, request_id: _Optional[str] = ..., hold_id: _Optional[str] = ...) -> None: ...

class Order(_message.Message):
    __slots__ = ("order_id", "event_id", "hold_id", "state", "total", "lines", "payment", "expire_time", "create_time", "pay_time", "refunded", "refunds", "end_reason", "version", "event_name")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Order.State]
        AWAITING_PAYMENT: _ClassVar[Order.State]
        CONFIRMING: _ClassVar[Order.State]
        PAID: _ClassVar[Order.State]
        PARTIALLY_REFUNDED: _ClassVar[Order.State]
        REFUNDED: _ClassVar[Order.State]
        CANCELLED: _ClassVar[Order.State]
        EXPIRED: _ClassVar[Order.State]
    STATE_UNSPECIFIED: Order.State
    AWAITING_PAYMENT: Order.State
    CONFIRMING: Order.State
    PAID: Order.State
    PARTIALLY_REFUNDED: Order.State
    REFUNDED: Order.State
    CANCELLED: Order.State
    EXPIRED: Order.State
    class Line(_message.Message):
        __slots__ = ("line_no", "kind", "description", "seat_id", "pool_id", "quantity", "unit_price", "amount", "zone_id", "refunded_quantity")
        class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = ()
            KIND_UNSPECIFIED: _ClassVar[Order.Line.Kind]
            FACE: _ClassVar[Order.Line.Kind]
            FEE: _ClassVar[Order.Line.Kind]
            TAX: _ClassVar[Order.Line.Kind]
        KIND_UNSPECIFIED: Order.Line.Kind
        FACE: Order.Line.Kind
        FEE: Order.Line.Kind
        TAX: Order.Line.Kind
        LINE_NO_FIELD_NUMBER: _ClassVar[int]
        KIND_FIELD_NUMBER: _ClassVar[int]
        DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
        SEAT_ID_FIELD_NUMBER: _ClassVar[int]
        POOL_ID_FIELD_NUMBER: _ClassVar[int]
        QUANTITY_FIELD_NUMBER: _ClassVar[int]
        UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
        AMOUNT_FIELD_NUMBER: _ClassVar[int]
        ZONE_ID_FIELD_NUMBER: _ClassVar[int]
        REFUNDED_QUANTITY_FIELD_NUMBER: _ClassVar[int]
        line_no: int
        kind: Order.Line.Kind
        description: str
        seat_id: str
        pool_id: str
        quantity: int
        unit_price: _money_pb2.Money
        amount: _money_pb2.Money
        zone_id: str
        refunded_quantity: int
        def __init__(self, line_no: _Optional[int] = ..., kind: _Optional[_Union[Order.Line.Kind, str]] = ..., description: _Optional[str] = ..., seat_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., quantity: _Optional[int] = ..., unit_price: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., amount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., zone_id: _Optional[str] = ..., refunded_quantity: _Optional[int] = ...) -> None: ...
    class Payment(_message.Message):
        __slots__ = ("payment_intent_id", "client_secret", "last_decline_code")
        PAYMENT_INTENT_ID_FIELD_NUMBER: _ClassVar[int]
        CLIENT_SECRET_FIELD_NUMBER: _ClassVar[int]
        LAST_DECLINE_CODE_FIELD_NUMBER: _ClassVar[int]
        payment_intent_id: str
        client_secret: str
        last_decline_code: str
        def __init__(self, payment_intent_id: _Optional[str] = ..., client_secret: _Optional[str] = ..., last_decline_code: _Optional[str] = ...) -> None: ...
    class Refund(_message.Message):
        __slots__ = ("refund_id", "state", "amount", "ticket_ids", "create_time")
        class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = ()
            STATE_UNSPECIFIED: _ClassVar[Order.Refund.State]
            PENDING: _ClassVar[Order.Refund.State]
            SUCCEEDED: _ClassVar[Order.Refund.State]
            FAILED: _ClassVar[Order.Refund.State]
        STATE_UNSPECIFIED: Order.Refund.State
        PENDING: Order.Refund.State
        SUCCEEDED: Order.Refund.State
        FAILED: Order.Refund.State
        REFUND_ID_FIELD_NUMBER: _ClassVar[int]
        STATE_FIELD_NUMBER: _ClassVar[int]
        AMOUNT_FIELD_NUMBER: _ClassVar[int]
        TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
        CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
        refund_id: str
        state: Order.Refund.State
        amount: _money_pb2.Money
        ticket_ids: _containers.RepeatedScalarFieldContainer[str]
        create_time: _timestamp_pb2.Timestamp
        def __init__(self, refund_id: _Optional[str] = ..., state: _Optional[_Union[Order.Refund.State, str]] = ..., amount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., ticket_ids: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    PAY_TIME_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    REFUNDS_FIELD_NUMBER: _ClassVar[int]
    END_REASON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    event_id: str
    hold_id: str
    state: Order.State
    total: _money_pb2.Money
    lines: _containers.RepeatedCompositeFieldContainer[Order.Line]
    payment: Order.Payment
    expire_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    pay_time: _timestamp_pb2.Timestamp
    refunded: _money_pb2.Money
    refunds: _containers.RepeatedCompositeFieldContainer[Order.Refund]
    end_reason: str
    version: int
    event_name: str
    def __init__(self, order_id: _Optional[str] = ..., event_id: _Optional[str] = ..., hold_id: _Optional[str] = ..., state: _Optional[_Union[Order.State, str]] = ..., total: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[Order.Line, _Mapping]]] = ..., payment: _Optional[_Union[Order.Payment, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pay_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refunded: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., refunds: _Optional[_Iterable[_Union[Order.Refund, _Mapping]]] = ..., end_reason: _Optional[str] = ..., version: _Optional[int] = ..., event_name: _Optional[str] = ...) -> None: ...

class GetOrderRequest(_message.Message):
    __slots__ = ("order_id",)
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    def __init__(self, order_id: _Optional[str] = ...) -> None: ...

class ListOrdersRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOrdersResponse(_message.Message):
    __slots__ = ("orders", "next_page_token")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[Order]
    next_page_token: str
    def __init__(self, orders: _Optional[_Iterable[_Union[Order, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CancelOrderRequest(_message.Message):
    __slots__ = ("request_id", "order_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order_id: str
    def __init__(self, request_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class QuoteRefundRequest(_message.Message):
    __slots__ = ("order_id", "ticket_ids")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, order_id: _Optional[str] = ..., ticket_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RefundQuote(_message.Message):
    __slots__ = ("amount", "fee", "ticket_ids")
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    FEE_FIELD_NUMBER: _ClassVar[int]
    TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    amount: _money_pb2.Money
    fee: _money_pb2.Money
    ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, amount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., fee: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., ticket_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RefundTicketsRequest(_message.Message):
    __slots__ = ("request_id", "order_id", "ticket_ids")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order_id: str
    ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., ticket_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class GetSalesRequest(_message.Message):
    __slots__ = ("event_id",)
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    def __init__(self, event_id: _Optional[str] = ...) -> None: ...

class Sales(_message.Message):
    __slots__ = ("event_id", "order_count", "sold_count", "refunded_count", "gross", "refunded", "net", "zones")
    class ZoneSales(_message.Message):
        __slots__ = ("zone_id", "sold_count", "refunded_count", "net")
        ZONE_ID_FIELD_NUMBER: _ClassVar[int]
        SOLD_COUNT_FIELD_NUMBER: _ClassVar[int]
        REFUNDED_COUNT_FIELD_NUMBER: _ClassVar[int]
        NET_FIELD_NUMBER: _ClassVar[int]
        zone_id: str
        sold_count: int
        refunded_count: int
        net: _money_pb2.Money
        def __init__(self, zone_id: _Optional[str] = ..., sold_count: _Optional[int] = ..., refunded_count: _Optional[int] = ..., net: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    SOLD_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    GROSS_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    NET_FIELD_NUMBER: _ClassVar[int]
    ZONES_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    order_count: int
    sold_count: int
    refunded_count: int
    gross: _money_pb2.Money
    refunded: _money_pb2.Money
    net: _money_pb2.Money
    zones: _containers.RepeatedCompositeFieldContainer[Sales.ZoneSales]
    def __init__(self, event_id: _Optional[str] = ..., order_count: _Optional[int] = ..., sold_count: _Optional[int] = ..., refunded_count: _Optional[int] = ..., gross: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., refunded: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., net: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., zones: _Optional[_Iterable[_Union[Sales.ZoneSales, _Mapping]]] = ...) -> None: ...

class GetCancellationRequest(_message.Message):
    __slots__ = ("event_id",)
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    def __init__(self, event_id: _Optional[str] = ...) -> None: ...

class Cancellation(_message.Message):
    __slots__ = ("event_id", "state", "order_count", "done_count", "failed_count", "refunded")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Cancellation.State]
        NONE: _ClassVar[Cancellation.State]
        RUNNING: _ClassVar[Cancellation.State]
        DONE: _ClassVar[Cancellation.State]
    STATE_UNSPECIFIED: Cancellation.State
    NONE: Cancellation.State
    RUNNING: Cancellation.State
    DONE: Cancellation.State
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ORDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    DONE_COUNT_FIELD_NUMBER: _ClassVar[int]
    FAILED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    state: Cancellation.State
    order_count: int
    done_count: int
    failed_count: int
    refunded: _money_pb2.Money
    def __init__(self, event_id: _Optional[str] = ..., state: _Optional[_Union[Cancellation.State, str]] = ..., order_count: _Optional[int] = ..., done_count: _Optional[int] = ..., failed_count: _Optional[int] = ..., refunded: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class ListPaidOrdersRequest(_message.Message):
    __slots__ = ("page_size", "cursor", "paid_after")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    PAID_AFTER_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    cursor: str
    paid_after: _timestamp_pb2.Timestamp
    def __init__(self, page_size: _Optional[int] = ..., cursor: _Optional[str] = ..., paid_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PaidOrder(_message.Message):
    __slots__ = ("order", "account_id")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    order: Order
    account_id: str
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ..., account_id: _Optional[str] = ...) -> None: ...

class ListPaidOrdersResponse(_message.Message):
    __slots__ = ("orders", "cursor")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[PaidOrder]
    cursor: str
    def __init__(self, orders: _Optional[_Iterable[_Union[PaidOrder, _Mapping]]] = ..., cursor: _Optional[str] = ...) -> None: ...

class ReceiveWebhookRequest(_message.Message):
    __slots__ = ("body", "signature")
    BODY_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    body: bytes
    signature: str
    def __init__(self, body: _Optional[bytes] = ..., signature: _Optional[str] = ...) -> None: ...
