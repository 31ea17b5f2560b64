import { zoneColourName, zoneLetter } from "../seats/zones";

/** A price zone's disc with its letter, as on the map. */
export function ZoneDot({ rank, of }: { rank: number; of: number }) {
  const colour = zoneColourName(rank, of);
  return (
    <span
      class="zone-dot"
      style={{ background: `var(--price-${colour})` }}
      data-colour={colour}
      // Drawn by CSS: the letter is a picture, not a part of a button's name.
      data-letter={zoneLetter(rank)}
      aria-hidden="true"
    />
  );
}
