/** What a payment has come to, whichever form confirms it. */
export type PaymentOutcome =
  /** The bank said yes, or is still thinking: the order goes on by itself. */
  | { kind: "under-way" }
  | { kind: "declined"; code: string | null }
  /** The bank wants to see the buyer; `url` is its page, null where the form opened it itself. */
  | { kind: "bank-check"; url: string | null }
  /** Ready for a payment method: nothing was charged. */
  | { kind: "not-paid" }
  /** The intent was cancelled with its order, which says the rest. */
  | { kind: "ended" }
  /** No answer: it may or may not have happened. */
  | { kind: "unknown" };

/** The part of Stripe's PaymentIntent that a page may see. */
export interface IntentView {
  status: string;
  last_payment_error?: { code?: string | undefined; decline_code?: string | undefined } | null;
  next_action?: {
    redirect_to_url?: { url?: string | null } | null | undefined;
    use_stripe_sdk?: { stripe_js?: unknown } | null | undefined;
  } | null;
}

function bankPage(action: IntentView["next_action"]): string | null {
  const page = action?.redirect_to_url?.url ?? action?.use_stripe_sdk?.stripe_js;
  return typeof page === "string" ? page : null;
}

/** Reads where an intent stands. */
export function outcomeOf(intent: IntentView): PaymentOutcome {
  switch (intent.status) {
    case "requires_capture":
    case "processing":
    case "succeeded":
      return { kind: "under-way" };
    case "requires_action":
      return {
        kind: "bank-check",
        url: bankPage(intent.next_action ?? null),
      };
    case "requires_payment_method": {
      const error = intent.last_payment_error;
      return error ? { kind: "declined", code: error.decline_code ?? error.code ?? null } : { kind: "not-paid" };
    }
    case "canceled":
      return { kind: "ended" };
    default:
      return { kind: "not-paid" };
  }
}
