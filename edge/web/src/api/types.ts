/**
 * The edge's JSON, as protobuf prints it: int64 as strings, times as RFC 3339, bytes as base64, defaults present.
 * Message fields that may be absent are marked; an absent time is a time that has not come.
 */

export interface Money {
  /** int64 in the currency's smallest unit. */
  amountMinor: string;
  /** ISO 4217. */
  currencyCode: string;
}

export interface Account {
  accountId: string;
  email: string;
  roles: string[];
  gateFor: string[];
}

export interface Session {
  accessToken: string;
  expireTime?: string;
  account: Account;
}

export interface ClientConfig {
  stripePublishableKey: string;
  /** True where the page confirms payments itself, with Stripe's test payment methods. */
  localCardForm: boolean;
  stripeApiBase: string;
  seatsPerHold: number;
  ticketsPerBuyer: number;
  holdSeconds: number;
  demo: boolean;
}

export interface Zone {
  zoneId: string;
  name: string;
  price: Money;
}

export interface Limits {
  seatsPerHold: number;
  liveHoldsPerBuyer: number;
  ticketsPerBuyer: number;
}

export interface EventDetail {
  eventId: string;
  name: string;
  artistName: string;
  venueId: string;
  venueName: string;
  city: string;
  countryCode: string;
  latitude: number;
  longitude: number;
  timeZone: string;
  category: string;
  startTime: string;
  endTime?: string;
  saleOpenTime?: string;
  state: "DRAFT" | "PUBLISHED" | "CANCELLED";
  requiresAdmission: boolean;
  zones: Zone[];
  limits?: Limits;
  description: string;
  capacity: number;
  holdSeconds: number;
}

export interface EventSummary {
  eventId: string;
  name: string;
  artistName: string;
  venueName: string;
  city: string;
  countryCode: string;
  latitude: number;
  longitude: number;
  timeZone: string;
  category: string;
  startTime: string;
  saleOpenTime?: string;
  priceFrom?: Money;
  available: boolean;
  availableCount: number;
  distanceKm: number;
  requiresAdmission: boolean;
}

export interface Facet {
  field: string;
  values: { value: string; count: string }[];
}

export interface EventSearch {
  events: EventSummary[];
  facets: Facet[];
  totalSize: string;
  nextPageToken: string;
}

export interface Suggestion {
  text: string;
  kind: "EVENT" | "ARTIST" | "VENUE" | "CITY";
  eventId: string;
}

export interface Trending {
  trending: { event: EventSummary; soldCount: number }[];
  windowSeconds: number;
}

export interface SeatMapSeat {
  seatId: string;
  number: string;
  x: number;
  y: number;
  zoneId: string;
  accessible: boolean;
  companion?: boolean;
}

export interface SeatMapPool {
  poolId: string;
  name: string;
  zoneId: string;
  capacity: number;
}

export interface SeatMapDocument {
  eventId: string;
  sections: { sectionId: string; name: string; rows: { name: string; seats: SeatMapSeat[] }[] }[];
  zones: Zone[];
  pools: SeatMapPool[];
}

export interface PoolCount {
  poolId: string;
  available: number;
}

export interface Availability {
  sections: { sectionId: string; available: number }[];
  /** Base64: two bits a seat in the map's order, lowest bits first. */
  states: string;
  pools: PoolCount[];
  version: string;
}

export interface AvailabilityDelta {
  fromVersion: string;
  version: string;
  changes: { seatIndex: number; state: number }[];
  pools?: PoolCount[];
}

export interface HeldSeat {
  seatId: string;
  price: Money;
  zoneId?: string;
  label?: string;
}

export interface HeldPool {
  poolId: string;
  quantity: number;
  price: Money;
  zoneId?: string;
  label?: string;
}

export interface Hold {
  holdId: string;
  eventId: string;
  state: "HELD" | "PINNED" | "CONFIRMED" | "RELEASED" | "EXPIRED";
  expireTime: string;
  seats: HeldSeat[];
  pools: HeldPool[];
  total: Money;
  extended?: boolean;
}

export interface PoolQuantity {
  poolId: string;
  quantity: number;
}

