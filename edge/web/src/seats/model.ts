import type { Money, SeatMapDocument, SeatMapPool } from "../api/types";
import { compareMoney } from "../format";
import { layOut } from "./layout";

/**
 * The seat map as flat arrays: seat `i` is the map's i-th seat in its own order, the order in which availability
 * counts too. 20,000 objects would cost the garbage collector what the canvas needs.
 */
export interface SeatModel {
  eventId: string;
  size: number;
  ids: string[];
  numbers: string[];
  xs: Float32Array;
  ys: Float32Array;
  /** Index into zones. */
  zoneOf: Uint16Array;
  /** Index into rows. */
  rowOf: Uint32Array;
  /** A SeatKind each. */
  kinds: Uint8Array;
  rows: RowInfo[];
  sections: SectionInfo[];
  /** The dearest first. */
  zones: ZoneInfo[];
  pools: PoolInfo[];
  bounds: Bounds;
  /** How far neighbours stand apart, in the map's units. */
  spacing: number;
  indexOf: Map<string, number>;
}

export const SeatKind = { ORDINARY: 0, WHEELCHAIR: 1, COMPANION: 2 } as const;

/** Seats start ≤ i < end. */
export interface RowInfo {
  name: string;
  section: number;
  start: number;
  end: number;
}

export interface SectionInfo {
  sectionId: string;
  name: string;
  /** Rows rowStart ≤ r < rowEnd. */
  rowStart: number;
  rowEnd: number;
  start: number;
  end: number;
  bounds: Bounds;
}

export interface ZoneInfo {
  zoneId: string;
  name: string;
  price: Money;
}

export type PoolInfo = SeatMapPool & { zone: number };

export interface Bounds {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

export function buildModel(document: SeatMapDocument): SeatModel {
  const zones = [...document.zones].sort((a, b) => compareMoney(b.price, a.price));
  const zoneIndex = new Map(zones.map((zone, index) => [zone.zoneId, index]));
  const size = document.sections.reduce(
    (sum, section) => sum + section.rows.reduce((seats, row) => seats + row.seats.length, 0),
    0,
  );
  const model: SeatModel = {
    eventId: document.eventId,
    size,
    ids: new Array<string>(size),
    numbers: new Array<string>(size),
    xs: new Float32Array(size),
    ys: new Float32Array(size),
    zoneOf: new Uint16Array(size),
    rowOf: new Uint32Array(size),
    kinds: new Uint8Array(size),
    rows: [],
    sections: [],
    zones,
    pools: document.pools.map((pool) => ({ ...pool, zone: zoneIndex.get(pool.zoneId) ?? 0 })),
    bounds: { minX: 0, minY: 0, maxX: 1, maxY: 1 },
    spacing: 1,
    indexOf: new Map(),
  };
  fillSeats(model, document, zoneIndex);
  layOut(model);
  model.bounds = boundsOf(model, 0, size);
  for (const section of model.sections) section.bounds = boundsOf(model, section.start, section.end);
  model.spacing = spacingOf(model);
  return model;
}

function fillSeats(model: SeatModel, document: SeatMapDocument, zoneIndex: Map<string, number>): void {
  let at = 0;
  for (const section of document.sections) {
    const info: SectionInfo = {
      sectionId: section.sectionId,
      name: section.name,
      rowStart: model.rows.length,
      rowEnd: model.rows.length + section.rows.length,
      start: at,
      end: at,
      bounds: model.bounds,
    };
    for (const row of section.rows) {
      const start = at;
      for (const seat of row.seats) {
        model.ids[at] = seat.seatId;
        model.numbers[at] = seat.number;
        model.xs[at] = seat.x;
        model.ys[at] = seat.y;
        model.zoneOf[at] = zoneIndex.get(seat.zoneId) ?? 0;
        model.rowOf[at] = model.rows.length;
        model.kinds[at] = seat.companion ? SeatKind.COMPANION : seat.accessible ? SeatKind.WHEELCHAIR : SeatKind.ORDINARY;
        model.indexOf.set(seat.seatId, at);
        at += 1;
      }
      model.rows.push({ name: row.name, section: model.sections.length, start, end: at });
    }
    info.end = at;
    model.sections.push(info);
  }
}

export function boundsOf(model: Pick<SeatModel, "xs" | "ys">, start: number, end: number): Bounds {
  const bounds = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (let i = start; i < end; i++) {
    const x = model.xs[i] ?? 0;
    const y = model.ys[i] ?? 0;
    if (x < bounds.minX) bounds.minX = x;
    if (x > bounds.maxX) bounds.maxX = x;
    if (y < bounds.minY) bounds.minY = y;
    if (y > bounds.maxY) bounds.maxY = y;
  }
  return end > start ? bounds : { minX: 0, minY: 0, maxX: 1, maxY: 1 };
}

/** The median distance between neighbours in a row: gaps and aisles do not move it. */
function spacingOf(model: SeatModel): number {
  const gaps: number[] = [];
  for (const row of model.rows) {
    for (let i = row.start + 1; i < row.end; i++) {
      const gap = Math.hypot(
        (model.xs[i] ?? 0) - (model.xs[i - 1] ?? 0),
        (model.ys[i] ?? 0) - (model.ys[i - 1] ?? 0),
      );
      if (gap > 0) gaps.push(gap);
    }
  }
  gaps.sort((a, b) => a - b);
  return gaps[gaps.length >> 1] ?? 1;
}

export const priceOf = (model: SeatModel, index: number): Money =>
  model.zones[model.zoneOf[index] ?? 0]?.price ?? { amountMinor: "0", currencyCode: "EUR" };

export interface SeatName {
  section: string;
  row: string;
  number: string;
}

export function nameOf(model: SeatModel, index: number): SeatName {
  const row = model.rows[model.rowOf[index] ?? 0];
  const section = row ? model.sections[row.section] : undefined;
  return { section: section?.name ?? "", row: row?.name ?? "", number: model.numbers[index] ?? "" };
}
