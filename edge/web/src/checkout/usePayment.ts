import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { pause } from "../api/stream";
import type { Order } from "../api/types";
import type { PaymentOutcome } from "./payment";

/** After this long without a definite word the page says so, and says not to pay again. */
const UNKNOWN_AFTER_MS = 10_000;
const LOOK_UP_MS = 2500;

export type Attempt =
  /** Where the intent stands is being asked. */
  | { kind: "looking" }
  | { kind: "ready"; declined: { code: string | null } | null }
  | { kind: "paying"; isLong: boolean }
  | { kind: "bank-check"; url: string | null };

export interface Payment {
  attempt: Attempt;
  pay: (confirm: () => Promise<PaymentOutcome>) => void;
}

/**
 * One payment of one intent. Whether there is a Pay button is decided by where the intent stands, not by what this
 * page remembers: after a reload, in a second tab and after a lost reply it is the same.
 */
export function usePayment(order: Order, lookUp: (() => Promise<PaymentOutcome>) | null): Payment {
  const [attempt, setAttempt] = useState<Attempt>({ kind: "looking" });
  const isPaying = useRef(false);

  const take = useCallback((outcome: PaymentOutcome) => {
    setAttempt((before) => next(before, outcome));
  }, []);

  const pay = useCallback(
    (confirm: () => Promise<PaymentOutcome>) => {
      // A double click is one payment.
      if (isPaying.current) return;
      isPaying.current = true;
      setAttempt({ kind: "paying", isLong: false });
      void confirm()
        .then(take)
        .finally(() => (isPaying.current = false));
    },
    [take],
  );

  // While it is not known where the intent stands, ask.
  const isAsking = attempt.kind !== "ready" && order.state === "AWAITING_PAYMENT";
  useEffect(() => {
    if (!isAsking || !lookUp) return;
    const stop = new AbortController();
    const ask = async () => {
      while (!stop.signal.aborted) {
        if (!isPaying.current) {
          const outcome = await lookUp();
          if (stop.signal.aborted) return;
          if (!isPaying.current) take(outcome);
        }
        await pause(LOOK_UP_MS, stop.signal);
      }
    };
    void ask();
    return () => stop.abort();
  }, [isAsking, lookUp, take]);

  const isShort = attempt.kind === "paying" && !attempt.isLong;
  useEffect(() => {
    if (!isShort) return;
    const timer = setTimeout(() => setAttempt({ kind: "paying", isLong: true }), UNKNOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [isShort]);

  return { attempt, pay };
}

function next(before: Attempt, outcome: PaymentOutcome): Attempt {
  switch (outcome.kind) {
    case "under-way":
      return before.kind === "paying" ? before : { kind: "paying", isLong: false };
    case "unknown":
      return before.kind === "looking" ? before : { kind: "paying", isLong: true };
    case "ended":
      return { kind: "looking" };
    case "declined":
      return { kind: "ready", declined: { code: outcome.code } };
    case "bank-check":
      return { kind: "bank-check", url: outcome.url };
    case "not-paid":
      return { kind: "ready", declined: null };
  }
}
