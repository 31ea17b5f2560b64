"""Every RPC against every kind of caller, on both ports: made from the protos, so that a new RPC is tested by itself.

What is expected is read from the access option here, not from the code that enforces it.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.local.tls import ensure_certificates
from edge import descriptors
from mesh.contract import Rpc
from protos.mesh.v1 import options_pb2
from tests.access.in_process import PEERS, REACHED, House, every_service

RPCS = {rpc.path.removeprefix("/"): rpc for rpc in descriptors.rpcs()}
ROLES = {
    "buyer": (),
    "gate": ("gate",),
    "organiser": ("organiser",),
    "organiser and gate": ("organiser", "gate"),
}
_WANTS = {
    options_pb2.Access.BUYER: "buyer",
    options_pb2.Access.ORGANISER: "organiser",
    options_pb2.Access.GATE: "gate",
}


def expected(rpc: Rpc, roles: tuple[str, ...] | None, peer: str = "") -> str:
    """Returns what an RPC answers to somebody with these roles; None is nobody signed in."""
    options: Any = rpc.descriptor.GetOptions()
    access = options.Extensions[options_pb2.access]
    name = "operator" if peer == "client" else peer
    if options_pb2.Access.PUBLIC in access.allow:
        return REACHED
    if options_pb2.Access.SERVICE in access.allow and name and name in access.peers:
        return REACHED
    if roles is None:
        return "UNAUTHENTICATED"
    opens = {_WANTS[kind] for kind in access.allow if kind in _WANTS}
    return REACHED if opens & {"buyer", *roles} else "PERMISSION_DENIED"


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    tls_dir = tmp_path_factory.mktemp("tls")
    ensure_certificates(tls_dir, datetime.datetime.now(datetime.UTC))
    async with every_service(tls_dir) as opened:
        yield opened


def test_there_are_as_many_rpcs_as_the_protos_have() -> None:
    assert len(RPCS) >= 70
    assert {"GetRoom", "HoldSeats", "PinHold", "ReceiveWebhook"} <= {r.name for r in RPCS.values()}


@pytest.mark.parametrize("path", RPCS)
async def test_the_public_port_knows_people_and_no_peers(house: House, path: str) -> None:
    rpc = RPCS[path]
    answers = {"nobody": await house.call(rpc)}
    answers |= {name: await house.call(rpc, house.token(*roles)) for name, roles in ROLES.items()}
    wanted = {"nobody": expected(rpc, None)}
    wanted |= {name: expected(rpc, roles) for name, roles in ROLES.items()}
    assert answers == wanted


@pytest.mark.parametrize("path", RPCS)
async def test_a_token_that_is_no_access_token_of_now_is_nobodys(house: House, path: str) -> None:
    rpc = RPCS[path]
    bad = {
        "expired": house.token("organiser", "gate", seconds=-60),
        "of another audience": house.token("organiser", "gate", audience="onsale/gate"),
        "of another type": house.keys.sign({"sub": "acc_1", "exp": 2**40}, "ticket+jwt"),
        "cut": house.token("organiser")[:-3],
        "garbled": "x.y.z",
    }
    answers = {name: await house.call(rpc, token) for name, token in bad.items()}
    assert answers == {name: expected(rpc, None) for name in bad}


@pytest.mark.parametrize("path", RPCS)
async def test_the_peer_port_knows_peers_by_their_certificates(house: House, path: str) -> None:
    rpc = RPCS[path]
    answers = {name: await house.call(rpc, peer=name) for name in PEERS}
    assert answers == {name: expected(rpc, None, name) for name in PEERS}


@pytest.mark.parametrize("path", RPCS)
async def test_a_peer_that_passes_on_a_token_has_the_callers_rights(
    house: House, path: str
) -> None:
    """The edge most of all: its certificate opens nothing for whoever it speaks for."""
    rpc = RPCS[path]
    answers = {
        name: await house.call(rpc, house.token(*roles), "edge") for name, roles in ROLES.items()
    }
    assert answers == {name: expected(rpc, roles, "edge") for name, roles in ROLES.items()}


async def test_what_is_for_services_is_for_nobody_on_the_public_port(house: House) -> None:
    for rpc in RPCS.values():
        if rpc.allow == {options_pb2.Access.SERVICE}:
            token = house.token("organiser", "gate")
            assert await house.call(rpc, token) == "PERMISSION_DENIED", rpc.path
