import { useEffect, useRef, useState } from "preact/hooks";
import { NoAnswer, Problem } from "../api/problem";
import type { Account } from "../api/types";
import { t } from "../i18n";
import { startSession, verifySession } from "../session";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { looksLikeEmail, maskEmail, readCode } from "./codes";

type Step = { name: "email" } | { name: "code"; email: string };

/** Sign-in by an e-mailed code, wherever it is needed; the page around it stays as it was. */
export function SignInForm({ onDone }: { onDone?: (account: Account) => void }) {
  const [step, setStep] = useState<Step>({ name: "email" });
  const [email, setEmail] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const attempt = async (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(explain(error));
    } finally {
      setBusy(false);
    }
  };
  const sendCode = (address: string) =>
    attempt(async () => {
      await startSession(address);
      setStep({ name: "code", email: address });
    });

  if (step.name === "email")
    return <EmailStep {...{ email, setEmail, busy, failure, setFailure }} onSend={sendCode} />;
  return (
    <CodeStep
      email={step.email}
      busy={busy}
      failure={failure}
      onFailure={setFailure}
      onVerify={(code) =>
        attempt(async () => {
          const account = await verifySession(step.email, code);
          onDone?.(account);
        })
      }
      onResend={() => void sendCode(step.email)}
      onOther={() => {
        setFailure(null);
        setStep({ name: "email" });
      }}
    />
  );
}

interface EmailStepProps {
  email: string;
  setEmail: (email: string) => void;
  busy: boolean;
  failure: string | null;
  setFailure: (failure: string | null) => void;
  onSend: (email: string) => void;
}

function EmailStep({ email, setEmail, busy, failure, setFailure, onSend }: EmailStepProps) {
  const submit = (event: Event) => {
    event.preventDefault();
    const address = email.trim();
    if (looksLikeEmail(address)) onSend(address);
    else setFailure(t.account.emailInvalid);
  };
  return (
    <form class="stack sign-in" onSubmit={submit} noValidate>
      <p>{t.account.intro}</p>
      <Field label={t.account.email} hint={t.account.emailHint} error={failure}>
        {(control) => (
          <input
            {...control}
            type="email"
            name="email"
            autoComplete="email"
            inputMode="email"
            autoCapitalize="none"
            spellcheck={false}
            value={email}
            onInput={(event) => setEmail(event.currentTarget.value)}
          />
        )}
      </Field>
      <button class="button" aria-busy={busy}>
        {t.account.send}
      </button>
    </form>
  );
}

interface CodeStepProps {
  email: string;
  busy: boolean;
  failure: string | null;
  onFailure: (failure: string) => void;
  onVerify: (code: string) => void;
  onResend: () => void;
  onOther: () => void;
}

function CodeStep({ email, busy, failure, onFailure, onVerify, onResend, onOther }: CodeStepProps) {
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    const code = readCode(text);
    if (code) onVerify(code);
    else onFailure(t.account.codeInvalid);
  };
  const type = (value: string) => {
    setText(value);
    const code = readCode(value);
    if (code && !busy) onVerify(code);
  };
  return (
    <form class="stack sign-in" onSubmit={submit} noValidate>
      <Notice tone="plain" live="polite">
        <p>{t.account.sent(maskEmail(email))}</p>
      </Notice>
      <Field label={t.account.code} error={failure}>
        {(control) => (
          <input
            {...control}
            ref={input}
            class="code-input"
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={12}
            value={text}
            onInput={(event) => type(event.currentTarget.value)}
          />
        )}
      </Field>
      <button class="button" aria-busy={busy}>
        {t.account.verify}
      </button>
      <p class="row">
        <button type="button" class="link" onClick={onResend}>
          {t.account.resend}
        </button>
        <button type="button" class="link" onClick={onOther}>
          {t.account.other}
        </button>
      </p>
    </form>
  );
}

function explain(error: unknown): string {
  if (error instanceof NoAnswer) return t.account.failed;
  if (!(error instanceof Problem)) throw error;
  if (error.isBusy) return t.account.limited(error.retryAfterSeconds ?? 60);
  if (error.reason === "CODE_INVALID" || error.status === 401) {
    const triesLeft = error.number("triesLeft");
    return triesLeft === 0 ? t.account.void : t.account.wrong(triesLeft);
  }
  if (error.status === 400) return t.account.emailInvalid;
  return t.account.failed;
}
