import type { Place, Room } from "../api/types";

/** What a place means against the room's public document. The device works it out; no request is made for it. */

/** How many people are ahead; null while the draw has not been held. */
export function peopleAhead(place: Pick<Place, "drawn" | "rank" | "sequence">, room: Room): number | null {
  const drawCount = Number(room.drawCount);
  if (place.drawn) {
    if (place.rank <= 0) return null;
    return Math.max(0, Math.round((place.rank - room.servingRank) * drawCount));
  }
  // Everybody of the draw goes before those who joined later.
  const drawnAhead = Math.max(0, Math.round((1 - room.servingRank) * drawCount));
  const joinedAhead = Number(BigInt(place.sequence) - BigInt(room.servingSequence)) - 1;
  return drawnAhead + Math.max(0, joinedAhead);
}

/** True when the place's time has come. */
export function mayClaim(place: Pick<Place, "drawn" | "rank" | "sequence">, room: Room): boolean {
  if (room.state === "SCHEDULED" || room.state === "CLOSED") return false;
  if (place.drawn) return place.rank > 0 && place.rank < room.servingRank;
  return BigInt(place.sequence) <= BigInt(room.servingSequence);
}

/** A number as large as it is known: above 1,000, three figures at most ("38,900"). */
export function roundAhead(ahead: number): { value: number; isExact: boolean } {
  if (ahead <= 1000) return { value: ahead, isExact: true };
  const step = 10 ** (Math.floor(Math.log10(ahead)) - 2);
  return { value: Math.round(ahead / step) * step, isExact: false };
}

export interface Wait {
  lowMinutes: number;
  highMinutes: number;
}

/** The rate of the last minutes, give or take 30%; null while the line has not moved. */
export function estimateWait(ahead: number, ratePerMinute: number): Wait | null {
  if (!(ratePerMinute > 0)) return null;
  const minutes = ahead / ratePerMinute;
  return { lowMinutes: roundMinutes(minutes / 1.3), highMinutes: roundMinutes(minutes / 0.7) };
}

/** Whole minutes below ten, fives above: "about 25 to 45 minutes" promises no more than is known. */
function roundMinutes(minutes: number): number {
  if (minutes < 10) return Math.max(1, Math.round(minutes));
  return Math.round(minutes / 5) * 5;
}

/**
 * The rank of an account, from the seed that was published at the opening: HMAC-SHA256(seed, account id) as a fraction
 * of 1. Anybody can work it out; the page does, so that a place drawn on another device needs no new join.
 */
export async function drawnRank(seedHex: string, accountId: string): Promise<number> {
  const seed = Uint8Array.from(seedHex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const key = await crypto.subtle.importKey("raw", seed, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(accountId)));
  // 53 bits are all that a double holds.
  const high = BigInt(mac.getUint32(0)) << 21n;
  const low = BigInt(mac.getUint32(4)) >> 11n;
  return Number(high | low) / 2 ** 53;
}
