import { clock } from "./clock";
import { NoAnswer, Problem, problemOf } from "./problem";

export interface CallOptions {
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /** One for each intent of the person; see intents.ts. */
  idempotencyKey?: string;
  admissionToken?: string;
  /** True for the calls that make and end sessions: without the token, and never renewed on 401. */
  anonymous?: boolean;
  signal?: AbortSignal;
}

type Method = "GET" | "POST" | "DELETE" | "PATCH" | "PUT";

/** Who the calls are made for. The session sets it; the client knows nothing else of it. */
export interface Credentials {
  accessToken(): string | null;
  /** Renews the access token; false when nobody is signed in any more. */
  renew(): Promise<boolean>;
}

let credentials: Credentials = { accessToken: () => null, renew: async () => false };

export function setCredentials(source: Credentials): void {
  credentials = source;
}

/** The longest wait for a reply's head, above the longest deadline of a route that the pages call (30 s). */
const REPLY_TIMEOUT_MS = 35_000;

/** Calls the edge and returns the reply's JSON; throws Problem when refused and NoAnswer when nobody answered. */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  return (response.status === 204 ? undefined : await readJson(response)) as T;
}

/** Like call, for replies that are not JSON, or that stream. */
export async function send(method: Method, path: string, options: CallOptions = {}): Promise<Response> {
  const tokenBefore = options.anonymous ? null : credentials.accessToken();
  let response = await exchange(method, path, options, tokenBefore);
  if (response.status === 401 && tokenBefore !== null && (await credentials.renew())) {
    response = await exchange(method, path, options, credentials.accessToken());
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function exchange(
  method: Method,
  path: string,
  options: CallOptions,
  accessToken: string | null,
): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (accessToken) headers.Authorization = `Bearer ${accessToken}`;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  if (options.admissionToken) headers["Admission-Token"] = options.admissionToken;

  const impatience = new AbortController();
  const timer = setTimeout(() => impatience.abort(), REPLY_TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, impatience.signal]) : impatience.signal;
  const askedMs = Date.now();
  try {
    const response = await fetch(path + queryString(options.query), {
      method,
      headers,
      signal,
      ...(options.body !== undefined ? { body: JSON.stringify(options.body) } : {}),
    });
    clock.observe(response.headers.get("Date"), askedMs, Date.now());
    return response;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new NoAnswer(error);
  } finally {
    clearTimeout(timer);
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    // The head came, the rest did not: the same to the person as no answer.
    throw new NoAnswer(error);
  }
}

function queryString(query: CallOptions["query"]): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== "" && value !== false) params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}

/** True for failures after which the same request may be sent again without harm being known. */
export function isWorthRetrying(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof Problem && (error.isBusy || error.isUncertain));
}
