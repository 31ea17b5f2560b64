"""The page on which a buyer answers for their bank: Stripe's 3-D Secure test page."""

from html import escape

from deploy.local.stripe import currencies
from deploy.local.stripe.store import Document

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; color: #1a1a1a; background: #f4f4f2;
       display: grid; place-items: center; min-height: 100vh; }
main { background: #fff; padding: 32px; border-radius: 8px; max-width: 26rem;
       box-shadow: 0 1px 3px rgb(0 0 0 / 20%); }
h1 { font-size: 1.25rem; margin: 0 0 8px; }
button { font: inherit; padding: 10px 18px; border-radius: 6px; border: 1px solid #1a1a1a;
         background: #fff; color: inherit; cursor: pointer; margin: 16px 8px 0 0; }
button.primary { background: #1a1a1a; color: #fff; }
@media (prefers-color-scheme: dark) {
  body { background: #16161a; color: #eee; }
  main { background: #232329; }
  button { background: none; border-color: #eee; }
  button.primary { background: #eee; color: #16161a; }
}
"""


def ask(intent: Document) -> str:
    """Asks the buyer to approve or refuse a payment."""
    amount = escape(currencies.written(intent["amount"], intent["currency"]))
    return _page(
        "Confirm your payment",
        f"""<p>Your bank asks whether you made this payment of <strong>{amount}</strong>.
This is a test page: no money moves.</p>
<form method="post">
<input type="hidden" name="client_secret" value="{escape(intent["client_secret"])}">
<button class="primary" name="outcome" value="approve">Approve</button>
<button name="outcome" value="refuse">Refuse</button>
</form>""",
    )


def done(intent: Document) -> str:
    """Says how it went, also to the page that opened or framed this one."""
    words = "approved" if intent["last_payment_error"] is None else "not approved"
    identifier = escape(intent["id"])
    return _page(
        f"Payment {words}",
        f"""<p>You can close this page and go back to the shop.</p>
<script>
const message = {{source: "onsale-3ds", paymentIntentId: "{identifier}"}};
for (const other of [window.opener, window.parent]) {{
  if (other && other !== window) other.postMessage(message, "*");
}}
</script>""",
    )


def gone() -> str:
    """There is nothing to confirm."""
    return _page("Nothing to confirm", "<p>This payment does not wait for your answer.</p>")


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{STYLE}</style></head>
<body><main><h1>{title}</h1>{body}</main></body></html>
"""
