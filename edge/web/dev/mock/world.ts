import type { Availability, EventDetail, EventSummary, Hold, Order, Room, SeatMapDocument, Ticket } from "../../src/api/types";
import { arena, club, euros } from "./arena.ts";

/** A small world that lives as long as the development server. */

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 + days * DAY_MS).toISOString();

interface Sketch {
  eventId: string;
  name: string;
  artistName: string;
  venueName: string;
  city: string;
  timeZone: string;
  category: string;
  days: number;
  room?: Room["state"];
  opensInDays?: number;
  cancelled?: boolean;
}

const SKETCHES: Sketch[] = [
  { eventId: "ev_1", name: "Northern Lights: the farewell show", artistName: "Northern Lights", venueName: "Fjord Arena", city: "Oslo", timeZone: "Europe/Oslo", category: "Concert", days: 200 },
  { eventId: "ev_2", name: "Open Line Night", artistName: "The Quiet Crowd", venueName: "Fjord Arena", city: "Oslo", timeZone: "Europe/Oslo", category: "Concert", days: 60, room: "OPEN" },
  { eventId: "ev_3", name: "Soon On Sale", artistName: "Halcyon Days", venueName: "Fjord Arena", city: "Oslo", timeZone: "Europe/Oslo", category: "Concert", days: 90, room: "SCHEDULED" },
  { eventId: "ev_4", name: "A small room with a loud band", artistName: "Low Ceiling", venueName: "Kellerklub", city: "Berlin", timeZone: "Europe/Berlin", category: "Club", days: 20 },
  { eventId: "ev_5", name: "The Tempest", artistName: "City Players", venueName: "Old Theatre", city: "Dublin", timeZone: "Europe/Dublin", category: "Theatre", days: 33, opensInDays: 3 },
  { eventId: "ev_6", name: "Rained off", artistName: "Sunday Orchestra", venueName: "Park Stage", city: "Madrid", timeZone: "Europe/Madrid", category: "Concert", days: 12, cancelled: true },
];

const maps = new Map<string, SeatMapDocument>();
export function mapOf(eventId: string): SeatMapDocument {
  const known = maps.get(eventId);
  if (known) return known;
  const made = eventId === "ev_4" ? club(eventId) : arena(eventId);
  maps.set(eventId, made);
  return made;
}

export const events: EventDetail[] = SKETCHES.map((sketch) => ({
  eventId: sketch.eventId,
  name: sketch.name,
  artistName: sketch.artistName,
  venueId: "ven_1",
  venueName: sketch.venueName,
  city: sketch.city,
  countryCode: "NO",
  latitude: 59.9,
  longitude: 10.7,
  timeZone: sketch.timeZone,
  category: sketch.category,
  startTime: inDays(sketch.days),
  endTime: inDays(sketch.days + 0.125),
  saleOpenTime: inDays(sketch.opensInDays ?? -10),
  state: sketch.cancelled ? "CANCELLED" : "PUBLISHED",
  requiresAdmission: sketch.room !== undefined,
  zones: mapOf(sketch.eventId).zones,
  limits: { seatsPerHold: 8, liveHoldsPerBuyer: 4, ticketsPerBuyer: 12 },
  description: "One evening, one stage, and everybody who came. Doors open an hour before the start.",
  capacity: 20_000,
  holdSeconds: 600,
}));

export const summaryOf = (event: EventDetail): EventSummary => ({
  ...event,
  priceFrom: event.zones.at(-1)?.price ?? euros(0),
  available: true,
  availableCount: 4000,
  distanceKm: 0,
});

export const seatsOf = (eventId: string) =>
  mapOf(eventId).sections.flatMap((section) =>
    section.rows.flatMap((row) => row.seats.map((seat) => ({ section, row, seat }))),
  );

const boards = new Map<string, { states: Uint8Array; version: number; watchers: Set<(text: string) => void> }>();
export function boardOf(eventId: string) {
  let board = boards.get(eventId);
  if (!board) {
    let noise = 7;
    const random = () => (noise = (noise * 16_807) % 2_147_483_647) / 2_147_483_647;
    const states = Uint8Array.from(seatsOf(eventId), () => {
      const value = random();
      return value < 0.5 ? 0 : value < 0.56 ? 1 : 2;
    });
    board = { states, version: 1, watchers: new Set() };
    boards.set(eventId, board);
  }
  return board;
}

export function setStates(eventId: string, indices: number[], state: number): void {
  const board = boardOf(eventId);
  for (const index of indices) board.states[index] = state;
  const delta = {
    fromVersion: String(board.version),
    version: String(++board.version),
    changes: indices.map((seatIndex) => ({ seatIndex, state })),
    pools: [],
  };
  for (const tell of board.watchers) tell(`event: delta\ndata: ${JSON.stringify(delta)}\n\n`);
}

export function availabilityOf(eventId: string): Availability {
  const { states, version } = boardOf(eventId);
  const packed = new Uint8Array(Math.ceil(states.length / 4));
  states.forEach((state, index) => (packed[index >> 2] = (packed[index >> 2] ?? 0) | (state << ((index & 3) * 2))));
  let at = 0;
  const sections = mapOf(eventId).sections.map((section) => {
    const size = section.rows.reduce((sum, row) => sum + row.seats.length, 0);
    const available = states.slice(at, at + size).filter((state) => state === 0).length;
    at += size;
    return { sectionId: section.sectionId, available };
  });
  return {
    sections,
    states: Buffer.from(packed).toString("base64"),
    pools: mapOf(eventId).pools.map(({ poolId }, index) => ({ poolId, available: 40 + index * 300 })),
    version: String(version),
  };
}

const roomStart = Date.now();
export function roomOf(eventId: string): Room | null {
  const state = SKETCHES.find((sketch) => sketch.eventId === eventId)?.room;
  if (!state) return null;
  const seconds = (Date.now() - roomStart) / 1000;
  return {
    eventId,
    state,
    serverTime: new Date().toISOString(),
    openTime: state === "SCHEDULED" ? new Date(roomStart + 300_000).toISOString() : new Date(roomStart).toISOString(),
    servingRank: 1,
    servingSequence: String(Math.floor(seconds * 20)),
    drawCount: "51200",
    commitment: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    seed: "",
    ratePerMinute: 1200,
    pollSeconds: 2,
    zones: mapOf(eventId).zones.map((zone, index) => ({ zoneId: zone.zoneId, price: zone.price, left: index * 400 })),
  };
}

export const holds = new Map<string, Hold & { indices: number[] }>();
export const orders = new Map<string, Order>();
export const tickets: Ticket[] = [];

export function issue(order: Order): void {
  const event = events.find(({ eventId }) => eventId === order.eventId);
  for (const line of order.lines.filter(({ kind }) => kind === "FACE")) {
    for (let unit = 0; unit < line.quantity; unit++) {
      const ticketId = `tkt_${tickets.length + 1}`;
      const claims = Buffer.from(JSON.stringify({ iss: "onsale/tickets", sub: ticketId, event: order.eventId }));
      tickets.push({
        ticketId,
        orderId: order.orderId,
        eventId: order.eventId,
        seatId: line.seatId,
        poolId: line.poolId,
        state: "ACTIVE",
        code: `eyJhbGciOiJFZERTQSJ9.${claims.toString("base64url")}.${"x".repeat(86)}`,
        seatLabel: line.description,
        eventName: order.eventName,
        venueName: event?.venueName ?? "",
        city: event?.city ?? "",
        timeZone: event?.timeZone ?? "UTC",
        startTime: event?.startTime ?? "",
      });
    }
  }
}
