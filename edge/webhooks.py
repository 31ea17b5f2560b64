"""What Stripe tells us, passed on as it came: the signature is over the raw bytes."""

from __future__ import annotations

from starlette.responses import Response

from edge import descriptors
from edge.neighbours import Neighbours
from mesh import telemetry
from protos.payment.v1 import order_pb2

PATH = "/v1/webhooks/stripe"
_RPC_PATH = "/onsale.payment.v1.WebhookService/ReceiveWebhook"


class Webhooks:
    """Receives webhooks."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours
        self._rpc = next(rpc for rpc in descriptors.rpcs() if rpc.path == _RPC_PATH)

    async def receive(self, body: bytes, signature: str) -> Response:
        """Hands a webhook to the payments, which verify and store it. Raises OnsaleError."""
        request = order_pb2.ReceiveWebhookRequest(body=body, signature=signature)
        trace = (("traceparent", telemetry.traceparent()),)
        await self._neighbours.call("payment", self._rpc, request.SerializeToString(), trace)
        return Response(b"{}", 200, media_type="application/json")
