"""Sign-in, sessions and roles on a real database, behind the real interceptors, with a real mail server."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

import edge
from edge.accounts.accounts import Grant
from edge.accounts.code_mailer import CodeMailer, Postbox
from edge.accounts.errors import CodeInvalid, RefreshTokenInvalid, TooManyCodes
from edge.accounts.handlers import AccountHandlers
from edge.accounts.sessions import SessionTerms
from edge.accounts.sign_in import CodeTerms, SignIn
from edge.accounts.store import AccountStore
from mesh import identity
from mesh.clock import SystemClock
from mesh.database import Database, open_database
from mesh.errors import NotFound, OnsaleError, PermissionDenied
from mesh.identity import Caller, KeySet, TokenVerifier
from mesh.keys import KeyRing
from protos.accounts.v1 import accounts_pb2

MIGRATIONS = [Path(edge.__file__).with_name("migrations")]
ANNA = "anna@example.test"


class MailServer:
    """Takes mail, unless it is told to be away."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str]] = []
        self.refuse = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse:
            return self.refuse
        mail = message_from_bytes(envelope.content, policy=default)
        text = mail.get_body(("plain",))
        assert text is not None
        self.mails.append((envelope.rcpt_tos[0], text.get_content()))
        return "250 taken"

    def codes_for(self, email: str) -> list[str]:
        """Returns the codes that an address got, in order."""
        return [re.findall(r"\d{6}", text)[0] for to, text in self.mails if to == email]


@dataclass
class Desk:
    """Where people sign in."""

    sign_in: SignIn
    store: AccountStore
    mailer: CodeMailer
    mails: MailServer
    keys: KeyRing
    database: Database

    async def code(self, email: str = ANNA) -> str:
        """Asks for a code and returns it as the mail has it."""
        await self.sign_in.start(email)
        await self.mailer.step()
        return self.mails.codes_for(email)[-1]

    def handlers(self) -> AccountHandlers:
        """Returns the service."""
        return AccountHandlers(self.store, self.sign_in, self.keys)


@pytest.fixture
async def desk(database: str) -> AsyncIterator[Desk]:
    opened = await open_database(database, MIGRATIONS)
    mails = MailServer()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mails, hostname="127.0.0.1", port=port)
    controller.start()
    keys = await KeyRing.open(opened, "session")
    store = AccountStore(opened)
    postbox = Postbox("127.0.0.1", port, "", "", False, "Onsale <tickets@onsale.example>")
    sign_in = SignIn(
        store,
        keys,
        SystemClock(),
        CodeTerms(life_seconds=600, tries=5, per_ten_minutes=4, pepper="p"),
        SessionTerms(timedelta(minutes=15), timedelta(days=30)),
        lambda: None,
    )
    yield Desk(sign_in, store, CodeMailer(store, postbox, 600), mails, keys, opened)
    controller.stop()
    await opened.close()


async def _refused(call: Any, error: type[OnsaleError]) -> Any:
    with pytest.raises(error) as raised:
        await call
    return raised.value


async def test_a_mailed_code_signs_in_and_makes_the_account_once(desk: Desk) -> None:
    first = await desk.sign_in.verify(" Anna@Example.test", await desk.code())
    second = await desk.sign_in.verify(ANNA, await desk.code())
    assert first.account == second.account
    assert (first.account.email, first.account.roles) == (ANNA, ("buyer",))
    verifier = TokenVerifier(KeySet(lambda: _jwks(desk.keys)))
    who = await verifier.verify(first.access_token, None)
    assert who.account_id == first.account.account_id


async def _jwks(keys: KeyRing) -> accounts_pb2.JWKS:
    return keys.jwks()


async def test_a_code_works_once(desk: Desk) -> None:
    code = await desk.code()
    await desk.sign_in.verify(ANNA, code)
    assert (await _refused(desk.sign_in.verify(ANNA, code), CodeInvalid)).facts() == {
        "triesLeft": 0
    }


