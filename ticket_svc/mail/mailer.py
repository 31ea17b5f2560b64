"""Sends planned mails: each once, with bounded retries, and gives up into a state that somebody can see.

A mail is leased before it is handed over and recorded after. A crash between the two sends it again under the same
Message-ID, so that a mail program shows it once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from prometheus_client import Counter

from mesh import telemetry
from mesh.database import Database
from mesh.errors import OnsaleError
from ticket_svc.mail import store
from ticket_svc.mail.letter import DueMail, Letter
from ticket_svc.mail.post import Post, PostAway, Undeliverable
from ticket_svc.neighbours import Accounts, AddressUnknown

LEASE_SECONDS = 120.0
"""Longer than composing and handing over may take together."""
SEND_TIMEOUT_SECONDS = 90.0
ATTEMPTS_MAX = 10
RETRY_SECONDS_MIN = 2.0
RETRY_SECONDS_MAX = 1800.0

MAILS = Counter("onsale_mails_total", "Mails by kind and what became of them.", ["kind", "outcome"])

Compose = Callable[[DueMail], Awaitable[Letter | None]]
"""Finds the words of a mail; None when there is nothing to say any more."""


class Mailer:
    """Sends what is due."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        compose: Compose,
        post: Post,
        batch_max: int,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._compose = compose
        self._post = post
        # As many as are sent at once, so that no lease runs out while a mail waits for its turn.
        self._batch_max = batch_max

    async def step(self) -> bool:
        """Sends the mails that are due; True when there may be more."""
        async with self._database.connection() as connection:
            due = await store.take_due(connection, LEASE_SECONDS, self._batch_max)
        await asyncio.gather(*[self._deliver(mail) for mail in due])
        return len(due) == self._batch_max

    async def _deliver(self, mail: DueMail) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                outcome = await self._send(mail)
        except (Undeliverable, AddressUnknown) as error:
            await self._end(mail, "DEAD", str(error))
        except (PostAway, OnsaleError, TimeoutError) as error:
            await self._fail(mail, repr(error))
        except Exception as error:
            telemetry.log.error("mail not sent", kind=str(mail.kind), exc_info=error)
            await self._fail(mail, repr(error))
        else:
            await self._end(mail, outcome)

    async def _send(self, mail: DueMail) -> str:
        # The address first: a code is never put into a letter to nobody.
        address = await self._accounts.address_of(mail.account_id)
        letter = await self._compose(mail)
        if letter is None:
            return "DROPPED"
        await self._post.send(mail.mail_id, address, letter)
        return "SENT"

    async def _fail(self, mail: DueMail, problem: str) -> None:
        if mail.attempts >= ATTEMPTS_MAX:
            await self._end(mail, "DEAD", problem)
            return
        MAILS.labels(mail.kind, "RETRIED").inc()
        async with self._database.connection() as connection:
            await store.retry_later(connection, mail, problem, retry_wait_seconds(mail.attempts))

    async def _end(self, mail: DueMail, outcome: str, problem: str = "") -> None:
        MAILS.labels(mail.kind, outcome).inc()
        if outcome == "DEAD":
            telemetry.log.error(
                "mail given up", mail_id=str(mail.mail_id), kind=str(mail.kind), problem=problem
            )
        async with self._database.connection() as connection:
            await store.end(connection, mail, outcome, problem)


def retry_wait_seconds(attempts: int) -> float:
    """Returns how long to wait after so many attempts: twice as long each time, half an hour at most."""
    return float(min(RETRY_SECONDS_MAX, RETRY_SECONDS_MIN * 2**attempts))
