import { ZONE_COLOURS } from "../zones";

/** The map's colours, read from the design tokens: the canvas cannot follow the theme by itself. */
export interface Palette {
  surface: string;
  text: string;
  muted: string;
  bg: string;
  line: string;
  held: string;
  sold: string;
  mine: string;
  danger: string;
  onMine: string;
  /** By zone colour a…e. */
  zones: string[];
  /** What is written on a disc of that colour. */
  onZones: string[];
  font: string;
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const surface = token("--surface");
  return {
    surface,
    text: token("--text"),
    muted: token("--muted"),
    bg: token("--bg"),
    line: token("--line"),
    held: token("--seat-held"),
    sold: token("--seat-sold"),
    mine: token("--seat-mine"),
    danger: token("--danger"),
    onMine: "#ffffff",
    zones: ZONE_COLOURS.map((colour) => token(`--price-${colour}`)),
    // E is too close to the surface for surface-coloured figures.
    onZones: ZONE_COLOURS.map((colour) => (colour === "e" ? token("--text") : surface)),
    font: style.fontFamily || "system-ui",
  };
}
