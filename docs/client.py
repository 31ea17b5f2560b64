"""The whole journey over gRPC, with nothing but the stubs: python docs/client.py (a stack must run: make up)."""

import json, os, re, sys, time, urllib.request  # noqa: E401
from pathlib import Path

import grpc

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from protos.accounts.v1 import accounts_pb2, accounts_pb2_grpc
from protos.inventory.v1 import inventory_pb2, inventory_pb2_grpc
from protos.payment.v1 import order_pb2, order_pb2_grpc
from protos.search.v1 import search_pb2, search_pb2_grpc
from protos.ticket.v1 import ticket_pb2, ticket_pb2_grpc

where = json.loads((Path(os.environ.get("ONSALE_RUN_DIR", ".run")) / "endpoints.json").read_text())
email = f"buyer{time.time_ns()}@demo.test"


def http(url, form=None):
    request = urllib.request.Request(url, form, {"Authorization": "Bearer sk_test_local"})
    return json.load(urllib.request.urlopen(request, timeout=10))


def stub(kind, service):
    return kind(grpc.insecure_channel(where[service]))


def until(answer):
    while not (value := answer()):
        time.sleep(0.1)
    return value


# Sign in: a code arrives by mail, and is traded for an access token.
accounts = stub(accounts_pb2_grpc.AccountServiceStub, "accounts")
accounts.StartSession(accounts_pb2.StartSessionRequest(email=email), timeout=10)
mails = until(lambda: http(f"{where['mailbox']}/api/v1/search?query=to:{email}")["messages"])
text = http(f"{where['mailbox']}/api/v1/message/{mails[0]['ID']}")["Text"]
verify = accounts_pb2.VerifySessionRequest(email=email, code=re.search(r"\b\d{6}\b", text)[0])
mine = [("authorization", f"Bearer {accounts.VerifySession(verify, timeout=10).access_token}")]

# Find an event with two seats side by side, hold the best two, and order them.
query = search_pb2.SearchEventsRequest(available=True, together_min=2, query=" ".join(sys.argv[1:]))
found = stub(search_pb2_grpc.SearchServiceStub, "search").SearchEvents(query, timeout=5).events
event = next(event for event in found if not event.requires_admission)
hold = inventory_pb2.HoldBestAvailableRequest(event_id=event.event_id)
hold.best_available.quantity = 2
inventory = stub(inventory_pb2_grpc.InventoryServiceStub, "inventory")
held = inventory.HoldBestAvailable(hold, metadata=mine, timeout=10)
create = order_pb2.CreateOrderRequest(hold_id=held.hold_id)
orders = stub(order_pb2_grpc.OrderServiceStub, "payment")
order = orders.CreateOrder(create, metadata=mine, timeout=15)
print(f"{event.name}, {event.venue_name}: {order.total.amount_minor} {order.total.currency_code}")
# Pay as the page does, with Stripe, and wait for the tickets.
intent = f"{where['stripe']}/v1/payment_intents/{order.payment.payment_intent_id}"
http(f"{intent}/confirm", b"payment_method=pm_card_visa")
tickets = stub(ticket_pb2_grpc.TicketServiceStub, "ticket")
ask = ticket_pb2.ListOrderTicketsRequest(order_id=order.order_id)
for ticket in until(lambda: tickets.ListOrderTickets(ask, metadata=mine, timeout=5).tickets):
    print(ticket.ticket_id, ticket.seat_label, ticket.code[:40])
