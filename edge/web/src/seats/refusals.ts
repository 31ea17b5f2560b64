import { Problem } from "../api/problem";
import type { Money } from "../api/types";
import type { SeatModel } from "./model";

/** Why the box office said no, with what the person can do about it. */
export type Refusal =
  | { kind: "taken"; seats: number[] }
  | { kind: "pools-taken" }
  | { kind: "nothing-fits"; nearest: Nearest | null }
  | { kind: "limit"; name: string; limit: number | null; have: number | null }
  | { kind: "admission"; used: boolean }
  | { kind: "code"; used: boolean }
  | { kind: "not-open" }
  | { kind: "gone" }
  | { kind: "extended-already" }
  | { kind: "expired" }
  | { kind: "failed" }
  // Refused on the page itself, before anything was asked.
  | { kind: "companion" }
  | { kind: "held" };

/** The closest that could be had instead. */
export interface Nearest {
  seatIds: string[];
  quantity: number | null;
  price: Money | null;
}

export function refusalOf(error: unknown, model: SeatModel): Refusal {
  if (!(error instanceof Problem)) return { kind: "failed" };
  switch (error.reason) {
    case "SEATS_TAKEN":
      return { kind: "taken", seats: error.strings("seatIds").flatMap((seatId) => model.indexOf.get(seatId) ?? []) };
    case "PLACES_TAKEN":
      return { kind: "pools-taken" };
    case "NOTHING_FITS":
      return { kind: "nothing-fits", nearest: nearestOf(error.facts.nearest) };
    case "HOLD_LIMIT":
      return {
        kind: "limit",
        name: String(error.facts.limitName ?? ""),
        limit: error.number("limit"),
        have: error.number("have"),
      };
    case "ADMISSION_REQUIRED":
      return { kind: "admission", used: false };
    case "ADMISSION_INVALID":
      return { kind: "admission", used: true };
    case "ACCESS_CODE_INVALID":
      return { kind: "code", used: false };
    case "ACCESS_CODE_USED_UP":
      return { kind: "code", used: true };
    case "SALE_NOT_OPEN":
      return { kind: "not-open" };
    case "EVENT_CANCELLED":
    case "EVENT_OVER":
      return { kind: "gone" };
    case "HOLD_EXTENDED":
      return { kind: "extended-already" };
    case "HOLD_EXPIRED":
    case "HOLD_NOT_FOUND":
      return { kind: "expired" };
    default:
      return { kind: "failed" };
  }
}

function nearestOf(fact: unknown): Nearest | null {
  const offer = typeof fact === "string" ? parsed(fact) : fact;
  if (!offer || typeof offer !== "object") return null;
  const { seatIds, quantity, price } = offer as { seatIds?: unknown; quantity?: unknown; price?: unknown };
  const ids = Array.isArray(seatIds) ? seatIds.filter((seatId): seatId is string => typeof seatId === "string") : [];
  return {
    seatIds: ids,
    quantity: typeof quantity === "number" ? quantity : null,
    price: isMoney(price) ? price : null,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isMoney = (value: unknown): value is Money =>
  typeof value === "object" && value !== null && "amountMinor" in value && "currencyCode" in value;
