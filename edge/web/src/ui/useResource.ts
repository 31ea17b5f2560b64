import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { NoAnswer, Problem } from "../api/problem";

export interface Resource<T> {
  data: T | null;
  error: unknown;
  /** True once the wait is long enough to show a skeleton. */
  waiting: boolean;
  /** True once the wait is long enough to say so. */
  slow: boolean;
  /** When the next try comes by itself, for busy replies; device time. */
  retryAtMs: number | null;
  reload: () => void;
  set: (data: T) => void;
}

const SKELETON_AFTER_MS = 150;
const SLOW_AFTER_MS = 4000;

interface State<T> {
  key: string | null;
  data: T | null;
  error: unknown;
  retryAtMs: number | null;
}

/** Loads what `key` names; a null key loads nothing. Busy replies are tried again after Retry-After and some jitter. */
export function useResource<T>(key: string | null, load: () => Promise<T>): Resource<T> {
  const [state, setState] = useState<State<T>>({ key: null, data: null, error: null, retryAtMs: null });
  const [phase, setPhase] = useState<"quick" | "waiting" | "slow">("quick");
  const [attempt, setAttempt] = useState(0);
  const loader = useRef(load);
  loader.current = load;

  useEffect(() => {
    if (key === null) return;
    let current = true;
    let retryTimer: ReturnType<typeof setTimeout> | undefined;
    setPhase("quick");
    const waitingTimer = setTimeout(() => setPhase("waiting"), SKELETON_AFTER_MS);
    const slowTimer = setTimeout(() => setPhase("slow"), SLOW_AFTER_MS);
    loader
      .current()
      .then((data) => current && setState({ key, data, error: null, retryAtMs: null }))
      .catch((error: unknown) => {
        if (!current) return;
        const delayMs = retryDelayMs(error);
        setState((before) => ({
          key,
          data: before.key === key ? before.data : null,
          error,
          retryAtMs: delayMs === null ? null : Date.now() + delayMs,
        }));
        if (delayMs !== null) retryTimer = setTimeout(() => setAttempt((n) => n + 1), delayMs);
      })
      .finally(() => {
        clearTimeout(waitingTimer);
        clearTimeout(slowTimer);
      });
    return () => {
      current = false;
      clearTimeout(waitingTimer);
      clearTimeout(slowTimer);
      clearTimeout(retryTimer);
    };
  }, [key, attempt]);

  const reload = useCallback(() => setAttempt((n) => n + 1), []);
  const set = useCallback((data: T) => setState({ key, data, error: null, retryAtMs: null }), [key]);

  const lost = state.error instanceof NoAnswer;
  useEffect(() => {
    if (!lost) return;
    addEventListener("online", reload);
    return () => removeEventListener("online", reload);
  }, [lost, reload]);

  const fresh = state.key === key && key !== null;
  return {
    data: fresh ? state.data : null,
    error: fresh ? state.error : null,
    waiting: phase !== "quick",
    slow: phase === "slow",
    retryAtMs: fresh ? state.retryAtMs : null,
    reload,
    set,
  };
}

function retryDelayMs(error: unknown): number | null {
  if (!(error instanceof Problem) || !error.isBusy) return null;
  return (error.retryAfterSeconds ?? 5) * 1000 * (1 + Math.random() * 0.25);
}
