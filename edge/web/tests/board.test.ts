import { expect, test } from "vitest";
import { Board, unpackStates } from "../src/seats/board";

const pack = (states: number[]) => {
  const packed = new Uint8Array(Math.ceil(states.length / 4));
  states.forEach((state, i) => (packed[i >> 2] = (packed[i >> 2] ?? 0) | (state << ((i & 3) * 2))));
  return btoa(String.fromCharCode(...packed));
};
const availability = (states: number[], version: number) => ({
  sections: [],
  states: pack(states),
  pools: [{ poolId: "p1", available: 7 }],
  version: String(version),
});
const delta = (from: number, to: number, ...changes: [number, number][]) => ({
  fromVersion: String(from),
  version: String(to),
  changes: changes.map(([seatIndex, state]) => ({ seatIndex, state })),
});

test("two bits a seat, lowest bits first, four a byte", () => {
  // 0b11_10_01_00 = 0xe4, then 0b01: seats 0, 1, 2, 3 and then 1.
  expect([...unpackStates(btoa("\xe4\x01"), 5)]).toEqual([0, 1, 2, 3, 1]);
});

test("a short answer leaves no seat free that it does not speak of", () => {
  const board = new Board(6, availability([0, 1, 0, 0], 1));
  expect([...board.states]).toEqual([0, 1, 0, 0, 3, 3]);
  expect(board.free).toBe(3);
});

test("a delta moves the board on and says what changed", () => {
  const board = new Board(5, availability([0, 0, 1, 2, 0], 10));
  expect(board.apply(delta(10, 11, [0, 1], [2, 0], [3, 2]))).toEqual({ kind: "applied", changed: [0, 2] });
  expect([...board.states]).toEqual([1, 0, 0, 2, 0]);
  expect(board.free).toBe(3);
});

test("an old delta changes nothing", () => {
  const board = new Board(2, availability([0, 0], 10));
  expect(board.apply(delta(8, 9, [0, 2]))).toEqual({ kind: "old" });
  expect(board.isFree(0)).toBe(true);
});

test("a gap is told and nothing is guessed", () => {
  const board = new Board(2, availability([0, 0], 10));
  expect(board.apply(delta(11, 12, [0, 2]))).toEqual({ kind: "gap" });
  expect(board.isFree(0)).toBe(true);
});

test("a whole new state names the seats that differ", () => {
  const board = new Board(4, availability([0, 1, 2, 0], 10));
  expect(board.replace(availability([0, 0, 2, 3], 20))).toEqual([1, 3]);
  expect(board.version).toBe(20n);
});

test("a delta may speak of pools", () => {
  const board = new Board(1, availability([0], 1));
  board.apply({ ...delta(1, 2), pools: [{ poolId: "p1", available: 3 }] });
  expect(board.pools.get("p1")).toBe(3);
});

test("a code's seats are free to whoever has it while nobody holds them, and blocked again without it", () => {
  const board = new Board(4, availability([0, 3, 3, 1], 1));
  expect(board.open([1, 3], new Map([["p1", 5]]))).toEqual([1]);
  expect([...board.states]).toEqual([0, 0, 3, 1]);
  expect([board.free, board.placesLeft("p1")]).toEqual([2, 12]);
  board.apply(delta(1, 2, [1, 1], [3, 3]));
  expect([...board.states]).toEqual([0, 1, 3, 0]);
  board.replace(availability([0, 3, 3, 3], 3));
  expect([...board.states]).toEqual([0, 0, 3, 0]);
  expect(board.open([], new Map()).sort()).toEqual([1, 3]);
  expect([...board.states]).toEqual([0, 3, 3, 3]);
  expect([board.free, board.placesLeft("p1")]).toEqual([1, 7]);
});
