"""Rows "grpc", "http" and "refusal": the same hot event through inventory's own door and through the edge.

Parties of two on the best available of 20,000 seats, thousands of buyers with the limits that events have by default.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psutil

from protos.inventory.v1 import inventory_pb2
from tests.bench import child, verified_echo
from tests.bench.crowd import HOLDS_PER_BUYER, SEATS, Crowd
from tests.bench.results import Line, Run, Spread, ratio_line
from tests.stack import Stack

PARTY = 2
BUYERS = 2_000
HOLDS = BUYERS * HOLDS_PER_BUYER
GRPC_AT_ONCE = 128
HTTP_AT_ONCE = (32, 64, 128)
ROUNDS = 3
METHOD = "/onsale.inventory.v1.InventoryService/HoldSeats"
ECHO_AIM, CPU_AIM, PER_SECOND_AIM, REFUSAL_AIM = 0.6, 2.5, 2_200, 2.0
REFUSALS = 4_000


async def rows(stack: Stack) -> list[Line]:
    """Measures the rows."""
    crowd = await Crowd.at(stack)
    tokens = crowd.buyers(BUYERS) * HOLDS_PER_BUYER
    first = await through_grpc(crowd, await crowd.event(), tokens)  # warms up
    direct, echoes = [], []
    through: dict[int, list[Run]] = {at_once: [] for at_once in HTTP_AT_ONCE}
    async with _echo(crowd, first.reply) as echo:
        for _ in range(ROUNDS):
            direct.append((await through_grpc(crowd, await crowd.event(), tokens)).run)
            echoes.append(await echo(tokens))
            for at_once, runs in through.items():
                runs.append(await through_http(crowd, await crowd.event(), tokens, at_once))
    refused = await refusals(crowd)
    await crowd.site.close()
    return [
        ratio_line(
            "grpc",
            f"hot event through gRPC, {GRPC_AT_ONCE} at once",
            "grpc.aio echo of the same messages and tokens",
            ECHO_AIM,
            direct,
            echoes,
        ),
        _cpu_line(through[HTTP_AT_ONCE[1]], direct),
        *(_http_line(at_once, runs) for at_once, runs in through.items()),
        _refusal_line(refused, through[HTTP_AT_ONCE[1]]),
    ]


class Bought:
    """What a client of gRPC brought back."""

    def __init__(self, run: Run, reply: str) -> None:
        self.run = run
        self.reply = reply


async def through_grpc(crowd: Crowd, event_id: str, tokens: Sequence[str]) -> Bought:
    """Sells an event at inventory's own door."""
    address = crowd.stack.grpc_address("inventory")
    told = _grpc_told(address, METHOD, event_id, tokens)
    async with crowd.meter() as meter:
        said = await child.ask("grpc_buyers", told)
        await crowd.settle()
    run = _run(said, said["codes"].pop("OK", 0), said["codes"], meter.total, meter.used)
    run.faults += await crowd.faults(event_id, run.done, PARTY)
    return Bought(run, said["reply"])


async def through_http(crowd: Crowd, event_id: str, tokens: Sequence[str], at_once: int) -> Run:
    """Sells an event through the edge."""
    async with crowd.meter() as meter:
        said = await child.ask("http_buyers", _http_told(crowd, event_id, tokens, at_once))
        await crowd.settle()
    run = _run(said, said["statuses"].pop("201", 0), said["statuses"], meter.total, meter.used)
    run.faults += await crowd.faults(event_id, run.done, PARTY)
    return run


