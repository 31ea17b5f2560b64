import { useEffect, useState } from "preact/hooks";
import { listOrderTickets } from "../api/routes";
import { pause } from "../api/stream";
import type { Order, Ticket } from "../api/types";
import { t } from "../i18n";
import { account } from "../session";
import { ticketCount } from "../orders/OrderLines";
import { TicketCard } from "../tickets/TicketCard";
import { Notice } from "../ui/Notice";

const TICKETS_POLL_MS = 1000;

/** Paid: the tickets, as soon as they are made. */
export function Paid({ order }: { order: Order }) {
  const tickets = useIssuedTickets(order);
  const isReady = tickets !== null && tickets.length >= ticketCount(order);
  return (
    <div class="stack">
      <Notice tone="ok" focus live="polite">
        <p>
          {isReady ? (
            <>
              <strong>{t.checkout.paid}</strong> {t.checkout.ready}
            </>
          ) : (
            t.checkout.issuing
          )}
        </p>
        {account.value && <p>{t.checkout.mailed(account.value.email)}</p>}
      </Notice>
      {!isReady && <progress aria-label={t.checkout.issuing} />}
      <div class="row">
        <a class="button" href="/tickets">
          {t.checkout.seeTickets}
        </a>
        <a class="button secondary" href={`/orders/${order.orderId}`}>
          {t.checkout.seeOrder}
        </a>
      </div>
      <ul class="ticket-list">
        {(tickets ?? []).map((ticket) => (
          <li key={ticket.ticketId}>
            <TicketCard ticket={ticket} heading="h2" />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The order's tickets; asked for until all of them are there. */
export function useIssuedTickets(order: Order): Ticket[] | null {
  const [tickets, setTickets] = useState<Ticket[] | null>(null);
  const wanted = ticketCount(order);
  useEffect(() => {
    const stop = new AbortController();
    const ask = async () => {
      while (!stop.signal.aborted) {
        const reply = await listOrderTickets(order.orderId).catch(() => null);
        if (stop.signal.aborted) return;
        if (reply) setTickets(reply.tickets);
        if (reply && reply.tickets.length >= wanted) return;
        await pause(TICKETS_POLL_MS, stop.signal);
      }
    };
    void ask();
    return () => stop.abort();
  }, [order.orderId, order.version, wanted]);
  return tickets;
}
