import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { RequireAccount } from "../account/RequireAccount";
import { getEvent, leaveRoom } from "../api/routes";
import type { EventDetail, Room } from "../api/types";
import { count, moneyShort, timeOfDay, venueTime, zoneCity } from "../format";
import { t } from "../i18n";
import { account } from "../session";
import { announce } from "../ui/announce";
import { Countdown } from "../ui/Countdown";
import { Loaded, Skeleton } from "../ui/Loaded";
import { Notice } from "../ui/Notice";
import { Page } from "../ui/Page";
import { onThisClock, useDeadline } from "../ui/useDeadline";
import { useResource } from "../ui/useResource";
import { savedAdmission } from "./admission";
import { estimateWait, peopleAhead, roundAhead } from "./place";
import { tellTurn, TellMe } from "./TellMe";
import { useLine, type Line } from "./useLine";
import "./line.css";

/** Long enough to read and hear that it is one's turn, short enough not to waste it. */
const TURN_SHOWN_MS = 2500;

/** `/events/{e}/line`: calm, and believed. */
export default function LinePage({ id }: { id: string }) {
  const event = useResource(`event ${id}`, () => getEvent(id));
  return (
    <Loaded of={event}>
      {(loaded) => (
        <Page
          title={loaded.name}
          tabTitle={`${t.line.title}, ${loaded.name}`}
          lead={`${venueTime(loaded.startTime, loaded.timeZone)} (${t.common.venueZone(zoneCity(loaded.timeZone))}) · ${loaded.venueName}, ${loaded.city}`}
        >
          <WaitingRoom event={loaded} />
        </Page>
      )}
    </Loaded>
  );
}

function WaitingRoom({ event }: { event: EventDetail }) {
  const accountId = account.value?.accountId ?? null;
  const line = useLine(event.eventId, accountId);
  if (line.hasRoom === false)
    return (
      <div class="stack">
        <p>{t.line.noRoom}</p>
        <a class="button" href={`/events/${event.eventId}/seats`}>
          {t.line.enter}
        </a>
      </div>
    );
  if (!line.room) return line.connection === "lost" ? <Reconnecting /> : <Skeleton />;
  return (
    <div class="line-room stack">
      <div role="status">{line.connection === "lost" && <Reconnecting />}</div>
      {line.room.state === "SCHEDULED" && <Opening room={line.room} />}
      <RequireAccount why={t.line.signIn}>
        <Standing event={event} line={line} room={line.room} accountId={accountId} />
      </RequireAccount>
      <WhatIsLeft event={event} room={line.room} />
      {line.room.commitment && (
        <details class="seal">
          <summary>{t.line.seal}</summary>
          <p>{t.line.sealText}</p>
          <code>{line.room.commitment}</code>
        </details>
      )}
    </div>
  );
}

function Reconnecting() {
  return (
    <Notice tone="warn">
      <p>{t.line.reconnecting}</p>
    </Notice>
  );
}

function Opening({ room }: { room: Room }) {
  const opens = timeOfDay(onThisClock(room.openTime));
  return (
    <section class="stack">
      <p class="lead">{t.line.opensAt(opens)}</p>
      <p class="line-number">
        <Countdown until={room.openTime} />
      </p>
      <p>{t.line.before(opens)}</p>
    </section>
  );
}

interface StandingProps {
  event: EventDetail;
  line: Line;
  room: Room;
  accountId: string | null;
}

/** Where this person stands: not joined, waiting, or in. */
function Standing({ event, line, room, accountId }: StandingProps) {
  if (line.admission) return <YourTurn event={event} expireTime={line.admission.expireTime} />;
  if (room.state === "CLOSED")
    return (
      <div class="stack">
        <p class="lead">{t.line.closed}</p>
        <a class="button" href={`/events/${event.eventId}/seats`}>
          {t.line.enter}
        </a>
      </div>
    );
  if (!line.place) return <NotJoined line={line} room={room} missed={missedTime(accountId, event.eventId)} />;
  return <Waiting event={event} line={line} room={room} />;
}

/** When the last turn of this account passed unused; null when it had none. */
function missedTime(accountId: string | null, eventId: string): string | null {
  const last = accountId ? savedAdmission(accountId, eventId) : null;
  return last ? timeOfDay(onThisClock(last.expireTime)) : null;
}

function NotJoined({ line, room, missed }: { line: Line; room: Room; missed: string | null }) {
  const isDraw = room.state === "SCHEDULED";
  return (
    <section class="stack">
      {missed && (
        <Notice tone="warn">
          <p>{t.line.missed(missed)}</p>
        </Notice>
      )}
      {room.state === "SOLD_OUT" && <p>{t.line.soldOut}</p>}
      {line.joinFailed && (
        <Notice tone="danger" focus>
          <p>{t.common.failed}</p>
        </Notice>
      )}
      <button class="button" aria-busy={line.isJoining} onClick={() => void line.join()}>
        {missed ? t.line.rejoin : isDraw ? t.line.join : t.line.joinLine}
      </button>
    </section>
  );
}

