import { moneyShort } from "../../format";
import { t } from "../../i18n";
import { ZoneDot } from "../../ui/ZoneDot";
import { freeByZone } from "../counts";
import type { Desk } from "../Desk";

interface ZoneLegendProps {
  desk: Desk;
  only: number | null;
  onOnly: (zone: number | null) => void;
}

/** The price zones; a press shows one of them alone. */
export function ZoneLegend({ desk, only, onOnly }: ZoneLegendProps) {
  const free = freeByZone(desk.model, desk.readBoard());
  const { zones } = desk.model;
  return (
    <div class="legend" role="group" aria-label={t.seats.map.zones}>
      {zones.map((zone, rank) => (
        <button
          key={zone.zoneId}
          class="legend-chip"
          aria-pressed={only === rank}
          title={zone.name}
          onClick={() => onOnly(only === rank ? null : rank)}
        >
          <span class="visually-hidden">{t.seats.map.only(t.seats.zoneName(zone.name))}</span>
          <ZoneDot rank={rank} of={zones.length} />
          <strong>{moneyShort(zone.price)}</strong>
          <span class="muted">{t.common.free(free.get(zone.zoneId) ?? 0)}</span>
        </button>
      ))}
    </div>
  );
}
