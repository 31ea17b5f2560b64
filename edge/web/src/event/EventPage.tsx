import { useEffect } from "preact/hooks";
import { clock } from "../api/clock";
import { Problem } from "../api/problem";
import { getAvailability, getEvent, getRoom } from "../api/routes";
import type { EventDetail, Room } from "../api/types";
import { timeOfDay, venueTime, yourTime, zoneCity } from "../format";
import { t } from "../i18n";
import { account } from "../session";
import { Countdown } from "../ui/Countdown";
import { saveFile } from "../ui/download";
import { Loaded } from "../ui/Loaded";
import { Notice } from "../ui/Notice";
import { Page } from "../ui/Page";
import { onThisClock, useDeadline } from "../ui/useDeadline";
import { useResource } from "../ui/useResource";
import { PriceTable } from "./PriceTable";
import { reminderFile } from "./reminder";
import { saleState, type SaleState } from "./sale";
import "./event.css";

/** `/events/{e}`: what it is, what it costs, and one button. */
export default function EventPage({ id }: { id: string }) {
  const event = useResource(`event ${id}`, () => getEvent(id));
  const room = useResource(`room ${id}`, () => roomOrNone(id));
  const free = useResource(`free ${id}`, () => getAvailability(id));
  return (
    <Loaded of={event}>
      {(loaded) => (
        <EventView
          event={loaded}
          room={room.data?.room ?? null}
          free={free.data && totalFree(free.data)}
          isRoomKnown={room.data !== null || room.error !== null}
          onOpening={room.reload}
        />
      )}
    </Loaded>
  );
}

/** No room is an answer, not a failure. */
async function roomOrNone(eventId: string): Promise<{ room: Room | null }> {
  try {
    return { room: await getRoom(eventId) };
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return { room: null };
    throw error;
  }
}

const totalFree = (availability: { sections: { available: number }[]; pools: { available: number }[] }): number =>
  [...availability.sections, ...availability.pools].reduce((sum, { available }) => sum + available, 0);

interface EventViewProps {
  event: EventDetail;
  room: Room | null;
  free: number | null;
  isRoomKnown: boolean;
  /** The time has come for the sale, or the line, to open. */
  onOpening: () => void;
}

function EventView({ event, room, free, isRoomKnown, onOpening }: EventViewProps) {
  const state = saleState(event, room, free, clock.now());
  const opensInMs = useDeadline("openTime" in state ? state.openTime : undefined);
  useEffect(() => {
    if (opensInMs === 0) onOpening();
  }, [opensInMs]);
  const here = yourTime(event.startTime, event.timeZone);
  return (
    <Page
      title={event.name}
      lead={event.artistName && event.artistName !== event.name ? event.artistName : undefined}
      wide
    >
      <div class="event-columns">
        <div class="stack">
          <dl class="facts">
            <div>
              <dt>{t.event.when}</dt>
              <dd>
                {venueTime(event.startTime, event.timeZone)}
                <span class="muted">
                  {` (${t.common.venueZone(zoneCity(event.timeZone))})`}
                  {here && ` · ${t.common.yourTime(here)}`}
                </span>
              </dd>
            </div>
            <div>
              <dt>{t.event.where}</dt>
              <dd>
                {event.venueName}, {event.city}
                {event.capacity > 0 && <span class="muted"> · {t.event.capacity(event.capacity)}</span>}
              </dd>
            </div>
          </dl>
          {event.description && (
            <section class="stack" aria-labelledby="about">
              <h2 id="about">{t.event.about}</h2>
              <p class="prose">{event.description}</p>
            </section>
          )}
          <Rules event={event} />
        </div>
        <aside class="panel stack">
          {isRoomKnown ? <SaleAction event={event} state={state} /> : <div class="loading-space" />}
          {state.name !== "cancelled" && state.name !== "over" && <PriceTable event={event} room={room} free={free} />}
        </aside>
      </div>
    </Page>
  );
}

function Rules({ event }: { event: EventDetail }) {
  const seatsPerHold = event.limits?.seatsPerHold || 8;
  const ticketsPerBuyer = event.limits?.ticketsPerBuyer || 12;
  return (
    <section class="stack" aria-labelledby="rules">
      <h2 id="rules">{t.event.rules}</h2>
      <ul class="rules">
        <li>{t.event.holdRule(Math.round((event.holdSeconds || 600) / 60))}</li>
        <li>{t.event.limit(seatsPerHold, ticketsPerBuyer)}</li>
        <li>{t.event.refund}</li>
        <li>{t.event.transferRule}</li>
        <li>{t.event.access}</li>
      </ul>
    </section>
  );
}

/** The one button of the page, by where the sale stands. */
function SaleAction({ event, state }: { event: EventDetail; state: SaleState }) {
  const line = `/events/${event.eventId}/line`;
  const seats = `/events/${event.eventId}/seats`;
  switch (state.name) {
    case "cancelled":
      return (
        <Notice tone="danger">
          <p>
            <strong>{t.event.cancelled}.</strong> {t.event.cancelledText}
          </p>
        </Notice>
      );
    case "over":
      return <p class="lead">{t.event.over}</p>;
    case "draft":
      return <p class="lead">{t.event.draft}</p>;
    case "draw":
      return (
        <div class="stack">
          <OpensIn openTime={state.openTime} timeZone={event.timeZone} />
          <p class="muted">{t.event.lineNote}</p>
          <a class="button" href={line}>
            {t.event.buttons.draw}
          </a>
        </div>
      );
    case "line":
      return (
        <div class="stack">
          <p class="muted">{t.event.lineNote}</p>
          <a class="button" href={line}>
            {t.event.buttons.line}
          </a>
        </div>
      );
    case "line-sold-out":
    case "sold-out":
      return (
        <div class="stack">
          <p>{t.event.soldOut}</p>
          <a class="button" href={state.name === "sold-out" ? seats : line}>
            {state.name === "sold-out" ? t.event.buttons.returns : t.event.buttons.line}
          </a>
        </div>
      );
    case "before":
      return (
        <div class="stack">
          <OpensIn openTime={state.openTime} timeZone={event.timeZone} />
          <button class="button" onClick={() => saveReminder(event, state.openTime)}>
            {t.event.buttons.remind}
          </button>
        </div>
      );
    case "open":
      return (
        <a class="button" href={seats}>
          {t.event.buttons.seats}
        </a>
      );
  }
}

function OpensIn({ openTime, timeZone }: { openTime: string; timeZone: string }) {
  const here = yourTime(openTime, timeZone);
  return (
    <div class="opens">
      <p>
        {t.event.opens(venueTime(openTime, timeZone))}
        {here && <span class="muted"> {t.common.yourTime(here)}.</span>}
      </p>
      <p class="opens-count">
        <span class="muted">{t.event.opensIn}</span> <Countdown until={openTime} />
      </p>
      {!account.value && (
        <p class="muted">
          <a href={`/sign-in?next=${encodeURIComponent(location.pathname)}`}>
            {t.event.signInEarly(timeOfDay(onThisClock(openTime)))}
          </a>
        </p>
      )}
    </div>
  );
}

function saveReminder(event: EventDetail, openTime: string): void {
  const reminder = {
    uid: `${event.eventId}-sale@onsale`,
    name: t.event.reminderName(event.name),
    url: `${location.origin}/events/${event.eventId}`,
    time: new Date(openTime),
  };
  saveFile(reminderFile(reminder, new Date(clock.now())), "onsale-reminder.ics");
}
