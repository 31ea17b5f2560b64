"""Path templates."""

import pytest

from edge.path_templates import TemplateMalformed, compile_template, split_verb


@pytest.mark.parametrize(
    ("template", "path", "fields"),
    [
        ("/v1/events", "/v1/events", {}),
        ("/v1/events/{event_id}", "/v1/events/ev_1", {"event_id": "ev_1"}),
        ("/v1/events/{event_id}/sales.csv", "/v1/events/ev_1/sales.csv", {"event_id": "ev_1"}),
        ("/v1/tickets/{ticket_id}.svg", "/v1/tickets/tkt_1.svg", {"ticket_id": "tkt_1"}),
        ("/v1/{order.order_id}/x", "/v1/ord%20%2F1/x", {"order.order_id": "ord /1"}),
        ("/v1/{name=venues/*}", "/v1/venues/ven_1", {"name": "venues/ven_1"}),
        ("/v1/{name=**}", "/v1/a/b/c", {"name": "a/b/c"}),
    ],
)
def test_a_path_that_fits_gives_its_fields(
    template: str, path: str, fields: dict[str, str]
) -> None:
    assert compile_template(template).match(path) == fields


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/v1/events/{event_id}", "/v1/events/"),
        ("/v1/events/{event_id}", "/v1/events/ev_1/room"),
        ("/v1/tickets/{ticket_id}.svg", "/v1/tickets/tkt_1.png"),
        ("/v1/events", "/v2/events"),
        ("/v1/events/{event_id}/sales.csv", "/v1/events/ev_1/sales_csv"),
    ],
)
def test_a_path_that_does_not_fit_gives_nothing(template: str, path: str) -> None:
    assert compile_template(template).match(path) is None


def test_a_verb_stands_after_the_last_colon_of_the_last_segment() -> None:
    assert split_verb("/v1/events/ev_1:publish") == ("/v1/events/ev_1", "publish")
    assert split_verb("/v1/a:b/c") == ("/v1/a:b/c", "")
    assert compile_template("/v1/events/{event_id}:publish").verb == "publish"


@pytest.mark.parametrize("text", ["v1/events", "/v1/{Event}", "/v1/{a", "/v1/a b"])
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(TemplateMalformed):
        compile_template(text)
