import { expect, test } from "vitest";
import { ServerClock } from "../src/api/clock";

const SERVER_START = Date.parse("2027-06-12T10:00:00Z");

/** A device whose clock is `aheadMs` ahead of the server's. */
function world(aheadMs: number) {
  let server = SERVER_START + 437;
  const clock = new ServerClock(() => server + aheadMs);
  const ask = (roundTripMs: number) => {
    const asked = server + aheadMs;
    const header = new Date(Math.floor((server + roundTripMs / 2) / 1000) * 1000).toUTCString();
    server += roundTripMs;
    clock.observe(header, asked, server + aheadMs);
  };
  return { clock, ask, pass: (ms: number) => (server += ms), serverNow: () => server };
}

test("a device an hour ahead counts down by the server's clock", () => {
  const { clock, ask, pass, serverNow } = world(3_600_000);
  for (let i = 0; i < 12; i++) {
    ask(60);
    pass(777);
  }
  expect(Math.abs(clock.now() - serverNow())).toBeLessThan(300);
});

test("one reply is enough for a second", () => {
  const { clock, ask, serverNow } = world(-5000);
  ask(40);
  expect(Math.abs(clock.now() - serverNow())).toBeLessThan(1000);
});

test("without any reply the device's clock stands", () => {
  expect(new ServerClock(() => 42).now()).toBe(42);
});

test("a clock that is set in between is learnt anew", () => {
  const first = world(0);
  first.ask(40);
  const asked = Date.parse("2027-06-12T12:00:00Z");
  first.clock.observe("Sat, 12 Jun 2027 10:00:10 GMT", asked, asked + 40);
  expect(first.clock.offsetMs).toBeLessThan(-7_180_000);
});

test("a reply without a date teaches nothing", () => {
  const clock = new ServerClock(() => 42);
  clock.observe(null, 0, 10);
  clock.observe("nonsense", 0, 10);
  expect(clock.offsetMs).toBe(0);
});
