"""The pages for people: the list of mail and one mail, codes shown large."""

from html import escape
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from deploy.local.mailbox.message import Mail, read
from deploy.local.mailbox.search import parse
from deploy.local.mailbox.store import Mailbox, Summary

PAGE_MESSAGES: Final = 50
REFRESH_SECONDS: Final = 5

STYLE: Final = """
:root { color-scheme: light dark; --line: #d9d9d4; --quiet: #595959; }
@media (prefers-color-scheme: dark) { :root { --line: #3a3a42; --quiet: #a8a8b0; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 16px; }
h1 { font-size: 1.4rem; margin: 8px 0; }
form { display: flex; gap: 8px; margin: 12px 0; }
input { font: inherit; flex: 1; padding: 8px 12px; min-width: 0; }
button { font: inherit; padding: 8px 16px; }
ul { list-style: none; margin: 0; padding: 0; }
li { border-top: 1px solid var(--line); }
li a { display: block; padding: 10px 4px; color: inherit; text-decoration: none; }
li a:hover, li a:focus { background: color-mix(in srgb, currentColor 6%, transparent); }
.quiet { color: var(--quiet); font-size: .9rem; overflow-wrap: anywhere; }
.code { font: 700 2.5rem/1.2 ui-monospace, monospace; letter-spacing: .15em; margin: 16px 0;
        user-select: all; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border-top: 1px solid var(--line);
      padding-top: 12px; font: inherit; }
iframe { width: 100%; height: 70vh; border: 1px solid var(--line); background: #fff; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; }
dd { margin: 0; overflow-wrap: anywhere; }
"""


class MailboxPages:
    """The handlers over one mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def routes(self) -> list[Route]:
        return [
            Route("/", self.show_list, methods=["GET"]),
            Route("/view/{id}.html", self.show_html, methods=["GET"]),
            Route("/view/{id}", self.show_message, methods=["GET"]),
        ]

    async def show_list(self, request: Request) -> Response:
        typed = request.query_params.get("query", "")
        messages, total = self._mailbox.search(parse(typed), 0, PAGE_MESSAGES)
        return HTMLResponse(_list_page(typed, messages, total))

    async def show_message(self, request: Request) -> Response:
        message_id: str = request.path_params["id"]
        summary = self._mailbox.summary(message_id)
        raw = self._mailbox.raw(message_id)
        if summary is None or raw is None:
            return HTMLResponse(_page("No such mail", '<p><a href="/">All mail</a></p>'), 404)
        return HTMLResponse(_message_page(summary, read(raw)))

    async def show_html(self, request: Request) -> Response:
        """A mail's HTML, for the frame: no scripts, nothing loaded from elsewhere."""
        raw = self._mailbox.raw(request.path_params["id"])
        if raw is None:
            return HTMLResponse("", 404)
        policy = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        return HTMLResponse(read(raw).html, headers={"Content-Security-Policy": policy})


def _list_page(typed: str, messages: list[Summary], total: int) -> str:
    items = "".join(_item(message) for message in messages)
    empty = '<p class="quiet">No mail yet. It appears here as soon as it is sent.</p>'
    body = f"""<form role="search"><input name="query" value="{escape(typed)}"
aria-label="Search mail" placeholder="to:ada@example.org subject:&quot;your tickets&quot;">
<button>Search</button></form>
<p class="quiet">{total} {"mail" if total == 1 else "mails"}, newest first{_shown(total)}</p>
{f"<ul>{items}</ul>" if items else empty}"""
    return _page("Mailbox", body, refresh=not typed)


def _shown(total: int) -> str:
    return f"; the first {PAGE_MESSAGES} are shown" if total > PAGE_MESSAGES else ""


def _item(message: Summary) -> str:
    recipients = message["To"] + message["Bcc"]
    to = escape(", ".join(one["Address"] for one in recipients))
    attached = f" · {message['Attachments']} attached" if message["Attachments"] else ""
    return f"""<li><a href="/view/{quote(message["ID"])}">
<strong>{escape(message["Subject"]) or "(no subject)"}</strong>
<div class="quiet">to {to} · {_moment(message["Created"])}{attached}</div>
<div class="quiet">{escape(message["Snippet"])}</div></a></li>"""


def _message_page(summary: Summary, mail: Mail) -> str:
    codes = "".join(f'<p class="code">{code}</p>' for code in mail.codes())
    attachments = "".join(_attachment(summary, part.summary()) for part in mail.attachments)
    rows = {
        "From": " ".join(filter(None, mail.sender)),
        "To": ", ".join(one["Address"] for one in summary["To"] + summary["Bcc"]),
        "Sent": _moment(summary["Created"]),
    }
    facts = "".join(f"<dt>{name}</dt><dd>{escape(fact)}</dd>" for name, fact in rows.items())
    frame = (
        f'<h2>As HTML</h2><iframe sandbox title="The mail as HTML" '
        f'src="/view/{quote(summary["ID"])}.html"></iframe>'
        if mail.html
        else ""
    )
    text = f"<pre>{escape(mail.text)}</pre>" if mail.text else ""
    attached = f"<h2>Attached</h2><ul>{attachments}</ul>" if attachments else ""
    return _page(
        mail.subject or "(no subject)",
        f'<p><a href="/">All mail</a></p><dl>{facts}</dl>{codes}{text}{attached}{frame}',
    )


def _attachment(summary: Summary, part: dict[str, Any]) -> str:
    address = f"/api/v1/message/{quote(summary['ID'])}/part/{quote(part['PartID'])}"
    name = escape(part["FileName"] or part["ContentType"])
    return f'<li><a href="{address}">{name} ({part["Size"]:,} bytes)</a></li>'


def _moment(created: str) -> str:
    return f"{created[:10]} {created[11:19]} UTC"


def _page(title: str, body: str, *, refresh: bool = False) -> str:
    again = f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">' if refresh else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">{again}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{STYLE}</style></head>
<body><main><h1>{escape(title)}</h1>{body}</main></body></html>
"""
