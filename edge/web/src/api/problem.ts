/** What can go wrong with a request, as the pages tell it. */

/** A refusal by the server: RFC 9457 with a stable reason and its facts. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    readonly detail: string,
    readonly facts: Readonly<Record<string, unknown>>,
    readonly retryAfterSeconds: number | null,
    readonly requestId: string,
  ) {
    super(`${status} ${reason}: ${detail}`);
    this.name = "Problem";
  }

  /** True when asking again later is all that is needed. */
  get isBusy(): boolean {
    return this.status === 429 || this.status === 503;
  }

  /** True when the server may or may not have done it. */
  get isUncertain(): boolean {
    return this.status >= 500;
  }

  /** A fact as a list of strings; empty when it is not one. */
  strings(fact: string): string[] {
    const value = this.facts[fact];
    return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
  }

  /** A fact as a number; null when it is not one. Facts travel as text in gRPC's trailers. */
  number(fact: string): number | null {
    const value = this.facts[fact];
    if (typeof value !== "number" && typeof value !== "string") return null;
    const parsed = Number(value);
    return value !== "" && Number.isFinite(parsed) ? parsed : null;
  }
}

/** No answer: the network is away, or the server did not speak. Whether anything happened is not known. */
export class NoAnswer extends Error {
  constructor(cause?: unknown) {
    super("no answer", { cause });
    this.name = "NoAnswer";
  }
}

const DEFAULT_RETRY_SECONDS = 5;

/** Reads a refusal, whatever form it came in. */
export async function problemOf(response: Response): Promise<Problem> {
  const facts: Record<string, unknown> = await response
    .json()
    .then((body: unknown) => (body && typeof body === "object" ? { ...body } : {}))
    .catch(() => ({}));
  const retryAfter = Number(response.headers.get("Retry-After") ?? Number.NaN);
  const busy = response.status === 429 || response.status === 503;
  return new Problem(
    response.status,
    typeof facts.reason === "string" ? facts.reason : "UNKNOWN",
    typeof facts.detail === "string" ? facts.detail : response.statusText,
    facts,
    Number.isFinite(retryAfter) ? retryAfter : busy ? DEFAULT_RETRY_SECONDS : null,
    response.headers.get("X-Request-Id") ?? "",
  );
}
