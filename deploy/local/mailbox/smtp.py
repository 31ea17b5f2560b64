"""Taking mail by SMTP: everything, from anyone, for anyone."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.mailbox.store import Mailbox

MESSAGE_BYTES_MAX: Final = 20 * 1024 * 1024

logger = logging.getLogger(__name__)


class Taker:
    """Keeps each mail before it is acknowledged."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        message_id = self._mailbox.take(raw, list(envelope.rcpt_tos), datetime.now(UTC))
        logger.info("took mail %s", message_id)
        return f"250 OK: {message_id}"


async def listen(mailbox: Mailbox, host: str, port: int) -> asyncio.Server:
    """Opens the SMTP port."""

    def session() -> Any:
        return SMTP(
            Taker(mailbox),
            hostname="mailbox.localhost",
            data_size_limit=MESSAGE_BYTES_MAX,
            enable_SMTPUTF8=True,
        )

    return await asyncio.get_running_loop().create_server(session, host, port)
