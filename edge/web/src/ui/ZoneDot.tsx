import { zoneColourName, zoneLetter } from "../seats/zones";

/** A price zone's disc with its letter, as on the map. */
export function ZoneDot({ rank, of }: { rank: number; of: number }) {
  const colour = zoneColourName(rank, of);
  return (
    <span class="zone-dot" style={{ background: `var(--price-${colour})` }} data-colour={colour} aria-hidden="true">
      {zoneLetter(rank)}
    </span>
  );
}
