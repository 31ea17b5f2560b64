import type { TargetedEvent } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";
import type { Desk } from "./Desk";

/** Codes travel in links: `?code=` fills the field in, and whoever followed the link sees it open. */
const codeOfLink = () => new URLSearchParams(location.search).get("code") ?? "";

/** "I have a code": opens the seats of a fan club, a sponsor or a presale to whoever has theirs. */
export function CodeDoor({ desk }: { desk: Desk }) {
  const [code, setCode] = useState(codeOfLink);
  if (desk.accessCode.value) return <Opened desk={desk} />;
  const isOpening = desk.busy.value === "opening";
  const submit = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (code.trim()) void desk.showCode(code.trim());
  };
  return (
    <details open={code !== ""}>
      <summary>{t.seats.code.ask}</summary>
      <form class="row" onSubmit={submit}>
        <Field label={t.seats.code.label}>
          {(control) => (
            <input
              {...control}
              value={code}
              maxLength={64}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              onInput={(event) => setCode(event.currentTarget.value)}
            />
          )}
        </Field>
        <button class="button secondary" aria-busy={isOpening}>
          {isOpening ? t.seats.code.opening : t.seats.code.open}
        </button>
      </form>
    </details>
  );
}

function Opened({ desk }: { desk: Desk }) {
  return (
    <Notice tone="ok" live="polite">
      <p>{t.seats.code.opened(desk.channel.value)}</p>
      <button class="link" onClick={() => desk.putCodeAway()}>
        {t.seats.code.away}
      </button>
    </Notice>
  );
}
