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

  constructor(
    private readonly size: number,
    availability: Availability,
  ) {
    this.states = new Uint8Array(size);
    this.version = 0n;
    this.pools = new Map();
    this.replace(availability);
  }

  /** Takes a whole new state. Returns the seats that differ. */
  replace(availability: Availability): number[] {
    const next = unpackStates(availability.states, this.size);
    const changed: number[] = [];
    let free = 0;
    for (let i = 0; i < this.size; i++) {
      if (next[i] !== this.states[i]) changed.push(i);
      if (next[i] === SeatState.FREE) free += 1;
    }
    this.states = next;
    this.free = free;
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
      const before = this.states[seatIndex];
      if (before === undefined || before === state) continue;
      if (before === SeatState.FREE) this.free -= 1;
      if (state === SeatState.FREE) this.free += 1;
      this.states[seatIndex] = state;
      changed.push(seatIndex);
    }
    for (const pool of delta.pools ?? []) this.pools.set(pool.poolId, pool.available);
    this.version = to;
    return { kind: "applied", changed };
  }

  isFree(index: number): boolean {
    return this.states[index] === SeatState.FREE;
  }
}
