import Flatbush from "flatbush";
import type { SeatModel } from "../model";

export type Direction = "left" | "right" | "up" | "down";

const NEIGHBOURS_LOOKED_AT = 96;

/** Finds seats by place: under a finger, on the screen, or next in a direction. */
export class SeatIndex {
  private readonly tree: Flatbush | null;

  constructor(private readonly model: SeatModel) {
    this.tree = model.size ? new Flatbush(model.size) : null;
    if (!this.tree) return;
    for (let i = 0; i < model.size; i++) {
      const x = model.xs[i] ?? 0;
      const y = model.ys[i] ?? 0;
      this.tree.add(x, y, x, y);
    }
    this.tree.finish();
  }

  within(minX: number, minY: number, maxX: number, maxY: number): number[] {
    return this.tree?.search(minX, minY, maxX, maxY) ?? [];
  }

  nearest(x: number, y: number, maxDistance: number): number | null {
    return this.tree?.neighbors(x, y, 1, maxDistance)[0] ?? null;
  }

  /** The nearest seat in a direction: within 45° of it first, so that arrows walk along rows and across them. */
  next(from: number, direction: Direction): number | null {
    const x = this.model.xs[from] ?? 0;
    const y = this.model.ys[from] ?? 0;
    const [dx, dy] = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[direction] as [number, number];
    let best: number | null = null;
    let bestCost = Infinity;
    for (const index of this.tree?.neighbors(x, y, NEIGHBOURS_LOOKED_AT) ?? []) {
      const ox = (this.model.xs[index] ?? 0) - x;
      const oy = (this.model.ys[index] ?? 0) - y;
      const along = ox * dx + oy * dy;
      const across = Math.abs(ox * dy) + Math.abs(oy * dx);
      if (along <= 0 || across > along * 2) continue;
      // Off the axis costs double: the eye goes straight.
      const cost = along + across * 2;
      if (cost < bestCost) {
        best = index;
        bestCost = cost;
      }
    }
    return best;
  }
}
