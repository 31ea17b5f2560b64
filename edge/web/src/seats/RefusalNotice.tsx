import type { ComponentChildren } from "preact";
import { locale } from "../format";
import { t } from "../i18n";
import { Notice } from "../ui/Notice";
import type { Desk } from "./Desk";
import type { Refusal } from "./refusals";
import { listed } from "./words";

/** Refusals in the middle of choosing leave the focus on the map. */
const WHILE_CHOOSING: ReadonlySet<Refusal["kind"]> = new Set(["companion", "held", "limit"]);

/** Why the box office said no. "Nothing fits" has its place beside the form that asked. */
export function RefusalNotice({ desk }: { desk: Desk }) {
  const refusal = desk.refusal.value;
  if (!refusal || refusal.kind === "nothing-fits") return null;
  return (
    <Notice tone={refusal.kind === "failed" ? "danger" : "warn"} focus={!WHILE_CHOOSING.has(refusal.kind)} live="assertive">
      {words(desk, refusal)}
    </Notice>
  );
}

function words(desk: Desk, refusal: Exclude<Refusal, { kind: "nothing-fits" }>): ComponentChildren {
  switch (refusal.kind) {
    case "taken":
      return <Taken desk={desk} seats={refusal.seats} />;
    case "pools-taken":
      return <p>{t.seats.errors.poolsTaken}</p>;
    case "limit":
      return <p>{limitWords(refusal)}</p>;
    case "admission":
      return (
        <>
          <p>{refusal.used ? t.seats.errors.admissionUsed : t.seats.errors.admission}</p>
          <a class="button secondary" href={`/events/${desk.model.eventId}/line`}>
            {t.seats.errors.toLine}
          </a>
        </>
      );
    case "code":
      return <p>{refusal.used ? t.seats.code.usedUp : t.seats.code.invalid}</p>;
    case "not-open":
      return <p>{t.seats.errors.notOpen}</p>;
    case "gone":
      return <p>{t.seats.errors.gone}</p>;
    case "extended-already":
      return <p>{t.seats.errors.extendedAlready}</p>;
    case "expired":
      return <p>{t.seats.basket.expired}</p>;
    case "companion":
      return <p>{t.seats.companionLocked}</p>;
    case "held":
      return <p>{t.seats.errors.held}</p>;
    case "failed":
      return <p>{t.seats.errors.failed}</p>;
  }
}

function limitWords(refusal: Extract<Refusal, { kind: "limit" }>): string {
  if (refusal.name === "seatsPerHold" && refusal.limit !== null) return t.seats.basket.limit(refusal.limit);
  if (refusal.name === "liveHoldsPerBuyer") return t.seats.errors.liveHolds;
  if (refusal.limit === null) return t.seats.errors.limit;
  const have = refusal.have ? ` ${t.seats.errors.limitHave(refusal.have)}` : "";
  return t.seats.errors.limitOf(refusal.limit) + have;
}

/** "Seat 14 just went. Take 15 and 16, next to your others": the rest of the choice stays. */
function Taken({ desk, seats }: { desk: Desk; seats: number[] }) {
  const { numbers } = desk.model;
  const instead = seats.length ? desk.alternatives(seats) : null;
  const name = (indices: number[]) => listed(indices.map((index) => numbers[index] ?? ""), locale());
  return (
    <>
      <p>{t.seats.errors.taken(name(seats), seats.length > 1)}</p>
      {instead && (
        <button class="button secondary" onClick={() => desk.choose(instead)}>
          {t.seats.errors.takeInstead(name(instead))}
        </button>
      )}
    </>
  );
}
