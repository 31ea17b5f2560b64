"""AccountService and ClientConfigService on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from google.protobuf.empty_pb2 import Empty

from edge import descriptors
from edge.accounts import sessions
from edge.accounts.accounts import OPERATOR, Account, grant_by, normalise_email
from edge.accounts.errors import AccountNotFound
from edge.accounts.sign_in import SignIn
from edge.accounts.store import AccountStore
from mesh import identity, ids, timestamps
from mesh.errors import InvalidArgument, Unauthenticated
from mesh.keys import KeyRing
from protos.accounts.v1 import accounts_pb2, accounts_pb2_grpc


class AccountHandlers(accounts_pb2_grpc.AccountServiceServicer):
    """Serves AccountService."""

    def __init__(self, store: AccountStore, sign_in: SignIn, keys: KeyRing) -> None:
        self._store = store
        self._sign_in = sign_in
        self._keys = keys

    async def StartSession(
        self, request: accounts_pb2.StartSessionRequest, context: Any
    ) -> accounts_pb2.StartSessionResponse:
        expire_time = await self._sign_in.start(request.email)
        return accounts_pb2.StartSessionResponse(expire_time=timestamps.to_proto(expire_time))

    async def VerifySession(
        self, request: accounts_pb2.VerifySessionRequest, context: Any
    ) -> accounts_pb2.Session:
        return _session_message(await self._sign_in.verify(request.email, request.code))

    async def RefreshSession(
        self, request: accounts_pb2.RefreshSessionRequest, context: Any
    ) -> accounts_pb2.Session:
        return _session_message(await self._sign_in.refresh(request.refresh_token))

    async def EndSession(self, request: accounts_pb2.EndSessionRequest, context: Any) -> Empty:
        await self._sign_in.end(request.refresh_token)
        return Empty()

    async def GetAccount(
        self, request: accounts_pb2.GetAccountRequest, context: Any
    ) -> accounts_pb2.Account:
        who = identity.caller()
        asks_for_another = bool(request.account_id or request.email or request.create)
        if who.peer in _PEERS_THAT_ASK and asks_for_another:
            return _account_message(await self._any_account(request))
        if request.email or request.create or request.account_id not in ("", who.account_text):
            raise AccountNotFound
        account = await self._store.account(identity.account())
        if account is None:
            raise Unauthenticated("There is no such account any more; sign in again.")
        return _account_message(account)

    async def GrantRole(
        self, request: accounts_pb2.GrantRoleRequest, context: Any
    ) -> accounts_pb2.Account:
        who = identity.caller()
        grant = grant_by(who, request.role, request.organiser_id)
        if request.organiser_id:
            invalid = InvalidArgument("organiserId", "is not an account id")
            ids.parse_or(invalid, _account_id, request.organiser_id)
        account = await self._store.grant(normalise_email(request.email), grant)
        if who.peer != OPERATOR:
            account = account.seen_by_organiser(who.account_text)
        return _account_message(account)

    async def GetSessionKeys(
        self, request: accounts_pb2.GetSessionKeysRequest, context: Any
    ) -> accounts_pb2.JWKS:
        return self._keys.jwks()

    async def _any_account(self, request: accounts_pb2.GetAccountRequest) -> Account:
        if request.account_id:
            account_id = ids.parse_or(AccountNotFound(), _account_id, request.account_id)
            account = await self._store.account(account_id)
        else:
            email = normalise_email(request.email)
            account = await self._store.account_of(email, create=request.create)
        if account is None:
            raise AccountNotFound
        return account


_PEERS_THAT_ASK = next(rpc.peers for rpc in descriptors.rpcs() if rpc.name == "GetAccount")
"""Who may ask for any account; the edge itself only passes on what its callers may ask."""


def _account_id(text: str) -> UUID:
    return ids.parse("acc", text)


@dataclass(frozen=True)
class ClientTerms:
    """What the pages are told."""

    stripe_publishable_key: str
    stripe_api_base: str
    has_local_card_form: bool
    is_demo: bool
    seats_per_hold: int = 8
    tickets_per_buyer: int = 12
    hold_seconds: int = 600


class ClientConfigHandlers(accounts_pb2_grpc.ClientConfigServiceServicer):
    """Serves ClientConfigService."""

    def __init__(self, terms: ClientTerms) -> None:
        self._reply = accounts_pb2.ClientConfig(
            stripe_publishable_key=terms.stripe_publishable_key,
            local_card_form=terms.has_local_card_form,
            stripe_api_base=f"{terms.stripe_api_base}/v1" if terms.has_local_card_form else "",
            seats_per_hold=terms.seats_per_hold,
            tickets_per_buyer=terms.tickets_per_buyer,
            hold_seconds=terms.hold_seconds,
            demo=terms.is_demo,
        )

    async def GetClientConfig(
        self, request: accounts_pb2.GetClientConfigRequest, context: Any
    ) -> accounts_pb2.ClientConfig:
        return self._reply


def _account_message(account: Account) -> accounts_pb2.Account:
    return accounts_pb2.Account(
        account_id=account.account_text,
        email=account.email,
        roles=account.roles,
        gate_for=account.gate_for,
    )


def _session_message(session: sessions.Session) -> accounts_pb2.Session:
    return accounts_pb2.Session(
        access_token=session.access_token,
        expire_time=timestamps.to_proto(session.expire_time),
        account=_account_message(session.account),
        refresh_token=session.refresh_token,
    )
