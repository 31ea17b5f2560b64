import type { EventSummary } from "../api/types";
import { clock } from "../api/clock";
import { dateLeaf, moneyShort, venueTime } from "../format";
import { t } from "../i18n";

const FEW = 20;

export function EventCard({ event }: { event: EventSummary }) {
  const leaf = dateLeaf(event.startTime, event.timeZone);
  const badge = badgeOf(event);
  return (
    <article class="card">
      <div class="leaf" aria-hidden="true">
        <span>{leaf.month}</span>
        <strong>{leaf.day}</strong>
        <span>{leaf.weekday}</span>
      </div>
      <div class="card-text">
        <h3>
          <a href={`/events/${event.eventId}`}>{event.name}</a>
        </h3>
        {event.artistName && event.artistName !== event.name && <p class="ellipsis">{event.artistName}</p>}
        <p class="muted">
          <span class="visually-hidden">{venueTime(event.startTime, event.timeZone)}, </span>
          <span aria-hidden="true">{leaf.hour} · </span>
          {event.venueName}, {event.city}
          {event.distanceKm > 0 && ` · ${t.home.distance(event.distanceKm)}`}
        </p>
        <p class="card-foot">
          {event.priceFrom && <span class="price">{t.home.from(moneyShort(event.priceFrom))}</span>}
          {badge && <span class={`badge ${badge.tone}`}>{badge.text}</span>}
        </p>
      </div>
    </article>
  );
}

function badgeOf(event: EventSummary): { text: string; tone: string } | null {
  const opens = event.saleOpenTime ? Date.parse(event.saleOpenTime) : Number.NaN;
  if (opens > clock.now()) {
    const leaf = dateLeaf(event.saleOpenTime as string, event.timeZone);
    return { text: t.home.badges.soon(`${leaf.day} ${leaf.month}, ${leaf.hour}`), tone: "warn" };
  }
  if (!event.available && event.availableCount === 0) return { text: t.home.badges.soldOut, tone: "" };
  if (event.requiresAdmission) return { text: t.home.badges.line, tone: "" };
  if (event.availableCount <= FEW) return { text: t.home.badges.few, tone: "warn" };
  return null;
}
