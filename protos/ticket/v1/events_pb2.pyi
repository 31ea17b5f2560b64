from protos.ticket.v1 import gate_pb2 as _gate_pb2
from protos.ticket.v1 import ticket_pb2 as _ticket_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TicketIssued(_message.Message):
    __slots__ = ("ticket", "account_id")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ticket: _ticket_pb2.Ticket
    account_id: str
    def __init__(self, ticket: _Optional[_Union[_ticket_pb2.Ticket, _Mapping]] = ..., account_id: _Optional[str] = ...) -> None: ...

class TicketTransferred(_message.Message):
    __slots__ = ("ticket", "account_id", "former_ticket_id")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    FORMER_TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    ticket: _ticket_pb2.Ticket
    account_id: str
    former_ticket_id: str
    def __init__(self, ticket: _Optional[_Union[_ticket_pb2.Ticket, _Mapping]] = ..., account_id: _Optional[str] = ..., former_ticket_id: _Optional[str] = ...) -> None: ...

class TicketRevoked(_message.Message):
    __slots__ = ("ticket",)
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ticket: _ticket_pb2.Ticket
    def __init__(self, ticket: _Optional[_Union[_ticket_pb2.Ticket, _Mapping]] = ...) -> None: ...

class TicketScanned(_message.Message):
    __slots__ = ("event_id", "gate_id", "result")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    GATE_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    gate_id: str
    result: _gate_pb2.ScanResult
    def __init__(self, event_id: _Optional[str] = ..., gate_id: _Optional[str] = ..., result: _Optional[_Union[_gate_pb2.ScanResult, _Mapping]] = ...) -> None: ...
