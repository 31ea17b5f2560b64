import { useEffect, useState } from "preact/hooks";
import type { EventDetail, Room, Zone } from "../api/types";
import { compareMoney, moneyShort } from "../format";
import { t } from "../i18n";
import { loadSeats } from "../seats/load";
import { freeByZone } from "../seats/counts";
import { ZoneDot } from "../ui/ZoneDot";

interface PriceTableProps {
  event: EventDetail;
  room: Room | null;
  free: number | null;
}

/** Every zone's price and what is left of it, dearest first. */
export function PriceTable({ event, room, free }: PriceTableProps) {
  const left = useLeftByZone(event, room);
  const zones = [...event.zones].sort((a, b) => compareMoney(b.price, a.price));
  return (
    <table class="prices">
      <caption>
        {t.event.prices}
        {free !== null && <span class="muted"> · {t.common.free(free)}</span>}
      </caption>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{t.event.zone}</th>
          <th scope="col">{t.event.price}</th>
          <th scope="col">{t.event.left}</th>
        </tr>
      </thead>
      <tbody>
        {zones.map((zone, rank) => (
          <tr key={zone.zoneId}>
            <th scope="row">
              <ZoneDot rank={rank} of={zones.length} />
              {zone.name}
            </th>
            <td class="price">{moneyShort(zone.price)}</td>
            <td class="muted">{leftText(left, zone)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function leftText(left: Map<string, number> | null, zone: Zone): string {
  if (!left) return t.event.counting;
  const value = left.get(zone.zoneId) ?? 0;
  return value ? t.common.free(value) : t.event.soldOutZone;
}

/** From the room's document, or else from the map, once the page itself is there: the map is wanted next anyway. */
function useLeftByZone(event: EventDetail, room: Room | null): Map<string, number> | null {
  const [left, setLeft] = useState<Map<string, number> | null>(null);
  useEffect(() => {
    if (room?.zones.length) {
      setLeft(new Map(room.zones.map((zone) => [zone.zoneId, zone.left])));
      return;
    }
    let current = true;
    loadSeats(event.eventId).then(
      ({ model, board }) => current && setLeft(freeByZone(model, board)),
      // The counts are an extra; the prices stand without them.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [event.eventId, room]);
  return left;
}
