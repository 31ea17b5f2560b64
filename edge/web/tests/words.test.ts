import { expect, test } from "vitest";
import { looksLikeEmail, maskEmail, readCode } from "../src/account/codes";
import { countdown, money, moneyShort, sum, venueTime, yourTime } from "../src/format";
import { reminderFile } from "../src/event/reminder";
import { groupTickets } from "../src/tickets/groups";
import { drawQr } from "../src/tickets/qr";
import type { Ticket } from "../src/api/types";

const eur = (amountMinor: string) => ({ amountMinor, currencyCode: "EUR" });

test("money keeps to its currency's digits", () => {
  expect(money(eur("19000"))).toBe("€190.00");
  expect(moneyShort(eur("9500"))).toBe("€95");
  expect(moneyShort(eur("9550"))).toBe("€95.50");
  expect(money({ amountMinor: "1900", currencyCode: "JPY" })).toBe("JP¥1,900");
  expect(sum([eur("9007199254740993"), eur("1")])).toEqual(eur("9007199254740994"));
});

test("a time is the venue's, with its zone's name", () => {
  expect(venueTime("2027-06-12T17:30:00Z", "Europe/Oslo")).toBe("Sat 12 June 2027, 19:30 CEST");
});

test("your time is told only where it differs", () => {
  expect(yourTime("2027-06-12T17:30:00Z", Intl.DateTimeFormat().resolvedOptions().timeZone)).toBeNull();
  expect(yourTime("2027-06-12T17:30:00Z", "Asia/Tokyo")).not.toBeNull();
});

test("countdowns read as clocks", () => {
  expect(countdown(462_000)).toBe("07:42");
  expect(countdown(3_600_000 + 62_000)).toBe("1:01:02");
  expect(countdown(-5)).toBe("00:00");
});

test("a code is six digits however it is pasted", () => {
  expect(readCode(" 123 456\n")).toBe("123456");
  expect(readCode("12345")).toBeNull();
  expect(readCode("1234567")).toBeNull();
});

test("an address is shown to be recognised, not read", () => {
  expect(maskEmail("ada@x.org")).toBe("a•••@x.org");
  expect(looksLikeEmail("ada@x")).toBe(false);
  expect(looksLikeEmail(" ada@x.org ")).toBe(true);
});

test("a reminder is a calendar entry with an alarm", async () => {
  const time = new Date("2027-06-01T10:00:00Z");
  const text = await reminderFile({ uid: "1", name: "A; B, C", url: "http://x", time }, time).text();
  expect(text).toContain("DTSTART:20270601T100000Z\r\n");
  expect(text).toContain("SUMMARY:A\\; B\\, C");
  expect(text).toContain("BEGIN:VALARM");
});

test("the next event's tickets come first, past ones apart", () => {
  const ticket = (eventId: string, startTime: string) => ({ eventId, startTime, eventName: eventId }) as Ticket;
  const tickets = [ticket("b", "2027-06-20T18:00:00Z"), ticket("a", "2027-06-12T18:00:00Z"), ticket("old", "2027-01-01T18:00:00Z"), ticket("b", "2027-06-20T18:00:00Z")];
  const { next, past } = groupTickets(tickets, Date.parse("2027-06-12T20:00:00Z"));
  expect(next.map((group) => [group.eventId, group.tickets.length])).toEqual([["a", 1], ["b", 2]]);
  expect(past.map((group) => group.eventId)).toEqual(["old"]);
});

test("a code of the usual length is drawn with its quiet zone", () => {
  const { size, path } = drawQr("x".repeat(400));
  expect(size).toBeGreaterThan(60);
  expect(path.startsWith("M4 4")).toBe(true);
});
