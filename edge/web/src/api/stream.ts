import { send, type CallOptions } from "./client";
import { Problem } from "./problem";

export interface ServerEvent {
  event: string;
  data: string;
}

/** Splits a stream of text into server-sent events. Pure: feed it chunks as they come. */
export class EventParser {
  private rest = "";
  private event = "message";
  private data: string[] = [];

  feed(chunk: string): ServerEvent[] {
    const lines = (this.rest + chunk).split(/\r\n|\n|\r/);
    this.rest = lines.pop() ?? "";
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line === "") {
        if (this.data.length) events.push({ event: this.event, data: this.data.join("\n") });
        this.event = "message";
        this.data = [];
      } else if (line.startsWith("event:")) {
        this.event = line.slice(6).trim();
      } else if (line.startsWith("data:")) {
        this.data.push(line.slice(5).replace(/^ /, ""));
      }
    }
    return events;
  }
}

const BACKOFF_MIN_MS = 1000;
const BACKOFF_MAX_MS = 60_000;

/** The wait before try number `failures` (from 1): doubling, ±25% so that a crowd does not come back at once. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const base = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** (failures - 1));
  return base * (0.75 + random() * 0.5);
}

export interface Watcher {
  /** Path and options for the next connection: asked each time, so that it can go on where it was. */
  request(): { path: string; options?: CallOptions };
  onEvent(event: ServerEvent): void;
  /** Told when the feed is live and when it was lost. */
  onLive?(live: boolean): void;
}

/** Follows a stream of server-sent events, with the caller's token, until stopped. Returns the stop function. */
export function watch(watcher: Watcher): () => void {
  const stop = new AbortController();
  void follow(watcher, stop.signal);
  return () => stop.abort();
}

async function follow(watcher: Watcher, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      const { path, options } = watcher.request();
      const response = await send("GET", path, { ...options, signal });
      watcher.onLive?.(true);
      for await (const event of eventsOf(response)) {
        failures = 0;
        watcher.onEvent(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      // A refusal that asking again cannot change ends it; the pages poll as well.
      if (error instanceof Problem && !error.isBusy && !error.isUncertain) {
        watcher.onLive?.(false);
        return;
      }
    }
    if (signal.aborted) return;
    watcher.onLive?.(false);
    failures += 1;
    await pause(backoffMs(failures), signal);
  }
}

async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield* parser.feed(value);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/** Waits, unless told to stop. Coming back online ends the wait early. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      removeEventListener("online", finish);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    addEventListener("online", finish);
    signal.addEventListener("abort", finish);
  });
}
