import type { EventQuery } from "../api/routes";

/** The filters of the search, as they stand in the address bar: a link and the back button bring them back. */
export interface Filters {
  query: string;
  category: string;
  city: string;
  when: "" | "weekend" | "week" | "month";
  /** Minor units, all fees included; 0 means any. */
  priceMax: number;
  together: boolean;
  available: boolean;
  /** "latitude,longitude" once the person asked for it. */
  near: string;
  sort: string;
}

export const NO_FILTERS: Filters = {
  query: "",
  category: "",
  city: "",
  when: "",
  priceMax: 0,
  together: false,
  available: false,
  near: "",
  sort: "",
};

export const NEAR_RADIUS_KM = 50;
const WHENS = new Set(["weekend", "week", "month"]);

export function readFilters(query: Record<string, string>): Filters {
  const priceMax = Number(query.price ?? 0);
  const when = query.when ?? "";
  return {
    query: query.q ?? "",
    category: query.category ?? "",
    city: query.city ?? "",
    when: WHENS.has(when) ? (when as Filters["when"]) : "",
    priceMax: Number.isSafeInteger(priceMax) && priceMax > 0 ? priceMax : 0,
    together: query.together === "1",
    available: query.available === "1",
    near: /^-?\d+(\.\d+)?,-?\d+(\.\d+)?$/.test(query.near ?? "") ? (query.near ?? "") : "",
    sort: query.sort ?? "",
  };
}

/** The path that shows these filters; empty ones leave no trace. */
export function filtersPath(filters: Filters): string {
  const params = new URLSearchParams();
  if (filters.query) params.set("q", filters.query);
  if (filters.category) params.set("category", filters.category);
  if (filters.city) params.set("city", filters.city);
  if (filters.when) params.set("when", filters.when);
  if (filters.priceMax) params.set("price", String(filters.priceMax));
  if (filters.together) params.set("together", "1");
  if (filters.available) params.set("available", "1");
  if (filters.near) params.set("near", filters.near);
  if (filters.sort) params.set("sort", filters.sort);
  const text = params.toString();
  return text ? `/?${text}` : "/";
}

const DAY_MS = 86_400_000;

/** The first and last instants that a "when" means, on this device's calendar. */
export function whenRange(when: Filters["when"], now: Date): { after?: Date; before?: Date } {
  if (when === "week") return { after: now, before: new Date(now.getTime() + 7 * DAY_MS) };
  if (when === "month") return { after: now, before: new Date(now.getTime() + 30 * DAY_MS) };
  if (when === "weekend") {
    const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
    // Sunday is the weekend's second day already, not six days before its next one.
    const toSaturday = now.getDay() === 0 ? -1 : 6 - now.getDay();
    const saturday = new Date(midnight.getFullYear(), midnight.getMonth(), midnight.getDate() + toSaturday);
    const monday = new Date(saturday.getFullYear(), saturday.getMonth(), saturday.getDate() + 2);
    return { after: saturday > now ? saturday : now, before: monday };
  }
  return {};
}

export function searchQuery(filters: Filters, now: Date, pageToken = ""): EventQuery {
  const range = whenRange(filters.when, now);
  return {
    query: filters.query,
    category: filters.category,
    city: filters.city,
    near: filters.near,
    radiusKm: filters.near ? NEAR_RADIUS_KM : undefined,
    startAfter: range.after?.toISOString(),
    startBefore: range.before?.toISOString(),
    priceMax: filters.priceMax || undefined,
    togetherMin: filters.together ? 2 : undefined,
    available: filters.available,
    sort: filters.sort,
    pageSize: 24,
    pageToken,
  };
}
