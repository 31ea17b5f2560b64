import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setCredentials } from "../src/api/client";
import type { SeatMapDocument } from "../src/api/types";
import { Board } from "../src/seats/board";
import { Desk } from "../src/seats/Desk";
import { buildModel } from "../src/seats/model";
import { verifySession } from "../src/session";

const price = { amountMinor: "9500", currencyCode: "EUR" };
const map: SeatMapDocument = {
  eventId: "ev_1",
  zones: [{ zoneId: "z1", name: "A", price }],
  pools: [],
  sections: [
    {
      sectionId: "a",
      name: "A",
      rows: [
        {
          name: "1",
          seats: Array.from({ length: 10 }, (_, at) => ({
            seatId: `s${at}`,
            number: String(at + 1),
            x: at,
            y: 0,
            zoneId: "z1",
            accessible: at === 8,
            companion: at === 9,
          })),
        },
      ],
    },
  ],
};

let replies: { status: number; body: unknown }[] = [];
let sent: { path: string; body: unknown }[] = [];

beforeEach(async () => {
  replies = [];
  sent = [];
  sessionStorage.clear();
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    sent.push({ path, body: JSON.parse(String(init.body ?? "null")) });
    const { status, body } = replies.shift() ?? { status: 500, body: {} };
    return new Response(status === 204 ? null : JSON.stringify(body), { status });
  });
  setCredentials({ accessToken: () => null, renew: async () => false });
  replies = [{ status: 200, body: { accessToken: "t", account: { accountId: "acc_1", email: "a@x.org", roles: [] } } }];
  await verifySession("a@x.org", "123456");
  sent = [];
});
afterEach(() => vi.unstubAllGlobals());

const newDesk = (limit = 4) => {
  const model = buildModel(map);
  return new Desk(model, new Board(model.size, { sections: [], states: btoa("\0\0\0"), pools: [], version: "1" }), limit);
};
const hold = (seatIds: string[]) => ({
  holdId: "hld_1",
  eventId: "ev_1",
  state: "HELD",
  expireTime: new Date(Date.now() + 600_000).toISOString(),
  seats: seatIds.map((seatId) => ({ seatId, price })),
  pools: [],
  total: price,
});

test("a 409 takes the lost seat out, keeps the others and offers the next one", async () => {
  const desk = newDesk();
  desk.toggle(2);
  desk.toggle(3);
  replies = [{ status: 409, body: { reason: "SEATS_TAKEN", seatIds: ["s3"] } }];
  await desk.keep();
  expect(desk.chosen.value).toEqual([2]);
  expect(desk.board.isFree(3)).toBe(false);
  expect(desk.lost.value.has(3)).toBe(true);
  expect(desk.refusal.value).toEqual({ kind: "taken", seats: [3] });
  expect(desk.alternatives([3])).toEqual([1]);
});

test("a kept choice becomes the hold and is found again after a reload", async () => {
  const desk = newDesk();
  desk.toggle(2);
  replies = [{ status: 201, body: hold(["s2"]) }];
  await desk.keep();
  expect(sent[0]).toEqual({ path: "/v1/events/ev_1/holds", body: { seatIds: ["s2"] } });
  expect(desk.hold.value?.holdId).toBe("hld_1");
  expect([...desk.mine.value]).toEqual([2]);

  const reloaded = newDesk();
  replies = [{ status: 200, body: hold(["s2"]) }];
  await reloaded.restore();
  expect(reloaded.hold.value?.holdId).toBe("hld_1");
});

test("a seat that the feed takes away from the choice is told at once", () => {
  const desk = newDesk();
  desk.toggle(2);
  desk.applyDelta({ fromVersion: "1", version: "2", changes: [{ seatIndex: 2, state: 2 }] });
  expect(desk.chosen.value).toEqual([]);
  expect(desk.refusal.value).toEqual({ kind: "taken", seats: [2] });
});

test("the own hold arriving by the feed before its reply is no loss", async () => {
  const desk = newDesk();
  desk.toggle(2);
  replies = [{ status: 201, body: hold(["s2"]) }];
  const keeping = desk.keep();
  await Promise.resolve();
  desk.busy.value = "holding";
  desk.applyDelta({ fromVersion: "1", version: "2", changes: [{ seatIndex: 2, state: 1 }] });
  await keeping;
  expect(desk.refusal.value).toBeNull();
  expect(desk.hold.value?.holdId).toBe("hld_1");
});

test("more than the limit is refused with the limit", () => {
  const desk = newDesk(2);
  desk.toggle(0);
  desk.toggle(1);
  expect(desk.toggle(2)).toBe("refused");
  expect(desk.refusal.value).toMatchObject({ kind: "limit", limit: 2 });
});

test("a companion seat goes with a wheelchair place, and leaves with it", () => {
  const desk = newDesk();
  expect(desk.toggle(9)).toBe("refused");
  expect(desk.toggle(8)).toBe("taken");
  expect(desk.toggle(9)).toBe("taken");
  desk.toggle(8);
  expect(desk.chosen.value).toEqual([]);
});

test("an expired hold can be tried again with the same seats", async () => {
  const desk = newDesk();
  desk.toggle(2);
  replies = [{ status: 201, body: hold(["s2"]) }];
  await desk.keep();
  desk.expire();
  expect(desk.hold.value).toBeNull();
  replies = [{ status: 201, body: hold(["s2"]) }];
  await desk.retake();
  expect(sent.at(-1)?.body).toEqual({ seatIds: ["s2"] });
  expect(desk.hold.value?.holdId).toBe("hld_1");
});

test("seats given back stay chosen, to start from", async () => {
  const desk = newDesk();
  desk.toggle(2);
  replies = [{ status: 201, body: hold(["s2"]) }];
  await desk.keep();
  desk.applyDelta({ fromVersion: "1", version: "2", changes: [{ seatIndex: 2, state: 1 }] });
  replies = [{ status: 204, body: null }];
  await desk.release();
  expect(desk.hold.value).toBeNull();
  expect(desk.chosen.value).toEqual([2]);
  expect(desk.board.isFree(2)).toBe(true);
});

test("where the line is over the page leads back to it", async () => {
  const desk = newDesk();
  desk.toggle(2);
  replies = [{ status: 403, body: { reason: "ADMISSION_REQUIRED" } }];
  await desk.keep();
  expect(desk.refusal.value).toEqual({ kind: "admission", used: false });
  expect(desk.chosen.value).toEqual([2]);
});

test("a code opens its channel's seats, goes with every hold, and is put away when it is refused", async () => {
  const desk = newDesk();
  const blocked = btoa("\x3c\0\0");
  desk.board.replace({ sections: [], states: blocked, pools: [], version: "2" });
  expect(desk.toggle(1)).toBe("not-free");
  replies = [{ status: 200, body: { name: "Fan club", seatIds: ["s1", "s2"], pools: [] } }];
  expect(await desk.showCode("fan-club")).toBe(true);
  expect(desk.channel.value).toBe("Fan club");
  expect(desk.toggle(1)).toBe("taken");
  replies = [{ status: 403, body: { reason: "ACCESS_CODE_INVALID" } }];
  await desk.keep();
  expect(sent.map(({ path, body }) => [path, body])).toEqual([
    ["/v1/events/ev_1/accessCodes:check", { accessCode: "fan-club" }],
    ["/v1/events/ev_1/holds", { seatIds: ["s1"], accessCode: "fan-club" }],
  ]);
  expect(desk.refusal.value).toEqual({ kind: "code", used: false });
  expect([desk.accessCode.value, desk.board.isFree(1)]).toEqual([null, false]);
});
