import { useLocation, useRoute } from "preact-iso";
import { t } from "../i18n";
import { account } from "../session";
import { Notice } from "../ui/Notice";
import { Page } from "../ui/Page";
import { SignInForm } from "./SignInForm";

/** `/sign-in`, going on to ?next= afterwards. */
export default function SignInPage() {
  const { route } = useLocation();
  const next = localPath(useRoute().query.next);
  return (
    <Page title={t.account.title}>
      <div class="narrow">
        {account.value ? (
          <Notice tone="ok">
            <p>{t.account.done(account.value.email)}</p>
            <p>
              <a href="/tickets">{t.common.nav.tickets}</a>
            </p>
          </Notice>
        ) : (
          <SignInForm onDone={() => route(next, true)} />
        )}
      </div>
    </Page>
  );
}

/** Only a path of this site: a link must not send somebody who just signed in elsewhere. */
function localPath(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}
