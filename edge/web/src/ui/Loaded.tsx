import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem } from "../api/problem";
import { t } from "../i18n";
import { NotFound } from "./NotFound";
import { Notice } from "./Notice";
import type { Resource } from "./useResource";

interface LoadedProps<T> {
  of: Resource<T>;
  /** Said to screen readers while the skeleton shows. */
  label?: string;
  skeleton?: ComponentChildren;
  children: (data: T) => ComponentChildren;
}

/** Shows a resource in whatever state it is: skeleton, slow, busy, error, or the thing itself. */
export function Loaded<T>({ of, label, skeleton, children }: LoadedProps<T>) {
  if (of.data !== null) return <>{children(of.data)}</>;
  if (of.error) return <Failure error={of.error} retryAtMs={of.retryAtMs} onRetry={of.reload} />;
  if (!of.waiting) return <div class="loading-space" />;
  return (
    <div class="loading" aria-busy="true">
      <p class="visually-hidden" role="status">
        {label ?? t.common.loading}
      </p>
      {skeleton ?? <Skeleton />}
      {of.slow && <p class="muted">{t.common.slow}</p>}
    </div>
  );
}

export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}

interface FailureProps {
  error: unknown;
  retryAtMs?: number | null;
  onRetry: () => void;
}

/** What went wrong, what is safe, and what to do. */
export function Failure({ error, retryAtMs, onRetry }: FailureProps) {
  if (error instanceof Problem && error.status === 404) return <NotFound embedded />;
  if (retryAtMs) return <Busy untilMs={retryAtMs} />;
  return (
    <Notice tone="danger" focus>
      <p>
        {navigator.onLine ? t.common.failed : t.common.offline}{" "}
        {error instanceof Problem && error.requestId && (
          <span class="muted">{t.common.problemId(error.requestId)}</span>
        )}
      </p>
      <button class="button secondary" onClick={onRetry}>
        {t.common.again}
      </button>
    </Notice>
  );
}

function Busy({ untilMs }: { untilMs: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <Notice tone="warn">
      <p>{t.common.busy(Math.max(1, Math.ceil((untilMs - now) / 1000)))}</p>
    </Notice>
  );
}