async def refusals(crowd: Crowd) -> Run:
    """Sells an event until nothing fits, then has others ask for it."""
    event_id = await crowd.event()
    winners = crowd.buyers(SEATS // PARTY // HOLDS_PER_BUYER) * HOLDS_PER_BUYER
    sold = await through_http(crowd, event_id, winners, HTTP_AT_ONCE[1])
    losers = crowd.buyers(REFUSALS // HOLDS_PER_BUYER) * HOLDS_PER_BUYER
    told = _http_told(crowd, event_id, losers, HTTP_AT_ONCE[1])
    async with crowd.meter() as meter:
        said = await child.ask("http_buyers", told)
        await crowd.settle()
    run = _run(said, said["statuses"].pop("409", 0), said["statuses"], meter.total, meter.used)
    run.faults += await crowd.faults(event_id, sold.done, PARTY)
    return run


def _grpc_told(address: str, method: str, event_id: str, tokens: Sequence[str]) -> dict[str, Any]:
    requests = [
        inventory_pb2.HoldSeatsRequest(
            event_id=event_id,
            best_available=inventory_pb2.BestAvailable(quantity=PARTY),
            request_id=uuid4().hex,
        )
        .SerializeToString()
        .hex()
        for _ in tokens
    ]
    return {
        "address": address,
        "method": method,
        "requests": requests,
        "tokens": list(tokens),
        "at_once": GRPC_AT_ONCE,
    }


def _http_told(crowd: Crowd, event_id: str, tokens: Sequence[str], at_once: int) -> dict[str, Any]:
    return {
        "port": urlsplit(crowd.stack.edge_url).port,
        "path": f"/v1/events/{event_id}/holds",
        "bodies": [json.dumps({"bestAvailable": {"quantity": PARTY}})] * len(tokens),
        "tokens": list(tokens),
        "at_once": at_once,
    }


def _run(
    said: dict[str, Any],
    done: int,
    others: dict[str, int],
    cpu_seconds: float,
    used: dict[str, float],
) -> Run:
    faults = [f"{count} × {what}" for what, count in others.items()]
    notes = {**used, "client": said["cpu_seconds"]}
    return Run(done, said["seconds"], cpu_seconds, said["latencies"], faults, notes)


@asynccontextmanager
async def _echo(crowd: Crowd, reply: str) -> AsyncIterator[Any]:
    """Serves the echo; gives what measures it."""
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.verified_echo"),
        *(crowd.jwks.SerializeToString().hex(), reply),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert server.stdout
        address = f"127.0.0.1:{int(await server.stdout.readline())}"
        serving = psutil.Process(server.pid)

        async def measure(tokens: Sequence[str]) -> Run:
            told = _grpc_told(address, verified_echo.METHOD, "ev_0000000000001", tokens)
            before = serving.cpu_times()
            said = await child.ask("grpc_buyers", told)
            after = serving.cpu_times()
            used = after.user + after.system - before.user - before.system
            total = used + said["cpu_seconds"]
            return _run(said, said["codes"].pop("OK", 0), said["codes"], total, {"echo": used})

        yield measure
    finally:
        server.terminate()
        await server.wait()


def _each(run: Run, *parts: str) -> float:
    """Milliseconds of CPU of some processes for each success."""
    return 1000 * sum(run.notes[part] for part in parts) / run.done if run.done else 0.0


def _cpu_line(http: list[Run], direct: list[Run]) -> Line:
    ratios = [
        _each(mine, "edge", "inventory") / _each(its, "inventory")
        for mine, its in zip(http, direct, strict=True)
    ]
    value = Spread.of(ratios)
    remark = (
        f"edge {_middle(http, 'edge')} + inventory {_middle(http, 'inventory')} through HTTP, "
        f"inventory {_middle(direct, 'inventory')} directly"
    )
    return Line(
        "http",
        "CPU of edge + inventory for a hold through HTTP",
        "CPU of inventory for a hold through gRPC",
        f"≤ {CPU_AIM}×",
        value,
        "×",
        value.median <= CPU_AIM,
        http,
        direct,
        [remark],
    )


def _http_line(at_once: int, runs: list[Run]) -> Line:
    value = Spread.of([run.per_second for run in runs])
    share = Spread.of([run.notes["client"] / run.cpu_seconds for run in runs]).median
    remark = (
        f"{at_once} buyers: p50 {Spread.of([run.percentile_millis(50) for run in runs]).median:.0f} ms, "
        f"p99 {Spread.of([run.percentile_millis(99) for run in runs]).median:.0f} ms; "
        f"the client is {share:.0%} of the CPU"
    )
    return Line(
        "http",
        f"hot event through HTTP, parties of {PARTY}, {at_once} buyers",
        "",
        f"≥ {PER_SECOND_AIM:,}/s",
        value,
        "/s",
        value.median >= PER_SECOND_AIM,
        runs,
        remarks=[remark],
    )


def _refusal_line(refused: Run, held: list[Run]) -> Line:
    parts = ("edge", "inventory", "postgres", "valkey")
    cheaper = Spread.of([_each(run, *parts) / _each(refused, *parts) for run in held])
    remark = (
        f"a refusal costs the servers {_each(refused, *parts):.3f} ms, "
        f"a hold {Spread.of([_each(run, *parts) for run in held]).median:.3f} ms"
    )
    return Line(
        "refusal",
        "CPU of a hold through HTTP",
        "CPU of a refusal when sold out",
        f"≥ {REFUSAL_AIM:g}×",
        cheaper,
        "×",
        cheaper.median >= REFUSAL_AIM,
        held,
        [refused],
        [remark],
    )


def _middle(runs: list[Run], part: str) -> str:
    return f"{Spread.of([_each(run, part) for run in runs]).median:.3f} ms"