/** What to hold: chosen seats and places, or the best that fit; with a code, also what its channel has. */
export type HoldRequest = { accessCode?: string } & (
  | { seatIds?: string[]; pools?: PoolQuantity[] }
  | { bestAvailable: { quantity: number; zoneId?: string; priceMax?: Money; accessible?: boolean } }
);

/** What an access code opens now. */
export interface OpenedChannel {
  name: string;
  seatIds: string[];
  pools: PoolQuantity[];
}

export interface Room {
  eventId: string;
  state: "SCHEDULED" | "OPEN" | "PAUSED" | "SOLD_OUT" | "CLOSED";
  serverTime: string;
  openTime: string;
  servingRank: number;
  servingSequence: string;
  drawCount: string;
  commitment: string;
  seed: string;
  ratePerMinute: number;
  pollSeconds: number;
  zones: { zoneId: string; price: Money; left: number }[];
  capacity?: number;
}

export interface Place {
  joinToken: string;
  drawn: boolean;
  /** Fraction of 1; 0 until the draw. */
  rank: number;
  sequence: string;
}

export interface Admission {
  admissionToken: string;
  expireTime: string;
}

export interface OrderLine {
  lineNo: number;
  kind: "FACE" | "FEE" | "TAX";
  description: string;
  seatId: string;
  poolId: string;
  quantity: number;
  unitPrice: Money;
  amount: Money;
  zoneId: string;
  refundedQuantity: number;
}

export type OrderState =
  | "AWAITING_PAYMENT"
  | "CONFIRMING"
  | "PAID"
  | "PARTIALLY_REFUNDED"
  | "REFUNDED"
  | "CANCELLED"
  | "EXPIRED";

export interface Refund {
  refundId: string;
  state: "PENDING" | "SUCCEEDED" | "FAILED";
  amount: Money;
  ticketIds: string[];
  createTime: string;
}

export interface Order {
  orderId: string;
  eventId: string;
  holdId: string;
  state: OrderState;
  total: Money;
  lines: OrderLine[];
  payment?: { paymentIntentId: string; clientSecret: string; lastDeclineCode?: string };
  expireTime?: string;
  createTime: string;
  payTime?: string;
  refunded?: Money;
  refunds: Refund[];
  endReason: string;
  version: string;
  eventName: string;
}

export interface OrderPage {
  orders: Order[];
  nextPageToken: string;
}

export interface RefundQuote {
  amount: Money;
  fee?: Money;
  ticketIds: string[];
}

export interface Ticket {
  ticketId: string;
  orderId: string;
  eventId: string;
  seatId: string;
  poolId: string;
  state: "ACTIVE" | "USED" | "TRANSFERRING" | "TRANSFERRED" | "REFUNDING" | "REVOKED";
  /** The JWT that the QR code shows. */
  code: string;
  seatLabel: string;
  eventName: string;
  venueName: string;
  city: string;
  timeZone: string;
  startTime?: string;
  useTime?: string;
  /** The pending offer to somebody else; empty when there is none. */
  transferId?: string;
}

export interface Transfer {
  transferId: string;
  ticketId: string;
  state: "PENDING" | "ACCEPTED" | "CANCELLED" | "EXPIRED";
  expireTime: string;
}

export interface TicketPage {
  tickets: Ticket[];
  nextPageToken: string;
}

export interface ScanResult {
  scanId: string;
  verdict: "ADMIT" | "DENY";
  reason: string;
  firstScan?: { gateId: string; scanTime: string };
  ticketId?: string;
  seatLabel?: string;
}

export interface Scan {
  scanId: string;
  code: string;
  scanTime: string;
  offlineVerdict?: "ADMIT" | "DENY";
  bundleVersion?: string;
}

export interface GateBundle {
  eventId: string;
  keys: { keys: { kty: string; crv: string; x: string; kid: string }[] };
  revokedTicketIds: string[];
  version: string;
  createTime: string;
  entryStartTime?: string;
  entryEndTime?: string;
  eventName: string;
}

export interface Checkins {
  eventId: string;
  ticketCount: number;
  admittedCount: number;
  deniedCount: number;
}

export interface OwnEvents {
  events: EventDetail[];
  nextPageToken: string;
}

export interface Sales {
  orderCount: number;
  soldCount: number;
  refundedCount: number;
  net?: Money;
}
