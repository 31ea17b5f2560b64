import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { clientConfig, loadClientConfig } from "../config";
import { SearchBox } from "../home/SearchBox";
import { t } from "../i18n";
import { account, endSession, hasRole } from "../session";

/** Pages that need every pixel and every byte: no search, no footer. */
const QUIET = /^\/(events\/[^/]+\/(line|seats)|checkout\/|gate\/)/;

/** What stands around every page: the header, the banners, the footer. */
export function Shell({ children }: { children: ComponentChildren }) {
  const { path } = useLocation();
  const quiet = QUIET.test(path);
  useEffect(() => void loadClientConfig().catch(() => undefined), []);
  return (
    <>
      <a class="skip" href="#content">
        {t.common.skip}
      </a>
      <Header withSearch={!quiet && path !== "/"} />
      <OfflineBanner />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      {!quiet && <Footer />}
    </>
  );
}

function Header({ withSearch }: { withSearch: boolean }) {
  const { path, url } = useLocation();
  const here = (href: string) => (path === href ? { "aria-current": "page" as const } : {});
  return (
    <header class="site-head">
      <a class="brand" href="/" aria-label={t.common.nav.home}>
        {t.common.appName}
        <span aria-hidden="true" />
      </a>
      {withSearch ? <SearchBox /> : <span class="grow" />}
      <nav aria-label={t.common.nav.label}>
        {hasRole("organiser") && (
          <a href="/organise" {...here("/organise")}>
            {t.common.nav.organise}
          </a>
        )}
        {hasRole("gate") && (
          <a href="/gate" {...here("/gate")}>
            {t.common.nav.gate}
          </a>
        )}
        <a href="/tickets" {...here("/tickets")}>
          {t.common.nav.tickets}
        </a>
        {account.value ? (
          <AccountMenu email={account.value.email} />
        ) : (
          <a href={`/sign-in?next=${encodeURIComponent(url)}`} {...here("/sign-in")}>
            {t.common.nav.signIn}
          </a>
        )}
      </nav>
    </header>
  );
}

function AccountMenu({ email }: { email: string }) {
  const [open, setOpen] = useState(false);
  const { path } = useLocation();
  useEffect(() => setOpen(false), [path]);
  return (
    <details
      class="menu"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
    >
      <summary aria-label={`${t.common.nav.account}: ${email}`}>
        <span class="avatar" aria-hidden="true">
          {email.slice(0, 1).toUpperCase()}
        </span>
      </summary>
      <div class="menu-panel">
        <p class="muted ellipsis">{email}</p>
        <a href="/orders">{t.common.nav.orders}</a>
        <button class="link" onClick={() => void signOut()}>
          {t.common.nav.signOut}
        </button>
      </div>
    </details>
  );
}

async function signOut(): Promise<void> {
  // What is kept on this device goes first: it must go even when the server cannot be reached.
  const { forgetTickets } = await import("../tickets/cache");
  await forgetTickets().catch(() => undefined);
  await endSession().catch(() => undefined);
}

function OfflineBanner() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return (
    <div role="status">{!online && <p class="banner warn">{t.common.offline}</p>}</div>
  );
}

function Footer() {
  return (
    <footer class="site-foot">
      {clientConfig.value?.demo && <strong>{t.common.demo}</strong>}
      <span>{t.common.nav.privacy}</span>
      <a href="/organise">{t.common.nav.organise}</a>
      <a href="/gate">{t.common.nav.gate}</a>
      <a href="/docs">{t.common.nav.developers}</a>
    </footer>
  );
}
