import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { GateBundle, Scan } from "../api/types";
import type { LocalAdmit } from "./offline";

/** What a gate keeps on its device: the bundle, who was let in here, and scans that wait for a network. */
interface GateSchema extends DBSchema {
  bundles: { key: string; value: GateBundle };
  /** By event and ticket. */
  admits: { key: [string, string]; value: LocalAdmit & { eventId: string; ticketId: string } };
  waiting: { key: string; value: WaitingScan; indexes: { byEvent: string } };
}

export interface WaitingScan {
  eventId: string;
  gateId: string;
  scan: Scan;
}

let opened: Promise<IDBPDatabase<GateSchema>> | null = null;

function database(): Promise<IDBPDatabase<GateSchema>> {
  opened ??= openDB<GateSchema>("onsale-gate", 1, {
    upgrade: (db) => {
      db.createObjectStore("bundles", { keyPath: "eventId" });
      db.createObjectStore("admits", { keyPath: ["eventId", "ticketId"] });
      db.createObjectStore("waiting", { keyPath: "scan.scanId" }).createIndex("byEvent", "eventId");
    },
  });
  return opened;
}

export const saveBundle = async (bundle: GateBundle) => void (await (await database()).put("bundles", bundle));
export const readBundle = async (eventId: string) => (await (await database()).get("bundles", eventId)) ?? null;

export const saveAdmit = async (eventId: string, ticketId: string, admit: LocalAdmit) =>
  void (await (await database()).put("admits", { eventId, ticketId, ...admit }));
export const readAdmits = async (eventId: string): Promise<Map<string, LocalAdmit>> => {
  const all = await (await database()).getAll("admits", IDBKeyRange.bound([eventId, ""], [eventId, "\uffff"]));
  return new Map(all.map(({ ticketId, gateId, scanTime }) => [ticketId, { gateId, scanTime }]));
};

export const addWaiting = async (waiting: WaitingScan) => void (await (await database()).put("waiting", waiting));
export const listWaiting = async (eventId: string) =>
  (await database()).getAllFromIndex("waiting", "byEvent", eventId);
export const dropWaiting = async (scanIds: string[]) => {
  const transaction = (await database()).transaction("waiting", "readwrite");
  await Promise.all([...scanIds.map((scanId) => transaction.store.delete(scanId)), transaction.done]);
};