function Waiting({ event, line, room }: { event: EventDetail; line: Line; room: Room }) {
  const place = line.place;
  const ahead = place ? peopleAhead(place, room) : null;
  const first = useRef<number | null>(null);
  if (ahead !== null) first.current = Math.max(first.current ?? ahead, ahead);
  const rounded = ahead === null ? null : roundAhead(ahead);
  const placeText = rounded ? count(rounded.value) : null;

  useEffect(() => {
    if (placeText) document.title = t.common.title(t.line.placeTitle(placeText));
  }, [placeText]);
  useSpokenPlace(placeText && t.line.placeTitle(placeText));

  const leave = () => {
    line.leave();
    // A place costs nothing; only a slot inside would, and that ends by itself.
    void leaveRoom(event.eventId).catch(() => undefined);
  };
  return (
    <section class="stack">
      {ahead === null ? (
        <div>
          <p class="lead">
            <strong>{t.line.joined}</strong>
          </p>
          <p>{t.line.joinedText}</p>
        </div>
      ) : (
        <Place ahead={ahead} room={room} first={first.current ?? ahead} />
      )}
      <div role="status">
        {room.state === "PAUSED" && (
          <Notice tone="warn">
            <p>{t.line.paused}</p>
          </Notice>
        )}
        {room.state === "SOLD_OUT" && (
          <Notice tone="warn">
            <p>{t.line.soldOut}</p>
          </Notice>
        )}
      </div>
      <Notice tone="ok">
        <p>{t.line.saved}</p>
      </Notice>
      <div class="row">
        <TellMe />
        <button class="button secondary" onClick={leave}>
          {t.line.leave}
        </button>
      </div>
    </section>
  );
}

function Place({ ahead, room, first }: { ahead: number; room: Room; first: number }) {
  const { value, isExact } = roundAhead(ahead);
  const wait = estimateWait(ahead, room.ratePerMinute);
  if (ahead === 0) return <p class="lead">{t.line.next}</p>;
  return (
    <div class="stack">
      <p class="line-place">
        {!isExact && <span class="muted">{t.line.about}</span>}
        <strong class="line-number">{t.line.ahead(count(value))}</strong>
        <span class="lead">
          {t.line.aheadText(value)} {wait ? t.line.minutes(wait.lowMinutes, wait.highMinutes) : t.line.noRate}
        </span>
      </p>
      <progress aria-label={t.line.progress} value={first - ahead} max={Math.max(1, first)} />
    </div>
  );
}

/** A screen reader hears the place once a minute, not at every poll. */
function useSpokenPlace(text: string | null): void {
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    const timer = setInterval(() => latest.current && announce(latest.current), 60_000);
    return () => clearInterval(timer);
  }, []);
}

function YourTurn({ event, expireTime }: { event: EventDetail; expireTime: string }) {
  const { route } = useLocation();
  const seats = `/events/${event.eventId}/seats`;
  const [isTold, setTold] = useState(false);
  const leftMs = useDeadline(expireTime);
  useEffect(() => {
    document.title = t.common.title(t.line.turn);
    if (!isTold) tellTurn(event.name);
    setTold(true);
    const timer = setTimeout(() => route(seats), TURN_SHOWN_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <section class="turn stack" role="alert">
      <p class="line-turn">{t.line.turn}</p>
      <p>
        {t.line.enterBy(timeOfDay(onThisClock(expireTime)))} {leftMs !== null && <Countdown until={expireTime} />}
      </p>
      <a class="button" href={seats}>
        {t.line.enter}
      </a>
    </section>
  );
}

const FEW = 50;
const SOME = 500;

function levelOf(left: number): string {
  if (left <= 0) return t.line.levels.none;
  if (left <= FEW) return t.line.levels.few;
  return left <= SOME ? t.line.levels.some : t.line.levels.plenty;
}

function WhatIsLeft({ event, room }: { event: EventDetail; room: Room }) {
  if (!room.zones.length) return null;
  const names = new Map(event.zones.map((zone) => [zone.zoneId, zone.name]));
  return (
    <section class="panel" aria-labelledby="left">
      <h2 id="left">{t.line.whatIsLeft}</h2>
      <table class="prices">
        <tbody>
          {room.zones.map((zone) => (
            <tr key={zone.zoneId}>
              <th scope="row">
                {names.get(zone.zoneId) ?? zone.zoneId} · {moneyShort(zone.price)}
              </th>
              <td>{levelOf(zone.left)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
