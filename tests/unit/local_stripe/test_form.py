"""Stripe's form encoding."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.stripe.errors import InvalidRequest
from deploy.local.stripe.form import decode


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("", {}),
        ("amount=5000&currency=eur", {"amount": "5000", "currency": "eur"}),
        ("metadata[order_id]=ord%5F1", {"metadata": {"order_id": "ord_1"}}),
        ("expand[]=a&expand[]=b", {"expand": ["a", "b"]}),
        ("expand[0]=a&expand[1]=b", {"expand": ["a", "b"]}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("metadata=", {"metadata": ""}),
        ("metadata[1]=x", {"metadata": {"1": "x"}}),
    ],
)
def test_nested_values_are_decoded(text: str, decoded: dict[str, object]) -> None:
    assert decode(text) == decoded


@pytest.mark.parametrize(
    "text", ["a=1&a[b]=2", "[x]=1", "a[b=1", "a[b]c=1", "a" + "[b]" * 9 + "=1", "a=%ff"]
)
def test_what_is_no_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        decode(text)


@given(st.text(max_size=200))
def test_any_text_is_decoded_or_refused(text: str) -> None:
    with suppress(InvalidRequest):
        assert isinstance(decode(text), dict)
