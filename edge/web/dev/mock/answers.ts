import type { Hold, Money, Order } from "../../src/api/types";
import { euros } from "./arena.ts";
import {
  availabilityOf, boardOf, events, holds, issue, mapOf, orders, roomOf, seatsOf, setStates, summaryOf, tickets,
} from "./world.ts";

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  form: URLSearchParams;
  token: string;
  cookie: string;
}

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

const ok = (body: unknown, status = 200): Answer => ({ status, body });
const refuse = (status: number, reason: string, facts: object = {}): Answer => ({
  status,
  body: { status, title: reason, detail: reason, reason, ...facts },
});
const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

const session = (email: string) => ({
  accessToken: email,
  expireTime: soon(900),
  account: {
    accountId: `acc_${email}`,
    email,
    roles: ["buyer", ...(email.startsWith("organiser") ? ["organiser"] : []), ...(email.startsWith("gate") ? ["gate"] : [])],
    gateFor: [],
  },
});

/** Seats that somebody else takes at the last moment, to see what that looks like: number 13 in every row. */
const UNLUCKY = "13";
let counter = 0;

type Route = [method: string, pattern: RegExp, handle: (call: Call, id: string) => Answer];

const ROUTES: Route[] = [
  ["POST", /^\/v1\/sessions$/, () => ok({ expireTime: soon(600) })],
  ["POST", /^\/v1\/sessions:verify$/, ({ body }) =>
    body.code === "000000"
      ? refuse(401, "CODE_INVALID", { triesLeft: "3" })
      : { ...ok(session(String(body.email))), headers: { "Set-Cookie": `mock=${String(body.email)}; Path=/v1/sessions; HttpOnly` } }],
  ["POST", /^\/v1\/sessions\/refresh$/, ({ cookie }) => {
    const email = /mock=([^;]+)/.exec(cookie)?.[1];
    return email ? ok(session(email)) : refuse(401, "SESSION_INVALID");
  }],
  ["POST", /^\/v1\/sessions\/end$/, () => ({ status: 204, headers: { "Set-Cookie": "mock=; Path=/v1/sessions; Max-Age=0" } })],
  ["GET", /^\/v1\/client-config$/, () =>
    ok({ stripePublishableKey: "pk_test_local", localCardForm: true, stripeApiBase: "/mock-stripe/v1", seatsPerHold: 8, ticketsPerBuyer: 12, holdSeconds: 600, demo: true })],
  ["GET", /^\/v1\/events$/, ({ query }) => {
    const words = (query.get("query") ?? "").toLowerCase();
    const found = events.filter((event) => event.state !== "CANCELLED" && JSON.stringify(event).toLowerCase().includes(words));
    return ok({
      events: found.map(summaryOf),
      facets: [
        { field: "category", values: [{ value: "Concert", count: "4" }, { value: "Club", count: "1" }, { value: "Theatre", count: "1" }] },
        { field: "city", values: [{ value: "Oslo", count: "3" }, { value: "Berlin", count: "1" }] },
      ],
      totalSize: String(found.length),
      nextPageToken: "",
    });
  }],
  ["GET", /^\/v1\/events:suggest$/, ({ query }) =>
    ok({ suggestions: events.filter(({ name }) => name.toLowerCase().includes((query.get("query") ?? "").toLowerCase())).map(({ name, eventId }) => ({ text: name, kind: "EVENT", eventId })) })],
  ["GET", /^\/v1\/events:trending$/, () =>
    ok({ trending: events.slice(0, 3).map((event) => ({ event: summaryOf(event), soldCount: 40 })), windowSeconds: 300 })],
  ["GET", /^\/v1\/events\/([^/]+)$/, (_, id) => {
    const event = events.find(({ eventId }) => eventId === id);
    return event ? ok(event) : refuse(404, "EVENT_NOT_FOUND");
  }],
  ["GET", /^\/v1\/events\/([^/]+)\/seatmap$/, (_, id) => ok(mapOf(id))],
  ["GET", /^\/v1\/events\/([^/]+)\/availability$/, (_, id) => ok(availabilityOf(id))],
  ["GET", /^\/v1\/events\/([^/]+)\/room$/, (_, id) => {
    const room = roomOf(id);
    return room ? ok(room) : refuse(404, "ROOM_NOT_FOUND");
  }],
  ["POST", /^\/v1\/events\/([^/]+)\/room:join$/, (_, id) => {
    const room = roomOf(id);
    const drawn = room?.state === "SCHEDULED";
    return ok({ joinToken: "join", drawn, rank: 0, sequence: drawn ? "0" : String(Number(room?.servingSequence) + 1200) });
  }],
  ["POST", /^\/v1\/events\/([^/]+)\/room:claim$/, () => ok({ admissionToken: "admission", expireTime: soon(600) })],
  ["POST", /^\/v1\/events\/([^/]+)\/room:leave$/, () => ({ status: 204 })],
  ["POST", /^\/v1\/events\/([^/]+)\/holds$/, (call, id) => placeHold(call, id)],
  ["GET", /^\/v1\/holds\/([^/:]+)$/, (_, id) => (holds.has(id) ? ok(holds.get(id)) : refuse(404, "HOLD_NOT_FOUND"))],
  ["POST", /^\/v1\/holds\/([^/:]+):extend$/, (_, id) => {
    const hold = holds.get(id);
    if (!hold) return refuse(404, "HOLD_NOT_FOUND");
    Object.assign(hold, { expireTime: soon(600), extended: true });
    return ok(hold);
  }],
  ["DELETE", /^\/v1\/holds\/([^/]+)$/, (_, id) => {
    const hold = holds.get(id);
    if (hold) setStates(hold.eventId, hold.indices, 0);
    holds.delete(id);
    return { status: 204 };
  }],
  ["POST", /^\/v1\/orders$/, ({ body }) => createOrder(String(body.holdId))],
  ["GET", /^\/v1\/orders$/, () => ok({ orders: [...orders.values()].reverse(), nextPageToken: "" })],
  ["GET", /^\/v1\/orders\/([^/:]+)$/, (_, id) => (orders.has(id) ? ok(orders.get(id)) : refuse(404, "ORDER_NOT_FOUND"))],
  ["GET", /^\/v1\/orders\/([^/]+)\/tickets$/, (_, id) => ok({ tickets: tickets.filter(({ orderId }) => orderId === id) })],
  ["POST", /^\/v1\/orders\/([^/:]+):cancel$/, (_, id) => moveOrder(id, { state: "CANCELLED", endReason: "BUYER" })],
  ["POST", /^\/v1\/orders\/([^/:]+):quoteRefund$/, ({ body }) =>
    ok({ amount: euros(95 * (body.ticketIds as string[]).length), fee: euros(0), ticketIds: body.ticketIds })],
  ["POST", /^\/v1\/orders\/([^/:]+):refund$/, ({ body }, id) => {
    const ticketIds = body.ticketIds as string[];
    for (const ticket of tickets) if (ticketIds.includes(ticket.ticketId)) Object.assign(ticket, { state: "REVOKED", code: "" });
    return moveOrder(id, {
      state: "PARTIALLY_REFUNDED",
      refunds: [{ refundId: "rfd_1", state: "SUCCEEDED", amount: euros(95), ticketIds, createTime: soon(0) }],
    });
  }],
  ["GET", /^\/v1\/tickets$/, () => ok({ tickets, nextPageToken: "" })],
  ["GET", /^\/v1\/events\/([^/]+)\/gate-bundle$/, (_, id) =>
    ok({ eventId: id, keys: { keys: [] }, revokedTicketIds: [], version: "1", createTime: soon(0), eventName: events.find(({ eventId }) => eventId === id)?.name ?? "" })],
  ["GET", /^\/v1\/events\/([^/]+)\/checkins$/, (_, id) => ok({ eventId: id, ticketCount: 9842, admittedCount: 4120, deniedCount: 3 })],
  ["POST", /^\/v1\/gate\/scans$/, ({ body }) => ok({ results: (body.scans as { scanId: string; code: string }[]).map(judge) })],
  ["GET", /^\/v1\/organiser\/events$/, () => ok({ events, nextPageToken: "" })],
  ["GET", /^\/v1\/events\/([^/]+)\/sales$/, () => ok({ orderCount: 12, soldCount: 30, refundedCount: 2, net: euros(2850) })],
  ["GET", /^\/mock-stripe\/v1\/payment_intents\/([^/]+)$/, (_, id) => ok(intentOf(id))],
  ["POST", /^\/mock-stripe\/v1\/payment_intents\/([^/]+)\/confirm$/, ({ form }, id) => confirm(id, form.get("payment_method") ?? "")],
];

