import { RequireAccount } from "../account/RequireAccount";
import type { Order } from "../api/types";
import { Ended } from "../checkout/Ended";
import { useIssuedTickets } from "../checkout/Paid";
import { isOpen, useOrder } from "../checkout/useOrder";
import { dateAndTime, money } from "../format";
import { t } from "../i18n";
import { TicketCard } from "../tickets/TicketCard";
import { Loaded } from "../ui/Loaded";
import { Notice } from "../ui/Notice";
import { Page } from "../ui/Page";
import { OrderBadge } from "./OrderBadge";
import { OrderLines, ticketCount } from "./OrderLines";
import { RefundPanel } from "./RefundPanel";
import "./orders.css";

/** `/orders/{o}`: what was bought, its tickets, and the way back. */
export default function OrderPage({ id }: { id: string }) {
  return (
    <Page title={t.orders.one}>
      <RequireAccount>
        <LoadedOrder orderId={id} />
      </RequireAccount>
    </Page>
  );
}

function LoadedOrder({ orderId }: { orderId: string }) {
  const order = useOrder(orderId);
  return <Loaded of={order}>{(loaded) => <OrderView order={loaded} onOrder={order.set} />}</Loaded>;
}

function OrderView({ order, onOrder }: { order: Order; onOrder: (order: Order) => void }) {
  const wasPaid = order.state === "PAID" || order.state === "PARTIALLY_REFUNDED";
  return (
    <div class="stack">
      <div class="row baseline">
        <h2>
          <a href={`/events/${order.eventId}`}>{order.eventName}</a>
        </h2>
        <OrderBadge state={order.state} />
      </div>
      <p class="muted">
        {order.payTime ? t.orders.paid(dateAndTime(order.payTime)) : t.orders.placed(dateAndTime(order.createTime))}
      </p>
      {isOpen(order) && (
        <p>
          <a class="button" href={`/checkout/${order.orderId}`}>
            {t.orders.pay}
          </a>
        </p>
      )}
      {!isOpen(order) && !wasPaid && <Ended order={order} />}
      <section class="panel stack" aria-labelledby="lines">
        <h3 id="lines">{t.orders.lines}</h3>
        <OrderLines order={order} />
        <p class="total">
          <span>{t.common.total}</span>
          <strong>{money(order.total)}</strong>
        </p>
      </section>
      <Refunds order={order} />
      {wasPaid && <Tickets order={order} onOrder={onOrder} />}
    </div>
  );
}

function Refunds({ order }: { order: Order }) {
  if (!order.refunds.length) return null;
  return (
    <section class="stack" aria-labelledby="refunds">
      <h3 id="refunds">{t.orders.refunds}</h3>
      <ul class="order-lines">
        {order.refunds.map((refund) => (
          <li key={refund.refundId}>
            <span>
              {t.orders.refundOf(refund.ticketIds.length)} · {t.orders.refundStates[refund.state]}
            </span>
            <strong>{money(refund.amount)}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tickets({ order, onOrder }: { order: Order; onOrder: (order: Order) => void }) {
  const tickets = useIssuedTickets(order);
  if (!tickets || tickets.length < ticketCount(order))
    return (
      <Notice tone="plain" live="polite">
        <p>{t.orders.issuing}</p>
      </Notice>
    );
  return (
    <>
      <section class="stack" aria-labelledby="order-tickets">
        <h3 id="order-tickets">{t.orders.tickets}</h3>
        <ul class="ticket-list">
          {tickets.map((ticket) => (
            <li key={ticket.ticketId}>
              <TicketCard ticket={ticket} heading="h4" />
            </li>
          ))}
        </ul>
      </section>
      <RefundPanel order={order} tickets={tickets} onOrder={onOrder} />
    </>
  );
}
