import { loadStripe } from "@stripe/stripe-js/pure";
import type { Stripe, StripeElements } from "@stripe/stripe-js";
import { outcomeOf, type PaymentOutcome } from "./payment";

/** Stripe's own form, from Stripe's own server: card numbers never pass through this site. */
export interface StripeForm {
  mount: (element: HTMLElement) => void;
  confirm: (returnUrl: string) => Promise<PaymentOutcome>;
  lookUp: () => Promise<PaymentOutcome>;
  unmount: () => void;
}

/** Stripe's fraud signals would send a visitor's moves from every page; here only from the checkout. */
export async function openStripeForm(publishableKey: string, clientSecret: string): Promise<StripeForm> {
  loadStripe.setLoadParameters({ advancedFraudSignals: false });
  const stripe = await loadStripe(publishableKey);
  if (!stripe) throw new Error("Stripe.js did not load");
  const elements = stripe.elements({ clientSecret, appearance: appearance() });
  const payment = elements.create("payment");
  return {
    mount: (element) => payment.mount(element),
    confirm: (returnUrl) => confirm(stripe, elements, returnUrl),
    lookUp: async () => {
      const { paymentIntent } = await stripe.retrievePaymentIntent(clientSecret);
      return paymentIntent ? outcomeOf(paymentIntent) : { kind: "unknown" };
    },
    unmount: () => payment.destroy(),
  };
}

async function confirm(stripe: Stripe, elements: StripeElements, returnUrl: string): Promise<PaymentOutcome> {
  const { error, paymentIntent } = await stripe.confirmPayment({
    elements,
    redirect: "if_required",
    confirmParams: { return_url: returnUrl },
  });
  if (paymentIntent) return outcomeOf(paymentIntent);
  if (error?.type === "card_error") return { kind: "declined", code: error.decline_code ?? error.code ?? null };
  // The form itself says which field is wrong.
  if (error?.type === "validation_error") return { kind: "not-paid" };
  return error?.payment_intent ? outcomeOf(error.payment_intent) : { kind: "unknown" };
}

function appearance() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return { theme: dark ? ("night" as const) : ("stripe" as const), variables: { borderRadius: "10px" } };
}
