import { useEffect, useMemo, useState } from "preact/hooks";
import { RequireAccount } from "../account/RequireAccount";
import { timeOfDay } from "../format";
import { t } from "../i18n";
import { account } from "../session";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { Page } from "../ui/Page";
import { CameraView } from "./CameraView";
import { Gate } from "./Gate";
import { VerdictScreen } from "./VerdictScreen";
import "./gate.css";

const GATE_NAME = "onsale.gate-name";
const GATE_NAME_MAX = 64;

/** `/gate/{e}`: scan, look, next. */
export default function GatePage({ id }: { id: string }) {
  const [gateId, setGateId] = useState(sessionStorage.getItem(GATE_NAME) ?? "");
  const name = (gate: string) => {
    sessionStorage.setItem(GATE_NAME, gate);
    localStorage.setItem(GATE_NAME, gate);
    setGateId(gate);
  };
  // A gate that was prepared goes on without a network, where nobody can be signed in anew.
  const isPrepared = gateId !== "" && !navigator.onLine && !account.value;
  return (
    <Page title={gateId || t.gate.title} tabTitle={t.gate.title}>
      {isPrepared ? (
        <GateDesk eventId={id} gateId={gateId} />
      ) : (
        <RequireAccount role="gate">
          {gateId ? <GateDesk eventId={id} gateId={gateId} /> : <NameForm onName={name} />}
        </RequireAccount>
      )}
    </Page>
  );
}

function NameForm({ onName }: { onName: (gateId: string) => void }) {
  const [text, setText] = useState(localStorage.getItem(GATE_NAME) ?? "");
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim()) onName(text.trim());
  };
  return (
    <form class="stack narrow" onSubmit={submit}>
      <Field label={t.gate.gateName} hint={t.gate.gateNameHint}>
        {(control) => (
          <input
            {...control}
            value={text}
            maxLength={GATE_NAME_MAX}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
      <button class="button">{t.gate.start}</button>
    </form>
  );
}

function GateDesk({ eventId, gateId }: { eventId: string; gateId: string }) {
  const gate = useMemo(() => new Gate(eventId, gateId), [eventId, gateId]);
  useEffect(() => {
    gate.start();
    return () => gate.stop();
  }, [gate]);
  if (gate.isForeign.value)
    return (
      <Notice tone="danger" focus>
        <p>{t.gate.notYours}</p>
      </Notice>
    );
  const scan = (code: string) => {
    // While a verdict shows, the guest before the camera is the one it is about.
    if (!gate.verdict.value) void gate.scan(code);
  };
  return (
    <div class="gate stack">
      <GateState gate={gate} />
      <CameraView onCode={scan} />
      <CodeForm gate={gate} onCode={scan} />
      <Recent gate={gate} />
      {gate.verdict.value && <VerdictScreen verdict={gate.verdict.value} onClear={() => gate.clear()} />}
    </div>
  );
}

const OLD_BUNDLE_MINUTES = 60;

function GateState({ gate }: { gate: Gate }) {
  const bundle = gate.bundle.value;
  const ageMinutes = bundle ? Math.max(0, Math.round((Date.now() - Date.parse(bundle.createTime)) / 60_000)) : 0;
  const checkins = gate.checkins.value;
  return (
    <div class="stack" role="status">
      {bundle && <p class="lead">{bundle.eventName}</p>}
      <p class="row muted">
        {checkins && <span>{t.gate.counts(checkins.admittedCount, checkins.ticketCount)}</span>}
        <span>{t.gate.here(gate.admittedHere.value)}</span>
        {gate.waitingCount.value > 0 && <span>{t.gate.waiting(gate.waitingCount.value)}</span>}
        {gate.uploaded.value && (
          <span>{t.gate.sent(gate.uploaded.value.sent, gate.uploaded.value.conflicts)}</span>
        )}
      </p>
      {gate.isOffline.value && (
        <Notice tone={bundle && ageMinutes <= OLD_BUNDLE_MINUTES ? "plain" : "warn"}>
          <p>{bundle ? t.gate.offlineList(timeOfDay(bundle.createTime), ageMinutes) : t.gate.offlineNone}</p>
        </Notice>
      )}
    </div>
  );
}

function CodeForm({ gate, onCode }: { gate: Gate; onCode: (code: string) => void }) {
  const [text, setText] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (!text.trim()) return;
    onCode(text);
    setText("");
  };
  return (
    <form class="code-form" onSubmit={submit}>
      <Field label={t.gate.type}>
        {(control) => (
          <input
            {...control}
            value={text}
            autoComplete="off"
            autoCapitalize="none"
            spellcheck={false}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
      <button class="button big" aria-busy={gate.isChecking.value}>
        {gate.isChecking.value ? t.gate.checking : t.gate.check}
      </button>
    </form>
  );
}

function Recent({ gate }: { gate: Gate }) {
  if (!gate.recent.value.length) return null;
  return (
    <section class="stack" aria-labelledby="recent">
      <h2 id="recent">{t.gate.recent}</h2>
      <ul class="recent">
        {gate.recent.value.map((scan) => (
          <li key={scan.scanId} class={scan.verdict.tone}>
            <span>{timeOfDay(scan.timeMs)}</span>
            <span>{scan.verdict.text}</span>
            {scan.isOffline && <span class="badge">{t.gate.offline}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
