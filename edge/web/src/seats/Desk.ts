import { computed, signal } from "@preact/signals";
import { ensureSignedIn } from "../account/SignInDialog";
import { clock } from "../api/clock";
import { Problem } from "../api/problem";
import { checkAccessCode, createOrder, extendHold, getHold, placeHold, releaseHold } from "../api/routes";
import type { AvailabilityDelta, Hold, HoldRequest, Order, PoolQuantity } from "../api/types";
import { forgetAdmission, liveAdmission } from "../line/admission";
import { account, sessionRestored } from "../session";
import { SeatState, type Board } from "./board";
import { SeatKind, type SeatModel } from "./model";
import { insteadOf } from "./neighbours";
import { refusalOf, type Refusal } from "./refusals";

/** How long a lost seat shows its cross. */
const LOST_SHOWN_MS = 3000;

export type Busy = "restoring" | "opening" | "holding" | "extending" | "releasing" | "ordering" | null;
export type Toggle = "taken" | "removed" | "not-free" | "refused";

/** One person at one event's box office: what they choose, hold and are refused. Map, list and basket share it. */
export class Desk {
  readonly chosen = signal<readonly number[]>([]);
  readonly places = signal<ReadonlyMap<string, number>>(new Map());
  readonly hold = signal<Hold | null>(null);
  /** A hold of this visit whose time ran out, to try again. */
  readonly expired = signal<Hold | null>(null);
  readonly refusal = signal<Refusal | null>(null);
  readonly lost = signal<ReadonlySet<number>>(new Set());
  readonly busy = signal<Busy>(null);
  /** The code that opens a channel's seats, once the box office has taken it. */
  readonly accessCode = signal<string | null>(null);
  /** What the code opens, as its organiser calls it. */
  readonly channel = signal("");
  /** False while the live feed is lost. */
  readonly isLive = signal(false);
  private readonly boardVersion = signal(0);

  readonly heldSeats = computed(() =>
    (this.hold.value?.seats ?? []).flatMap(({ seatId }) => this.model.indexOf.get(seatId) ?? []),
  );
  readonly mine = computed<ReadonlySet<number>>(() => new Set([...this.chosen.value, ...this.heldSeats.value]));
  readonly count = computed(
    () => this.chosen.value.length + [...this.places.value.values()].reduce((sum, quantity) => sum + quantity, 0),
  );

  private readonly boardListeners = new Set<(changed: number[]) => void>();

  constructor(
    readonly model: SeatModel,
    readonly board: Board,
    readonly seatsPerHold: number,
  ) {}

  // Choosing

  toggle(index: number): Toggle {
    if (this.hold.value) return this.refuse({ kind: "held" });
    const chosen = this.chosen.value;
    if (chosen.includes(index)) {
      this.chosen.value = this.withoutLoneCompanions(chosen.filter((other) => other !== index));
      return "removed";
    }
    if (!this.board.isFree(index)) return "not-free";
    const isCompanion = this.model.kinds[index] === SeatKind.COMPANION;
    if (isCompanion && !chosen.some((other) => this.model.kinds[other] === SeatKind.WHEELCHAIR))
      return this.refuse({ kind: "companion" });
    if (this.count.value >= this.seatsPerHold)
      return this.refuse({ kind: "limit", name: "seatsPerHold", limit: this.seatsPerHold, have: null });
    this.chosen.value = [...chosen, index];
    this.refusal.value = null;
    this.expired.value = null;
    return "taken";
  }

  private refuse(refusal: Refusal): Toggle {
    this.refusal.value = refusal;
    return "refused";
  }

  private withoutLoneCompanions(chosen: number[]): number[] {
    const hasWheelchair = chosen.some((index) => this.model.kinds[index] === SeatKind.WHEELCHAIR);
    return hasWheelchair ? chosen : chosen.filter((index) => this.model.kinds[index] !== SeatKind.COMPANION);
  }

  setPlaces(poolId: string, quantity: number): void {
    const places = new Map(this.places.value);
    if (quantity > 0) places.set(poolId, quantity);
    else places.delete(poolId);
    this.places.value = places;
    this.refusal.value = null;
  }