async def test_of_many_who_bring_a_code_at_once_one_gets_in(desk: Desk) -> None:
    """Tried without the address's lock and the row's: twelve got in."""
    # Every connection of the pool has done it once, so that none is slower than the others.
    others = {
        f"{number}@example.test": await desk.code(f"{number}@example.test") for number in range(24)
    }
    await asyncio.gather(*[desk.sign_in.verify(*other) for other in others.items()])
    code = await desk.code()
    tries = [desk.sign_in.verify(ANNA, code) for _ in range(20)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in results) == 1


async def test_five_wrong_tries_void_a_code_even_the_right_one(desk: Desk) -> None:
    code = await desk.code()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    left = [
        (await _refused(desk.sign_in.verify(ANNA, wrong), CodeInvalid)).facts()["triesLeft"]
        for _ in range(5)
    ]
    assert left == [4, 3, 2, 1, 0]
    await _refused(desk.sign_in.verify(ANNA, code), CodeInvalid)


async def test_a_new_code_voids_the_old(desk: Desk) -> None:
    old = await desk.code()
    new = await desk.code()
    if old != new:
        await _refused(desk.sign_in.verify(ANNA, old), CodeInvalid)
    await desk.sign_in.verify(ANNA, new)


async def test_an_old_code_is_void(desk: Desk) -> None:
    code = await desk.code()
    async with desk.database.connection() as connection:
        await connection.execute("UPDATE sign_in_codes SET expire_time = now()")
    await _refused(desk.sign_in.verify(ANNA, code), CodeInvalid)


async def test_a_code_of_one_address_opens_no_other(desk: Desk) -> None:
    await desk.sign_in.start("bo@example.test")
    await _refused(desk.sign_in.verify("bo@example.test", await desk.code()), CodeInvalid)


async def test_an_address_gets_so_many_codes_and_is_told_when_the_next(desk: Desk) -> None:
    for _ in range(4):
        await desk.sign_in.start(ANNA)
    refused = await _refused(desk.sign_in.start(ANNA), TooManyCodes)
    assert 0 < refused.retry_after_seconds <= 600
    await desk.sign_in.start("bo@example.test")


async def test_the_database_never_holds_a_code_that_was_mailed(desk: Desk) -> None:
    code = await desk.code()
    async with desk.database.connection() as connection:
        rows = await connection.fetch("SELECT * FROM sign_in_codes")
        waiting = await connection.fetchval("SELECT count(*) FROM code_mails")
    assert waiting == 0
    assert code not in str(rows)


async def test_a_code_outlives_a_mail_server_that_is_away(desk: Desk) -> None:
    desk.mails.refuse = "451 later"
    await desk.sign_in.start(ANNA)
    await desk.mailer.step()
    assert desk.mails.mails == []
    desk.mails.refuse = ""
    async with desk.database.connection() as connection:
        await connection.execute("UPDATE code_mails SET next_attempt_time = now()")
    await desk.mailer.step()
    await desk.sign_in.verify(ANNA, desk.mails.codes_for(ANNA)[0])


async def test_one_address_that_cannot_be_mailed_keeps_nobody_waiting(desk: Desk) -> None:
    desk.mails.refuse = "550 no such mailbox"
    await desk.sign_in.start("nobody@example.test")
    await desk.mailer.step()
    desk.mails.refuse = ""
    assert await desk.code()


async def test_a_session_renews_with_the_roles_of_now(desk: Desk) -> None:
    session = await desk.sign_in.verify(ANNA, await desk.code())
    await desk.store.grant(ANNA, Grant("organiser"))
    renewed = await desk.sign_in.refresh(session.refresh_token)
    assert renewed.account.roles == ("buyer", "organiser")
    assert renewed.refresh_token != session.refresh_token


async def test_a_token_that_comes_back_ends_the_session_for_everybody(desk: Desk) -> None:
    session = await desk.sign_in.verify(ANNA, await desk.code())
    renewed = await desk.sign_in.refresh(session.refresh_token)
    await _refused(desk.sign_in.refresh(session.refresh_token), RefreshTokenInvalid)
    await _refused(desk.sign_in.refresh(renewed.refresh_token), RefreshTokenInvalid)


