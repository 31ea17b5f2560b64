import type { Order } from "../api/types";
import { money } from "../format";

/** What an order is for, line by line. */
export function OrderLines({ order }: { order: Order }) {
  return (
    <ul class="order-lines">
      {order.lines.map((line) => (
        <li key={line.lineNo} class={line.refundedQuantity >= line.quantity && line.quantity > 0 ? "refunded" : ""}>
          <span>
            {line.quantity > 1 && `${line.quantity} × `}
            {line.description}
          </span>
          <strong>{money(line.amount)}</strong>
        </li>
      ))}
    </ul>
  );
}

/** How many tickets an order makes: one for each seat and place. */
export const ticketCount = (order: Order): number =>
  order.lines.filter((line) => line.kind === "FACE").reduce((sum, line) => sum + line.quantity, 0);
