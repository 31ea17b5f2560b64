import { SeatState, type Board } from "./board";
import type { SeatModel } from "./model";

/** Free seats and places by zone id. */
export function freeByZone(model: SeatModel, board: Board): Map<string, number> {
  const counts = new Array<number>(model.zones.length).fill(0);
  for (let i = 0; i < model.size; i++) {
    if (board.states[i] === SeatState.FREE) {
      const zone = model.zoneOf[i] ?? 0;
      counts[zone] = (counts[zone] ?? 0) + 1;
    }
  }
  for (const pool of model.pools) counts[pool.zone] = (counts[pool.zone] ?? 0) + (board.pools.get(pool.poolId) ?? 0);
  return new Map(model.zones.map((zone, index) => [zone.zoneId, counts[index] ?? 0]));
}

export function freeInRange(board: Board, start: number, end: number): number {
  let free = 0;
  for (let i = start; i < end; i++) if (board.states[i] === SeatState.FREE) free += 1;
  return free;
}

/** The index of the cheapest zone that has a free seat among these; null when none is free. */
export function cheapestFreeZone(model: SeatModel, board: Board, start: number, end: number): number | null {
  let cheapest: number | null = null;
  for (let i = start; i < end; i++) {
    const zone = model.zoneOf[i] ?? 0;
    if (board.states[i] === SeatState.FREE && (cheapest === null || zone > cheapest)) cheapest = zone;
  }
  return cheapest;
}