const OPEN_TO_ALL = /^\/(mock-stripe|v1\/(sessions|client-config|events(:|$|\/[^/]+(\/(seatmap|availability|room))?$)))/;

export function answer(call: Call): Answer {
  if (!call.token && !OPEN_TO_ALL.test(call.path)) return refuse(401, "UNAUTHENTICATED");
  for (const [method, pattern, handle] of ROUTES) {
    const match = call.method === method ? pattern.exec(call.path) : null;
    if (match) return handle(call, decodeURIComponent(match[1] ?? ""));
  }
  return refuse(404, "NOT_FOUND");
}

export function stream(call: Call, write: (text: string) => void, onClose: (stop: () => void) => void): boolean {
  const seats = /^\/v1\/events\/([^/]+)\/availability:watch$/.exec(call.path)?.[1];
  if (seats) {
    const board = boardOf(seats);
    board.watchers.add(write);
    const timer = setInterval(() => sellSome(seats), 1500);
    onClose(() => {
      board.watchers.delete(write);
      clearInterval(timer);
    });
    return true;
  }
  const orderId = /^\/v1\/orders\/([^/]+):watch$/.exec(call.path)?.[1];
  if (!orderId) return false;
  const timer = setInterval(() => write(`data: ${JSON.stringify(orders.get(orderId))}\n\n`), 500);
  onClose(() => clearInterval(timer));
  return true;
}

