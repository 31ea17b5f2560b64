import { useState } from "preact/hooks";
import { RequireAccount } from "../account/RequireAccount";
import { searchEvents } from "../api/routes";
import { venueTime } from "../format";
import { t } from "../i18n";
import { Field } from "../ui/Field";
import { Loaded } from "../ui/Loaded";
import { Page } from "../ui/Page";
import { useResource } from "../ui/useResource";

const SHOWN_MAX = 10;

/** `/gate`: which event is this gate for? */
export default function GateStartPage() {
  return (
    <Page title={t.gate.title} lead={t.gate.choose}>
      <RequireAccount role="gate">
        <EventChooser />
      </RequireAccount>
    </Page>
  );
}

function EventChooser() {
  const [text, setText] = useState("");
  const [words, setWords] = useState("");
  const found = useResource(`gate ${words}`, () => searchEvents({ query: words, pageSize: SHOWN_MAX }));
  const submit = (event: Event) => {
    event.preventDefault();
    setWords(text.trim());
  };
  return (
    <div class="stack">
      <form class="code-form" onSubmit={submit}>
        <Field label={t.home.searchLabel} hint={t.gate.chooseHint}>
          {(control) => (
            <input {...control} type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
          )}
        </Field>
        <button class="button">{t.home.search}</button>
      </form>
      <Loaded of={found}>
        {(page) =>
          page.events.length ? (
            <ul class="plain-list">
              {page.events.map((event) => (
                <li key={event.eventId} class="card">
                  <div class="card-text">
                    <h2>
                      <a href={`/gate/${event.eventId}`}>{event.name}</a>
                    </h2>
                    <p class="muted">
                      {venueTime(event.startTime, event.timeZone)} · {event.venueName}, {event.city}
                    </p>
                  </div>
                </li>
              ))}
            </ul>
          ) : (
            <p class="empty">{t.home.empty}</p>
          )
        }
      </Loaded>
    </div>
  );
}
