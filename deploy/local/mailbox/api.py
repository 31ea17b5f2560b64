"""The API, in the shape of Mailpit's."""

from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from deploy.local.mailbox.message import Mail, read
from deploy.local.mailbox.search import parse
from deploy.local.mailbox.store import Mailbox, Summary

LIMIT_DEFAULT: Final = 50
LIMIT_MAX: Final = 1_000


class MailboxAPI:
    """The handlers over one mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def routes(self) -> list[Route]:
        return [
            Route("/api/v1/messages", self.list_messages, methods=["GET"]),
            Route("/api/v1/messages", self.delete_messages, methods=["DELETE"]),
            Route("/api/v1/search", self.search, methods=["GET"]),
            Route("/api/v1/message/{id}", self.get_message, methods=["GET"]),
            Route("/api/v1/message/{id}/raw", self.get_raw, methods=["GET"]),
            Route("/api/v1/message/{id}/part/{part}", self.get_part, methods=["GET"]),
        ]

    async def list_messages(self, request: Request) -> Response:
        start, limit = _page(request)
        total = self._mailbox.count()
        return JSONResponse(_listed(self._mailbox.newest(start, limit), total, start))

    async def search(self, request: Request) -> Response:
        start, limit = _page(request)
        query = parse(request.query_params.get("query", ""))
        found, total = self._mailbox.search(query, start, limit)
        return JSONResponse(_listed(found, total, start))

    async def delete_messages(self, request: Request) -> Response:
        try:
            wanted = orjson.loads(await request.body() or b"{}")
            ids = [str(message_id) for message_id in wanted.get("IDs") or []]
        except (orjson.JSONDecodeError, AttributeError, TypeError):
            return JSONResponse({"Error": 'Send {"IDs": [...]}, or no body.'}, 400)
        self._mailbox.delete(ids)
        return PlainTextResponse("ok")

    async def get_message(self, request: Request) -> Response:
        message_id = self._id(request)
        summary = self._mailbox.summary(message_id)
        raw = self._mailbox.raw(message_id)
        if summary is None or raw is None:
            return _not_found()
        return JSONResponse(_whole(summary, read(raw)))

    async def get_raw(self, request: Request) -> Response:
        raw = self._mailbox.raw(self._id(request))
        if raw is None:
            return _not_found()
        return Response(raw, media_type="text/plain; charset=utf-8")

    async def get_part(self, request: Request) -> Response:
        raw = self._mailbox.raw(self._id(request))
        if raw is None:
            return _not_found()
        for attachment in read(raw).attachments:
            if attachment.part_id == request.path_params["part"]:
                # Never shown inside this page's origin: an attachment may be hostile HTML.
                return Response(
                    attachment.content,
                    headers={
                        "Content-Type": attachment.content_type,
                        "Content-Disposition": _disposition(attachment.file_name),
                        "X-Content-Type-Options": "nosniff",
                    },
                )
        return _not_found()

    def _id(self, request: Request) -> str:
        wanted: str = request.path_params["id"]
        return (self._mailbox.newest_id() or "") if wanted == "latest" else wanted


def _whole(summary: Summary, mail: Mail) -> dict[str, Any]:
    return {
        **{name: summary[name] for name in ("ID", "From", "To", "Cc", "Bcc", "Subject")},
        "Created": summary["Created"],
        "Date": summary["Created"],
        "Size": summary["Size"],
        "Text": mail.text,
        "HTML": mail.html,
        "Attachments": [attachment.summary() for attachment in mail.attachments],
    }


def _listed(messages: list[Summary], total: int, start: int) -> dict[str, Any]:
    return {
        "messages": messages,
        "messages_count": total,
        "count": len(messages),
        "start": start,
        "total": total,
    }


def _page(request: Request) -> tuple[int, int]:
    start = _number(request, "start", 0)
    return start, min(LIMIT_MAX, _number(request, "limit", LIMIT_DEFAULT))


def _number(request: Request, name: str, default: int) -> int:
    value = request.query_params.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else default


def _not_found() -> Response:
    return JSONResponse({"Error": "message not found"}, 404)


def _disposition(file_name: str) -> str:
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in file_name)
    return f'attachment; filename="{safe or "attachment"}"'
