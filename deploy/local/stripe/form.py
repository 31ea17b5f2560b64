"""Stripe's form encoding: ``a[b]=1``, ``a[]=1``, ``a[0][b]=1`` into nested values."""

from typing import Any, Final
from urllib.parse import parse_qsl

from deploy.local.stripe.errors import InvalidRequest

FIELDS_MAX: Final = 1_000
DEPTH_MAX: Final = 6


def decode(text: str) -> dict[str, Any]:
    """Decodes a query or a form body.

    Raises:
        InvalidRequest: It is not a form, or one too large or too deep.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict")
    except (ValueError, UnicodeDecodeError) as fault:
        raise InvalidRequest("Invalid request (check that the body is a form).") from fault
    tree: dict[str, Any] = {}
    for name, value in pairs:
        _place(tree, _steps(name), value, name)
    return {name: _with_lists(value) for name, value in tree.items()}


def _steps(name: str) -> list[str]:
    head, *rest = name.split("[")
    if not head or len(rest) > DEPTH_MAX or any(not step.endswith("]") for step in rest):
        raise InvalidRequest(f"Invalid parameter name: {name}", param=name)
    return [head, *(step[:-1] for step in rest)]


def _place(tree: dict[str, Any], steps: list[str], value: str, name: str) -> None:
    here = tree
    for depth, step in enumerate(steps):
        # "a[]" repeated appends: it takes the next free index.
        key = str(len(here)) if step == "" else step
        if depth == len(steps) - 1:
            here[key] = value
            return
        here = here.setdefault(key, {})
        if not isinstance(here, dict):
            raise InvalidRequest(f"Invalid parameter: {name} has two shapes.", param=name)


def _with_lists(value: Any) -> Any:
    """Turns maps whose keys are 0, 1, 2 … into lists."""
    if not isinstance(value, dict):
        return value
    items = {key: _with_lists(item) for key, item in value.items()}
    if items and all(key == str(index) for index, key in enumerate(items)):
        return list(items.values())
    return items
