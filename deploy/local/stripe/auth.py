"""Who calls: the account's secret key, or its publishable key from a browser."""

import base64
import binascii
import secrets
from typing import Final

from deploy.local.stripe.errors import Unauthenticated

SECRET_KEY: Final = "sk_test_local"  # noqa: S105 - the documented key of the local stack
PUBLISHABLE_KEY: Final = "pk_test_local"
SHOWN_CHARACTERS: Final = 8


def is_publishable(authorization: str | None, form_key: str | None) -> bool:
    """Checks the key of a request; whether it is the publishable one.

    Args:
        authorization: The header: Bearer, or Basic with the key as user.
        form_key: The parameter ``key``, in which Stripe.js sends its key.

    Raises:
        Unauthenticated: There is no key, or it is not one of ours.
    """
    key = _key(authorization) if authorization else form_key
    if not key:
        raise Unauthenticated(
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
            "YOUR_SECRET_KEY'), or as the user of Basic auth."
        )
    if secrets.compare_digest(key.encode(), SECRET_KEY.encode()):
        return False
    if secrets.compare_digest(key.encode(), PUBLISHABLE_KEY.encode()):
        return True
    raise Unauthenticated(f"Invalid API Key provided: {key[:SHOWN_CHARACTERS]}****")


def require_secret(publishable: bool) -> None:
    """Refuses the publishable key where it would give too much away."""
    if publishable:
        raise Unauthenticated(
            "This API call cannot be made with a publishable API key. Please use a secret API key."
        )


def _key(authorization: str) -> str | None:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return decoded.partition(":")[0]
