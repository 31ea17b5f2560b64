import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { account, sessionState } from "../session";
import { Notice } from "../ui/Notice";
import { Skeleton } from "../ui/Loaded";
import { SignInForm } from "./SignInForm";

interface RequireAccountProps {
  role?: "organiser" | "gate";
  /** Why signing in is needed, when it is more than to see this. */
  why?: string;
  children: ComponentChildren;
}

/** Shows its content to those signed in, and the sign-in form in its place to others. */
export function RequireAccount({ role, why, children }: RequireAccountProps) {
  if (account.value) {
    if (role && !account.value.roles.includes(role))
      return (
        <Notice tone="warn">
          <p>{t.common.denied(role)}</p>
        </Notice>
      );
    return <>{children}</>;
  }
  if (sessionState.value === "restoring") return <Skeleton />;
  if (sessionState.value === "unreachable")
    return (
      <Notice tone="warn">
        <p>{t.common.unreachable}</p>
      </Notice>
    );
  return (
    <section class="stack narrow">
      <p class="lead">{why ?? t.common.signedOut}</p>
      <SignInForm />
    </section>
  );
}
