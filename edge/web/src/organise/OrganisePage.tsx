import { useState } from "preact/hooks";
import { RequireAccount } from "../account/RequireAccount";
import { downloadSalesCsv, getSales, listOwnEvents } from "../api/routes";
import type { EventDetail } from "../api/types";
import { money, venueTime } from "../format";
import { t } from "../i18n";
import { saveFile } from "../ui/download";
import { Loaded } from "../ui/Loaded";
import { Page } from "../ui/Page";
import { useResource } from "../ui/useResource";
import "../orders/orders.css";

/** `/organise`: an organiser's events and what is there for them today. */
export default function OrganisePage() {
  return (
    <Page title={t.organise.title} lead={t.organise.intro}>
      <div class="stack">
        <p class="row">
          <a class="button secondary" href="/docs">
            {t.organise.api}
          </a>
          <a class="button secondary" href="/openapi.json">
            {t.organise.openapi}
          </a>
        </p>
        <RequireAccount role="organiser">
          <OwnEvents />
        </RequireAccount>
      </div>
    </Page>
  );
}

function OwnEvents() {
  const [pageToken, setPageToken] = useState("");
  const page = useResource(`own events ${pageToken}`, () => listOwnEvents(pageToken));
  return (
    <section class="stack" aria-labelledby="own-events">
      <h2 id="own-events">{t.organise.events}</h2>
      <Loaded of={page}>
        {({ events, nextPageToken }) => (
          <>
            {!events.length && <p class="empty">{t.organise.empty}</p>}
            <ul class="plain-list">
              {events.map((event) => (
                <li key={event.eventId}>
                  <OwnEvent event={event} />
                </li>
              ))}
            </ul>
            {nextPageToken && (
              <button class="button secondary" onClick={() => setPageToken(nextPageToken)}>
                {t.common.more}
              </button>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

function OwnEvent({ event }: { event: EventDetail }) {
  const [asked, setAsked] = useState(false);
  const [failed, setFailed] = useState(false);
  const sales = useResource(asked ? `sales ${event.eventId}` : null, () => getSales(event.eventId));
  const saveCsv = async () => {
    setFailed(false);
    try {
      saveFile(await downloadSalesCsv(event.eventId), `${event.eventId}-sales.csv`);
    } catch {
      setFailed(true);
    }
  };
  return (
    <article class="card order-row">
      <div class="card-text">
        <div class="row baseline">
          <h3>{event.name}</h3>
          <span class={`badge ${event.state === "PUBLISHED" ? "ok" : ""}`}>{t.organise.states[event.state]}</span>
        </div>
        <p class="muted">
          {venueTime(event.startTime, event.timeZone)} · {event.venueName}, {event.city}
        </p>
        <p class="row">
          <a href={`/events/${event.eventId}`}>{t.organise.page}</a>
          <a href={`/gate/${event.eventId}`}>{t.organise.gate}</a>
          {!asked && (
            <button class="link" onClick={() => setAsked(true)}>
              {t.organise.numbers}
            </button>
          )}
          <button class="link" onClick={() => void saveCsv()}>
            {t.organise.csv}
          </button>
        </p>
        {failed && <p role="alert">{t.organise.csvFailed}</p>}
        {asked && (
          <Loaded of={sales}>
            {(numbers) => (
              <p>
                <strong>{t.organise.sold(numbers.soldCount, event.capacity)}</strong>
                {numbers.net && ` · ${t.organise.net(money(numbers.net))}`}
              </p>
            )}
          </Loaded>
        )}
      </div>
    </article>
  );
}
