import type { GateBundle, ScanResult } from "../api/types";

/** Decides scans without a network, with the public keys and the list of revocations of the event's bundle. */

const TYP = "ticket+jwt";
const ISSUER = "onsale/tickets";
const AUDIENCE = "onsale/gate";
/** Clocks of gates may differ from the issuer's by this much. */
const CLOCK_SKEW_MS = 60_000;

interface Claims {
  iss: string;
  aud: string;
  sub: string;
  event: string;
  nbf: number;
  exp: number;
  seat?: string;
}

export interface LocalAdmit {
  gateId: string;
  scanTime: string;
}

export interface OfflineScan {
  scanId: string;
  code: string;
  nowMs: number;
  /** When this device let a ticket in before; null when it did not. */
  admittedBefore: (ticketId: string) => LocalAdmit | null;
}

export async function decideOffline(bundle: GateBundle, scan: OfflineScan): Promise<ScanResult> {
  const deny = (reason: string, more: Partial<ScanResult> = {}): ScanResult => ({
    scanId: scan.scanId,
    verdict: "DENY",
    reason,
    ...more,
  });
  const claims = await readCode(bundle, scan.code);
  if (!claims) return deny("NOT_OUR_TICKET");
  const ticketId = claims.sub;
  if (claims.event !== bundle.eventId) return deny("OTHER_EVENT", { ticketId });
  if (bundle.revokedTicketIds.includes(ticketId)) return deny("REVOKED", { ticketId });
  if (scan.nowMs + CLOCK_SKEW_MS < claims.nbf * 1000) return deny("TOO_EARLY", { ticketId });
  if (scan.nowMs - CLOCK_SKEW_MS > claims.exp * 1000) return deny("EXPIRED", { ticketId });
  if (bundle.entryStartTime && scan.nowMs < Date.parse(bundle.entryStartTime)) return deny("TOO_EARLY", { ticketId });
  if (bundle.entryEndTime && scan.nowMs > Date.parse(bundle.entryEndTime)) return deny("EXPIRED", { ticketId });
  const before = scan.admittedBefore(ticketId);
  if (before) return deny("ALREADY_ADMITTED", { ticketId, firstScan: before });
  return { scanId: scan.scanId, verdict: "ADMIT", reason: "", ticketId };
}

/** The claims of a code that is signed by a key of the bundle; null for anything else. */
async function readCode(bundle: GateBundle, code: string): Promise<Claims | null> {
  const [head, body, signature, ...rest] = code.split(".");
  if (!head || !body || !signature || rest.length) return null;
  try {
    const header = JSON.parse(text(head)) as { typ?: string; alg?: string; kid?: string };
    const jwk = bundle.keys.keys.find((key) => key.kid === header.kid);
    if (header.typ !== TYP || header.alg !== "EdDSA" || !jwk) return null;
    const key = await crypto.subtle.importKey(
      "jwk",
      { kty: jwk.kty, crv: jwk.crv, x: jwk.x },
      { name: "Ed25519" },
      false,
      ["verify"],
    );
    const signed = new TextEncoder().encode(`${head}.${body}`);
    if (!(await crypto.subtle.verify({ name: "Ed25519" }, key, bytes(signature), signed))) return null;
    const claims = JSON.parse(text(body)) as Claims;
    return claims.iss === ISSUER && claims.aud === AUDIENCE ? claims : null;
  } catch {
    return null;
  }
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const plain = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}

const text = (base64url: string): string => new TextDecoder().decode(bytes(base64url));
