import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { account, sessionRestored } from "../session";
import { SignInForm } from "./SignInForm";

const waiting = signal<((signedIn: boolean) => void) | null>(null);

/** Resolves true once somebody is signed in, asking for it over the page if need be; false when they close it. */
export async function ensureSignedIn(): Promise<boolean> {
  await sessionRestored();
  if (account.value) return true;
  return new Promise((resolve) => {
    waiting.value?.(false);
    waiting.value = resolve;
  });
}

function settle(signedIn: boolean): void {
  waiting.value?.(signedIn);
  waiting.value = null;
}

/** The dialog that ensureSignedIn() opens; one for the whole app. */
export function SignInDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = waiting.value !== null;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} aria-labelledby="sign-in-title" onClose={() => settle(account.value !== null)}>
      <div class="dialog-head">
        <h2 id="sign-in-title">{t.account.title}</h2>
        <button class="icon-button" aria-label={t.common.close} onClick={() => settle(false)}>
          ×
        </button>
      </div>
      {open && <SignInForm onDone={() => settle(true)} />}
    </dialog>
  );
}
