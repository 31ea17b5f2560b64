import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Ticket } from "../api/types";

/** The tickets of the last visit, on this device: they open gates without a network. */
interface TicketCacheSchema extends DBSchema {
  tickets: { key: string; value: SavedTickets };
}

export interface SavedTickets {
  accountId: string;
  savedAtMs: number;
  tickets: Ticket[];
}

const LATEST = "latest";

let opened: Promise<IDBPDatabase<TicketCacheSchema>> | null = null;

function database(): Promise<IDBPDatabase<TicketCacheSchema>> {
  opened ??= openDB<TicketCacheSchema>("onsale-tickets", 1, {
    upgrade: (db) => {
      db.createObjectStore("tickets");
    },
  });
  return opened;
}

export async function saveTickets(saved: SavedTickets): Promise<void> {
  await (await database()).put("tickets", saved, LATEST);
}

export async function readTickets(): Promise<SavedTickets | null> {
  return (await (await database()).get("tickets", LATEST)) ?? null;
}

/** Somebody signed out of this device: their tickets must not stay. */
export async function forgetTickets(): Promise<void> {
  await (await database()).delete("tickets", LATEST);
}
