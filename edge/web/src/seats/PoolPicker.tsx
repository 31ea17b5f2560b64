import { moneyShort } from "../format";
import { t } from "../i18n";
import { Stepper } from "../ui/Field";
import { ZoneDot } from "../ui/ZoneDot";
import type { Desk } from "./Desk";

/** Places without a seat: a number for each pool. */
export function PoolPicker({ desk }: { desk: Desk }) {
  const board = desk.readBoard();
  const { pools, zones } = desk.model;
  if (!pools.length) return null;
  return (
    <section class="stack" aria-labelledby="pools">
      <h2 id="pools">{t.seats.pools.heading}</h2>
      <ul class="pools">
        {pools.map((pool) => {
          const left = board.placesLeft(pool.poolId);
          const quantity = desk.places.value.get(pool.poolId) ?? 0;
          const zone = zones[pool.zone];
          const room = Math.min(left, desk.seatsPerHold - desk.count.value + quantity);
          return (
            <li key={pool.poolId}>
              <p class="row">
                <ZoneDot rank={pool.zone} of={zones.length} />
                <strong>{zone && moneyShort(zone.price)}</strong>
                <span class="muted">{left ? t.seats.pools.left(left) : t.seats.pools.none}</span>
              </p>
              <Stepper
                label={pool.name}
                value={quantity}
                min={0}
                max={desk.hold.value ? quantity : Math.max(quantity, room)}
                fewer={t.seats.best.fewer}
                more={t.seats.best.more}
                onChange={(next) => desk.setPlaces(pool.poolId, next)}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