/** Others buy too. */
function sellSome(eventId: string): void {
  const { states } = boardOf(eventId);
  if (states.length < 100) return;
  const at = Math.floor(Math.random() * states.length);
  setStates(eventId, [at, at + 1].filter((index) => states[index] === 0), 2);
}

function placeHold(call: Call, eventId: string): Answer {
  const map = mapOf(eventId);
  const all = seatsOf(eventId);
  const best = call.body.bestAvailable as { quantity: number; priceMax?: Money } | undefined;
  const pools = (call.body.pools ?? []) as { poolId: string; quantity: number }[];
  let indices = ((call.body.seatIds ?? []) as string[]).map((seatId) => all.findIndex(({ seat }) => seat.seatId === seatId));
  const unlucky = indices.filter((index) => all[index]?.seat.number === UNLUCKY);
  if (unlucky.length) {
    setStates(eventId, unlucky, 2);
    return refuse(409, "SEATS_TAKEN", { seatIds: unlucky.map((index) => all[index]?.seat.seatId) });
  }
  if (best) {
    const { states } = boardOf(eventId);
    const start = all.findIndex((_, index) =>
      Array.from({ length: best.quantity }, (_, at) => index + at).every(
        (at) => states[at] === 0 && all[at]?.row === all[index]?.row && !all[at]?.seat.accessible,
      ),
    );
    if (start < 0 || (best.priceMax && best.priceMax.amountMinor === "3500" && best.quantity > 3)) {
      const nearest = all.slice(9000, 9400).filter((_, at) => states[9000 + at] === 0).slice(0, best.quantity);
      return refuse(409, "NOTHING_FITS", { nearest: { quantity: nearest.length, seatIds: nearest.map(({ seat }) => seat.seatId) } });
    }
    indices = Array.from({ length: best.quantity }, (_, at) => start + at);
  }
  setStates(eventId, indices, 1);
  const priceOf = (zoneId: string) => map.zones.find((zone) => zone.zoneId === zoneId)?.price ?? euros(0);
  const seats = indices.map((index) => ({ seatId: all[index]?.seat.seatId ?? "", price: priceOf(all[index]?.seat.zoneId ?? "") }));
  const held = pools.map((pool) => ({ ...pool, price: priceOf(map.pools.find(({ poolId }) => poolId === pool.poolId)?.zoneId ?? "") }));
  const total = [...seats.map(({ price }) => Number(price.amountMinor)), ...held.map(({ price, quantity }) => Number(price.amountMinor) * quantity)];
  const hold: Hold & { indices: number[] } = {
    holdId: `hld_${++counter}`,
    eventId,
    state: "HELD",
    expireTime: soon(600),
    seats,
    pools: held,
    total: euros(total.reduce((sum, value) => sum + value, 0) / 100),
    indices,
  };
  holds.set(hold.holdId, hold);
  return ok(hold, 201);
}

