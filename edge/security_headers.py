"""What every response tells a browser to allow, and to refuse."""

from __future__ import annotations

from urllib.parse import urlsplit

_STRIPE_SCRIPTS = "https://js.stripe.com"
_STRIPE_FRAMES = "https://js.stripe.com https://hooks.stripe.com"
_STRIPE_API = "https://api.stripe.com"


def content_security_policy(stripe_api_base: str) -> str:
    """Returns the policy of the web app's pages."""
    parts = urlsplit(stripe_api_base)
    stripe_origins = " ".join(sorted({_STRIPE_API, f"{parts.scheme}://{parts.netloc}"}))
    return "; ".join(
        [
            "default-src 'self'",
            # The gate's scanner is WebAssembly.
            f"script-src 'self' 'wasm-unsafe-eval' {_STRIPE_SCRIPTS}",
            f"frame-src {_STRIPE_FRAMES}",
            f"connect-src 'self' {stripe_origins}",
            "img-src 'self' data: blob: https://*.stripe.com",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


class SecurityHeaders:
    """Adds them to a response."""

    def __init__(self, stripe_api_base: str, *, is_https: bool) -> None:
        policy = content_security_policy(stripe_api_base)
        self._always = [
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"strict-origin-when-cross-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]
        if is_https:
            self._always.append((b"strict-transport-security", b"max-age=31536000"))
        self._pages = [
            (b"content-security-policy", policy.encode()),
            (b"permissions-policy", b"camera=(self), geolocation=(self), microphone=()"),
        ]

    def add_to(self, headers: list[tuple[bytes, bytes]], request_id: str) -> None:
        """Adds them to the headers of a response."""
        is_page = any(b"html" in value for name, value in headers if name == b"content-type")
        headers += self._always
        headers.append((b"x-request-id", request_id.encode()))
        if is_page:
            headers += self._pages
