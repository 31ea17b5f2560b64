import { clock } from "../api/clock";
import type { Admission, Place } from "../api/types";

/** What the line gave to this account on this device: its place, and the admission that the place became. */

const placeKey = (accountId: string, eventId: string) => `onsale.place.${accountId}.${eventId}`;
const admissionKey = (accountId: string, eventId: string) => `onsale.admission.${accountId}.${eventId}`;

export const savedPlace = (accountId: string, eventId: string): Place | null =>
  read<Place>(placeKey(accountId, eventId));
export const savePlace = (accountId: string, eventId: string, place: Place): void =>
  localStorage.setItem(placeKey(accountId, eventId), JSON.stringify(place));
export const forgetPlace = (accountId: string, eventId: string): void =>
  localStorage.removeItem(placeKey(accountId, eventId));

export const saveAdmission = (accountId: string, eventId: string, admission: Admission): void =>
  localStorage.setItem(admissionKey(accountId, eventId), JSON.stringify(admission));
export const forgetAdmission = (accountId: string, eventId: string): void =>
  localStorage.removeItem(admissionKey(accountId, eventId));

/** The admission of this account, whether or not it still stands. */
export const savedAdmission = (accountId: string, eventId: string): Admission | null =>
  read<Admission>(admissionKey(accountId, eventId));

/** The admission, if it can still be used. */
export function liveAdmission(accountId: string, eventId: string): Admission | null {
  const admission = savedAdmission(accountId, eventId);
  return admission && Date.parse(admission.expireTime) > clock.now() ? admission : null;
}

function read<T>(key: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as T | null;
  } catch {
    return null;
  }
}
