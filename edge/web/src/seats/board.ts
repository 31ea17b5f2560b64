import type { Availability, AvailabilityDelta } from "../api/types";

export const SeatState = { FREE: 0, HELD: 1, SOLD: 2, BLOCKED: 3 } as const;

/** Unpacks two bits a seat, lowest bits first. A seat that the answer does not speak of is not for sale. */
export function unpackStates(base64: string, size: number): Uint8Array {
  const packed = atob(base64);
  const states = new Uint8Array(size).fill(SeatState.BLOCKED);
  const known = Math.min(size, packed.length * 4);
  for (let i = 0; i < known; i++) states[i] = (packed.charCodeAt(i >> 2) >> ((i & 3) * 2)) & 3;
  return states;
}

export type DeltaOutcome = { kind: "applied"; changed: number[] } | { kind: "old" } | { kind: "gap" };

/** What is free, as of a numbered version: the board on the wall that deltas keep right. */
export class Board {
  states: Uint8Array;
  version: bigint;
  pools: Map<string, number>;
  free = 0;
  /** What the feed says of every seat; `states` is that, but for seats that a code opens. */
  private told: Uint8Array;
  /** Blocked seats that are free to whoever looks: their code opens them. */
  private opened: ReadonlySet<number> = new Set();
  /** Places that a code opens beside the public's, by pool. */
  private openedPlaces: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly size: number,
    availability: Availability,
  ) {
    // Nothing is free of which nothing was said.
    this.states = new Uint8Array(size).fill(SeatState.BLOCKED);
    this.told = this.states;
    this.version = 0n;
    this.pools = new Map();
    this.replace(availability);
  }

  /** Shows what a code opens as free. Returns the seats that look different now. */
  open(seats: readonly number[], places: ReadonlyMap<string, number>): number[] {
    const touched = new Set([...this.opened, ...seats]);
    this.opened = new Set(seats);
    this.openedPlaces = places;
    return [...touched].filter((index) => this.show(index));
  }

  /** Free places of a pool, for whoever looks. */
  placesLeft(poolId: string): number {
    return (this.pools.get(poolId) ?? 0) + (this.openedPlaces.get(poolId) ?? 0);
  }

  /** Shows a seat as it was told, or as the code has it. Returns whether it looks different now. */
  private show(index: number): boolean {
    const told = this.told[index];
    const before = this.states[index];
    if (told === undefined || before === undefined) return false;
    const state = told === SeatState.BLOCKED && this.opened.has(index) ? SeatState.FREE : told;
    if (before === state) return false;
    if (before === SeatState.FREE) this.free -= 1;
    if (state === SeatState.FREE) this.free += 1;
    this.states[index] = state;
    return true;
  }

  /** Takes a whole new state. Returns the seats that differ. */
  replace(availability: Availability): number[] {
    this.told = unpackStates(availability.states, this.size);
    const changed: number[] = [];
    for (let i = 0; i < this.size; i++) if (this.show(i)) changed.push(i);
    this.version = BigInt(availability.version);
    this.pools = new Map(availability.pools.map((pool) => [pool.poolId, pool.available]));
    return changed;
  }

  /** Takes a step, if it leads on from here. After a gap the whole state is wanted again. */
  apply(delta: AvailabilityDelta): DeltaOutcome {
    const from = BigInt(delta.fromVersion);
    const to = BigInt(delta.version);
    if (to <= this.version) return { kind: "old" };
    if (from > this.version) return { kind: "gap" };
    const changed: number[] = [];
    for (const { seatIndex, state } of delta.changes) {
      if (seatIndex >= this.size) continue;
      this.told[seatIndex] = state;
      if (this.show(seatIndex)) changed.push(seatIndex);
    }
    for (const pool of delta.pools ?? []) this.pools.set(pool.poolId, pool.available);
    this.version = to;
    return { kind: "applied", changed };
  }

  isFree(index: number): boolean {
    return this.states[index] === SeatState.FREE;
  }
}
