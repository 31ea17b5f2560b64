import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { call, setCredentials } from "../src/api/client";
import { Intents } from "../src/api/intents";
import { NoAnswer, Problem } from "../src/api/problem";

const fetches: { path: string; init: RequestInit }[] = [];
let replies: (() => Promise<Response>)[] = [];

const json = (status: number, body: unknown, headers: Record<string, string> = {}) => () =>
  Promise.resolve(new Response(JSON.stringify(body), { status, headers }));

beforeEach(() => {
  fetches.length = 0;
  replies = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    fetches.push({ path, init });
    const reply = replies.shift();
    return reply ? reply() : Promise.reject(new TypeError("failed to fetch"));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  setCredentials({ accessToken: () => null, renew: async () => false });
});

const header = (at: number, name: string) => (fetches[at]?.init.headers as Record<string, string>)[name];

test("a refusal keeps its reason and its facts", async () => {
  replies = [json(409, { status: 409, reason: "SEATS_TAKEN", seatIds: ["s1", "s2"] })];
  const problem = (await call("POST", "/v1/x").catch((error: unknown) => error)) as Problem;
  expect(problem).toBeInstanceOf(Problem);
  expect(problem.reason).toBe("SEATS_TAKEN");
  expect(problem.strings("seatIds")).toEqual(["s1", "s2"]);
  expect(problem.isBusy).toBe(false);
});

test("a busy reply says when to ask again", async () => {
  replies = [json(503, {}, { "Retry-After": "8" })];
  const problem = (await call("GET", "/v1/x").catch((error: unknown) => error)) as Problem;
  expect(problem.isBusy).toBe(true);
  expect(problem.retryAfterSeconds).toBe(8);
});

test("no network is no answer", async () => {
  await expect(call("GET", "/v1/x")).rejects.toBeInstanceOf(NoAnswer);
});

test("an ended token is renewed once and the call repeated", async () => {
  let token = "old";
  const renew = vi.fn(async () => {
    token = "new";
    return true;
  });
  setCredentials({ accessToken: () => token, renew });
  replies = [json(401, {}), json(200, { fine: true })];
  expect(await call("GET", "/v1/orders")).toEqual({ fine: true });
  expect(renew).toHaveBeenCalledTimes(1);
  expect(header(0, "Authorization")).toBe("Bearer old");
  expect(header(1, "Authorization")).toBe("Bearer new");
});

test("calls that make sessions carry no token and renew nothing", async () => {
  const renew = vi.fn(async () => true);
  setCredentials({ accessToken: () => "token", renew });
  replies = [json(401, { reason: "CODE_INVALID" })];
  await expect(call("POST", "/v1/sessions:verify", { anonymous: true })).rejects.toBeInstanceOf(Problem);
  expect(renew).not.toHaveBeenCalled();
  expect(header(0, "Authorization")).toBeUndefined();
});

test("empty filters leave no trace in the address", async () => {
  replies = [json(200, {})];
  await call("GET", "/v1/events", { query: { query: "", city: "Oslo", available: false, pageSize: 24, near: undefined } });
  expect(fetches[0]?.path).toBe("/v1/events?city=Oslo&pageSize=24");
});

test("an intent keeps its key through lost replies and drops it after a definite one", async () => {
  let next = 0;
  const intents = new Intents(() => `key-${++next}`);
  const used: string[] = [];
  const attempt = (outcome: () => Promise<void>) =>
    intents
      .run("order hld_1", (key) => {
        used.push(key);
        return outcome();
      })
      .catch(() => undefined);
  await attempt(() => Promise.reject(new NoAnswer()));
  await attempt(() => Promise.reject(new Problem(503, "BUSY", "", {}, 1, "")));
  await attempt(() => Promise.resolve());
  await attempt(() => Promise.reject(new Problem(409, "HOLD_EXPIRED", "", {}, null, "")));
  await attempt(() => Promise.resolve());
  expect(used).toEqual(["key-1", "key-1", "key-1", "key-2", "key-3"]);
});
