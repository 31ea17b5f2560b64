import { expect, test } from "vitest";
import { arena } from "../dev/mock/arena";
import type { SeatMapDocument } from "../src/api/types";
import { Board } from "../src/seats/board";
import { SeatIndex } from "../src/seats/map/seatIndex";
import { buildModel, nameOf, type SeatModel } from "../src/seats/model";
import { areNeighbours, insteadOf } from "../src/seats/neighbours";
import { zoneColourName, zoneLetter } from "../src/seats/zones";

const price = (amountMinor: string) => ({ amountMinor, currencyCode: "EUR" });

/** One section, rows of ten one apart, an aisle between seats 5 and 6; places may be left out. */
function hall(rows = 3, placed = true): SeatModel {
  let no = 0;
  const document: SeatMapDocument = {
    eventId: "ev_1",
    zones: [
      { zoneId: "cheap", name: "Back", price: price("3500") },
      { zoneId: "dear", name: "Front", price: price("9500") },
    ],
    pools: [],
    sections: [
      {
        sectionId: "a",
        name: "A",
        rows: Array.from({ length: rows }, (_, row) => ({
          name: String(row + 1),
          seats: Array.from({ length: 10 }, (_, at) => ({
            seatId: `s${++no}`,
            number: String(at + 1),
            x: placed ? at + (at >= 5 ? 2 : 0) : 0,
            y: placed ? row : 0,
            zoneId: row === 0 ? "dear" : "cheap",
            accessible: false,
          })),
        })),
      },
    ],
  };
  return buildModel(document);
}

/** A board where only these seats are free. */
function boardWithFree(model: SeatModel, free: number[]): Board {
  const board = new Board(model.size, { sections: [], states: "", pools: [], version: "1" });
  board.states = new Uint8Array(model.size).fill(2);
  for (const index of free) board.states[index] = 0;
  return board;
}

test("seats keep the map's order, zones come dearest first", () => {
  const model = hall();
  expect(model.ids.slice(0, 3)).toEqual(["s1", "s2", "s3"]);
  expect(model.zones.map(({ zoneId }) => zoneId)).toEqual(["dear", "cheap"]);
  expect(model.zoneOf[0]).toBe(0);
  expect(model.zoneOf[10]).toBe(1);
  expect(nameOf(model, 13)).toEqual({ section: "A", row: "2", number: "4" });
});

test("a plan without places gets some that nobody shares", () => {
  const model = hall(3, false);
  const places = new Set(Array.from({ length: model.size }, (_, i) => `${model.xs[i]},${model.ys[i]}`));
  expect(places.size).toBe(model.size);
});

test("the distance between neighbours is not moved by an aisle", () => {
  expect(hall().spacing).toBe(1);
});

test("across an aisle and across rows nobody is a neighbour", () => {
  const model = hall();
  expect(areNeighbours(model, 3, 4)).toBe(true);
  expect(areNeighbours(model, 4, 5)).toBe(false);
  expect(areNeighbours(model, 9, 10)).toBe(false);
});

test("for a lost seat the next beside those that are kept is offered", () => {
  const model = hall();
  expect(insteadOf(model, boardWithFree(model, [1, 3, 8]), [0], [2])).toEqual([1]);
  expect(insteadOf(model, boardWithFree(model, [1, 3, 4]), [0], [2])).toEqual([1]);
});

test("with nothing kept, as many side by side near the lost ones are offered", () => {
  const model = hall();
  expect(insteadOf(model, boardWithFree(model, [3, 4]), [1, 2], [])).toEqual([3, 4]);
});

test("what is not enough is not offered", () => {
  const model = hall();
  expect(insteadOf(model, boardWithFree(model, [3]), [1, 2], [])).toBeNull();
});

test("arrows walk along rows and across them", () => {
  const index = new SeatIndex(hall());
  expect(index.next(11, "right")).toBe(12);
  expect(index.next(11, "left")).toBe(10);
  expect(index.next(11, "up")).toBe(1);
  expect(index.next(11, "down")).toBe(21);
  expect(index.next(14, "right")).toBe(15);
  expect(index.next(0, "up")).toBeNull();
});

test("from any seat of an arena every arrow that leads on comes back or goes on", () => {
  const model = buildModel(arena("ev_1"));
  const index = new SeatIndex(model);
  expect(model.size).toBeGreaterThan(20_000);
  let moves = 0;
  for (let from = 0; from < model.size; from += 211) {
    for (const direction of ["left", "right", "up", "down"] as const) {
      const to = index.next(from, direction);
      if (to === null) continue;
      moves += 1;
      expect(to).not.toBe(from);
    }
  }
  expect(moves).toBeGreaterThan(300);
});

test("zones have letters by price and five colours between them", () => {
  expect([0, 1, 25, 26].map(zoneLetter)).toEqual(["A", "B", "Z", "A2"]);
  expect([0, 1, 2].map((rank) => zoneColourName(rank, 3))).toEqual(["a", "b", "c"]);
  expect([0, 5, 9].map((rank) => zoneColourName(rank, 10))).toEqual(["a", "c", "e"]);
});
