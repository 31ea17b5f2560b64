import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import type { Room } from "../src/api/types";
import { drawnRank, estimateWait, mayClaim, peopleAhead, roundAhead } from "../src/line/place";

const room = (change: Partial<Room>): Room => ({
  eventId: "ev_1",
  state: "OPEN",
  serverTime: "",
  openTime: "",
  servingRank: 0.25,
  servingSequence: "0",
  drawCount: "1000",
  commitment: "",
  seed: "",
  ratePerMinute: 0,
  pollSeconds: 5,
  zones: [],
  ...change,
});

test("a drawn place counts the ranks between", () => {
  expect(peopleAhead({ drawn: true, rank: 0.75, sequence: "0" }, room({}))).toBe(500);
  expect(peopleAhead({ drawn: true, rank: 0.2, sequence: "0" }, room({}))).toBe(0);
});

test("before the draw nobody has a place", () => {
  expect(peopleAhead({ drawn: true, rank: 0, sequence: "0" }, room({}))).toBeNull();
});

test("those who joined late wait for the draw and for those before them", () => {
  expect(peopleAhead({ drawn: false, rank: 0, sequence: "41" }, room({ servingSequence: "0" }))).toBe(750 + 40);
  expect(peopleAhead({ drawn: false, rank: 0, sequence: "41" }, room({ servingRank: 1, servingSequence: "40" }))).toBe(0);
});

test("a place may be claimed once the marks have passed it, and not before", () => {
  expect(mayClaim({ drawn: true, rank: 0.2, sequence: "0" }, room({}))).toBe(true);
  expect(mayClaim({ drawn: true, rank: 0.25, sequence: "0" }, room({}))).toBe(false);
  expect(mayClaim({ drawn: true, rank: 0, sequence: "0" }, room({}))).toBe(false);
  expect(mayClaim({ drawn: false, rank: 0, sequence: "7" }, room({ servingSequence: "7" }))).toBe(true);
  expect(mayClaim({ drawn: false, rank: 0, sequence: "8" }, room({ servingSequence: "7" }))).toBe(false);
  expect(mayClaim({ drawn: false, rank: 0, sequence: "7" }, room({ state: "SCHEDULED", servingSequence: "7" }))).toBe(false);
});

test("numbers above a thousand are told as exactly as they are known", () => {
  expect(roundAhead(38_913)).toEqual({ value: 38_900, isExact: false });
  expect(roundAhead(1_234_567)).toEqual({ value: 1_230_000, isExact: false });
  expect(roundAhead(999)).toEqual({ value: 999, isExact: true });
});

test("a wait is a range, and none while the line stands", () => {
  expect(estimateWait(38_900, 1200)).toEqual({ lowMinutes: 25, highMinutes: 45 });
  expect(estimateWait(10, 1200)).toEqual({ lowMinutes: 1, highMinutes: 1 });
  expect(estimateWait(500, 0)).toBeNull();
});

test("a rank is recomputed from the published seed as the server draws it", async () => {
  const seed = "9f".repeat(32);
  const account = "acc_01hzzzzzzzzzzzzzzzzzzzzzzz";
  const digest = createHmac("sha256", Buffer.from(seed, "hex")).update(account).digest();
  const expected = Number(BigInt(`0x${digest.toString("hex")}`)) / 2 ** 256;
  expect(await drawnRank(seed, account)).toBeCloseTo(expected, 12);
});
