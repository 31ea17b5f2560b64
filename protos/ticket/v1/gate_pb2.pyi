import datetime

from google.api import annotations_pb2 as _annotations_pb2
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

class GetGateBundleRequest(_message.Message):
    __slots__ = ("event_id",)
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    def __init__(self, event_id: _Optional[str] = ...) -> None: ...

class GateBundle(_message.Message):
    __slots__ = ("event_id", "keys", "revoked_ticket_ids", "version", "create_time", "entry_start_time", "entry_end_time", "event_name")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    REVOKED_TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ENTRY_START_TIME_FIELD_NUMBER: _ClassVar[int]
    ENTRY_END_TIME_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    keys: _accounts_pb2.JWKS
    revoked_ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    version: int
    create_time: _timestamp_pb2.Timestamp
    entry_start_time: _timestamp_pb2.Timestamp
    entry_end_time: _timestamp_pb2.Timestamp
    event_name: str
    def __init__(self, event_id: _Optional[str] = ..., keys: _Optional[_Union[_accounts_pb2.JWKS, _Mapping]] = ..., revoked_ticket_ids: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., entry_start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., entry_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., event_name: _Optional[str] = ...) -> None: ...

class Scan(_message.Message):
    __slots__ = ("scan_id", "code", "scan_time", "offline_verdict", "bundle_version")
    SCAN_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    SCAN_TIME_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_VERDICT_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_VERSION_FIELD_NUMBER: _ClassVar[int]
    scan_id: str
    code: str
    scan_time: _timestamp_pb2.Timestamp
    offline_verdict: ScanResult.Verdict
    bundle_version: int
    def __init__(self, scan_id: _Optional[str] = ..., code: _Optional[str] = ..., scan_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., offline_verdict: _Optional[_Union[ScanResult.Verdict, str]] = ..., bundle_version: _Optional[int] = ...) -> None: ...

class ScanTicketRequest(_message.Message):
    __slots__ = ("event_id", "gate_id", "scan")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    GATE_ID_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    gate_id: str
    scan: Scan
    def __init__(self, event_id: _Optional[str] = ..., gate_id: _Optional[str] = ..., scan: _Optional[_Union[Scan, _Mapping]] = ...) -> None: ...

class ScanTicketsRequest(_message.Message):
    __slots__ = ("event_id", "gate_id", "scans")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    GATE_ID_FIELD_NUMBER: _ClassVar[int]
    SCANS_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    gate_id: str
    scans: _containers.RepeatedCompositeFieldContainer[Scan]
    def __init__(self, event_id: _Optional[str] = ..., gate_id: _Optional[str] = ..., scans: _Optional[_Iterable[_Union[Scan, _Mapping]]] = ...) -> None: ...

class ScanResult(_message.Message):
    __slots__ = ("scan_id", "verdict", "reason", "first_scan", "ticket_id", "seat_label")
    class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VERDICT_UNSPECIFIED: _ClassVar[ScanResult.Verdict]
        ADMIT: _ClassVar[ScanResult.Verdict]
        DENY: _ClassVar[ScanResult.Verdict]
    VERDICT_UNSPECIFIED: ScanResult.Verdict
    ADMIT: ScanResult.Verdict
    DENY: ScanResult.Verdict
    class FirstScan(_message.Message):
        __slots__ = ("gate_id", "scan_time")
        GATE_ID_FIELD_NUMBER: _ClassVar[int]
        SCAN_TIME_FIELD_NUMBER: _ClassVar[int]
        gate_id: str
        scan_time: _timestamp_pb2.Timestamp
        def __init__(self, gate_id: _Optional[str] = ..., scan_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    SCAN_ID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIRST_SCAN_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    SEAT_LABEL_FIELD_NUMBER: _ClassVar[int]
    scan_id: str
    verdict: ScanResult.Verdict
    reason: str
    first_scan: ScanResult.FirstScan
    ticket_id: str
    seat_label: str
    def __init__(self, scan_id: _Optional[str] = ..., verdict: _Optional[_Union[ScanResult.Verdict, str]] = ..., reason: _Optional[str] = ..., first_scan: _Optional[_Union[ScanResult.FirstScan, _Mapping]] = ..., ticket_id: _Optional[str] = ..., seat_label: _Optional[str] = ...) -> None: ...

class ScanTicketsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ScanResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ScanResult, _Mapping]]] = ...) -> None: ...

class GetConflictsRequest(_message.Message):
    __slots__ = ("event_id", "page_size", "page_token")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    page_size: int
    page_token: str
    def __init__(self, event_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetConflictsResponse(_message.Message):
    __slots__ = ("conflicts", "next_page_token")
    class Conflict(_message.Message):
        __slots__ = ("ticket_id", "first_scan", "second_scan", "scan_id")
        TICKET_ID_FIELD_NUMBER: _ClassVar[int]
        FIRST_SCAN_FIELD_NUMBER: _ClassVar[int]
        SECOND_SCAN_FIELD_NUMBER: _ClassVar[int]
        SCAN_ID_FIELD_NUMBER: _ClassVar[int]
        ticket_id: str
        first_scan: ScanResult.FirstScan
        second_scan: ScanResult.FirstScan
        scan_id: str
        def __init__(self, ticket_id: _Optional[str] = ..., first_scan: _Optional[_Union[ScanResult.FirstScan, _Mapping]] = ..., second_scan: _Optional[_Union[ScanResult.FirstScan, _Mapping]] = ..., scan_id: _Optional[str] = ...) -> None: ...
    CONFLICTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    conflicts: _containers.RepeatedCompositeFieldContainer[GetConflictsResponse.Conflict]
    next_page_token: str
    def __init__(self, conflicts: _Optional[_Iterable[_Union[GetConflictsResponse.Conflict, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetCheckinsRequest(_message.Message):
    __slots__ = ("event_id",)
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    def __init__(self, event_id: _Optional[str] = ...) -> None: ...

class Checkins(_message.Message):
    __slots__ = ("event_id", "ticket_count", "admitted_count", "denied_count", "buckets")
    class Bucket(_message.Message):
        __slots__ = ("gate_id", "minute", "admitted")
        GATE_ID_FIELD_NUMBER: _ClassVar[int]
        MINUTE_FIELD_NUMBER: _ClassVar[int]
        ADMITTED_FIELD_NUMBER: _ClassVar[int]
        gate_id: str
        minute: _timestamp_pb2.Timestamp
        admitted: int
        def __init__(self, gate_id: _Optional[str] = ..., minute: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., admitted: _Optional[int] = ...) -> None: ...
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_COUNT_FIELD_NUMBER: _ClassVar[int]
    ADMITTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    DENIED_COUNT_FIELD_NUMBER: _ClassVar[int]
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    ticket_count: int
    admitted_count: int
    denied_count: int
    buckets: _containers.RepeatedCompositeFieldContainer[Checkins.Bucket]
    def __init__(self, event_id: _Optional[str] = ..., ticket_count: _Optional[int] = ..., admitted_count: _Optional[int] = ..., denied_count: _Optional[int] = ..., buckets: _Optional[_Iterable[_Union[Checkins.Bucket, _Mapping]]] = ...) -> None: ...
