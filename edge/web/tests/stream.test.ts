import { expect, test } from "vitest";
import { backoffMs, EventParser } from "../src/api/stream";

test("events are put together whatever the chunks they come in", () => {
  const text = 'event: delta\ndata: {"version":"2"}\n\n: a comment\n\ndata: one\ndata: two\n\n';
  for (const size of [1, 3, 7, text.length]) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < text.length; at += size) events.push(...parser.feed(text.slice(at, at + size)));
    expect(events).toEqual([
      { event: "delta", data: '{"version":"2"}' },
      { event: "message", data: "one\ntwo" },
    ]);
  }
});

test("an event without data is none", () => {
  expect(new EventParser().feed("event: ping\n\n")).toEqual([]);
});

test("waits double to a minute and never come all at once", () => {
  expect(backoffMs(1, () => 0.5)).toBe(1000);
  expect(backoffMs(4, () => 0.5)).toBe(8000);
  expect(backoffMs(40, () => 0.5)).toBe(60_000);
  expect(backoffMs(3, () => 0)).toBe(3000);
  expect(backoffMs(3, () => 1)).toBe(5000);
});
