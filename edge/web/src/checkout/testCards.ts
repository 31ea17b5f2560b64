import type { ClientConfig, Order } from "../api/types";
import { outcomeOf, type IntentView, type PaymentOutcome } from "./payment";

/** Confirms payments with Stripe's test payment methods, by the calls that Stripe.js makes. */

export const TEST_METHODS = {
  pays: "pm_card_visa",
  declined: "pm_card_visa_chargeDeclined",
  bankCheck: "pm_card_authenticationRequired",
} as const;
export type TestMethod = keyof typeof TEST_METHODS;

/** Longer than any bank; after it the outcome is not known and the order tells. */
const CONFIRM_TIMEOUT_MS = 30_000;

interface StripeReply extends Partial<IntentView> {
  error?: { code?: string; decline_code?: string; payment_intent?: IntentView };
}

export async function confirmWithTestCard(
  config: ClientConfig,
  order: Order,
  method: TestMethod,
): Promise<PaymentOutcome> {
  if (!order.payment) return { kind: "not-paid" };
  const { paymentIntentId, clientSecret } = order.payment;
  return ask(`${config.stripeApiBase}/payment_intents/${paymentIntentId}/confirm`, {
    method: "POST",
    body: new URLSearchParams({
      payment_method: TEST_METHODS[method],
      key: config.stripePublishableKey,
      client_secret: clientSecret,
    }),
  });
}

/** Where the intent stands now, from Stripe itself. */
export async function lookUpIntent(config: ClientConfig, order: Order): Promise<PaymentOutcome> {
  if (!order.payment) return { kind: "not-paid" };
  const { paymentIntentId, clientSecret } = order.payment;
  const query = new URLSearchParams({ key: config.stripePublishableKey, client_secret: clientSecret });
  return ask(`${config.stripeApiBase}/payment_intents/${paymentIntentId}?${query}`, { method: "GET" });
}

async function ask(url: string, init: RequestInit): Promise<PaymentOutcome> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(CONFIRM_TIMEOUT_MS) });
    const reply = (await response.json()) as StripeReply;
    if (reply.error)
      return response.status === 402
        ? { kind: "declined", code: reply.error.decline_code ?? reply.error.code ?? null }
        : reply.error.payment_intent
          ? outcomeOf(reply.error.payment_intent)
          : { kind: "unknown" };
    return typeof reply.status === "string" ? outcomeOf({ ...reply, status: reply.status }) : { kind: "unknown" };
  } catch {
    return { kind: "unknown" };
  }
}
