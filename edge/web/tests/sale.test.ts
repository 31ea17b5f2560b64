import { expect, test } from "vitest";
import { events } from "../dev/mock/world";
import type { EventDetail, Room } from "../src/api/types";
import { saleState } from "../src/event/sale";

const NOW = Date.parse("2027-06-01T10:00:00Z");
const event = (change: Partial<EventDetail> = {}): EventDetail => ({
  ...(events[0] as EventDetail),
  state: "PUBLISHED",
  startTime: "2027-06-12T18:00:00Z",
  endTime: "2027-06-12T21:00:00Z",
  saleOpenTime: "2027-05-01T10:00:00Z",
  ...change,
});
const room = (state: Room["state"]) => ({ state, openTime: "2027-06-02T10:00:00Z" }) as Room;

test.each([
  ["cancelled", event({ state: "CANCELLED" }), room("OPEN"), 10],
  ["over", event({ startTime: "2027-05-12T18:00:00Z", endTime: "2027-05-12T21:00:00Z" }), null, 10],
  ["draft", event({ state: "DRAFT" }), null, 10],
  ["draw", event(), room("SCHEDULED"), 10],
  ["line", event(), room("OPEN"), 10],
  ["line", event(), room("PAUSED"), 10],
  ["line-sold-out", event(), room("SOLD_OUT"), 0],
  ["open", event(), room("CLOSED"), 10],
  ["before", event({ saleOpenTime: "2027-06-03T10:00:00Z" }), null, 10],
  ["sold-out", event(), null, 0],
  ["open", event(), null, null],
] as const)("the one button is for: %s", (name, detail, line, free) => {
  expect(saleState(detail, line, free, NOW).name).toBe(name);
});
