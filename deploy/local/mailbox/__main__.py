"""Starts the mailbox: ``python -m deploy.local.mailbox --smtp-port 1025 --http-port 8025``."""

import argparse
import asyncio
import logging
import sys
from contextlib import closing
from pathlib import Path

import uvloop
from starlette.applications import Starlette

from deploy.local.mailbox import smtp
from deploy.local.mailbox.app import build
from deploy.local.mailbox.store import MESSAGES_MAX, Mailbox
from deploy.local.stripe.server import serve

HOST = "127.0.0.1"


async def run(mailbox: Mailbox, app: Starlette, smtp_port: int, http_port: int) -> None:
    """Takes mail and shows it until SIGTERM or Ctrl-C."""
    server = await smtp.listen(mailbox, HOST, smtp_port)
    try:
        await serve(app, HOST, http_port)
    finally:
        server.close()
        await asyncio.sleep(0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.mailbox", description=__doc__)
    parser.add_argument("--smtp-port", type=int, default=1025)
    parser.add_argument("--http-port", type=int, default=8025)
    parser.add_argument("--state", type=Path, required=True, help="the folder of the mail")
    parser.add_argument("--messages-max", type=int, default=MESSAGES_MAX)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    with closing(Mailbox(arguments.state, arguments.messages_max)) as mailbox:
        uvloop.run(run(mailbox, build(mailbox), arguments.smtp_port, arguments.http_port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
