import { computed, signal } from "@preact/signals";
import { clock } from "../api/clock";
import { isWorthRetrying } from "../api/client";
import { getCheckins, getGateBundle, sendScans } from "../api/routes";
import type { Checkins, GateBundle, Scan, ScanResult } from "../api/types";
import { decideOffline, type LocalAdmit } from "./offline";
import { addWaiting, dropWaiting, listWaiting, readAdmits, readBundle, saveAdmit, saveBundle } from "./store";
import { verdictOf, type LastAdmit, type Verdict } from "./verdict";

/** How many scans go up in one call. */
const UPLOAD_BATCH_MAX = 500;
const RECENT_MAX = 20;
const REFRESH_MS = 30_000;

export interface RecentScan {
  scanId: string;
  verdict: Verdict;
  timeMs: number;
  isOffline: boolean;
}

/** A gate: decides scans online where it can, by its bundle where it cannot, and sends those later. */
export class Gate {
  readonly verdict = signal<Verdict | null>(null);
  readonly isChecking = signal(false);
  readonly recent = signal<RecentScan[]>([]);
  readonly checkins = signal<Checkins | null>(null);
  readonly bundle = signal<GateBundle | null>(null);
  readonly isOffline = signal(!navigator.onLine);
  readonly waitingCount = signal(0);
  readonly uploaded = signal<{ sent: number; conflicts: number } | null>(null);
  readonly admittedHere = computed(() => this.recent.value.filter((scan) => scan.verdict.tone === "admit").length);
  /** Refused by the server for who is signed in: nothing here will work. */
  readonly isForeign = signal(false);

  private admits = new Map<string, LocalAdmit>();
  private lastAdmit: LastAdmit | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly eventId: string,
    readonly gateId: string,
  ) {}

  start(): void {
    void this.prepare();
    this.timer = setInterval(() => void this.refresh(), REFRESH_MS);
    addEventListener("online", this.onOnline);
    addEventListener("offline", this.onOffline);
  }

  stop(): void {
    clearInterval(this.timer);
    removeEventListener("online", this.onOnline);
    removeEventListener("offline", this.onOffline);
  }

  private readonly onOnline = () => {
    this.isOffline.value = false;
    void this.refresh();
  };
  private readonly onOffline = () => (this.isOffline.value = true);

  private async prepare(): Promise<void> {
    this.admits = await readAdmits(this.eventId).catch(() => new Map<string, LocalAdmit>());
    this.bundle.value = await readBundle(this.eventId).catch(() => null);
    await this.countWaiting();
    await this.refresh();
  }

  /** Fetches what is new and sends what waits. */
  private async refresh(): Promise<void> {
    try {
      const bundle = await getGateBundle(this.eventId);
      this.bundle.value = bundle;
      this.isOffline.value = false;
      await saveBundle(bundle).catch(() => undefined);
      await this.upload();
      this.checkins.value = await getCheckins(this.eventId);
    } catch (error) {
      if (isWorthRetrying(error)) this.isOffline.value = true;
      else this.isForeign.value = true;
    }
  }

  /** Decides one code. */
  async scan(code: string): Promise<void> {
    if (this.isChecking.value) return;
    this.isChecking.value = true;
    const scan: Scan = {
      scanId: crypto.randomUUID(),
      code: code.trim(),
      scanTime: new Date(clock.now()).toISOString(),
    };
    try {
      await this.decide(scan);
    } finally {
      this.isChecking.value = false;
    }
  }

  private async decide(scan: Scan): Promise<void> {
    try {
      const { results } = await sendScans(this.eventId, this.gateId, [scan]);
      this.isOffline.value = false;
      if (results[0]) await this.show(results[0], scan, false);
    } catch (error) {
      if (!isWorthRetrying(error)) {
        this.isForeign.value = true;
        return;
      }
      this.isOffline.value = true;
      await this.decideAlone(scan);
    }
  }

  private async decideAlone(scan: Scan): Promise<void> {
    const bundle = this.bundle.value;
    // Nobody can be judged without keys, and letting everybody in is no answer.
    if (!bundle) return;
    const result = await decideOffline(bundle, {
      scanId: scan.scanId,
      code: scan.code,
      nowMs: clock.now(),
      admittedBefore: (ticketId) => this.admits.get(ticketId) ?? null,
    });
    const decided: Scan = { ...scan, offlineVerdict: result.verdict, bundleVersion: bundle.version };
    await addWaiting({ eventId: this.eventId, gateId: this.gateId, scan: decided });
    await this.countWaiting();
    await this.show(result, scan, true);
  }

  private async show(result: ScanResult, scan: Scan, isOffline: boolean): Promise<void> {
    const nowMs = Date.now();
    const verdict = verdictOf(result, scan.code, this.lastAdmit, nowMs);
    if (result.verdict === "ADMIT") {
      this.lastAdmit = { code: scan.code, atMs: nowMs };
      if (result.ticketId) {
        const admit = { gateId: this.gateId, scanTime: scan.scanTime };
        this.admits.set(result.ticketId, admit);
        await saveAdmit(this.eventId, result.ticketId, admit).catch(() => undefined);
      }
    }
    this.verdict.value = verdict;
    this.recent.value = [{ scanId: scan.scanId, verdict, timeMs: nowMs, isOffline }, ...this.recent.value].slice(
      0,
      RECENT_MAX,
    );
  }

  private async upload(): Promise<void> {
    const waiting = await listWaiting(this.eventId).catch(() => []);
    if (!waiting.length) return;
    let conflicts = 0;
    for (const gateId of new Set(waiting.map((one) => one.gateId))) {
      const scans = waiting.filter((one) => one.gateId === gateId);
      for (let from = 0; from < scans.length; from += UPLOAD_BATCH_MAX) {
        const batch = scans.slice(from, from + UPLOAD_BATCH_MAX).map(({ scan }) => scan);
        const { results } = await sendScans(this.eventId, gateId, batch);
        conflicts += results.filter((result, at) => isConflict(result, batch[at])).length;
        await dropWaiting(batch.map((scan) => scan.scanId));
      }
    }
    this.uploaded.value = { sent: waiting.length, conflicts };
    await this.countWaiting();
  }

  private async countWaiting(): Promise<void> {
    this.waitingCount.value = (await listWaiting(this.eventId).catch(() => [])).length;
  }

  clear(): void {
    this.verdict.value = null;
  }
}

/** This device let somebody in whom another gate had let in before. */
const isConflict = (result: ScanResult, scan: Scan | undefined): boolean =>
  scan?.offlineVerdict === "ADMIT" && result.reason === "ALREADY_ADMITTED";
