"""HTTP in, gRPC out, and back: over a real port, through the services' own interceptors."""

import grpc
import httpx
import pytest

from mesh.errors import Conflict, Internal, ResourceExhausted
from tests.integration.edge.conftest import RunningEdge
from tests.integration.edge.fakes import DRAFT, KNOWN_EVENT

HOLDS = f"/v1/events/{KNOWN_EVENT}/holds"


class SeatsTaken(Conflict):
    """Somebody was faster."""

    code = grpc.StatusCode.ABORTED
    reason = "SEATS_TAKEN"


class NotYet(Conflict):
    """Not yet."""

    reason = "NOT_YET"


def _assert_problem(reply: httpx.Response, status: int, reason: str) -> None:
    assert (reply.status_code, reply.json()["reason"]) == (status, reason), reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["traceId"] == reply.headers["x-request-id"]


async def test_a_call_carries_the_callers_token_admission_trace_and_request_id(
    edge: RunningEdge,
) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = edge.bearer() | {
        "Admission-Token": "adm",
        "Idempotency-Key": "key-1",
        "traceparent": trace,
    }
    reply = await edge.client.post(HOLDS, json={"seatIds": ["s1"]}, headers=headers)
    assert (reply.status_code, reply.json()["holdId"]) == (201, "hld_1")
    [request] = edge.fakes.took("HoldSeats")
    assert (request.request_id, list(request.seat_ids)) == ("key-1", ["s1"])
    metadata = edge.fakes.metadata("HoldSeats")
    assert metadata["authorization"] == headers["Authorization"]
    assert metadata["admission-token"] == "adm"
    assert metadata["traceparent"].split("-")[1] == trace.split("-")[1]


async def test_without_an_idempotency_key_the_edge_makes_one(edge: RunningEdge) -> None:
    for _ in range(2):
        await edge.client.post(HOLDS, json={}, headers=edge.bearer())
    first, second = edge.fakes.took("HoldSeats")
    assert len({first.request_id, second.request_id, ""}) == 3


@pytest.mark.parametrize("key", ["", "x" * 129])
async def test_an_idempotency_key_has_1_to_128_characters(edge: RunningEdge, key: str) -> None:
    headers = edge.bearer() | {"Idempotency-Key": key}
    reply = await edge.client.post(HOLDS, json={}, headers=headers)
    _assert_problem(reply, 400, "INVALID_ARGUMENT")
    assert edge.fakes.took("HoldSeats") == []


async def test_an_empty_reply_is_204_without_a_body(edge: RunningEdge) -> None:
    reply = await edge.client.request(
        "DELETE", "/v1/holds/hld_1", content=b"{nonsense", headers=edge.bearer()
    )
    assert (reply.status_code, reply.content) == (204, b"")


async def test_a_refusal_keeps_its_reason_and_facts(edge: RunningEdge) -> None:
    edge.fakes.refusal = SeatsTaken(seatIds=["s1", "s2"])
    reply = await edge.client.post(HOLDS, json={}, headers=edge.bearer())
    _assert_problem(reply, 409, "SEATS_TAKEN")
    assert reply.json()["seatIds"] == ["s1", "s2"]


async def test_a_retry_time_becomes_a_header(edge: RunningEdge) -> None:
    edge.fakes.refusal = NotYet(retry_after_seconds=7)
    path = f"/v1/events/{KNOWN_EVENT}/room:claim"
    reply = await edge.client.post(path, json={"joinToken": "j"}, headers=edge.bearer())
    _assert_problem(reply, 409, "NOT_YET")
    assert reply.headers["retry-after"] == "7"
    edge.fakes.refusal = ResourceExhausted()
    reply = await edge.client.post(HOLDS, json={}, headers=edge.bearer())
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "5")


async def test_nothing_of_an_unexpected_error_gets_out(edge: RunningEdge) -> None:
    edge.fakes.refusal = RuntimeError("secret table")
    reply = await edge.client.post(HOLDS, json={}, headers=edge.bearer())
    _assert_problem(reply, 500, Internal.reason)
    assert "secret" not in reply.text


async def test_the_checks_come_in_the_contracts_order(edge: RunningEdge) -> None:
    """Each request is wrong in all that follows too; the first check answers."""
    strange = "/v1/events/ev_strange/holds"
    bad = {"seatIds": 3}
    large = {"x": "y" * 1_100_000}
    _assert_problem(await edge.client.post(strange, json=large), 413, "BODY_TOO_LARGE")
    _assert_problem(await edge.client.post(strange, json=bad), 401, "UNAUTHENTICATED")
    role = await edge.client.post("/v1/venues", json=bad, headers=edge.bearer())
    _assert_problem(role, 403, "ROLE_REQUIRED")
    missing = await edge.client.post(strange, json=bad, headers=edge.bearer())
    _assert_problem(missing, 404, "EVENT_NOT_FOUND")
    body = await edge.client.post(HOLDS, json=bad, headers=edge.bearer())
    _assert_problem(body, 400, "INVALID_ARGUMENT")
    assert body.json()["field"] == "seatIds"


@pytest.mark.parametrize(
    "header",
    ["Bearer x", "Basic YTpi", "Bearer " + "x" * 20_000, "Bearer ü", "nonsense"],
)
async def test_a_token_that_is_none_is_401(edge: RunningEdge, header: str) -> None:
    headers = {"Authorization": header.encode("latin-1").decode("latin-1")}
    reply = await edge.client.post(
        HOLDS, json={}, headers={k: v.encode("latin-1") for k, v in headers.items()}
    )
    _assert_problem(reply, 401, "TOKEN_INVALID")


