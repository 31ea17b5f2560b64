import { ErrorBoundary, lazy, LocationProvider, Route, Router, useRoute } from "preact-iso";
import type { ComponentType } from "preact";
import { signal } from "@preact/signals";
import { SignInDialog } from "./account/SignInDialog";
import HomePage from "./home/HomePage";
import { AnnounceRegions } from "./ui/AnnounceRegions";
import { t } from "./i18n";
import { NotFound } from "./ui/NotFound";
import { Notice } from "./ui/Notice";
import { Shell } from "./ui/Shell";

const SignInPage = lazy(() => import("./account/SignInPage"));
const EventPage = perId("e", lazy(() => import("./event/EventPage")));
const LinePage = perId("e", lazy(() => import("./line/LinePage")));
const SeatsPage = perId("e", lazy(() => import("./seats/SeatsPage")));
const CheckoutPage = perId("o", lazy(() => import("./checkout/CheckoutPage")));
const OrdersPage = lazy(() => import("./orders/OrdersPage"));
const OrderPage = perId("o", lazy(() => import("./orders/OrderPage")));
const TicketsPage = lazy(() => import("./tickets/TicketsPage"));
const TransferPage = perId("t", lazy(() => import("./tickets/TransferPage")));
const GateStartPage = lazy(() => import("./gate/GateStartPage"));
const GatePage = perId("e", lazy(() => import("./gate/GatePage")));
const OrganisePage = lazy(() => import("./organise/OrganisePage"));

/** A page of one thing starts anew for another thing. */
function perId(param: string, View: ComponentType<{ id: string }>) {
  return function PerId() {
    const id = useRoute().params[param] ?? "";
    return <View key={id} id={id} />;
  };
}

/** What a page failed with, until another page is opened. */
const crash = signal<Error | null>(null);

function Crash() {
  return (
    <Notice tone="danger" focus live="assertive">
      <p>{t.common.failed}</p>
      <button class="button secondary" onClick={() => location.reload()}>
        {t.common.again}
      </button>
    </Notice>
  );
}

/** Paths that are not pages of this app, so that the router leaves their links to the browser. */
const PAGES = /^(?!\/(v1|docs|dev|openapi\.json|\.well-known)(\/|$))/;

export function App() {
  return (
    <LocationProvider scope={PAGES}>
      <Shell>
        <ErrorBoundary onError={(error) => (crash.value = error)}>
          {crash.value && <Crash />}
          <Router onRouteChange={() => (crash.value = null)}>
            <Route path="/" component={HomePage} />
            <Route path="/sign-in" component={SignInPage} />
            <Route path="/events/:e" component={EventPage} />
            <Route path="/events/:e/line" component={LinePage} />
            <Route path="/events/:e/seats" component={SeatsPage} />
            <Route path="/checkout/:o" component={CheckoutPage} />
            <Route path="/orders" component={OrdersPage} />
            <Route path="/orders/:o" component={OrderPage} />
            <Route path="/tickets" component={TicketsPage} />
            <Route path="/transfers/:t" component={TransferPage} />
            <Route path="/gate" component={GateStartPage} />
            <Route path="/gate/:e" component={GatePage} />
            <Route path="/organise" component={OrganisePage} />
            <Route default component={NotFound} />
          </Router>
        </ErrorBoundary>
      </Shell>
      <SignInDialog />
      <AnnounceRegions />
    </LocationProvider>
  );
}
