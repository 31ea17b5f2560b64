"""The refresh token as a cookie: over HTTP no script ever sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response

NAME = "onsale_refresh"
PATH = "/v1/sessions"

_ACCOUNTS = "/onsale.accounts.v1.AccountService"
_TAKES = {f"{_ACCOUNTS}/RefreshSession", f"{_ACCOUNTS}/EndSession"}
_GIVES = {f"{_ACCOUNTS}/VerifySession", f"{_ACCOUNTS}/RefreshSession"}
_ENDS = {f"{_ACCOUNTS}/EndSession"}


@dataclass(frozen=True)
class SessionCookie:
    """Moves refresh tokens between messages and the cookie."""

    life_seconds: int
    is_secure: bool
    """True where people reach the edge by https."""

    def fill(self, path: str, request: Message, http: Request) -> None:
        """Gives a request the browser's token, when it has none of its own."""
        if path in _TAKES:
            message: Any = request
            message.refresh_token = message.refresh_token or http.cookies.get(NAME, "")

    def take(self, path: str, reply: Message) -> str:
        """Takes the token out of a reply and returns it; empty when there is none."""
        if path not in _GIVES:
            return ""
        message: Any = reply
        token: str = message.refresh_token
        message.refresh_token = ""
        return token

    def ends_with(self, path: str) -> bool:
        """Tells whether a call ends the session."""
        return path in _ENDS

    def set(self, response: Response, token: str) -> None:
        """Gives the browser its token."""
        self._write(response, token, self.life_seconds)

    def clear(self, response: Response) -> None:
        """Takes the token from the browser."""
        self._write(response, "", 0)

    def _write(self, response: Response, token: str, life_seconds: int) -> None:
        secure = "; Secure" if self.is_secure else ""
        cookie = f"{NAME}={token}; Max-Age={life_seconds}; Path={PATH}; HttpOnly; SameSite=Strict"
        response.headers.append("Set-Cookie", cookie + secure)
