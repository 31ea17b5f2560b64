import { count } from "../../format";

export const organise = {
  title: "Organise",
  intro:
    "Your events and their numbers. Making venues, plans and events is done through the API today; its pages come later.",
  events: "Your events",
  empty: "You have no events yet. Make a venue, give it a plan, then make an event in it.",
  api: "The API, page by page",
  openapi: "OpenAPI document",
  states: { DRAFT: "Draft", PUBLISHED: "Published", CANCELLED: "Cancelled" },
  page: "Event page",
  gate: "Gate",
  csv: "Sales as CSV",
  csvFailed: "The file did not load. Try again.",
  sold: (value: number, capacity: number) => `${count(value)} of ${count(capacity)} sold`,
  net: (amount: string) => `${amount} after refunds`,
  numbers: "Show numbers",
};
