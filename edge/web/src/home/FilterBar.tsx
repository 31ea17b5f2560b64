import { useState } from "preact/hooks";
import type { Facet } from "../api/types";
import { count, moneyShort } from "../format";
import { t } from "../i18n";
import { Select } from "../ui/Field";
import { NEAR_RADIUS_KM, NO_FILTERS, type Filters } from "./filters";

interface FilterBarProps {
  filters: Filters;
  facets: Facet[];
  currencyCode: string;
  onChange: (filters: Filters) => void;
}

const PRICES_MINOR = [2500, 5000, 7500, 10_000, 15_000];
const CHIPS_MAX = 8;
const SORTS = ["relevance", "startTime", "price", "popularity", "distance"] as const;

/** The filters: chips for what is toggled, menus for what is chosen. Counts are under all other filters. */
export function FilterBar({ filters, facets, currencyCode, onChange }: FilterBarProps) {
  const set = (change: Partial<Filters>) => onChange({ ...filters, ...change });
  const categories = withChosen(facetValues(facets, "category").slice(0, CHIPS_MAX), filters.category);
  const cities = withChosen(facetValues(facets, "city"), filters.city);
  const sorts = SORTS.filter((sort) => sort !== "distance" || filters.near);
  const isFiltered = JSON.stringify({ ...filters, sort: "" }) !== JSON.stringify(NO_FILTERS);
  return (
    <section class="filters" aria-label={t.home.filters}>
      <div class="chips" role="group" aria-label={t.home.category}>
        {categories.map(({ value, count: howMany }) => (
          <Chip
            key={value}
            on={filters.category === value}
            label={value.charAt(0).toUpperCase() + value.slice(1)}
            howMany={howMany}
            onToggle={(on) => set({ category: on ? value : "" })}
          />
        ))}
        <Chip on={filters.together} label={t.home.together} onToggle={(together) => set({ together })} />
        <Chip on={filters.available} label={t.home.available} onToggle={(available) => set({ available })} />
      </div>
      <div class="filter-row">
        <Select
          label={t.home.date}
          value={filters.when}
          options={[
            { value: "", label: t.home.anyDate },
            { value: "weekend", label: t.home.weekend },
            { value: "week", label: t.home.week },
            { value: "month", label: t.home.month },
          ]}
          onChange={(when) => set({ when: when as Filters["when"] })}
        />
        <Select
          label={t.home.city}
          value={filters.city}
          options={[
            { value: "", label: t.home.anyCity },
            ...cities.map(({ value, count: howMany }) => ({
              value,
              label: howMany ? `${value} (${count(howMany)})` : value,
            })),
          ]}
          onChange={(city) => set({ city, near: "" })}
        />
        <Select
          label={t.home.price}
          value={String(filters.priceMax)}
          options={[
            { value: "0", label: t.home.anyPrice },
            ...PRICES_MINOR.map((minor) => ({
              value: String(minor),
              label: t.home.upTo(moneyShort({ amountMinor: String(minor), currencyCode })),
            })),
          ]}
          onChange={(price) => set({ priceMax: Number(price) })}
        />
        <Select
          label={t.home.sort}
          value={filters.sort || (filters.query ? "relevance" : "startTime")}
          options={sorts.map((value) => ({ value, label: t.home.sorts[value] }))}
          onChange={(sort) => set({ sort })}
        />
        <NearMe filters={filters} onChange={set} />
      </div>
      {isFiltered && (
        <button class="link" onClick={() => onChange(NO_FILTERS)}>
          {t.home.clear}
        </button>
      )}
    </section>
  );
}

interface ChipProps {
  on: boolean;
  label: string;
  howMany?: number;
  onToggle: (on: boolean) => void;
}

function Chip({ on, label, howMany, onToggle }: ChipProps) {
  return (
    <button class="chip" aria-pressed={on} onClick={() => onToggle(!on)}>
      {label}
      {howMany !== undefined && howMany > 0 && <span class="muted">{count(howMany)}</span>}
    </button>
  );
}

/** Asks where the device is only on a click; a refusal is no error, there is the city field. */
function NearMe({ filters, onChange }: { filters: Filters; onChange: (change: Partial<Filters>) => void }) {
  const [state, setState] = useState<"idle" | "locating" | "refused">("idle");
  const locate = () => {
    if (filters.near) return onChange({ near: "", sort: "" });
    if (!("geolocation" in navigator)) return setState("refused");
    setState("locating");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setState("idle");
        onChange({ near: `${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`, city: "", sort: "distance" });
      },
      () => setState("refused"),
      { timeout: 8000, maximumAge: 600_000 },
    );
  };
  return (
    <div class="near">
      <button class="chip" aria-pressed={filters.near !== ""} onClick={locate}>
        {state === "locating" ? t.home.locating : filters.near ? t.home.nearOn(NEAR_RADIUS_KM) : t.home.near}
      </button>
      <p role="status" class="hint">
        {state === "refused" ? t.home.locationRefused : ""}
      </p>
    </div>
  );
}

interface FacetValue {
  value: string;
  count: number;
}

const facetValues = (facets: Facet[], field: string): FacetValue[] =>
  (facets.find((facet) => facet.field === field)?.values ?? [])
    .filter(({ value }) => value)
    .map(({ value, count: howMany }) => ({ value, count: Number(howMany) }));

/** What is chosen stays on the list, even when nothing has it any more. */
const withChosen = (values: FacetValue[], chosen: string): FacetValue[] =>
  !chosen || values.some(({ value }) => value === chosen) ? values : [{ value: chosen, count: 0 }, ...values];
