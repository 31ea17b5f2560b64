"""Signing in: a code by mail, a session for the code, a new token for the old one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from edge.accounts import codes, sessions
from edge.accounts.accounts import Account, normalise_email
from edge.accounts.errors import CodeInvalid, RefreshTokenInvalid, TooManyCodes
from edge.accounts.sessions import Session, SessionTerms
from edge.accounts.store import AccountStore
from mesh.clock import Clock
from mesh.identity import ACCESS_TOKEN_TYP
from mesh.keys import KeyRing


@dataclass(frozen=True)
class CodeTerms:
    """How codes work."""

    life_seconds: int
    tries: int
    per_ten_minutes: int
    """How many codes one address gets; 0 is no limit."""
    pepper: str


class SignIn:
    """Turns an address that somebody reads into a session."""

    def __init__(
        self,
        store: AccountStore,
        keys: KeyRing,
        clock: Clock,
        code_terms: CodeTerms,
        session_terms: SessionTerms,
        wake_mailer: Callable[[], None],
    ) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock
        self._codes = code_terms
        self._sessions = session_terms
        self._wake_mailer = wake_mailer

    async def start(self, email_text: str) -> datetime:
        """Mails a code; returns when it ends. It does the same for every address, known or not. Raises TooManyCodes."""
        email = normalise_email(email_text)
        code = codes.new_code()
        expire_time, wait_seconds = await self._store.start_code(
            email,
            code,
            codes.hash_code(self._codes.pepper, email, code),
            life_seconds=self._codes.life_seconds,
            tries=self._codes.tries,
            limit=self._codes.per_ten_minutes,
        )
        if wait_seconds:
            raise TooManyCodes(retry_after_seconds=wait_seconds)
        self._wake_mailer()
        return expire_time

    async def verify(self, email_text: str, code_text: str) -> Session:
        """Trades a code for a session. Raises CodeInvalid."""
        email = normalise_email(email_text)
        code_hash = codes.hash_code(self._codes.pepper, email, codes.tidy_code(code_text))
        tries_left = await self._store.use_code(email, code_hash)
        if tries_left is not None:
            raise CodeInvalid(tries_left)
        token = sessions.new_refresh_token()
        life_seconds = self._sessions.refresh_token_life.total_seconds()
        account = await self._store.begin_session(email, token, life_seconds)
        return self._session(account, token)

    async def refresh(self, token: str) -> Session:
        """Trades a refresh token for the next, with the roles of now. Raises RefreshTokenInvalid."""
        if not token:
            raise RefreshTokenInvalid
        fresh = sessions.new_refresh_token()
        life_seconds = self._sessions.refresh_token_life.total_seconds()
        account = await self._store.renew_session(token, fresh, life_seconds)
        return self._session(account, fresh)

    async def end(self, token: str) -> None:
        """Ends the session of a token; no session is no fault."""
        if token:
            await self._store.end_session(token)

    def _session(self, account: Account, refresh_token: str) -> Session:
        now = self._clock.now()
        life = self._sessions.access_token_life
        access_token = self._keys.sign(sessions.access_claims(account, now, life), ACCESS_TOKEN_TYP)
        return Session(access_token, now + life, account, refresh_token)
