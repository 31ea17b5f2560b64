import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.mesh.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Account(_message.Message):
    __slots__ = ("account_id", "email", "roles", "gate_for")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    GATE_FOR_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    email: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    gate_for: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, account_id: _Optional[str] = ..., email: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., gate_for: _Optional[_Iterable[str]] = ...) -> None: ...

class StartSessionRequest(_message.Message):
    __slots__ = ("email",)
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    email: str
    def __init__(self, email: _Optional[str] = ...) -> None: ...

class StartSessionResponse(_message.Message):
    __slots__ = ("expire_time",)
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class VerifySessionRequest(_message.Message):
    __slots__ = ("email", "code")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    email: str
    code: str
    def __init__(self, email: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class Session(_message.Message):
    __slots__ = ("access_token", "expire_time", "account", "refresh_token")
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    access_token: str
    expire_time: _timestamp_pb2.Timestamp
    account: Account
    refresh_token: str
    def __init__(self, access_token: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., account: _Optional[_Union[Account, _Mapping]] = ..., refresh_token: _Optional[str] = ...) -> None: ...

class RefreshSessionRequest(_message.Message):
    __slots__ = ("refresh_token",)
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    refresh_token: str
    def __init__(self, refresh_token: _Optional[str] = ...) -> None: ...

class EndSessionRequest(_message.Message):
    __slots__ = ("refresh_token",)
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    refresh_token: str
    def __init__(self, refresh_token: _Optional[str] = ...) -> None: ...

class GetAccountRequest(_message.Message):
    __slots__ = ("account_id", "email", "create")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    CREATE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    email: str
    create: bool
    def __init__(self, account_id: _Optional[str] = ..., email: _Optional[str] = ..., create: _Optional[bool] = ...) -> None: ...

class GrantRoleRequest(_message.Message):
    __slots__ = ("email", "role", "organiser_id")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANISER_ID_FIELD_NUMBER: _ClassVar[int]
    email: str
    role: str
    organiser_id: str
    def __init__(self, email: _Optional[str] = ..., role: _Optional[str] = ..., organiser_id: _Optional[str] = ...) -> None: ...

class GetSessionKeysRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class JWKS(_message.Message):
    __slots__ = ("keys",)
    KEYS_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedCompositeFieldContainer[JWK]
    def __init__(self, keys: _Optional[_Iterable[_Union[JWK, _Mapping]]] = ...) -> None: ...

class JWK(_message.Message):
    __slots__ = ("kty", "crv", "x", "kid", "use")
    KTY_FIELD_NUMBER: _ClassVar[int]
    CRV_FIELD_NUMBER: _ClassVar[int]
    X_FIELD_NUMBER: _ClassVar[int]
    KID_FIELD_NUMBER: _ClassVar[int]
    USE_FIELD_NUMBER: _ClassVar[int]
    kty: str
    crv: str
    x: str
    kid: str
    use: str
    def __init__(self, kty: _Optional[str] = ..., crv: _Optional[str] = ..., x: _Optional[str] = ..., kid: _Optional[str] = ..., use: _Optional[str] = ...) -> None: ...

class GetClientConfigRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ClientConfig(_message.Message):
    __slots__ = ("stripe_publishable_key", "local_card_form", "stripe_api_base", "seats_per_hold", "tickets_per_buyer", "hold_seconds", "demo")
    STRIPE_PUBLISHABLE_KEY_FIELD_NUMBER: _ClassVar[int]
    LOCAL_CARD_FORM_FIELD_NUMBER: _ClassVar[int]
    STRIPE_API_BASE_FIELD_NUMBER: _ClassVar[int]
    SEATS_PER_HOLD_FIELD_NUMBER: _ClassVar[int]
    TICKETS_PER_BUYER_FIELD_NUMBER: _ClassVar[int]
    HOLD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DEMO_FIELD_NUMBER: _ClassVar[int]
    stripe_publishable_key: str
    local_card_form: bool
    stripe_api_base: str
    seats_per_hold: int
    tickets_per_buyer: int
    hold_seconds: int
    demo: bool
    def __init__(self, stripe_publishable_key: _Optional[str] = ..., local_card_form: _Optional[bool] = ..., stripe_api_base: _Optional[str] = ..., seats_per_hold: _Optional[int] = ..., tickets_per_buyer: _Optional[int] = ..., hold_seconds: _Optional[int] = ..., demo: _Optional[bool] = ...) -> None: ...
