import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface NoticeProps {
  tone: "ok" | "warn" | "danger" | "plain";
  /** Moves the focus here when it appears: for errors that need an answer. */
  focus?: boolean;
  /** Announced without moving the focus. */
  live?: "polite" | "assertive";
  children: ComponentChildren;
}

/** A message in its colour. Its words alone must say all. */
export function Notice({ tone, focus, live, children }: NoticeProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focus) box.current?.focus();
  }, [focus]);
  const role = live === "assertive" ? "alert" : live === "polite" ? "status" : undefined;
  return (
    <div ref={box} class={`notice ${tone}`} {...(focus ? { tabIndex: -1 } : {})} {...(role ? { role } : {})}>
      {children}
    </div>
  );
}
