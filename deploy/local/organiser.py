"""An organiser's desk: signed in as a person would be, calling the public gRPC ports.

Tools that fill the catalogue use it. The code comes by mail like anybody's; only the role is granted by the operator.
"""

import asyncio
import datetime
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import grpc
import httpx

from deploy.local.layout import Layout
from mesh.channels import METADATA_BYTES_MAX, client_chain, credentials
from mesh.errors import OnsaleError
from protos.accounts.v1 import accounts_pb2, accounts_pb2_grpc
from protos.inventory.v1 import catalog_pb2_grpc
from protos.queue.v1 import room_admin_pb2_grpc

MAIL_SECONDS = 20.0
MAIL_POLL_SECONDS = 0.1
RENEWED_BEFORE_END = datetime.timedelta(minutes=2)
ATTEMPTS_MAX = 5
RETRY_SECONDS = 0.5
_PASSING = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
"""A call that was cut off keeps its request id for half a minute; the one after it waits, and may be late."""

R = TypeVar("R")

_OPTIONS = [
    ("grpc.max_metadata_size", METADATA_BYTES_MAX),
    # What runs on this machine is never behind a proxy.
    ("grpc.enable_http_proxy", 0),
]
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


class NoCodeArrived(Exception):
    """The mail with the sign-in code did not arrive."""


class Desk:
    """A signed-in organiser."""

    def __init__(self, accounts: Any, catalog: Any, rooms: Any, session: Any) -> None:
        self.catalog = catalog
        """CatalogService."""
        self.rooms = rooms
        """RoomAdminService."""
        self._accounts = accounts
        self._session = session
        self._renewing = asyncio.Lock()

    @property
    def account_id(self) -> str:
        """The organiser's account."""
        return str(self._session.account.account_id)

    async def call(self, method: Callable[..., Awaitable[R]], request: Any) -> R:
        """Calls as the organiser; tries again while a service is away. Safe for requests with a request_id."""
        for attempt in range(1, ATTEMPTS_MAX + 1):
            metadata = (("authorization", f"Bearer {await self._token()}"),)
            try:
                return await method(request, metadata=metadata)
            except OnsaleError as error:
                if error.code not in _PASSING or attempt == ATTEMPTS_MAX:
                    raise
                await asyncio.sleep(RETRY_SECONDS * attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _token(self) -> str:
        async with self._renewing:
            end = self._session.expire_time.ToDatetime(tzinfo=datetime.UTC)
            if datetime.datetime.now(datetime.UTC) > end - RENEWED_BEFORE_END:
                self._session = await self._accounts.RefreshSession(
                    accounts_pb2.RefreshSessionRequest(refresh_token=self._session.refresh_token)
                )
            return str(self._session.access_token)


@asynccontextmanager
async def open_desk(layout: Layout, email: str) -> AsyncIterator[Desk]:
    """Makes the address an organiser's and signs it in."""
    await grant(layout, email, "organiser")
    async with _channel(layout, "accounts") as accounts_channel:
        accounts: Any = _stub(accounts_pb2_grpc.AccountServiceStub, accounts_channel)
        session = await _sign_in(accounts, layout.ports.url("mailbox"), email)
        async with _channel(layout, "inventory") as inventory, _channel(layout, "queue") as queue:
            yield Desk(
                accounts,
                _stub(catalog_pb2_grpc.CatalogServiceStub, inventory),
                _stub(room_admin_pb2_grpc.RoomAdminServiceStub, queue),
                session,
            )


async def grant(
    layout: Layout, email: str, role: str, organiser_id: str = ""
) -> accounts_pb2.Account:
    """Grants a role as the operator; for a gate, to one organiser's events."""
    channel = grpc.aio.secure_channel(
        layout.ports.address("edge.peer"),
        credentials(layout.state.tls, "client"),
        options=[*_OPTIONS, ("grpc.ssl_target_name_override", "edge")],
        interceptors=client_chain(),
    )
    async with channel:
        accounts: Any = _stub(accounts_pb2_grpc.AccountServiceStub, channel)
        account: accounts_pb2.Account = await accounts.GrantRole(
            accounts_pb2.GrantRoleRequest(email=email, role=role, organiser_id=organiser_id)
        )
        return account


async def _sign_in(accounts: Any, mailbox_url: str, email: str) -> Any:
    # trust_env: a proxy that leads out of the machine cannot lead back into it.
    async with httpx.AsyncClient(base_url=mailbox_url, trust_env=False) as mailbox:
        known = await _newest(mailbox, email)
        await accounts.StartSession(accounts_pb2.StartSessionRequest(email=email))
        code = await _code(mailbox, email, known)
    return await accounts.VerifySession(accounts_pb2.VerifySessionRequest(email=email, code=code))


async def _code(mailbox: httpx.AsyncClient, email: str, known: str) -> str:
    """The code in the first mail that was not there before."""
    for _ in range(round(MAIL_SECONDS / MAIL_POLL_SECONDS)):
        newest = await _newest(mailbox, email)
        if newest != known:
            reply = await mailbox.get(f"/api/v1/message/{newest}")
            found = _CODE.search(reply.raise_for_status().json()["Text"])
            if found:
                return found.group()
        await asyncio.sleep(MAIL_POLL_SECONDS)
    raise NoCodeArrived(f"no sign-in code for {email} arrived within {MAIL_SECONDS:.0f} s")


async def _newest(mailbox: httpx.AsyncClient, email: str) -> str:
    reply = await mailbox.get("/api/v1/search", params={"query": f"to:{email}", "limit": 1})
    messages = reply.raise_for_status().json()["messages"]
    return str(messages[0]["ID"]) if messages else ""


def _channel(layout: Layout, name: str) -> Any:
    return grpc.aio.insecure_channel(
        layout.ports.address(name), options=_OPTIONS, interceptors=client_chain()
    )


def _stub(stub_class: Any, channel: Any) -> Any:
    return stub_class(channel)
