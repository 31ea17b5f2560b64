import { useEffect } from "preact/hooks";
import { getAvailability } from "../api/routes";
import { watch } from "../api/stream";
import type { AvailabilityDelta } from "../api/types";
import type { Desk } from "./Desk";

/** Keeps the desk's board right by the live feed; fetches the whole state after a gap and when the tab comes back. */
export function useLiveBoard(desk: Desk): void {
  useEffect(() => {
    let isRefetching = false;
    const refetch = async () => {
      if (isRefetching) return;
      isRefetching = true;
      try {
        desk.boardChanged(desk.board.replace(await getAvailability(desk.model.eventId)));
      } catch {
        // The feed goes on; its next gap asks again.
      } finally {
        isRefetching = false;
      }
    };
    let stop: (() => void) | null = null;
    const start = () => {
      stop ??= watch({
        request: () => ({
          path: `/v1/events/${encodeURIComponent(desk.model.eventId)}/availability:watch`,
          options: { query: { fromVersion: String(desk.board.version) } },
        }),
        onEvent: (event) => {
          const delta = deltaOf(event.data);
          if (delta && !desk.applyDelta(delta)) void refetch();
        },
        onLive: (live) => (desk.isLive.value = live),
      });
    };
    const followVisibility = () => {
      if (document.visibilityState === "visible") {
        void refetch();
        start();
      } else {
        // A hidden tab needs no seats; a crowd of hidden tabs would cost the server a stream each.
        stop?.();
        stop = null;
      }
    };
    start();
    document.addEventListener("visibilitychange", followVisibility);
    return () => {
      document.removeEventListener("visibilitychange", followVisibility);
      stop?.();
    };
  }, [desk]);
}

function deltaOf(data: string): AvailabilityDelta | null {
  try {
    const delta = JSON.parse(data) as AvailabilityDelta;
    return delta.version === undefined ? null : delta;
  } catch {
    return null;
  }
}
