import type { Board } from "./board";
import { SeatKind, type SeatModel } from "./model";

/** A jump wider than this many seat widths is an aisle: those beyond it are not neighbours. */
const AISLE_SPACINGS = 1.6;

export function areNeighbours(model: SeatModel, a: number, b: number): boolean {
  if (Math.abs(a - b) !== 1 || model.rowOf[a] !== model.rowOf[b]) return false;
  const distance = Math.hypot((model.xs[a] ?? 0) - (model.xs[b] ?? 0), (model.ys[a] ?? 0) - (model.ys[b] ?? 0));
  return distance <= model.spacing * AISLE_SPACINGS;
}

/**
 * Free seats to take instead of lost ones: as many as were lost, growing outwards from the seats that are kept, or
 * from where the lost ones were. Null when there are not enough side by side.
 */
export function insteadOf(model: SeatModel, board: Board, lost: number[], kept: number[]): number[] | null {
  const wanted = lost.length;
  const usable = (index: number) =>
    index >= 0 && index < model.size && board.isFree(index) && model.kinds[index] === SeatKind.ORDINARY;
  for (const seeds of [kept, lost]) {
    const party = new Set(seeds);
    const found: number[] = [];
    let edge = [...seeds];
    while (edge.length && found.length < wanted) {
      const next: number[] = [];
      for (const from of edge) {
        for (const to of [from - 1, from + 1]) {
          if (found.length >= wanted || party.has(to) || !areNeighbours(model, from, to) || !usable(to)) continue;
          party.add(to);
          found.push(to);
          next.push(to);
        }
      }
      edge = next;
    }
    if (found.length === wanted) return found.sort((a, b) => a - b);
  }
  return null;
}