  choose(indices: number[]): void {
    this.chosen.value = [...new Set([...this.chosen.value, ...indices])].slice(0, this.seatsPerHold);
    this.refusal.value = null;
  }

  // A code

  /** Shows an access code, and what it opens from then on. Returns whether the box office took it. */
  async showCode(code: string): Promise<boolean> {
    if (this.busy.value || !(await ensureSignedIn())) return false;
    this.busy.value = "opening";
    this.refusal.value = null;
    try {
      const opened = await checkAccessCode(this.model.eventId, code);
      this.open(code, opened.name, opened.seatIds, opened.pools);
      return true;
    } catch (error) {
      this.putCodeAway();
      this.refusal.value = refusalOf(error, this.model);
      return false;
    } finally {
      this.busy.value = null;
    }
  }

  putCodeAway(): void {
    this.open(null, "", [], []);
  }

  private open(code: string | null, name: string, seatIds: string[], pools: PoolQuantity[]): void {
    this.accessCode.value = code;
    this.channel.value = name;
    const seats = seatIds.flatMap((seatId) => this.model.indexOf.get(seatId) ?? []);
    const places = new Map(pools.map(({ poolId, quantity }) => [poolId, quantity]));
    this.boardChanged(this.board.open(seats, places));
  }

  // Holding

  /** Keeps what is chosen. */
  async keep(): Promise<void> {
    const seatIds = this.chosen.value.map((index) => this.model.ids[index] as string);
    const pools = [...this.places.value].map(([poolId, quantity]) => ({ poolId, quantity }));
    await this.placeHold({ ...(seatIds.length ? { seatIds } : {}), ...(pools.length ? { pools } : {}) });
  }

  async placeHold(request: HoldRequest): Promise<void> {
    if (this.busy.value || !(await ensureSignedIn()) || !account.value) return;
    const { accountId } = account.value;
    const { eventId } = this.model;
    this.busy.value = "holding";
    this.refusal.value = null;
    try {
      const admission = liveAdmission(accountId, eventId);
      const code = this.accessCode.value;
      const asked = code ? { ...request, accessCode: code } : request;
      this.begin(await placeHold(eventId, asked, admission?.admissionToken ?? null));
    } catch (error) {
      const refusal = refusalOf(error, this.model);
      if (refusal.kind === "admission") forgetAdmission(accountId, eventId);
      if (refusal.kind === "code") this.putCodeAway();
      if (refusal.kind === "taken") this.lose(refusal.seats);
      this.refusal.value = refusal;
    } finally {
      this.busy.value = null;
    }
  }

  private begin(hold: Hold): void {
    this.hold.value = hold;
    this.expired.value = null;
    this.chosen.value = [];
    this.places.value = new Map();
    sessionStorage.setItem(this.storageKey, hold.holdId);
  }

  private get storageKey(): string {
    return `onsale.hold.${this.model.eventId}`;
  }

  /** Finds the hold of this tab again after a reload, if it still stands. */
  async restore(): Promise<void> {
    const holdId = sessionStorage.getItem(this.storageKey);
    if (!holdId) return;
    await sessionRestored();
    if (!account.value) return;
    this.busy.value = "restoring";
    try {
      const hold = await getHold(holdId);
      if (hold.state === "HELD" && Date.parse(hold.expireTime) > clock.now()) this.begin(hold);
      else sessionStorage.removeItem(this.storageKey);
    } catch (error) {
      if (error instanceof Problem && error.status === 404) sessionStorage.removeItem(this.storageKey);
    } finally {
      this.busy.value = null;
    }
  }

  /** Gives the seats back and leaves them chosen, to start from. */
  async release(): Promise<void> {
    const hold = this.hold.value;
    if (!hold || this.busy.value) return;
    const seats = this.heldSeats.value;
    await this.working("releasing", async () => {
      await releaseHold(hold.holdId);
      this.end();
      this.chosen.value = seats;
      this.places.value = new Map(hold.pools.map((pool) => [pool.poolId, pool.quantity]));
      this.setStates(seats, SeatState.FREE);
    });
  }

