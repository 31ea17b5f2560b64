/**
 * The server's clock, from the Date header of its replies. A device's clock may be an hour wrong; deadlines are the
 * server's. Each reply says that the server's time lay within one second at some instant between asking and hearing;
 * all replies together narrow the offset down well below that second.
 */
export class ServerClock {
  private lowMs = -Infinity;
  private highMs = Infinity;

  constructor(private readonly deviceNow: () => number = Date.now) {}

  /** Takes note of a reply whose Date header was `dateHeader`, asked and heard at these device times. */
  observe(dateHeader: string | null, askedMs: number, heardMs: number): void {
    const serverMs = dateHeader ? Date.parse(dateHeader) : Number.NaN;
    if (!Number.isFinite(serverMs)) return;
    const low = serverMs - heardMs;
    const high = serverMs + 1000 - askedMs;
    if (low > this.highMs || high < this.lowMs) {
      // The device's clock was set in between: what was known before is worth nothing.
      this.lowMs = low;
      this.highMs = high;
      return;
    }
    this.lowMs = Math.max(this.lowMs, low);
    this.highMs = Math.min(this.highMs, high);
  }

  /** How far the server is ahead of the device. */
  get offsetMs(): number {
    return Number.isFinite(this.lowMs) ? (this.lowMs + this.highMs) / 2 : 0;
  }

  /** The server's time now. */
  now(): number {
    return this.deviceNow() + this.offsetMs;
  }
}

export const clock = new ServerClock();
