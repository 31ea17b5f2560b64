import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";

interface PageProps {
  title: string;
  /** What the browser's tab says, when it is more than the heading. */
  tabTitle?: string;
  lead?: ComponentChildren;
  wide?: boolean;
  children: ComponentChildren;
}

/** True after the first page: a browser's own load must not move the focus, a change of route must. */
let hasNavigated = false;
addEventListener("popstate", () => (hasNavigated = true));
addEventListener("click", () => (hasNavigated = true), { once: true });

/** A reference for the page's heading, which takes the focus after a change of route. */
export function useHeadingFocus() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasNavigated) heading.current?.focus({ preventScroll: true });
  }, []);
  return heading;
}

/** A page: sets the title, and puts the focus on its heading after a change of route. */
export function Page({ title, tabTitle, lead, wide, children }: PageProps) {
  const heading = useHeadingFocus();
  useEffect(() => {
    document.title = t.common.title(tabTitle ?? title);
  }, [title, tabTitle]);
  return (
    <div class={wide ? "page wide" : "page"}>
      <header class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead && <div class="muted">{lead}</div>}
      </header>
      {children}
    </div>
  );
}
