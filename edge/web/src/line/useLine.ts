import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../api/problem";
import { claimAdmission, getRoom, joinRoom } from "../api/routes";
import { backoffMs, pause } from "../api/stream";
import type { Admission, Place, Room } from "../api/types";
import { forgetPlace, liveAdmission, saveAdmission, savedPlace, savePlace } from "./admission";
import { drawnRank, mayClaim } from "./place";

export interface Line {
  room: Room | null;
  place: Place | null;
  admission: Admission | null;
  /** False where the event has no line; null while that is not known. */
  hasRoom: boolean | null;
  connection: "live" | "lost";
  isJoining: boolean;
  joinFailed: boolean;
  join: () => Promise<void>;
  leave: () => void;
}

const POLL_SECONDS_DEFAULT = 5;

/** Follows the room's public document and claims the admission when the place's time has come. */
export function useLine(eventId: string, accountId: string | null): Line {
  const [room, setRoom] = useState<Room | null>(null);
  const [hasRoom, setHasRoom] = useState<boolean | null>(null);
  const [place, setPlace] = useState<Place | null>(null);
  const [admission, setAdmission] = useState<Admission | null>(null);
  const [connection, setConnection] = useState<"live" | "lost">("live");
  const [isJoining, setJoining] = useState(false);
  const [joinFailed, setJoinFailed] = useState(false);
  const current = useRef<Place | null>(null);

  const keep = (next: Place | null) => {
    current.current = next;
    setPlace(next);
    if (!accountId) return;
    if (next) savePlace(accountId, eventId, next);
    else forgetPlace(accountId, eventId);
  };

  useEffect(() => {
    current.current = accountId ? savedPlace(accountId, eventId) : null;
    setPlace(current.current);
    setAdmission(accountId ? liveAdmission(accountId, eventId) : null);
  }, [eventId, accountId]);

  useEffect(() => {
    const stop = new AbortController();
    const follow = async () => {
      let failures = 0;
      while (!stop.signal.aborted) {
        let waitMs: number;
        try {
          const seen = await getRoom(eventId, stop.signal);
          setRoom(seen);
          setHasRoom(true);
          setConnection("live");
          failures = 0;
          waitMs = jittered((seen.pollSeconds || POLL_SECONDS_DEFAULT) * 1000);
          const won = await claimIfTurn(seen);
          if (won) return;
        } catch (error) {
          if (stop.signal.aborted) return;
          if (error instanceof Problem && error.status === 404) {
            setHasRoom(false);
            return;
          }
          failures += 1;
          setConnection("lost");
          waitMs = backoffMs(failures);
        }
        await pause(waitMs, stop.signal);
      }
    };
    const claimIfTurn = async (seen: Room): Promise<boolean> => {
      const mine = current.current && (await ranked(current.current, seen, accountId));
      if (!mine || !accountId) return false;
      if (mine !== current.current) keep(mine);
      if (!mayClaim(mine, seen)) return false;
      try {
        const won = await claimAdmission(eventId, mine.joinToken);
        saveAdmission(accountId, eventId, won);
        setAdmission(won);
        return true;
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500 || error.isBusy || error.reason === "NOT_YET") return false;
        // The place is worth nothing any more: it was used, or the turn passed.
        keep(null);
        return false;
      }
    };
    void follow();
    return () => stop.abort();
    // A place that is joined later is read from `current` by the loop that already runs.
  }, [eventId, accountId, admission === null]);

  const join = async () => {
    setJoining(true);
    setJoinFailed(false);
    try {
      keep(await joinRoom(eventId));
    } catch {
      setJoinFailed(true);
    } finally {
      setJoining(false);
    }
  };
  const leave = () => keep(null);
  return { room, place, admission, hasRoom, connection, isJoining, joinFailed, join, leave };
}

const jittered = (milliseconds: number): number => milliseconds * (0.75 + Math.random() * 0.5);

/** The place with its rank, once the seed is out. */
async function ranked(place: Place, room: Room, accountId: string | null): Promise<Place> {
  if (!place.drawn || place.rank > 0 || !room.seed || !accountId) return place;
  return { ...place, rank: await drawnRank(room.seed, accountId) };
}
