import { countdown } from "../format";
import { t } from "../i18n";
import { spokenMark, useDeadline } from "./useDeadline";

/** Time left until a server deadline; silent to screen readers but for the marks that matter. */
export function Countdown({ until }: { until: string }) {
  const left = useDeadline(until);
  if (left === null) return null;
  const mark = spokenMark(left);
  const spoken =
    mark === null ? "" : mark >= 60 ? t.common.remaining.minutes(mark / 60) : t.common.remaining.seconds(mark);
  return (
    <>
      <span class="countdown" role="timer" aria-live="off">
        {countdown(left)}
      </span>
      <span class="visually-hidden" role="status">
        {spoken}
      </span>
    </>
  );
}