async def test_of_many_who_bring_a_token_at_once_one_at_most_goes_on(desk: Desk) -> None:
    """Tried without the row's lock: two went on."""
    session = await desk.sign_in.verify(ANNA, await desk.code())
    tries = [desk.sign_in.refresh(session.refresh_token) for _ in range(10)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(r, RefreshTokenInvalid) for r in results if isinstance(r, BaseException))


async def test_an_ended_session_does_not_renew_and_ending_it_again_is_no_fault(desk: Desk) -> None:
    session = await desk.sign_in.verify(ANNA, await desk.code())
    await desk.sign_in.end(session.refresh_token)
    await desk.sign_in.end(session.refresh_token)
    await desk.sign_in.end("never issued")
    await _refused(desk.sign_in.refresh(session.refresh_token), RefreshTokenInvalid)
    await _refused(desk.sign_in.refresh(""), RefreshTokenInvalid)
    await _refused(desk.sign_in.refresh("never issued"), RefreshTokenInvalid)


async def test_sessions_that_are_over_are_forgotten(desk: Desk) -> None:
    session = await desk.sign_in.verify(ANNA, await desk.code())
    async with desk.database.connection() as connection:
        await connection.execute("UPDATE refresh_tokens SET expire_time = now()")
    assert not await desk.store.prune()
    await _refused(desk.sign_in.refresh(session.refresh_token), RefreshTokenInvalid)
    async with desk.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM sessions") == 0


class TestAccountService:
    """Who may ask for what."""

    async def test_a_buyer_sees_the_own_account_and_no_other(self, desk: Desk) -> None:
        anna = await desk.store.account_of(ANNA, create=True)
        bo = await desk.store.account_of("bo@example.test", create=True)
        assert anna is not None
        assert bo is not None
        identity.set_current(Caller(anna.account_id, frozenset({"buyer"})), {})
        own = await desk.handlers().GetAccount(accounts_pb2.GetAccountRequest(), None)
        assert own.email == ANNA
        for request in (
            accounts_pb2.GetAccountRequest(account_id=bo.account_text),
            accounts_pb2.GetAccountRequest(email="bo@example.test"),
            accounts_pb2.GetAccountRequest(email="new@example.test", create=True),
        ):
            await _refused(desk.handlers().GetAccount(request, None), NotFound)

    async def test_a_service_asks_for_any_account_and_may_make_one(self, desk: Desk) -> None:
        identity.set_current(Caller(peer="ticket"), {})
        handlers = desk.handlers()
        request = accounts_pb2.GetAccountRequest(email="New@example.test")
        await _refused(handlers.GetAccount(request, None), NotFound)
        request.create = True
        made = await handlers.GetAccount(request, None)
        again = await handlers.GetAccount(
            accounts_pb2.GetAccountRequest(account_id=made.account_id), None
        )
        assert again == made
        missing = accounts_pb2.GetAccountRequest(account_id="acc_x")
        await _refused(handlers.GetAccount(missing, None), NotFound)

    async def test_roles_are_granted_once_and_by_whom_they_may_be(self, desk: Desk) -> None:
        handlers = desk.handlers()
        identity.set_current(Caller(peer="operator"), {})
        request = accounts_pb2.GrantRoleRequest(email="o@example.test", role="organiser")
        organiser = await handlers.GrantRole(request, None)
        assert await handlers.GrantRole(request, None) == organiser
        assert list(organiser.roles) == ["buyer", "organiser"]
        every = accounts_pb2.GrantRoleRequest(email="g@example.test", role="gate")
        assert list((await handlers.GrantRole(every, None)).gate_for) == ["*"]

        account = await desk.store.account_of("o@example.test")
        assert account is not None
        identity.set_current(Caller(account.account_id, frozenset({"buyer", "organiser"})), {})
        gate = await handlers.GrantRole(every, None)
        assert list(gate.gate_for) == [account.account_text]
        await _refused(handlers.GrantRole(request, None), PermissionDenied)
