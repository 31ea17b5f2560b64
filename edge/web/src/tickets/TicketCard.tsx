import { useEffect, useMemo, useState } from "preact/hooks";
import { downloadTicketPdf } from "../api/routes";
import type { Ticket } from "../api/types";
import { timeOfDay, venueTime, zoneCity } from "../format";
import { t } from "../i18n";
import { saveFile } from "../ui/download";
import { PassOn } from "./PassOn";
import { drawQr } from "./qr";
import "./tickets.css";

interface TicketCardProps {
  ticket: Ticket;
  /** The level of its heading, one below what it stands under. */
  heading: "h2" | "h3" | "h4";
  /** Shows the code at once. */
  isOpen?: boolean;
}

/** A ticket: where, when, and the code that opens the gate. */
export function TicketCard({ ticket: loaded, heading: Heading, isOpen = false }: TicketCardProps) {
  const [ticket, setTicket] = useState(loaded);
  useEffect(() => setTicket(loaded), [loaded]);
  const [shown, setShown] = useState(isOpen);
  const [failed, setFailed] = useState(false);
  const savePdf = async () => {
    setFailed(false);
    try {
      saveFile(await downloadTicketPdf(ticket.ticketId), `${ticket.ticketId}.pdf`);
    } catch {
      setFailed(true);
    }
  };
  const isValid = ticket.state === "ACTIVE";
  return (
    <article class={isValid ? "ticket" : "ticket void"}>
      <div class="ticket-text">
        <Heading>{ticket.seatLabel}</Heading>
        {ticket.startTime && (
          <p>
            <strong>{ticket.eventName}</strong>
            <br />
            {venueTime(ticket.startTime, ticket.timeZone)} ({t.common.venueZone(zoneCity(ticket.timeZone))})
            <br />
            <span class="muted">
              {ticket.venueName}, {ticket.city}
            </span>
          </p>
        )}
        <p class="row">
          <span class={`badge ${isValid ? "ok" : ""}`}>{t.orders.ticketStates[ticket.state]}</span>
          {ticket.useTime && <span class="muted">{t.tickets.used(timeOfDay(ticket.useTime))}</span>}
        </p>
        <p class="row">
          {ticket.code && (
            <button class="button" aria-expanded={shown} onClick={() => setShown(!shown)}>
              {shown ? t.tickets.hide : t.tickets.show}
            </button>
          )}
          {ticket.code && (
            <button class="button secondary" onClick={() => void savePdf()}>
              {t.tickets.pdf}
            </button>
          )}
        </p>
        {failed && <p role="alert">{t.tickets.pdfFailed}</p>}
        {(isValid || ticket.state === "TRANSFERRING") && <PassOn ticket={ticket} onTicket={setTicket} />}
      </div>
      {shown && ticket.code && <Code ticket={ticket} />}
    </article>
  );
}

function Code({ ticket }: { ticket: Ticket }) {
  const picture = useMemo(() => drawQr(ticket.code), [ticket.code]);
  useScreenAwake();
  return (
    <div class="qr">
      <svg
        viewBox={`0 0 ${picture.size} ${picture.size}`}
        shape-rendering="crispEdges"
        role="img"
        aria-label={t.tickets.qr(ticket.seatLabel)}
      >
        <rect width={picture.size} height={picture.size} fill="#fff" />
        <path d={picture.path} fill="#000" />
      </svg>
      <p>{t.tickets.bright}</p>
    </div>
  );
}

/** Keeps the screen on while a code shows, where the browser can. */
function useScreenAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let isOver = false;
    const ask = async () => {
      if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
      const taken = await navigator.wakeLock.request("screen").catch(() => null);
      if (isOver) void taken?.release();
      else lock = taken;
    };
    void ask();
    // The browser takes the lock away with the tab.
    document.addEventListener("visibilitychange", ask);
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", ask);
      void lock?.release();
    };
  }, []);
}
