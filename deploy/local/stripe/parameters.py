"""Typed reading of a request's parameters, refusing what Stripe would refuse."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from deploy.local.stripe.errors import InvalidRequest, ParameterMissing

TEXT_LENGTH_MAX: Final = 5_000
INTEGER_DIGITS_MAX: Final = 15
METADATA_KEYS_MAX: Final = 50
METADATA_NAME_LENGTH_MAX: Final = 40
METADATA_VALUE_LENGTH_MAX: Final = 500

INTEGER: Final = re.compile(rf"-?[0-9]{{1,{INTEGER_DIGITS_MAX}}}")


class Parameters:
    """Decoded form values with the name they had, for messages that name the culprit."""

    def __init__(self, values: Mapping[str, Any], name: str = "") -> None:
        self._values = values
        self._name = name

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def path(self, name: str) -> str:
        return f"{self._name}[{name}]" if self._name else name

    def allow(self, names: Collection[str]) -> None:
        """Refuses any parameter but these."""
        for name in self._values:
            if name not in names:
                path = self.path(name)
                raise InvalidRequest(
                    f"Received unknown parameter: {path}", code="parameter_unknown", param=path
                )

    def text(self, name: str) -> str | None:
        """A text; an empty one is Stripe's way to unset and reads as None."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or len(value) > TEXT_LENGTH_MAX:
            raise InvalidRequest(
                f"Invalid string: {self.path(name)}",
                code="parameter_invalid_string",
                param=self.path(name),
            )
        return value

    def required_text(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise ParameterMissing(self.path(name))
        return value

    def choice(self, name: str, choices: Collection[str]) -> str | None:
        value = self.text(name)
        if value is not None and value not in choices:
            raise InvalidRequest(
                f"Invalid {self.path(name)}: must be one of {', '.join(sorted(choices))}",
                param=self.path(name),
            )
        return value

    def integer(self, name: str, *, least: int | None = None) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        if not INTEGER.fullmatch(value):
            raise self._bad_integer(name, f"Invalid integer: {value}")
        if least is not None and int(value) < least:
            raise self._bad_integer(name, f"This value must be greater than or equal to {least}.")
        return int(value)

    def _bad_integer(self, name: str, message: str) -> InvalidRequest:
        return InvalidRequest(message, code="parameter_invalid_integer", param=self.path(name))

    def flag(self, name: str) -> bool | None:
        value = self.text(name)
        if value is None:
            return None
        if value not in ("true", "false"):
            raise InvalidRequest(f"Invalid boolean: {value}", param=self.path(name))
        return value == "true"

    def with_text(self, name: str, value: str) -> "Parameters":
        """The same parameters and one more."""
        return Parameters({**self._values, name: value}, self._name)

    def is_group(self, name: str) -> bool:
        return isinstance(self._values.get(name), dict)

    def group(self, name: str) -> "Parameters | None":
        """Nested parameters, or None when absent."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, dict):
            raise InvalidRequest("Invalid object", param=self.path(name))
        return Parameters(value, self.path(name))

    def texts(self, name: str) -> list[str] | None:
        """A list of texts, or None when absent."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise InvalidRequest("Invalid array", param=self.path(name))
        return value

    def merged_metadata(self, current: Mapping[str, str]) -> dict[str, str]:
        """The metadata after this request: set, replaced, unset by an empty value."""
        given = self._values.get("metadata")
        if given is None:
            return dict(current)
        if given == "":
            return {}
        if not isinstance(given, dict):
            raise InvalidRequest("Invalid object", param=self.path("metadata"))
        merged = dict(current)
        for name, value in given.items():
            if not isinstance(value, str) or len(value) > METADATA_VALUE_LENGTH_MAX:
                raise InvalidRequest(
                    f"Metadata values can have up to {METADATA_VALUE_LENGTH_MAX} characters.",
                    param=self.path(f"metadata[{name}]"),
                )
            if len(name) > METADATA_NAME_LENGTH_MAX:
                raise InvalidRequest(
                    f"Metadata keys can have up to {METADATA_NAME_LENGTH_MAX} characters.",
                    param=self.path("metadata"),
                )
            if value:
                merged[name] = value
            else:
                merged.pop(name, None)
        if len(merged) > METADATA_KEYS_MAX:
            raise InvalidRequest(
                f"You can have up to {METADATA_KEYS_MAX} metadata keys.", param="metadata"
            )
        return merged
