import type { Order } from "../api/types";
import { money } from "../format";
import { t } from "../i18n";
import { Notice } from "../ui/Notice";

/** An order that is over without tickets: what became of the money. */
export function Ended({ order }: { order: Order }) {
  return (
    <div class="stack">
      <Notice tone="warn" focus live="assertive">
        <p>{endWords(order)}</p>
      </Notice>
      {order.endReason !== "EVENT_CANCELLED" && (
        <p>
          <a class="button" href={`/events/${order.eventId}/seats`}>
            {t.checkout.again}
          </a>
        </p>
      )}
    </div>
  );
}

export function endWords(order: Order): string {
  const total = money(order.total);
  const wasPaid = order.payTime !== undefined && order.payTime !== "";
  if (order.state === "REFUNDED")
    return order.endReason === "EVENT_CANCELLED" ? t.checkout.eventCancelled(total) : t.checkout.refunded(total);
  if (order.endReason === "SEATS_GONE") return wasPaid ? t.checkout.refunded(total) : t.checkout.lateGone(total);
  if (order.state === "EXPIRED") return t.checkout.expired;
  return t.checkout.cancelled;
}
