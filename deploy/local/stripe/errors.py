"""The refusals of the API, in Stripe's shape: ``{"error": {type, code, message, param, …}}``."""

from typing import Any, Final

DOCS_URL: Final = "https://stripe.com/docs/error-codes/"


class StripeError(Exception):
    """A refused request.

    Attributes:
        status: The HTTP status.
        body: The reply, ready to be sent.
        executed: Whether the endpoint had begun its work. Stripe keeps such a reply under the
            idempotency key; a request that failed validation may be mended and sent again.
    """

    def __init__(
        self,
        status: int,
        type_: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        executed: bool = False,
        **facts: Any,
    ) -> None:
        super().__init__(message)
        error = {"type": type_, "message": message, "code": code, "param": param, **facts}
        if code is not None:
            error["doc_url"] = DOCS_URL + code.replace("_", "-")
        self.status = status
        self.executed = executed
        self.body = {"error": {name: fact for name, fact in error.items() if fact is not None}}


class InvalidRequest(StripeError):
    """The parameters cannot be meant so."""

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None) -> None:
        super().__init__(400, "invalid_request_error", message, code=code, param=param)


class ParameterMissing(InvalidRequest):
    def __init__(self, param: str) -> None:
        super().__init__(f"Missing required param: {param}.", code="parameter_missing", param=param)


class ResourceMissing(StripeError):
    """No such object. In the address it is a 404; named by a parameter, a 400."""

    def __init__(self, kind: str, object_id: str, param: str, *, status: int = 404) -> None:
        noun = kind.replace("payment_method", "PaymentMethod")
        super().__init__(
            status,
            "invalid_request_error",
            f"No such {noun}: '{object_id}'",
            code="resource_missing",
            param=param,
        )


class UnexpectedState(StripeError):
    """The object is not in a state that allows this."""

    def __init__(self, message: str, *, code: str, param: str | None = None, **facts: Any) -> None:
        super().__init__(
            400, "invalid_request_error", message, code=code, param=param, executed=True, **facts
        )


class CardError(StripeError):
    """The card was refused. What the attempt left behind (a failed charge) stays."""

    def __init__(self, message: str, *, code: str, **facts: Any) -> None:
        super().__init__(402, "card_error", message, code=code, executed=True, **facts)


class Unauthenticated(StripeError):
    def __init__(self, message: str) -> None:
        super().__init__(401, "invalid_request_error", message)


class IdempotencyKeyReused(StripeError):
    def __init__(self, key: str) -> None:
        super().__init__(
            400,
            "idempotency_error",
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
        )


class IdempotencyKeyInUse(StripeError):
    def __init__(self, key: str) -> None:
        super().__init__(
            409,
            "idempotency_error",
            "There is currently another in-progress request using this Stripe-Idempotency-Key "
            f"(that probably means you submitted twice, and the other request is still going "
            f"through): {key}.",
            code="idempotency_key_in_use",
        )


class RateLimited(StripeError):
    def __init__(self) -> None:
        super().__init__(
            429, "invalid_request_error", "Request rate limit exceeded.", code="rate_limit"
        )


class ServerFault(StripeError):
    """Something broke on Stripe's side."""

    def __init__(self) -> None:
        super().__init__(500, "api_error", "An unknown error occurred.", executed=False)


class UnknownAddress(StripeError):
    def __init__(self, method: str, path: str) -> None:
        super().__init__(
            404,
            "invalid_request_error",
            f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs.",
        )
