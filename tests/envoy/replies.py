"""What both replied, made comparable."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.envoy.requests import Case

PROBLEM = "application/problem+json"
HTTP_OF_CODE = {
    3: 400, 5: 404, 6: 409, 7: 403, 8: 429, 9: 409, 10: 409, 11: 400, 12: 501, 13: 500, 14: 503, 16: 401
}  # fmt: skip
"""gRPC's code → the contract's HTTP status. Envoy's own table has 400 for 9, FAILED_PRECONDITION."""
VOLATILE = {"traceId", "serverTime", "triesLeft", "joinToken", "nextPageToken"}
"""Members that differ from one call to the next, whoever transcodes: they hold the time, or count."""
VOLATILE_OF_RPC = {"GetGateBundle": {"createTime"}}
OF_PROBLEMS = {"type", "status", "title", "detail", "reason"}


@dataclass(frozen=True)
class Answer:
    """One reply."""

    status: int
    kind: str
    content: bytes = field(repr=False)
    volatile: frozenset[str] = frozenset(VOLATILE)

    @classmethod
    def of(cls, reply: httpx.Response, rpc: str) -> Answer:
        """Reads a response."""
        kind = reply.headers.get("content-type", "").partition(";")[0]
        volatile = frozenset(VOLATILE | VOLATILE_OF_RPC.get(rpc, set()))
        return cls(reply.status_code, kind, reply.content, volatile)

    @property
    def json(self) -> Any:
        """The body without what is volatile; None when it is not JSON."""
        if "json" not in self.kind or not self.content:
            return None
        return _still(json.loads(self.content), self.volatile)

    @property
    def is_refused_by_itself(self) -> bool:
        """Of Envoy's: refused with a text of its own, before any service was asked."""
        return self.status >= 400 and "json" not in self.kind


@dataclass(frozen=True)
class Pair:
    """The replies to one request."""

    case: Case
    ours: Answer
    envoys: Answer

    @property
    def is_same(self) -> bool:
        """Whether they say the same, in the words of the contract on one side and of Envoy on the other."""
        if self.envoys.status < 400:
            return self._is_same_success()
        return self._is_same_refusal()

    def _is_same_success(self) -> bool:
        if self.ours.status != self.case.route.success_status:
            return False
        if self.ours.status == 204:
            return not self.ours.content and self.envoys.json in ({}, None)
        if self.case.route.is_raw:
            return (self.ours.kind, self.ours.content) == (self.envoys.kind, self.envoys.content)
        return bool(self.ours.json == self.envoys.json)

    def _is_same_refusal(self) -> bool:
        said = self.envoys.json
        if not isinstance(said, dict) or not is_problem(self.ours, (HTTP_OF_CODE[said["code"]],)):
            return False
        reason, facts = status_details(said)
        problem = self.ours.json
        own_facts = {name: value for name, value in problem.items() if name not in OF_PROBLEMS}
        return (problem["reason"], problem["detail"], own_facts) == (reason, said["message"], facts)

    def __str__(self) -> str:
        ours, envoys = self.ours, self.envoys
        return (
            f"{self.case}\n    edge  {ours.status} {ours.content[:300]!r}\n"
            f"    Envoy {envoys.status} {envoys.content[:300]!r}"
        )


def is_problem(answer: Answer, statuses: Collection[int]) -> bool:
    """Tells whether a reply is a problem document of one of these statuses."""
    return answer.kind == PROBLEM and answer.status in statuses and bool(answer.json["reason"])


def status_details(said: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Returns the reason and the facts of a google.rpc.Status."""
    reason, facts = "", {}
    for detail in said.get("details", []):
        kind = detail["@type"].rpartition(".")[2]
        if kind == "ErrorInfo":
            reason = detail["reason"]
        elif kind == "Struct":
            facts = detail["value"]
    return reason, {name: value for name, value in facts.items() if name not in VOLATILE}


def _still(value: Any, volatile: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {
            name: _still(item, volatile) for name, item in value.items() if name not in volatile
        }
    if isinstance(value, list):
        return [_still(item, volatile) for item in value]
    return value
