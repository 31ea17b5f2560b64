/** The edge's routes that the pages call, one function each. Paths and fields are the contract's. */
import { call, send } from "./client";
import { intents } from "./intents";
import type * as T from "./types";

const id = encodeURIComponent;

export const getClientConfig = () => call<T.ClientConfig>("GET", "/v1/client-config");

export interface EventQuery {
  query?: string | undefined;
  near?: string | undefined;
  radiusKm?: number | undefined;
  startAfter?: string | undefined;
  startBefore?: string | undefined;
  category?: string | undefined;
  city?: string | undefined;
  priceMax?: number | undefined;
  available?: boolean | undefined;
  togetherMin?: number | undefined;
  sort?: string | undefined;
  pageSize?: number | undefined;
  pageToken?: string | undefined;
}

export const searchEvents = (query: EventQuery, signal?: AbortSignal) =>
  call<T.EventSearch>("GET", "/v1/events", { query: { ...query }, ...(signal ? { signal } : {}) });
export const suggest = (query: string, signal: AbortSignal) =>
  call<{ suggestions: T.Suggestion[] }>("GET", "/v1/events:suggest", { query: { query }, signal });
export const listTrending = () => call<T.Trending>("GET", "/v1/events:trending");

export const getEvent = (eventId: string) => call<T.EventDetail>("GET", `/v1/events/${id(eventId)}`);
export const getSeatMap = (eventId: string) => call<T.SeatMapDocument>("GET", `/v1/events/${id(eventId)}/seatmap`);
export const getAvailability = (eventId: string) =>
  call<T.Availability>("GET", `/v1/events/${id(eventId)}/availability`);

export const getRoom = (eventId: string, signal?: AbortSignal) =>
  call<T.Room>("GET", `/v1/events/${id(eventId)}/room`, signal ? { signal } : {});
export const joinRoom = (eventId: string) =>
  intents.run(`join ${eventId}`, (idempotencyKey) =>
    call<T.Place>("POST", `/v1/events/${id(eventId)}/room:join`, { body: {}, idempotencyKey }),
  );
export const claimAdmission = (eventId: string, joinToken: string) =>
  call<T.Admission>("POST", `/v1/events/${id(eventId)}/room:claim`, { body: { joinToken } });
export const leaveRoom = (eventId: string) =>
  call<void>("POST", `/v1/events/${id(eventId)}/room:leave`, { body: {} });

export const placeHold = (eventId: string, request: T.HoldRequest, admissionToken: string | null) =>
  intents.run(`hold ${eventId} ${JSON.stringify(request)}`, (idempotencyKey) =>
    call<T.Hold>("POST", `/v1/events/${id(eventId)}/holds`, {
      body: request,
      idempotencyKey,
      ...(admissionToken ? { admissionToken } : {}),
    }),
  );
export const checkAccessCode = (eventId: string, accessCode: string) =>
  call<T.OpenedChannel>("POST", `/v1/events/${id(eventId)}/accessCodes:check`, { body: { accessCode } });
export const getHold = (holdId: string) => call<T.Hold>("GET", `/v1/holds/${id(holdId)}`);
export const releaseHold = (holdId: string) => call<void>("DELETE", `/v1/holds/${id(holdId)}`);
export const extendHold = (holdId: string) =>
  intents.run(`extend ${holdId}`, (idempotencyKey) =>
    call<T.Hold>("POST", `/v1/holds/${id(holdId)}:extend`, { body: {}, idempotencyKey }),
  );

export const createOrder = (holdId: string) =>
  intents.run(`order ${holdId}`, (idempotencyKey) =>
    call<T.Order>("POST", "/v1/orders", { body: { holdId }, idempotencyKey }),
  );
export const getOrder = (orderId: string) => call<T.Order>("GET", `/v1/orders/${id(orderId)}`);
export const listOrders = (pageToken = "") => call<T.OrderPage>("GET", "/v1/orders", { query: { pageToken } });
export const cancelOrder = (orderId: string) =>
  intents.run(`cancel ${orderId}`, (idempotencyKey) =>
    call<T.Order>("POST", `/v1/orders/${id(orderId)}:cancel`, { body: {}, idempotencyKey }),
  );
export const quoteRefund = (orderId: string, ticketIds: string[]) =>
  call<T.RefundQuote>("POST", `/v1/orders/${id(orderId)}:quoteRefund`, { body: { ticketIds } });
export const refundTickets = (orderId: string, ticketIds: string[]) =>
  intents.run(`refund ${orderId} ${ticketIds.join(" ")}`, (idempotencyKey) =>
    call<T.Order>("POST", `/v1/orders/${id(orderId)}:refund`, { body: { ticketIds }, idempotencyKey }),
  );

export const listOrderTickets = (orderId: string) =>
  call<{ tickets: T.Ticket[] }>("GET", `/v1/orders/${id(orderId)}/tickets`);
export const listTickets = (pageToken = "") =>
  call<T.TicketPage>("GET", "/v1/tickets", { query: { pageSize: 100, pageToken } });
export const downloadTicketPdf = async (ticketId: string) =>
  (await send("GET", `/v1/tickets/${id(ticketId)}.pdf`)).blob();

export const transferTicket = (ticketId: string, email: string) =>
  intents.run(`transfer ${ticketId} ${email}`, (idempotencyKey) =>
    call<T.Transfer>("POST", `/v1/tickets/${id(ticketId)}:transfer`, { body: { email }, idempotencyKey }),
  );
export const acceptTransfer = (transferId: string) =>
  intents.run(`accept ${transferId}`, (idempotencyKey) =>
    call<T.Ticket>("POST", `/v1/transfers/${id(transferId)}:accept`, { body: {}, idempotencyKey }),
  );
export const cancelTransfer = (transferId: string) =>
  intents.run(`take back ${transferId}`, (idempotencyKey) =>
    call<T.Transfer>("POST", `/v1/transfers/${id(transferId)}:cancel`, { body: {}, idempotencyKey }),
  );

export const getGateBundle = (eventId: string) => call<T.GateBundle>("GET", `/v1/events/${id(eventId)}/gate-bundle`);
export const getCheckins = (eventId: string) => call<T.Checkins>("GET", `/v1/events/${id(eventId)}/checkins`);
/** Safe to repeat: a scan's own id makes the server replay its verdict. */
export const sendScans = (eventId: string, gateId: string, scans: T.Scan[]) =>
  call<{ results: T.ScanResult[] }>("POST", "/v1/gate/scans", { body: { eventId, gateId, scans } });

export const listOwnEvents = (pageToken = "") =>
  call<T.OwnEvents>("GET", "/v1/organiser/events", { query: { pageToken } });
export const getSales = (eventId: string) => call<T.Sales>("GET", `/v1/events/${id(eventId)}/sales`);
export const downloadSalesCsv = async (eventId: string) =>
  (await send("GET", `/v1/events/${id(eventId)}/sales.csv`)).blob();
