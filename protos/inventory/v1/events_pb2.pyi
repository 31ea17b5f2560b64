from protos.inventory.v1 import catalog_pb2 as _catalog_pb2
from protos.inventory.v1 import inventory_pb2 as _inventory_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EventChanged(_message.Message):
    __slots__ = ("facts", "cancel_reason")
    FACTS_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REASON_FIELD_NUMBER: _ClassVar[int]
    facts: _catalog_pb2.EventFacts
    cancel_reason: str
    def __init__(self, facts: _Optional[_Union[_catalog_pb2.EventFacts, _Mapping]] = ..., cancel_reason: _Optional[str] = ...) -> None: ...

class HoldPlaced(_message.Message):
    __slots__ = ("hold", "account_id", "admission_id")
    HOLD_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_ID_FIELD_NUMBER: _ClassVar[int]
    hold: _inventory_pb2.Hold
    account_id: str
    admission_id: str
    def __init__(self, hold: _Optional[_Union[_inventory_pb2.Hold, _Mapping]] = ..., account_id: _Optional[str] = ..., admission_id: _Optional[str] = ...) -> None: ...

class HoldReleased(_message.Message):
    __slots__ = ("hold", "account_id", "admission_id")
    HOLD_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_ID_FIELD_NUMBER: _ClassVar[int]
    hold: _inventory_pb2.Hold
    account_id: str
    admission_id: str
    def __init__(self, hold: _Optional[_Union[_inventory_pb2.Hold, _Mapping]] = ..., account_id: _Optional[str] = ..., admission_id: _Optional[str] = ...) -> None: ...

class HoldExpired(_message.Message):
    __slots__ = ("hold", "account_id", "admission_id")
    HOLD_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_ID_FIELD_NUMBER: _ClassVar[int]
    hold: _inventory_pb2.Hold
    account_id: str
    admission_id: str
    def __init__(self, hold: _Optional[_Union[_inventory_pb2.Hold, _Mapping]] = ..., account_id: _Optional[str] = ..., admission_id: _Optional[str] = ...) -> None: ...
