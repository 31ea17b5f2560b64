import { computed, signal } from "@preact/signals";
import { call, setCredentials } from "./api/client";
import { NoAnswer } from "./api/problem";
import type { Account, Session } from "./api/types";

/**
 * Who is signed in. The access token lives in memory only; the HttpOnly cookie renews it. A mark in local storage says
 * that a cookie may be there, so that visitors who never signed in cause no refused request.
 */

const MAYBE_SIGNED_IN = "onsale.signed-in";
/** Renew this long before the token ends, so that no call meets its end half-way. */
const RENEW_EARLY_MS = 60_000;

export type SessionState = "restoring" | "signed-in" | "signed-out" | "unreachable";

const session = signal<Session | null>(null);
export const sessionState = signal<SessionState>(
  localStorage.getItem(MAYBE_SIGNED_IN) ? "restoring" : "signed-out",
);
export const account = computed<Account | null>(() => session.value?.account ?? null);

let renewTimer: ReturnType<typeof setTimeout> | undefined;

export const startSession = (email: string) =>
  call<{ expireTime?: string }>("POST", "/v1/sessions", { body: { email }, anonymous: true });

export async function verifySession(email: string, code: string): Promise<Account> {
  const verified = await call<Session>("POST", "/v1/sessions:verify", { body: { email, code }, anonymous: true });
  begin(verified);
  return verified.account;
}

export async function endSession(): Promise<void> {
  try {
    await call<void>("POST", "/v1/sessions/end", { body: {}, anonymous: true });
  } finally {
    forget();
  }
}

/** Trades the cookie for a new access token. Tabs take turns: the cookie's token is good for one use. */
async function renew(): Promise<boolean> {
  const trade = async () => {
    try {
      begin(await call<Session>("POST", "/v1/sessions/refresh", { body: {}, anonymous: true }));
      return true;
    } catch (error) {
      if (error instanceof NoAnswer) sessionState.value = "unreachable";
      else forget();
      return false;
    }
  };
  return navigator.locks ? navigator.locks.request("onsale.session", trade) : trade();
}

let renewing: Promise<boolean> | null = null;

export function renewSession(): Promise<boolean> {
  renewing ??= renew().finally(() => (renewing = null));
  return renewing;
}

function begin(next: Session): void {
  session.value = next;
  sessionState.value = "signed-in";
  localStorage.setItem(MAYBE_SIGNED_IN, "1");
  clearTimeout(renewTimer);
  const lifeMs = next.expireTime ? Date.parse(next.expireTime) - Date.now() : 0;
  // A device whose clock is far off gets no timer; the first 401 renews instead.
  if (lifeMs > RENEW_EARLY_MS) renewTimer = setTimeout(() => void renewSession(), lifeMs - RENEW_EARLY_MS);
}

function forget(): void {
  clearTimeout(renewTimer);
  session.value = null;
  sessionState.value = "signed-out";
  localStorage.removeItem(MAYBE_SIGNED_IN);
}

/** Puts the session behind the calls and restores the one of the last visit. */
export function startSessionKeeping(): void {
  setCredentials({ accessToken: () => session.value?.accessToken ?? null, renew: renewSession });
  if (sessionState.value === "restoring") void renewSession();
  addEventListener("online", () => {
    if (sessionState.value === "unreachable") void renewSession();
  });
}

export const hasRole = (role: string): boolean => account.value?.roles.includes(role) ?? false;

/** Resolves once it is known whether the last visit's session still stands. */
export async function sessionRestored(): Promise<void> {
  if (sessionState.value === "restoring") await renewSession();
}
