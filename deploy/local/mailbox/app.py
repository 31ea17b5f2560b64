"""The ASGI application: pages and API over one mailbox."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from deploy.local.mailbox.api import MailboxAPI
from deploy.local.mailbox.pages import MailboxPages
from deploy.local.mailbox.store import Mailbox


def build(mailbox: Mailbox) -> Starlette:
    return Starlette(
        routes=[
            Route("/healthz", _healthy),
            *MailboxAPI(mailbox).routes(),
            *MailboxPages(mailbox).routes(),
        ]
    )


async def _healthy(request: Request) -> Response:
    return PlainTextResponse("ok\n")
