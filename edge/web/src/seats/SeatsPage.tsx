import { useEffect, useMemo, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { clock } from "../api/clock";
import { getEvent, leaveRoom } from "../api/routes";
import type { EventDetail } from "../api/types";
import { timeOfDay, venueTime, zoneCity } from "../format";
import { t } from "../i18n";
import { forgetAdmission, forgetPlace, liveAdmission } from "../line/admission";
import { account } from "../session";
import { announce } from "../ui/announce";
import { Countdown } from "../ui/Countdown";
import { Loaded } from "../ui/Loaded";
import { Notice } from "../ui/Notice";
import { useHeadingFocus } from "../ui/Page";
import { Tabs } from "../ui/Tabs";
import { onThisClock } from "../ui/useDeadline";
import { useResource } from "../ui/useResource";
import { Basket } from "./Basket";
import { BestForMe } from "./BestForMe";
import { CodeDoor } from "./CodeDoor";
import { Desk } from "./Desk";
import { loadSeats, type LoadedSeats } from "./load";
import { SeatMap } from "./map/SeatMap";
import { PoolPicker } from "./PoolPicker";
import { SeatList } from "./SeatList";
import { useLiveBoard } from "./useLiveBoard";
import { seatLabel } from "./words";
import "./seats.css";

type Tab = "best" | "map" | "list";
const SEATS_PER_HOLD_DEFAULT = 8;
const isWide = () => matchMedia("(min-width: 900px)").matches;

/** `/events/{e}/seats`: best for me, map or list over one shared choice. */
export default function SeatsPage({ id }: { id: string }) {
  const loaded = useResource(`seats ${id}`, async () => {
    const [event, seats] = await Promise.all([getEvent(id), loadSeats(id)]);
    return { event, seats };
  });
  return (
    <Loaded of={loaded} label={t.seats.loading}>
      {({ event, seats }) => (sellsNothing(event) ? <Closed event={event} /> : <BoxOffice event={event} seats={seats} />)}
    </Loaded>
  );
}

const sellsNothing = (event: EventDetail): boolean =>
  event.state === "CANCELLED" || Date.parse(event.endTime ?? event.startTime) < clock.now();

function Closed({ event }: { event: EventDetail }) {
  return (
    <>
      <EventBar event={event} />
      <Notice tone="warn">
        <p>{event.state === "CANCELLED" ? t.event.cancelledText : t.event.over}</p>
      </Notice>
    </>
  );
}

function BoxOffice({ event, seats }: { event: EventDetail; seats: LoadedSeats }) {
  const desk = useMemo(
    () => new Desk(seats.model, seats.board, event.limits?.seatsPerHold || SEATS_PER_HOLD_DEFAULT),
    [event, seats],
  );
  useLiveBoard(desk);
  useEffect(() => void desk.restore(), [desk]);
  useEffect(() => {
    document.title = t.common.title(`${t.seats.title}, ${event.name}`);
  }, [event]);
  const hasSeats = desk.model.size > 0;
  const [tab, setTab] = useState<Tab>("best");
  const onTake = (index: number) => tell(desk, index, desk.toggle(index));
  // On a wide screen the map stays beside the form; on a phone it is a tab of its own.
  const wide = useWide();
  return (
    <div class={`box-office ${hasSeats ? "" : "standing"} tab-${tab}`}>
      <EventBar event={event} />
      {hasSeats && wide && <SeatMap desk={desk} onTake={onTake} />}
      <div class="side">
        {!desk.hold.value && <CodeDoor desk={desk} />}
        {hasSeats && (
          <Tabs
            label={t.seats.tabs.label}
            panelId="choose"
            selected={tab}
            tabs={[
              { id: "best", label: t.seats.tabs.best },
              { id: "map", label: t.seats.tabs.map },
              { id: "list", label: t.seats.tabs.list },
            ]}
            onSelect={setTab}
          />
        )}
        <div id="choose" class="stack" {...(hasSeats ? { role: "tabpanel" } : {})}>
          {hasSeats && tab === "best" && !desk.hold.value && <BestForMe desk={desk} />}
          {hasSeats && tab === "map" && !wide && <SeatMap desk={desk} onTake={onTake} />}
          {hasSeats && tab === "map" && wide && <p class="hint">{t.seats.map.help}</p>}
          {hasSeats && tab === "list" && <SeatList desk={desk} onTake={onTake} />}
          {!desk.hold.value && <PoolPicker desk={desk} />}
        </div>
        <Basket desk={desk} />
      </div>
    </div>
  );
}

function useWide(): boolean {
  const [wide, setWide] = useState(isWide);
  useEffect(() => {
    const query = matchMedia("(min-width: 900px)");
    const update = () => setWide(query.matches);
    query.addEventListener("change", update);
    return () => query.removeEventListener("change", update);
  }, []);
  return wide;
}

/** Says what became of a seat that was pressed; refusals have a message of their own. */
function tell(desk: Desk, index: number, outcome: ReturnType<Desk["toggle"]>): void {
  const seat = seatLabel(desk.model, index);
  const state = t.seats.states[desk.board.states[index] ?? 3] ?? "";
  if (outcome === "taken") announce(`${seat}, ${t.seats.mine}`);
  else if (outcome === "removed") announce(`${seat}, ${t.seats.states[0] ?? ""}`);
  else if (outcome === "not-free") announce(`${seat}, ${state}`);
}

function EventBar({ event }: { event: EventDetail }) {
  const heading = useHeadingFocus();
  return (
    <header class="event-bar">
      <h1 ref={heading} tabIndex={-1}>
        <a href={`/events/${event.eventId}`}>{event.name}</a>
      </h1>
      <p class="muted">
        {venueTime(event.startTime, event.timeZone)} ({t.common.venueZone(zoneCity(event.timeZone))}) ·{" "}
        {event.venueName}, {event.city}
      </p>
      <Inside eventId={event.eventId} />
    </header>
  );
}

/** How long the admission lasts: apart from the hold's time, which is the seats'. */
function Inside({ eventId }: { eventId: string }) {
  const { route } = useLocation();
  const accountId = account.value?.accountId;
  const admission = accountId ? liveAdmission(accountId, eventId) : null;
  if (!admission || !accountId) return null;
  const leave = async () => {
    forgetAdmission(accountId, eventId);
    forgetPlace(accountId, eventId);
    // The slot ends by itself if this is not heard.
    await leaveRoom(eventId).catch(() => undefined);
    route(`/events/${eventId}`);
  };
  return (
    <p class="inside">
      {t.seats.inside(timeOfDay(onThisClock(admission.expireTime)))} · <Countdown until={admission.expireTime} />{" "}
      <button class="link" onClick={() => void leave()}>
        {t.seats.leaveInside}
      </button>
    </p>
  );
}
