import { useState } from "preact/hooks";
import { Problem } from "../api/problem";
import { quoteRefund, refundTickets } from "../api/routes";
import type { Order, RefundQuote, Ticket } from "../api/types";
import { money } from "../format";
import { t } from "../i18n";
import { Notice } from "../ui/Notice";

type Step =
  | { name: "choose" }
  | { name: "quoting" }
  | { name: "quoted"; quote: RefundQuote }
  | { name: "refunding"; quote: RefundQuote }
  | { name: "done"; quote: RefundQuote };

interface RefundPanelProps {
  order: Order;
  tickets: Ticket[];
  onOrder: (order: Order) => void;
}

/** Gives tickets back: first what comes back, then the deed. */
export function RefundPanel({ order, tickets, onOrder }: RefundPanelProps) {
  const refundable = tickets.filter((ticket) => ticket.state === "ACTIVE");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [step, setStep] = useState<Step>({ name: "choose" });
  const [failure, setFailure] = useState<string | null>(null);
  const ticketIds = refundable.map((ticket) => ticket.ticketId).filter((ticketId) => chosen.has(ticketId));

  const attempt = async (during: Step, fallback: Step, work: () => Promise<Step>) => {
    setFailure(null);
    setStep(during);
    try {
      setStep(await work());
    } catch (error) {
      setFailure(explain(error));
      setStep(fallback);
    }
  };
  const quote = () =>
    attempt({ name: "quoting" }, { name: "choose" }, async () => ({
      name: "quoted",
      quote: await quoteRefund(order.orderId, ticketIds),
    }));
  const refund = (asked: RefundQuote) =>
    attempt({ name: "refunding", quote: asked }, { name: "quoted", quote: asked }, async () => {
      onOrder(await refundTickets(order.orderId, ticketIds));
      setChosen(new Set());
      return { name: "done", quote: asked };
    });
  const toggle = (ticketId: string) => {
    const next = new Set(chosen);
    if (!next.delete(ticketId)) next.add(ticketId);
    setChosen(next);
    setFailure(null);
    setStep({ name: "choose" });
  };

  return (
    <section class="stack" aria-labelledby="refund">
      <h3 id="refund">{t.orders.refund.heading}</h3>
      {step.name === "done" && (
        <Notice tone="ok" focus live="polite">
          <p>{t.orders.refund.done(money(step.quote.amount))}</p>
        </Notice>
      )}
      {failure && (
        <Notice tone="danger" focus live="assertive">
          <p>{failure}</p>
        </Notice>
      )}
      {refundable.length ? (
        <fieldset>
          <legend>{t.orders.refund.choose}</legend>
          {refundable.map((ticket) => (
            <label class="choice" key={ticket.ticketId}>
              <input
                type="checkbox"
                checked={chosen.has(ticket.ticketId)}
                onChange={() => toggle(ticket.ticketId)}
              />
              <span>{ticket.seatLabel}</span>
            </label>
          ))}
        </fieldset>
      ) : (
        <p class="muted">{t.orders.refund.none}</p>
      )}
      {(step.name === "choose" || step.name === "quoting") && ticketIds.length > 0 && (
        <button class="button secondary" aria-busy={step.name === "quoting"} onClick={() => void quote()}>
          {step.name === "quoting" ? t.orders.refund.quoting : t.orders.refund.quote}
        </button>
      )}
      {(step.name === "quoted" || step.name === "refunding") && (
        <Quoted
          quote={step.quote}
          isBusy={step.name === "refunding"}
          onConfirm={() => void refund(step.quote)}
          onKeep={() => setStep({ name: "choose" })}
        />
      )}
    </section>
  );
}

interface QuotedProps {
  quote: RefundQuote;
  isBusy: boolean;
  onConfirm: () => void;
  onKeep: () => void;
}

function Quoted({ quote, isBusy, onConfirm, onKeep }: QuotedProps) {
  const hasFee = quote.fee !== undefined && quote.fee.amountMinor !== "0";
  return (
    <Notice tone="warn" focus>
      <p>
        {t.orders.refund.text(money(quote.amount))} {t.orders.refund.stops(quote.ticketIds.length)}
        {hasFee && quote.fee && ` ${t.orders.refund.fee(money(quote.fee))}`}
      </p>
      <div class="row">
        <button class="button danger" aria-busy={isBusy} onClick={onConfirm}>
          {isBusy ? t.orders.refund.confirming : t.orders.refund.confirm(money(quote.amount))}
        </button>
        <button class="button secondary" onClick={onKeep}>
          {t.orders.refund.keep}
        </button>
      </div>
    </Notice>
  );
}

function explain(error: unknown): string {
  switch (error instanceof Problem ? error.reason : "") {
    case "REFUND_CLOSED":
      return t.orders.refund.closed;
    case "TICKET_NOT_ACTIVE":
    case "NOTHING_TO_REFUND":
      return t.orders.refund.notActive;
    default:
      return t.orders.refund.failed;
  }
}
