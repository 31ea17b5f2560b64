/** Price zones as the map shows them: a letter and a colour by rank, the dearest first and strongest. */

export const ZONE_COLOURS = ["a", "b", "c", "d", "e"] as const;
export type ZoneColour = (typeof ZONE_COLOURS)[number];

/** "A" for the dearest zone, "B" for the next; after "Z" comes "A2". */
export function zoneLetter(rank: number): string {
  const letter = String.fromCharCode(65 + (rank % 26));
  return rank < 26 ? letter : `${letter}${Math.floor(rank / 26) + 1}`;
}

/** Five colours are all that can be told apart in every kind of sight; more zones share them by rank. */
export function zoneColourName(rank: number, of: number): ZoneColour {
  const at = of <= ZONE_COLOURS.length ? rank : Math.floor((rank * ZONE_COLOURS.length) / of);
  return ZONE_COLOURS[Math.min(at, ZONE_COLOURS.length - 1)] ?? "e";
}