  async extend(): Promise<void> {
    const hold = this.hold.value;
    if (!hold || this.busy.value) return;
    await this.working("extending", async () => {
      this.hold.value = await extendHold(hold.holdId);
    });
  }

  async order(): Promise<Order | null> {
    const hold = this.hold.value;
    if (!hold || this.busy.value) return null;
    let order: Order | null = null;
    await this.working("ordering", async () => {
      order = await createOrder(hold.holdId);
    });
    return order;
  }

  private async working(busy: Busy, work: () => Promise<void>): Promise<void> {
    this.busy.value = busy;
    this.refusal.value = null;
    try {
      await work();
    } catch (error) {
      const refusal = refusalOf(error, this.model);
      if (refusal.kind === "expired") this.expire();
      else this.refusal.value = refusal;
    } finally {
      this.busy.value = null;
    }
  }

  /** The hold's time ran out, by the server's clock. */
  expire(): void {
    const hold = this.hold.value;
    if (!hold) return;
    this.end();
    this.expired.value = hold;
  }

  private end(): void {
    this.hold.value = null;
    sessionStorage.removeItem(this.storageKey);
  }

  async retake(): Promise<void> {
    const hold = this.expired.value;
    if (!hold) return;
    const seatIds = hold.seats.map((seat) => seat.seatId);
    const pools = hold.pools.map(({ poolId, quantity }) => ({ poolId, quantity }));
    await this.placeHold({ ...(seatIds.length ? { seatIds } : {}), ...(pools.length ? { pools } : {}) });
    if (this.refusal.value?.kind === "taken") {
      const lost = new Set(this.refusal.value.seats);
      const kept = seatIds.flatMap((seatId) => this.model.indexOf.get(seatId) ?? []).filter((seat) => !lost.has(seat));
      this.expired.value = null;
      this.choose(kept);
      this.refusal.value = { kind: "taken", seats: [...lost] };
    }
  }

  // The board

  /** The board, for a component that shows it: reading it so makes the component follow its changes. */
  readBoard(): Board {
    void this.boardVersion.value;
    return this.board;
  }

  onBoardChange(listener: (changed: number[]) => void): () => void {
    this.boardListeners.add(listener);
    return () => this.boardListeners.delete(listener);
  }

  /** Takes a step of the live feed; false when the whole state is wanted again. */
  applyDelta(delta: AvailabilityDelta): boolean {
    const outcome = this.board.apply(delta);
    if (outcome.kind === "applied") this.boardChanged(outcome.changed);
    return outcome.kind !== "gap";
  }

  boardChanged(changed: number[]): void {
    this.boardVersion.value += 1;
    for (const listener of this.boardListeners) listener(changed);
    // While a hold is being placed, its own seats change too: the reply says which were lost.
    if (this.busy.value === "holding") return;
    const gone = this.chosen.value.filter((index) => changed.includes(index) && !this.board.isFree(index));
    if (!gone.length) return;
    this.lose(gone);
    this.refusal.value = { kind: "taken", seats: gone };
  }

  private setStates(indices: number[], state: number): void {
    for (const index of indices) {
      if (this.board.states[index] === SeatState.FREE) this.board.free -= 1;
      if (state === SeatState.FREE) this.board.free += 1;
      this.board.states[index] = state;
    }
    this.boardVersion.value += 1;
    for (const listener of this.boardListeners) listener(indices);
  }

  /** Takes lost seats out of the choice, shows them crossed for a moment; the rest stays. */
  private lose(seats: number[]): void {
    this.chosen.value = this.chosen.value.filter((index) => !seats.includes(index));
    this.setStates(
      seats.filter((index) => this.board.isFree(index)),
      SeatState.SOLD,
    );
    this.lost.value = new Set([...this.lost.value, ...seats]);
    setTimeout(() => {
      this.lost.value = new Set([...this.lost.value].filter((index) => !seats.includes(index)));
    }, LOST_SHOWN_MS);
  }

  /** Seats to take instead of the lost ones, beside those that are kept; null when there are none. */
  alternatives(lost: number[]): number[] | null {
    return insteadOf(this.model, this.board, lost, [...this.chosen.value]);
  }
}