function createOrder(holdId: string): Answer {
  const hold = holds.get(holdId);
  if (!hold) return refuse(404, "HOLD_NOT_FOUND");
  const event = events.find(({ eventId }) => eventId === hold.eventId);
  const all = seatsOf(hold.eventId);
  const blank = { kind: "FACE" as const, zoneId: "", refundedQuantity: 0 };
  const order: Order = {
    orderId: `ord_${++counter}`,
    eventId: hold.eventId,
    holdId,
    state: "AWAITING_PAYMENT",
    total: hold.total,
    lines: [
      ...hold.seats.map((seat, index) => {
        const at = all[hold.indices[index] ?? 0];
        const description = `Section ${at?.section.name}, row ${at?.row.name}, seat ${at?.seat.number}`;
        return { ...blank, lineNo: index + 1, description, seatId: seat.seatId, poolId: "", quantity: 1, unitPrice: seat.price, amount: seat.price };
      }),
      ...hold.pools.map((pool, index) => ({
        ...blank, lineNo: 100 + index, description: mapOf(hold.eventId).pools.find(({ poolId }) => poolId === pool.poolId)?.name ?? "",
        seatId: "", poolId: pool.poolId, quantity: pool.quantity, unitPrice: pool.price,
        amount: euros((Number(pool.price.amountMinor) * pool.quantity) / 100),
      })),
    ],
    payment: { paymentIntentId: `pi_${counter}`, clientSecret: "secret" },
    expireTime: hold.expireTime,
    createTime: soon(0),
    refunds: [],
    endReason: "",
    version: "1",
    eventName: event?.name ?? "",
  };
  orders.set(order.orderId, order);
  return ok(order, 201);
}

function moveOrder(orderId: string, change: Partial<Order>): Answer {
  const order = orders.get(orderId);
  if (!order) return refuse(404, "ORDER_NOT_FOUND");
  const moved = { ...order, ...change, version: String(Number(order.version) + 1) };
  orders.set(orderId, moved);
  return ok(moved);
}

const actions = new Set<string>();
const orderOf = (intentId: string) => [...orders.values()].find(({ payment }) => payment?.paymentIntentId === intentId);

function intentOf(intentId: string): object {
  const order = orderOf(intentId);
  if (actions.has(intentId)) return { status: "requires_action", next_action: { use_stripe_sdk: { stripe_js: "about:blank" } } };
  return { status: order?.state === "AWAITING_PAYMENT" ? "requires_payment_method" : "requires_capture" };
}

function confirm(intentId: string, method: string): Answer {
  if (/[dD]eclined/.test(method)) return { status: 402, body: { error: { code: "card_declined", decline_code: "generic_decline" } } };
  if (/authenticationRequired/.test(method)) {
    actions.add(intentId);
    return ok(intentOf(intentId));
  }
  const order = orderOf(intentId);
  setTimeout(() => order && moveOrder(order.orderId, { state: "CONFIRMING" }), 500);
  setTimeout(() => {
    if (!order) return;
    moveOrder(order.orderId, { state: "PAID", payTime: soon(0) });
    issue(order);
  }, 1500);
  return ok({ status: "requires_capture" });
}

const admitted = new Map<string, string>();
function judge({ scanId, code }: { scanId: string; code: string }): object {
  const ticket = tickets.find((candidate) => candidate.code === code);
  if (!ticket) return { scanId, verdict: "DENY", reason: "NOT_OUR_TICKET" };
  const before = admitted.get(ticket.ticketId);
  if (before) return { scanId, verdict: "DENY", reason: "ALREADY_ADMITTED", firstScan: { gateId: "Gate B", scanTime: before } };
  admitted.set(ticket.ticketId, soon(0));
  return { scanId, verdict: "ADMIT", reason: "", ticketId: ticket.ticketId, seatLabel: ticket.seatLabel };
}
