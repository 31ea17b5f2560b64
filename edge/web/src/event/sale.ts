import type { EventDetail, Room } from "../api/types";

/** Where an event's sale stands, and with it the one button that its page has. */
export type SaleState =
  | { name: "cancelled" }
  | { name: "over" }
  | { name: "draft" }
  | { name: "draw"; openTime: string }
  | { name: "line" }
  | { name: "line-sold-out" }
  | { name: "before"; openTime: string }
  | { name: "sold-out" }
  | { name: "open" };

/** `room` is null where the event has none; `free` is null while it is not known. */
export function saleState(event: EventDetail, room: Room | null, free: number | null, nowMs: number): SaleState {
  if (event.state === "CANCELLED") return { name: "cancelled" };
  if (Date.parse(event.endTime ?? event.startTime) < nowMs) return { name: "over" };
  if (event.state === "DRAFT") return { name: "draft" };
  if (room && room.state !== "CLOSED") {
    if (room.state === "SCHEDULED") return { name: "draw", openTime: room.openTime };
    return room.state === "SOLD_OUT" ? { name: "line-sold-out" } : { name: "line" };
  }
  if (event.saleOpenTime && Date.parse(event.saleOpenTime) > nowMs)
    return { name: "before", openTime: event.saleOpenTime };
  return free === 0 ? { name: "sold-out" } : { name: "open" };
}
