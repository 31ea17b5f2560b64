import type { ScanResult } from "../api/types";
import { timeOfDay } from "../format";
import { t } from "../i18n";

export type Tone = "admit" | "look" | "stop";

/** What the gate's screen says of a scan. */
export interface Verdict {
  tone: Tone;
  text: string;
}

/** The same ticket on the same phone within this long is a hand that shook, not a fraud. */
const JUST_SCANNED_MS = 10_000;

export interface LastAdmit {
  code: string;
  atMs: number;
}

/** Turns a decision into colour and words. `lastAdmit` is what this very device let in last. */
export function verdictOf(result: ScanResult, code: string, lastAdmit: LastAdmit | null, nowMs: number): Verdict {
  if (result.verdict === "ADMIT") {
    const isStale = result.reason === "ADMITTED_STALE";
    return { tone: "admit", text: isStale ? t.gate.stale : t.gate.admitted(result.seatLabel ?? "") };
  }
  switch (result.reason) {
    case "ALREADY_ADMITTED":
      if (lastAdmit && lastAdmit.code === code && nowMs - lastAdmit.atMs < JUST_SCANNED_MS)
        return { tone: "look", text: t.gate.justScanned };
      return {
        tone: "stop",
        text: t.gate.reasons.ALREADY_ADMITTED(
          result.firstScan?.gateId ?? "?",
          result.firstScan?.scanTime ? timeOfDay(result.firstScan.scanTime) : "?",
        ),
      };
    case "TOO_EARLY":
      return { tone: "look", text: t.gate.reasons.TOO_EARLY };
    case "OTHER_EVENT":
    case "REFUNDED":
    case "TRANSFERRED":
    case "REVOKED":
    case "EXPIRED":
    case "NOT_OUR_TICKET":
      return { tone: "stop", text: t.gate.reasons[result.reason] };
    default:
      return { tone: "stop", text: t.gate.reasons.NOT_OUR_TICKET };
  }
}
