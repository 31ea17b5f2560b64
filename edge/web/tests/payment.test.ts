import { afterEach, expect, test, vi } from "vitest";
import type { ClientConfig, Order } from "../src/api/types";
import { outcomeOf } from "../src/checkout/payment";
import { confirmWithTestCard } from "../src/checkout/testCards";
import { endWords } from "../src/checkout/Ended";

const config = { stripePublishableKey: "pk_test_local", stripeApiBase: "http://stripe/v1", localCardForm: true } as ClientConfig;
const order = {
  orderId: "ord_1",
  total: { amountMinor: "19000", currencyCode: "EUR" },
  payment: { paymentIntentId: "pi_1", clientSecret: "pi_1_secret" },
} as Order;

afterEach(() => vi.unstubAllGlobals());

const stripeSays = (status: number, body: unknown) => {
  const fetching = vi.fn(async (_url: string, _init: RequestInit) => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", fetching);
  return fetching;
};

test.each([
  ["requires_capture", "under-way"],
  ["processing", "under-way"],
  ["succeeded", "under-way"],
  ["requires_payment_method", "not-paid"],
  ["requires_action", "bank-check"],
  ["requires_confirmation", "not-paid"],
  ["canceled", "ended"],
])("an intent that %s is %s", (status, kind) => {
  expect(outcomeOf({ status }).kind).toBe(kind);
});

test("a declined intent says why", () => {
  const intent = { status: "requires_payment_method", last_payment_error: { decline_code: "insufficient_funds" } };
  expect(outcomeOf(intent)).toEqual({ kind: "declined", code: "insufficient_funds" });
});

test("the bank's page is found wherever Stripe puts it", () => {
  const page = "http://bank/check";
  expect(outcomeOf({ status: "requires_action", next_action: { redirect_to_url: { url: page } } })).toEqual({ kind: "bank-check", url: page });
  expect(outcomeOf({ status: "requires_action", next_action: { use_stripe_sdk: { stripe_js: page } } })).toEqual({ kind: "bank-check", url: page });
});

test("a test card is confirmed by the call that Stripe.js makes", async () => {
  const fetching = stripeSays(200, { status: "requires_capture" });
  expect(await confirmWithTestCard(config, order, "pays")).toEqual({ kind: "under-way" });
  const [url, init] = fetching.mock.calls[0] as [string, RequestInit];
  expect(url).toBe("http://stripe/v1/payment_intents/pi_1/confirm");
  expect(Object.fromEntries(init.body as URLSearchParams)).toEqual({
    payment_method: "pm_card_visa",
    key: "pk_test_local",
    client_secret: "pi_1_secret",
  });
});

test("402 is the bank's no", async () => {
  stripeSays(402, { error: { code: "card_declined", decline_code: "generic_decline" } });
  expect(await confirmWithTestCard(config, order, "declined")).toEqual({ kind: "declined", code: "generic_decline" });
});

test("a second confirm of a paid intent is not taken for a failure", async () => {
  stripeSays(400, { error: { code: "payment_intent_unexpected_state", payment_intent: { status: "requires_capture" } } });
  expect(await confirmWithTestCard(config, order, "pays")).toEqual({ kind: "under-way" });
});

test("a lost reply is unknown, never a failure", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
  expect(await confirmWithTestCard(config, order, "pays")).toEqual({ kind: "unknown" });
});

test("an ended order says what became of the money", () => {
  const ended = (change: Partial<Order>) => endWords({ ...order, endReason: "", ...change } as Order);
  expect(ended({ state: "EXPIRED", endReason: "HOLD_EXPIRED" })).toContain("Nothing was taken");
  expect(ended({ state: "EXPIRED", endReason: "SEATS_GONE" })).toContain("€190.00 as pending");
  expect(ended({ state: "REFUNDED", endReason: "EVENT_CANCELLED" })).toContain("The full €190.00 is on its way back");
  expect(ended({ state: "CANCELLED", endReason: "BUYER" })).toContain("cancelled");
});
