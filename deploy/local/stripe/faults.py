"""Faults on demand: what a test can make this Stripe do wrong, and how often.

A rule is JSON with these members, all but ``action`` optional:

``action``
    ``timeout_after_doing``: does what was asked, keeps the reply under its idempotency key, and
    never answers: the connection is held ``delay_ms`` (default 30 s) and cut.
    ``delay_ms``: waits ``delay_ms`` before it does what was asked, or ``"when": "after"`` doing
    it, so that the webhook overtakes the reply.
    ``refuse_500``, ``refuse_429``: does nothing and says so. With ``"keep": true`` the refusal is
    kept under the idempotency key, as Stripe keeps a 500 of an endpoint that had begun.
    ``duplicate_webhook``: delivers ``copies`` (default 2) instead of one.
    ``reorder_webhooks``: holds deliveries up to ``delay_ms`` (default 500), later ones shorter.
    ``drop_webhook``: never delivers. ``delay_webhook``: delivers ``delay_ms`` late.
``method``, ``path``, ``event_type``
    Regular expressions that must match whole; default: anything.
``count``, ``probability``
    Strikes left (default 1, null: no end) and the chance at each match (default 1).
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from deploy.local.stripe.errors import InvalidRequest

CALL_ACTIONS: Final = ("timeout_after_doing", "delay_ms", "refuse_500", "refuse_429")
WEBHOOK_ACTIONS: Final = (
    "duplicate_webhook",
    "reorder_webhooks",
    "drop_webhook",
    "delay_webhook",
)
RULES_MAX: Final = 200
DELAY_MS_MAX: Final = 120_000
COPIES_MAX: Final = 100
REORDER_STEPS: Final = 10
"""How many deliveries in a row a reordering turns round."""

DEFAULT_DELAY_MS: Final = {
    "timeout_after_doing": 30_000,
    "delay_ms": 1_000,
    "reorder_webhooks": 500,
    "delay_webhook": 1_000,
}


@dataclass
class Rule:
    """One fault and how often it may still strike."""

    action: str
    method: str = ".*"
    path: str = ".*"
    event_type: str = ".*"
    count: int | None = 1
    probability: float = 1.0
    delay_ms: int = 0
    when: str = "before"
    keep: bool = False
    copies: int = 2
    strikes: int = field(default=0, init=False)

    @property
    def delay_seconds(self) -> float:
        return self.delay_ms / 1_000

    def matches_call(self, method: str, path: str) -> bool:
        return bool(re.fullmatch(self.method, method) and re.fullmatch(self.path, path))

    def matches_event(self, event_type: str) -> bool:
        return bool(re.fullmatch(self.event_type, event_type))


class Faults:
    """The rules in force, oldest first; the first that matches strikes."""

    def __init__(self, chance: random.Random) -> None:
        self._rules: list[Rule] = []
        self._chance = chance

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(self._rules)

    def add(self, members: Mapping[str, Any]) -> Rule:
        """Puts a rule in force.

        Raises:
            InvalidRequest: A member is unknown or cannot be meant so.
        """
        if len(self._rules) >= RULES_MAX:
            raise InvalidRequest(f"At most {RULES_MAX} rules at once; clear them first.")
        rule = _read_rule(members)
        self._rules.append(rule)
        return rule

    def clear(self) -> None:
        self._rules.clear()

    def strike_call(self, method: str, path: str) -> Rule | None:
        """The fault that an API call meets, if any."""
        for rule in self._rules:
            matches = rule.action in CALL_ACTIONS and rule.matches_call(method, path)
            if matches and self._strikes(rule):
                return rule
        return None

    def dispatch(self, method: str, path: str, event_type: str) -> list[float]:
        """The delays in seconds after which an event is delivered, one for each copy.

        Without a fault it is one copy at once.
        """
        for rule in self._rules:
            if (
                rule.action in WEBHOOK_ACTIONS
                and rule.matches_call(method, path)
                and rule.matches_event(event_type)
                and self._strikes(rule)
            ):
                return _delays(rule)
        return [0.0]

    def _strikes(self, rule: Rule) -> bool:
        if rule.count == 0 or self._chance.random() >= rule.probability:
            return False
        rule.strikes += 1
        if rule.count is not None:
            rule.count -= 1
        return True


def _delays(rule: Rule) -> list[float]:
    match rule.action:
        case "drop_webhook":
            return []
        case "duplicate_webhook":
            return [0.0] * rule.copies
        case "reorder_webhooks":
            # The first waits longest, so that a run of them arrives backwards.
            step = (rule.strikes - 1) % REORDER_STEPS
            return [rule.delay_seconds * (REORDER_STEPS - step) / REORDER_STEPS]
        case _:
            return [rule.delay_seconds]


def _read_rule(members: Mapping[str, Any]) -> Rule:
    action = members.get("action")
    if action not in CALL_ACTIONS + WEBHOOK_ACTIONS:
        raise InvalidRequest(f"Unknown action: {action}", param="action")
    try:
        rule = Rule(**{"delay_ms": DEFAULT_DELAY_MS.get(action, 0), **members})
        for pattern in (rule.method, rule.path, rule.event_type):
            re.compile(pattern)
        in_range = (
            (rule.count is None or rule.count >= 1)
            and 0 <= rule.probability <= 1
            and 0 <= rule.delay_ms <= DELAY_MS_MAX
            and 1 <= rule.copies <= COPIES_MAX
            and rule.when in ("before", "after")
        )
    except (TypeError, re.error) as fault:
        raise InvalidRequest(f"Not a fault rule: {fault}") from fault
    if not in_range:
        raise InvalidRequest("Not a fault rule: a member is out of range.")
    return rule
