"""WebhookService: the edge hands over what the processor sent, as it came."""

from __future__ import annotations

from typing import Any

from google.protobuf.empty_pb2 import Empty

from payment_svc.webhooks.inbox import WebhookInbox
from protos.payment.v1 import order_pb2, order_pb2_grpc


class WebhookHandlers(order_pb2_grpc.WebhookServiceServicer):
    """Takes webhooks."""

    def __init__(self, inbox: WebhookInbox) -> None:
        self._inbox = inbox

    async def ReceiveWebhook(self, request: order_pb2.ReceiveWebhookRequest, context: Any) -> Empty:
        """Verifies a webhook and stores it once."""
        await self._inbox.receive(request.body, request.signature)
        return Empty()
