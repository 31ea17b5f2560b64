import { generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import type { GateBundle } from "../src/api/types";
import { decideOffline } from "../src/gate/offline";
import { verdictOf } from "../src/gate/verdict";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const NOW = Date.parse("2027-06-12T18:30:00Z");
const bundle: GateBundle = {
  eventId: "ev_1",
  eventName: "Northern Lights",
  keys: { keys: [{ kid: "k1", kty: "OKP", crv: "Ed25519", x: String(publicKey.export({ format: "jwk" }).x) }] },
  revokedTicketIds: ["tkt_revoked"],
  version: "3",
  createTime: "2027-06-12T18:00:00Z",
};

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
function code(claims: object = {}, header: object = {}): string {
  const head = part({ alg: "EdDSA", typ: "ticket+jwt", kid: "k1", ...header });
  const body = part({
    iss: "onsale/tickets",
    aud: "onsale/gate",
    sub: "tkt_1",
    event: "ev_1",
    nbf: NOW / 1000 - 3600,
    exp: NOW / 1000 + 3600,
    ...claims,
  });
  return `${head}.${body}.${sign(null, Buffer.from(`${head}.${body}`), privateKey).toString("base64url")}`;
}

const decide = (text: string, change: Partial<GateBundle> = {}, before = new Map<string, { gateId: string; scanTime: string }>()) =>
  decideOffline({ ...bundle, ...change }, { scanId: "scan", code: text, nowMs: NOW, admittedBefore: (id) => before.get(id) ?? null });

test("a good ticket is let in without a network", async () => {
  expect(await decide(code())).toEqual({ scanId: "scan", verdict: "ADMIT", reason: "", ticketId: "tkt_1" });
});

test("the second time it is refused, with where and when the first was", async () => {
  const first = { gateId: "Gate B", scanTime: "2027-06-12T18:04:00Z" };
  const result = await decide(code(), {}, new Map([["tkt_1", first]]));
  expect(result).toMatchObject({ verdict: "DENY", reason: "ALREADY_ADMITTED", firstScan: first });
});

test.each([
  ["rubbish", "rubbish", "NOT_OUR_TICKET"],
  ["a changed claim", code().replace(/\.[^.]+\./, `.${part({ sub: "tkt_2", event: "ev_1" })}.`), "NOT_OUR_TICKET"],
  ["another kind of token", code({}, { typ: "at+jwt" }), "NOT_OUR_TICKET"],
  ["no signature's algorithm", code({}, { alg: "none" }), "NOT_OUR_TICKET"],
  ["an unknown key", code({}, { kid: "k2" }), "NOT_OUR_TICKET"],
  ["another audience", code({ aud: "onsale/elsewhere" }), "NOT_OUR_TICKET"],
  ["another event", code({ event: "ev_2" }), "OTHER_EVENT"],
  ["a revoked ticket", code({ sub: "tkt_revoked" }), "REVOKED"],
  ["a ticket of the past", code({ exp: NOW / 1000 - 120 }), "EXPIRED"],
  ["a ticket of the future", code({ nbf: NOW / 1000 + 120 }), "TOO_EARLY"],
])("%s is refused", async (_what, text, reason) => {
  expect(await decide(text)).toMatchObject({ verdict: "DENY", reason });
});

test("the entry window is the bundle's, not the ticket's", async () => {
  expect(await decide(code(), { entryStartTime: "2027-06-12T19:00:00Z" })).toMatchObject({ reason: "TOO_EARLY" });
});

test("the same ticket again at once is a hand that shook; later it is a stop", () => {
  const result = { scanId: "s", verdict: "DENY" as const, reason: "ALREADY_ADMITTED", firstScan: { gateId: "Gate B", scanTime: "2027-06-12T18:04:00Z" } };
  expect(verdictOf(result, "code", { code: "code", atMs: NOW - 5000 }, NOW).tone).toBe("look");
  const late = verdictOf(result, "code", { code: "code", atMs: NOW - 60_000 }, NOW);
  expect(late.tone).toBe("stop");
  expect(late.text).toContain("Gate B");
});

test.each(["OTHER_EVENT", "REFUNDED", "TRANSFERRED", "REVOKED", "EXPIRED", "NOT_OUR_TICKET", "SOMETHING_NEW"])("%s stops", (reason) => {
  const verdict = verdictOf({ scanId: "s", verdict: "DENY", reason }, "c", null, NOW);
  expect(verdict.tone).toBe("stop");
  expect(verdict.text).not.toBe("");
});
