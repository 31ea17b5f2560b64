"""The six services under the supervisor."""

import json
import re
import signal
import time
import urllib.request
from pathlib import Path
from typing import Any

import grpc.aio
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from deploy.local.ports import SERVICES
from tests.integration.local.commands import local
from tests.integration.local.test_life import END_SECONDS, all_gone, family
from tests.polling import eventually, wait_until
from tests.stack import Stack

pytestmark = pytest.mark.stack

CALL_SECONDS = 5.0


async def health(channel: grpc.aio.Channel) -> int:
    reply = await health_pb2_grpc.HealthStub(channel).Check(
        health_pb2.HealthCheckRequest(), timeout=CALL_SECONDS
    )
    return int(reply.status)


def peer_credentials(stack: Stack, name: str | None) -> grpc.ChannelCredentials:
    authority = (stack.tls_dir / "ca.pem").read_bytes()
    if name is None:
        return grpc.ssl_channel_credentials(authority)
    return grpc.ssl_channel_credentials(
        authority,
        (stack.tls_dir / f"{name}.key").read_bytes(),
        (stack.tls_dir / f"{name}.pem").read_bytes(),
    )


async def test_status_shows_every_part_serving(stack: Stack) -> None:
    status = local("status", run_dir=stack.run_dir, port_base=stack.port_base)
    assert status.returncode == 0, status.stdout
    parts = stack.status()["parts"]
    assert set(parts) == {"postgres", "valkey", "kafka", "stripe", "mailbox", *SERVICES}
    assert {part["restarts"] for part in parts.values()} == {0}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_public_port_answers_in_plaintext(stack: Stack, service: str) -> None:
    async with grpc.aio.insecure_channel(stack.grpc_address(service)) as channel:
        assert await health(channel) == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("service", SERVICES)
async def test_a_peer_port_wants_a_certificate(stack: Stack, service: str) -> None:
    address = stack.peer_address(service)
    async with grpc.aio.secure_channel(address, peer_credentials(stack, "client")) as channel:
        # That the call gets an answer of the server at all is what the certificate is for.
        await channel.channel_ready()
    async with grpc.aio.secure_channel(address, peer_credentials(stack, None)) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await health(channel)
        assert refusal.value.code() is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("name", ["edge", "mailbox", "stripe"])
def test_the_pages_answer(stack: Stack, name: str) -> None:
    with urllib.request.urlopen(f"{stack.endpoints[name]}/healthz", timeout=5) as reply:
        assert reply.status == 200


async def sign_in(stack: Stack, email: str) -> dict[str, Any]:
    """Signs in with the code from the mailbox; returns the account."""
    async with httpx.AsyncClient(timeout=CALL_SECONDS) as http:
        known = await mails(http, stack, email)
        (await http.post(f"{stack.edge_url}/v1/sessions", json={"email": email})).raise_for_status()

        async def newest() -> dict[str, Any] | None:
            found = await mails(http, stack, email)
            return found[0] if len(found) > len(known) else None

        mail = await eventually(newest, within_seconds=10, what=f"a mail to {email}")
        message = await http.get(f"{stack.mailbox_url}/api/v1/message/{mail['ID']}")
        codes = re.findall(r"\d{6}", message.json()["Text"])
        assert len(codes) == 1
        reply = await http.post(
            f"{stack.edge_url}/v1/sessions:verify", json={"email": email, "code": codes[0]}
        )
        reply.raise_for_status()
        account: dict[str, Any] = reply.json()["account"]
        return account


async def mails(http: httpx.AsyncClient, stack: Stack, email: str) -> list[dict[str, Any]]:
    reply = await http.get(f"{stack.mailbox_url}/api/v1/search", params={"query": f"to:{email}"})
    found: list[dict[str, Any]] = reply.json()["messages"]
    return found


async def test_grant_makes_a_buyer_an_organiser(stack: Stack) -> None:
    email = "new-organiser@local.test"
    assert (await sign_in(stack, email))["roles"] == ["buyer"]
    granted = local("grant", email, "organiser", run_dir=stack.run_dir, port_base=stack.port_base)
    assert granted.returncode == 0, granted.stderr
    assert "organiser" in (await sign_in(stack, email))["roles"]


def test_grant_without_a_running_stack_is_one_line(run_dir: Path, port_base: int) -> None:
    refused = local("grant", "a@b.test", "gate", run_dir=run_dir, port_base=port_base)
    assert refused.returncode == 1
    assert "make up" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_killed_service_comes_back(stack: Stack, service: str) -> None:
    stack.wait_until_restarted(service, stack.kill(service))


@pytest.mark.parametrize("server", ["postgres", "kafka", "valkey"])
async def test_the_services_live_through_a_kill_of_a_server(stack: Stack, server: str) -> None:
    before = {service: stack.pid_of(service) for service in SERVICES}
    stack.wait_until_restarted(server, stack.kill(server))

    async def lists_events() -> bool:
        async with httpx.AsyncClient(timeout=CALL_SECONDS) as http:
            return (await http.get(f"{stack.edge_url}/v1/events")).status_code == 200

    await eventually(lists_events, within_seconds=30, what="a list of events")
    assert {service: stack.pid_of(service) for service in SERVICES} == before


def test_a_second_start_is_fast_and_nothing_is_left_after_a_crash(run_dir: Path) -> None:
    with Stack(run_dir) as own:
        own.stop()
        started = time.monotonic()
        own.start()
        assert time.monotonic() - started < 15.0
        processes = family(own.supervisor_pid)
        assert len(processes) > len(SERVICES) + 5
        own.kill("edge", signal.SIGSTOP)  # what hangs must end too
        processes[0].kill()
        wait_until(all_gone(processes), within_seconds=END_SECONDS, what="an end of everything")


def test_the_endpoints_file_is_what_the_stack_listens_on(stack: Stack) -> None:
    written = json.loads((stack.run_dir / "endpoints.json").read_text())
    assert written["edge"] == f"http://127.0.0.1:{stack.port_base + 80}"
    assert written["smtp"] == f"127.0.0.1:{stack.port_base + 26}"
