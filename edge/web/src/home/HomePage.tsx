import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { listTrending, searchEvents } from "../api/routes";
import type { EventSearch } from "../api/types";
import { t } from "../i18n";
import { Loaded, Skeleton } from "../ui/Loaded";
import { Page } from "../ui/Page";
import { useResource } from "../ui/useResource";
import { EventCard } from "./EventCard";
import { FilterBar } from "./FilterBar";
import { filtersPath, readFilters, searchQuery, type Filters } from "./filters";
import { SearchBox } from "./SearchBox";
import "./home.css";

const DEFAULT_CURRENCY = "EUR";

/** `/`: find an event in ten seconds. Every filter is in the address. */
export default function HomePage() {
  const { query, route } = useLocation();
  const filters = readFilters(query);
  const path = filtersPath(filters);
  const found = useResource(`search ${path}`, () => searchEvents(searchQuery(filters, new Date())));
  const latest = useLatest(found.data);
  const isPlain = path === "/";
  const change = (next: Filters) => route(filtersPath(next));
  const currencyCode = latest?.events.find((event) => event.priceFrom)?.priceFrom?.currencyCode ?? DEFAULT_CURRENCY;
  return (
    <Page title={isPlain ? t.home.heading : t.home.title} tabTitle={filters.query || t.home.title} wide>
      <SearchBox large />
      <FilterBar filters={filters} facets={latest?.facets ?? []} currencyCode={currencyCode} onChange={change} />
      {isPlain && <TrendingStrip />}
      <section class="stack" aria-labelledby="results">
        <h2 id="results" aria-live="polite">
          {isPlain || !found.data
            ? t.home.upcoming
            : t.home.results(Number(found.data.totalSize), filters.query)}
        </h2>
        <Loaded of={found} skeleton={<CardsSkeleton />}>
          {(first) => <Results key={path} first={first} filters={filters} />}
        </Loaded>
      </section>
    </Page>
  );
}

/** The last thing that was there, so that the filters do not jump while the next page of results loads. */
function useLatest<T>(value: T | null): T | null {
  const latest = useRef(value);
  if (value !== null) latest.current = value;
  return latest.current;
}

function Results({ first, filters }: { first: EventSearch; filters: Filters }) {
  const [pages, setPages] = useState([first]);
  const [state, setState] = useState<"idle" | "loading" | "failed">("idle");
  useEffect(() => setPages([first]), [first]);
  const events = pages.flatMap((page) => page.events);
  const next = pages.at(-1)?.nextPageToken ?? "";
  if (!events.length) return <p class="empty">{t.home.empty}</p>;
  const more = async () => {
    setState("loading");
    try {
      const page = await searchEvents(searchQuery(filters, new Date(), next));
      setPages((before) => [...before, page]);
      setState("idle");
    } catch {
      setState("failed");
    }
  };
  return (
    <>
      <ul class="cards">
        {events.map((event) => (
          <li key={event.eventId}>
            <EventCard event={event} />
          </li>
        ))}
      </ul>
      <p class="row muted" role="status">
        {t.home.loaded(events.length, Number(first.totalSize))}
        {state === "failed" && ` · ${t.common.failed}`}
      </p>
      {next && (
        <button class="button secondary" aria-busy={state === "loading"} onClick={() => void more()}>
          {t.common.more}
        </button>
      )}
    </>
  );
}

function TrendingStrip() {
  const trending = useResource("trending", listTrending);
  if (!trending.data?.trending.length) return null;
  const minutes = Math.max(1, Math.round(trending.data.windowSeconds / 60));
  return (
    <section class="stack" aria-labelledby="trending">
      <div class="row baseline">
        <h2 id="trending">{t.home.trending}</h2>
        <p class="muted">{t.home.trendingWhy(minutes)}</p>
      </div>
      <ol class="cards">
        {trending.data.trending.slice(0, 3).map(({ event }) => (
          <li key={event.eventId}>
            <EventCard event={event} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function CardsSkeleton() {
  return (
    <div class="cards">
      {Array.from({ length: 6 }, (_, index) => (
        <div class="card" key={index}>
          <Skeleton lines={3} />
        </div>
      ))}
    </div>
  );
}