async def test_an_expired_or_foreign_token_is_401_and_no_hindrance_where_none_is_needed(
    edge: RunningEdge,
) -> None:
    expired, foreign = edge.bearer(seconds=-60), edge.bearer(aud="elsewhere")
    for headers in (expired, foreign):
        _assert_problem(
            await edge.client.post(HOLDS, json={}, headers=headers), 401, "TOKEN_INVALID"
        )
        room = await edge.client.get(f"/v1/events/{KNOWN_EVENT}/room", headers=headers)
        assert room.status_code == 200


async def test_a_picture_is_sent_as_it_is_and_not_twice(edge: RunningEdge) -> None:
    headers = edge.bearer()
    reply = await edge.client.get("/v1/tickets/tkt_1.png", headers=headers)
    assert (reply.headers["content-type"], reply.content) == ("image/png", b"\x89PNG")
    assert edge.fakes.took("RenderTicket")[0].ticket_id == "tkt_1"
    seen = headers | {"If-None-Match": reply.headers["etag"]}
    again = await edge.client.get("/v1/tickets/tkt_1.png", headers=seen)
    assert (again.status_code, again.content) == (304, b"")
    assert "private" in reply.headers["cache-control"]


async def test_a_csv_keeps_its_own_content_type(edge: RunningEdge) -> None:
    reply = await edge.client.get(
        f"/v1/events/{KNOWN_EVENT}/sales.csv", headers=edge.bearer("organiser")
    )
    assert reply.headers["content-type"] == "text/csv; charset=utf-8", reply.text


async def test_the_seat_map_is_immutable_packed_and_fetched_once(edge: RunningEdge) -> None:
    path = f"/v1/events/{KNOWN_EVENT}/seatmap"
    first = await edge.client.get(path)
    again = await edge.client.get(path, headers={"If-None-Match": first.headers["etag"]})
    plain = await edge.client.get(path, headers={"Accept-Encoding": "identity"})
    assert "immutable" in first.headers["cache-control"]
    assert first.headers["content-encoding"] == "gzip"
    assert again.status_code == 304
    assert plain.json() == first.json()
    assert "content-encoding" not in plain.headers
    assert len(edge.fakes.took("GetSeatMap")) == 1


async def test_a_drafts_seat_map_is_seen_by_its_organiser_and_not_kept_for_others(
    edge: RunningEdge,
) -> None:
    path = f"/v1/events/{DRAFT}/seatmap"
    own = await edge.client.get(path, headers=edge.bearer("organiser"))
    assert own.status_code == 200
    _assert_problem(await edge.client.get(path), 404, "EVENT_NOT_FOUND")
    _assert_problem(await edge.client.get(path, headers=edge.bearer()), 404, "EVENT_NOT_FOUND")


async def test_an_organisers_change_is_seen_at_once(edge: RunningEdge) -> None:
    path = f"/v1/events/{KNOWN_EVENT}/room"
    assert (await edge.client.get(path)).json()["capacity"] == 1
    edge.fakes.room.capacity = 2
    assert (await edge.client.get(path)).json()["capacity"] == 1
    await edge.client.post(
        f"/v1/events/{KNOWN_EVENT}:publish", json={}, headers=edge.bearer("organiser")
    )
    assert (await edge.client.get(path)).json()["capacity"] == 2


async def test_head_tells_what_get_would_without_the_body(edge: RunningEdge) -> None:
    path = f"/v1/events/{KNOWN_EVENT}/room"
    head, get = await edge.client.head(path), await edge.client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


async def test_unknown_addresses_and_methods_are_problems(edge: RunningEdge) -> None:
    _assert_problem(await edge.client.get("/v1/nothing"), 404, "ROUTE_NOT_FOUND")
    _assert_problem(await edge.client.get("/nothing"), 404, "ROUTE_NOT_FOUND")
    _assert_problem(await edge.client.get("/v1/%ff%00"), 404, "ROUTE_NOT_FOUND")
    wrong = await edge.client.put("/v1/orders", json={})
    _assert_problem(wrong, 405, "METHOD_NOT_ALLOWED")
    assert wrong.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    _assert_problem(await edge.client.get("/v1/webhooks/stripe"), 405, "METHOD_NOT_ALLOWED")


async def test_an_escaped_colon_is_a_verb_all_the_same(edge: RunningEdge) -> None:
    path = f"/v1/events/{KNOWN_EVENT}%3Apublish"
    reply = await edge.client.post(path, json={}, headers=edge.bearer("organiser"))
    assert reply.status_code == 200


async def test_a_body_of_unknown_length_is_cut_off_too(edge: RunningEdge) -> None:
    async def chunks() -> object:
        for _ in range(40):
            yield b"x" * 65_536

    reply = await edge.client.post(HOLDS, content=chunks(), headers=edge.bearer())
    _assert_problem(reply, 413, "BODY_TOO_LARGE")


async def test_every_answer_says_what_browsers_may_do(edge: RunningEdge) -> None:
    reply = await edge.client.get("/healthz")
    assert reply.headers["x-content-type-options"] == "nosniff"
    page = await edge.client.get("/", headers={"Accept": "text/html"})
    assert "js.stripe.com" in page.headers["content-security-policy"]
    assert "http://127.0.0.1:12111" in page.headers["content-security-policy"]
    assert "make web" in page.text


async def test_no_origin_but_our_own_may_call(edge: RunningEdge) -> None:
    reply = await edge.client.options("/v1/orders", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize("trace", ["é-a-b-c", "x" * 9000, "00-zz-zz-00", "a-b-c-d"])
async def test_a_trace_that_is_none_is_replaced(edge: RunningEdge, trace: str) -> None:
    headers = [(b"traceparent", trace.encode())]
    reply = await edge.client.get(f"/v1/events/{KNOWN_EVENT}/room", headers=headers)
    assert reply.status_code == 200
    assert len(reply.headers["x-request-id"]) == 32
