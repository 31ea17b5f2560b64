import type { SeatMapDocument, SeatMapSeat } from "../../src/api/types";

/** A 20,000-seat arena around a floor, as large as the largest that the map must carry. */

const ZONES = [
  { zoneId: "z1", name: "Floor", price: euros(140) },
  { zoneId: "z2", name: "Front", price: euros(95) },
  { zoneId: "z3", name: "Lower", price: euros(75) },
  { zoneId: "z4", name: "Middle", price: euros(55) },
  { zoneId: "z5", name: "Upper", price: euros(35) },
];

export function euros(amount: number) {
  return { amountMinor: String(Math.round(amount * 100)), currencyCode: "EUR" };
}

let seatNo = 0;
const seat = (number: number, x: number, y: number, zoneId: string, extra: Partial<SeatMapSeat> = {}): SeatMapSeat => ({
  seatId: `s${++seatNo}`,
  number: String(number),
  x: Math.round(x * 100) / 100,
  y: Math.round(y * 100) / 100,
  zoneId,
  accessible: false,
  companion: false,
  ...extra,
});

type Section = SeatMapDocument["sections"][number];

function floorBlock(name: string, column: number, row: number): Section {
  const zoneId = row === 0 ? "z1" : "z2";
  return {
    sectionId: name,
    name,
    rows: Array.from({ length: 22 }, (_, r) => ({
      name: String(r + 1),
      seats: Array.from({ length: 22 }, (_, c) =>
        seat(c + 1, column * 25 + c - 36, row * 25 + r - 14, zoneId, {
          accessible: r === 21 && row === 1 && (c === 0 || c === 21),
          companion: r === 21 && row === 1 && (c === 1 || c === 20),
        }),
      ),
    })),
  };
}

function ringBlock(name: string, at: number, of: number, radius: number, rows: number, zones: string[]): Section {
  const span = (Math.PI * 1.25) / of;
  const from = Math.PI / 2 - Math.PI * 0.625 + at * span;
  return {
    sectionId: name,
    name,
    rows: Array.from({ length: rows }, (_, r) => {
      const distance = radius + r * 1.1;
      const seats = Math.floor((span * 0.9 * distance) / 1.02);
      const zoneId = zones[Math.min(zones.length - 1, Math.floor((r * zones.length) / rows))] ?? "z5";
      return {
        name: String(r + 1),
        seats: Array.from({ length: seats }, (_, c) => {
          const angle = from + span * (0.05 + (0.9 * (c + 0.5)) / seats);
          return seat(c + 1, Math.cos(angle) * distance * 1.15, Math.sin(angle) * distance + 4, zoneId);
        }),
      };
    }),
  };
}

export function arena(eventId: string): SeatMapDocument {
  seatNo = 0;
  const floor = [0, 1].flatMap((row) => [0, 1, 2].map((column) => floorBlock(`F${row * 3 + column + 1}`, column, row)));
  const lower = Array.from({ length: 14 }, (_, at) => ringBlock(String(101 + at), at, 14, 62, 26, ["z2", "z3", "z4"]));
  const upper = Array.from({ length: 22 }, (_, at) => ringBlock(String(201 + at), at, 22, 96, 32, ["z3", "z4", "z5"]));
  return { eventId, sections: [...floor, ...lower, ...upper], zones: ZONES, pools: [] };
}

export function club(eventId: string): SeatMapDocument {
  return {
    eventId,
    sections: [],
    zones: [
      { zoneId: "z1", name: "Balcony", price: euros(42) },
      { zoneId: "z2", name: "Floor", price: euros(28) },
    ],
    pools: [
      { poolId: "p1", name: "Balcony", zoneId: "z1", capacity: 120 },
      { poolId: "p2", name: "Floor", zoneId: "z2", capacity: 600 },
    ],
  };
}
