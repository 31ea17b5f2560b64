"""Parameters are read as Stripe reads them."""

from typing import Any

import pytest

from deploy.local.stripe.errors import InvalidRequest, ParameterMissing
from deploy.local.stripe.parameters import Parameters


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(InvalidRequest) as refused:
        Parameters({"card": {"seat": "1"}}["card"], "card").allow(("number",))
    assert refused.value.body["error"]["param"] == "card[seat]"
    assert refused.value.body["error"]["code"] == "parameter_unknown"


@pytest.mark.parametrize("value", ["x", "1.5", "0x10", "1e3", "٣", "9" * 16, " 1"])
def test_what_is_no_integer_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequest):
        Parameters({"amount": value}).integer("amount")


def test_an_empty_text_unsets() -> None:
    parameters = Parameters({"description": ""})
    assert parameters.text("description") is None
    with pytest.raises(ParameterMissing):
        parameters.required_text("description")


@pytest.mark.parametrize(
    ("given", "merged"),
    [
        ({}, {"kept": "1", "old": "2"}),
        ({"metadata": {"old": "3", "new": "4"}}, {"kept": "1", "old": "3", "new": "4"}),
        ({"metadata": {"old": ""}}, {"kept": "1"}),
        ({"metadata": ""}, {}),
    ],
)
def test_metadata_is_merged(given: dict[str, Any], merged: dict[str, str]) -> None:
    assert Parameters(given).merged_metadata({"kept": "1", "old": "2"}) == merged


@pytest.mark.parametrize(
    "metadata",
    [
        {"k" * 41: "v"},
        {"k": "v" * 501},
        {f"k{number}": "v" for number in range(51)},
        {"k": {"nested": "v"}},
    ],
)
def test_metadata_beyond_stripes_bounds_is_refused(metadata: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        Parameters({"metadata": metadata}).merged_metadata({})
