import type { Ticket } from "../api/types";

export interface TicketGroup {
  eventId: string;
  eventName: string;
  startMs: number;
  tickets: Ticket[];
}

/** An event counts as past this long after its start: people come late. */
const PAST_AFTER_MS = 12 * 3_600_000;

/** Tickets by event, the next one first; what is over apart. */
export function groupTickets(tickets: readonly Ticket[], nowMs: number): { next: TicketGroup[]; past: TicketGroup[] } {
  const groups = new Map<string, TicketGroup>();
  for (const ticket of tickets) {
    const startMs = ticket.startTime ? Date.parse(ticket.startTime) : Infinity;
    const group = groups.get(ticket.eventId) ?? {
      eventId: ticket.eventId,
      eventName: ticket.eventName,
      startMs,
      tickets: [],
    };
    group.tickets.push(ticket);
    groups.set(ticket.eventId, group);
  }
  const all = [...groups.values()];
  return {
    next: all.filter((group) => group.startMs + PAST_AFTER_MS >= nowMs).sort((a, b) => a.startMs - b.startMs),
    past: all.filter((group) => group.startMs + PAST_AFTER_MS < nowMs).sort((a, b) => b.startMs - a.startMs),
  };
}
