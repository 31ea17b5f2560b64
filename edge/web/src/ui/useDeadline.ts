import { useEffect, useState } from "preact/hooks";
import { clock } from "../api/clock";

/** Milliseconds of the server's time left until `time`, each second anew; null without a time. */
export function useDeadline(time: string | undefined): number | null {
  const end = time ? Date.parse(time) : Number.NaN;
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    if (!Number.isFinite(end)) return;
    setNow(clock.now());
    const timer = setInterval(() => setNow(clock.now()), 1000);
    return () => clearInterval(timer);
  }, [end]);
  return Number.isFinite(end) ? Math.max(0, end - now) : null;
}

/** What a screen reader should hear of a countdown: at 5, 2 and 1 minutes and 30 seconds, nothing between. */
export function spokenMark(leftMs: number): number | null {
  const seconds = leftMs / 1000;
  if (seconds <= 0) return null;
  if (seconds <= 30) return 30;
  if (seconds <= 60) return 60;
  if (seconds <= 120) return 120;
  if (seconds <= 300) return 300;
  return null;
}

/** Clocks that differ by less read the same to a person; correcting them would only turn 19:12:00 into 19:11. */
const SAME_CLOCK_MS = 30_000;

/** The device's reading of a server deadline: the time of day that the person's own clock will show. */
export function onThisClock(time: string): number {
  const { offsetMs } = clock;
  return Date.parse(time) - (Math.abs(offsetMs) < SAME_CLOCK_MS ? 0 : offsetMs);
}
