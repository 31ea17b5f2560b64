import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { signalVerdict } from "./signals";
import type { Tone, Verdict } from "./verdict";

/** An admit clears by itself; everything else waits for a person. */
const ADMIT_SHOWN_MS = 1200;

const SHAPES: Record<Tone, string> = {
  admit: "M12 34l14 14 28-30",
  look: "M32 6l28 50H4zM32 24v16M32 47v2",
  stop: "M20 4h24l16 16v24l-16 16h-24l-16-16v-24zM20 20l24 24M44 20l-24 24",
};

/** The whole screen in the verdict's colour, with its shape and its words. */
export function VerdictScreen({ verdict, onClear }: { verdict: Verdict; onClear: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    signalVerdict(verdict.tone);
    button.current?.focus();
    if (verdict.tone !== "admit") return;
    const timer = setTimeout(onClear, ADMIT_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [verdict]);
  const word = { admit: t.gate.in, look: t.gate.wait, stop: t.gate.no }[verdict.tone];
  return (
    <div class={`verdict ${verdict.tone}`} role="alert">
      <button ref={button} onClick={onClear}>
        <svg viewBox="0 0 64 64" aria-hidden="true">
          <path d={SHAPES[verdict.tone]} />
        </svg>
        <strong>{word}</strong>
        <span class="verdict-text">{verdict.text}</span>
        {verdict.tone !== "admit" && <small>{t.gate.tap}</small>}
      </button>
    </div>
  );
}
