"""Which call or event a rule strikes."""

import pytest

from deploy.local.stripe.errors import InvalidRequest
from deploy.local.stripe.faults import RULES_MAX, Faults

CAPTURE = ("POST", "/v1/payment_intents/pi_1/capture")


def test_a_rule_strikes_matching_calls_until_its_count_is_used(faults: Faults) -> None:
    faults.add({"action": "refuse_500", "method": "POST", "path": ".*/capture", "count": 2})

    assert faults.strike_call("GET", CAPTURE[1]) is None
    assert faults.strike_call("POST", "/v1/refunds") is None
    struck = [faults.strike_call(*CAPTURE) is not None for _ in range(3)]

    assert struck == [True, True, False]
    assert faults.rules[0].strikes == 2


def test_a_rule_without_end_strikes_until_cleared(faults: Faults) -> None:
    faults.add({"action": "refuse_429", "count": None})
    assert all(faults.strike_call(*CAPTURE) for _ in range(10))
    faults.clear()
    assert faults.strike_call(*CAPTURE) is None


def test_probability_is_the_share_of_strikes(faults: Faults) -> None:
    faults.add({"action": "refuse_500", "count": None, "probability": 0.2})
    strikes = sum(faults.strike_call(*CAPTURE) is not None for _ in range(2_000))
    assert 300 < strikes < 500


def test_webhooks_are_delivered_once_at_once_without_a_fault(faults: Faults) -> None:
    assert faults.dispatch(*CAPTURE, "charge.captured") == [0.0]


@pytest.mark.parametrize(
    ("rule", "delays"),
    [
        ({"action": "drop_webhook"}, []),
        ({"action": "duplicate_webhook", "copies": 3}, [0.0, 0.0, 0.0]),
        ({"action": "delay_webhook", "delay_ms": 700}, [0.7]),
        ({"action": "drop_webhook", "event_type": "refund.*"}, [0.0]),
        ({"action": "drop_webhook", "path": "/v1/refunds"}, [0.0]),
    ],
)
def test_webhook_faults_change_the_copies_and_their_delays(
    faults: Faults, rule: dict[str, object], delays: list[float]
) -> None:
    faults.add(rule)
    assert faults.dispatch(*CAPTURE, "charge.captured") == delays


def test_reordering_makes_earlier_events_wait_longer(faults: Faults) -> None:
    faults.add({"action": "reorder_webhooks", "count": None, "delay_ms": 1_000})
    delays = [faults.dispatch(*CAPTURE, "charge.captured")[0] for _ in range(5)]
    assert delays == sorted(delays, reverse=True)
    assert len(set(delays)) == 5


def test_what_stripe_does_by_itself_is_matched_by_event_type_alone(faults: Faults) -> None:
    faults.add({"action": "drop_webhook", "event_type": "charge.dispute.created"})
    assert faults.dispatch("", "", "charge.dispute.created") == []


def test_rules_are_bounded(faults: Faults) -> None:
    for _ in range(RULES_MAX):
        faults.add({"action": "refuse_500"})
    with pytest.raises(InvalidRequest):
        faults.add({"action": "refuse_500"})
