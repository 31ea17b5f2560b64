import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { suggest } from "../api/routes";
import type { Suggestion } from "../api/types";
import { t } from "../i18n";
import { filtersPath, NO_FILTERS, readFilters } from "./filters";

const TYPING_PAUSE_MS = 120;

/** The one search field: a combobox whose suggestions forgive typos. Enter searches for what stands there. */
export function SearchBox({ large = false }: { large?: boolean }) {
  const { route, query, path } = useLocation();
  const filters = path === "/" ? readFilters(query) : NO_FILTERS;
  const [text, setText] = useState(filters.query);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const suggestions = useSuggestions(open ? text : "");
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => setText(filters.query), [filters.query]);
  useEffect(() => setActive(-1), [suggestions]);

  const search = (words: string) => {
    setOpen(false);
    route(filtersPath({ ...filters, query: words.trim() }));
  };
  const choose = (suggestion: Suggestion) => {
    setOpen(false);
    if (suggestion.kind === "EVENT" && suggestion.eventId) route(`/events/${suggestion.eventId}`);
    else if (suggestion.kind === "CITY") {
      setText("");
      route(filtersPath({ ...filters, query: "", city: suggestion.text, near: "" }));
    } else {
      setText(suggestion.text);
      search(suggestion.text);
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const chosen = suggestions[active];
    if (open && chosen) choose(chosen);
    else search(text);
    field.current?.blur();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") setOpen(false);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    setOpen(true);
    const size = suggestions.length + 1;
    // -1 is the text itself.
    setActive(((active + 1 + (event.key === "ArrowDown" ? 1 : -1) + size) % size) - 1);
  };
  const shown = open && suggestions.length > 0;
  return (
    <form class={large ? "search large" : "search"} role="search" onSubmit={submit}>
      <input
        ref={field}
        type="text"
        enterKeyHint="search"
        role="combobox"
        aria-label={t.home.searchLabel}
        aria-autocomplete="list"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        {...(shown && active >= 0 ? { "aria-activedescendant": `${id}-${active}` } : {})}
        placeholder={t.home.searchLabel}
        autoComplete="off"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
      />
      {large && <button class="button">{t.home.search}</button>}
      <ul id={`${id}-list`} role="listbox" aria-label={t.home.searchLabel} hidden={!shown}>
        {suggestions.map((suggestion, index) => (
          <li
            key={`${suggestion.kind} ${suggestion.text} ${suggestion.eventId}`}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            // Before the blur, which closes the list.
            onPointerDown={(event) => {
              event.preventDefault();
              choose(suggestion);
            }}
          >
            <span class="ellipsis">{suggestion.text}</span>
            <span class="muted">{t.home.kinds[suggestion.kind] ?? ""}</span>
          </li>
        ))}
      </ul>
      <span class="visually-hidden" role="status">
        {open && text.trim() ? t.home.suggestions(suggestions.length) : ""}
      </span>
    </form>
  );
}

function useSuggestions(text: string): Suggestion[] {
  const [suggestions, setSuggestions] = useState<Suggestion[]>([]);
  const words = text.trim();
  useEffect(() => {
    if (!words) {
      setSuggestions([]);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      // Suggestions are a kindness: without them the search still works, so a failure is not told.
      suggest(words, stop.signal).then(
        (reply) => setSuggestions(reply.suggestions),
        () => undefined,
      );
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [words]);
  return suggestions;
}
