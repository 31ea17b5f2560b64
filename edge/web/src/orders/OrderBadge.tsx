import type { OrderState } from "../api/types";
import { t } from "../i18n";

const TONES: Record<OrderState, string> = {
  AWAITING_PAYMENT: "warn",
  CONFIRMING: "warn",
  PAID: "ok",
  PARTIALLY_REFUNDED: "ok",
  REFUNDED: "",
  CANCELLED: "",
  EXPIRED: "",
};

export function OrderBadge({ state }: { state: OrderState }) {
  return <span class={`badge ${TONES[state]}`}>{t.orders.states[state]}</span>;
}
