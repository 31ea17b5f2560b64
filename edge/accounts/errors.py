"""What sign-in and roles refuse."""

from __future__ import annotations

from mesh.errors import (
    InvalidArgument,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
)


class CodeInvalid(Unauthenticated):
    """The code is wrong, used, or too old."""

    reason = "CODE_INVALID"

    def __init__(self, tries_left: int) -> None:
        super().__init__(triesLeft=tries_left)


class TooManyCodes(ResourceExhausted):
    """Several codes went to this address already; use the newest, or wait."""

    reason = "RATE_LIMITED"


class RefreshTokenInvalid(Unauthenticated):
    """The session is over; sign in again."""

    reason = "REFRESH_TOKEN_INVALID"


class EmailInvalid(InvalidArgument):
    """The address cannot receive mail."""

    def __init__(self, problem: str) -> None:
        super().__init__("email", problem)


class AccountNotFound(NotFound):
    """There is no such account, or it is not the caller's."""

    reason = "ACCOUNT_NOT_FOUND"


class RoleNotGrantable(PermissionDenied):
    """An organiser grants the role gate, for own events; other roles are the operator's."""

    reason = "ROLE_NOT_GRANTABLE"
