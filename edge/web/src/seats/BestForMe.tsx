import { useState } from "preact/hooks";
import type { Money } from "../api/types";
import { moneyShort } from "../format";
import { t } from "../i18n";
import { Select, Stepper } from "../ui/Field";
import { Notice } from "../ui/Notice";
import type { Desk } from "./Desk";
import { SeatKind } from "./model";
import type { Nearest } from "./refusals";
import { seatLabel } from "./words";

const QUANTITY_DEFAULT = 2;

/** "Best for me": say how many and what it may cost; the box office finds the seats. */
export function BestForMe({ desk }: { desk: Desk }) {
  const { model } = desk;
  const [quantity, setQuantity] = useState(Math.min(QUANTITY_DEFAULT, desk.seatsPerHold));
  const [zone, setZone] = useState("");
  const [price, setPrice] = useState("");
  const [access, setAccess] = useState("");
  const refusal = desk.refusal.value;
  const priceMax = model.zones.find(({ zoneId }) => zoneId === price)?.price ?? null;
  const hasAccessible = model.kinds.some((kind) => kind === SeatKind.WHEELCHAIR);
  const find = () =>
    desk.placeHold({
      bestAvailable: {
        quantity,
        ...(zone ? { zoneId: zone } : {}),
        ...(priceMax ? { priceMax } : {}),
        ...(access ? { accessible: true } : {}),
      },
    });
  return (
    <section class="stack" aria-label={t.seats.tabs.best}>
      <Stepper
        label={t.seats.best.howMany}
        value={quantity}
        min={1}
        max={desk.seatsPerHold}
        fewer={t.seats.best.fewer}
        more={t.seats.best.more}
        onChange={setQuantity}
      />
      <Select
        label={t.seats.best.price}
        value={price}
        options={[
          { value: "", label: t.seats.best.anyPrice },
          ...model.zones.map(({ zoneId, price: at }) => ({ value: zoneId, label: t.seats.best.upTo(moneyShort(at)) })),
        ]}
        onChange={setPrice}
      />
      <Select
        label={t.seats.best.zone}
        value={zone}
        options={[
          { value: "", label: t.seats.best.anyZone },
          ...model.zones.map(({ zoneId, name, price: at }) => ({
            value: zoneId,
            label: `${t.seats.zoneName(name)}, ${moneyShort(at)}`,
          })),
        ]}
        onChange={setZone}
      />
      {hasAccessible && (
        <Select
          label={t.seats.best.access}
          value={access}
          options={[
            { value: "", label: t.seats.best.noAccess },
            { value: "wheelchair", label: t.seats.best.wheelchair },
          ]}
          hint={access ? t.seats.best.accessNote : undefined}
          onChange={setAccess}
        />
      )}
      <button class="button" aria-busy={desk.busy.value === "holding"} onClick={() => void find()}>
        {desk.busy.value === "holding" ? t.seats.best.finding : t.seats.best.find}
      </button>
      {refusal?.kind === "nothing-fits" && (
        <NothingFits desk={desk} quantity={quantity} priceMax={priceMax} nearest={refusal.nearest} />
      )}
    </section>
  );
}

interface NothingFitsProps {
  desk: Desk;
  quantity: number;
  priceMax: Money | null;
  nearest: Nearest | null;
}

/** Why nothing fits, and the closest that does. */
function NothingFits({ desk, quantity, priceMax, nearest }: NothingFitsProps) {
  const indices = (nearest?.seatIds ?? []).flatMap((seatId) => desk.model.indexOf.get(seatId) ?? []);
  return (
    <Notice tone="warn" focus>
      <p>
        <strong>{t.seats.best.nothing(quantity, priceMax && moneyShort(priceMax))}</strong>{" "}
        {indices.length ? t.seats.best.closest(describe(desk, indices)) : t.seats.best.widen}
      </p>
      {indices.length > 0 && (
        <button
          class="button"
          onClick={() => void desk.placeHold({ seatIds: indices.map((index) => desk.model.ids[index] as string) })}
        >
          {t.seats.best.take}
        </button>
      )}
    </Notice>
  );
}

/** "4 + 2 seats": runs of neighbours, with where they are. */
function describe(desk: Desk, indices: number[]): string {
  const { model } = desk;
  const sorted = [...indices].sort((a, b) => a - b);
  const runs: number[][] = [];
  for (const index of sorted) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last === index - 1 && model.rowOf[last] === model.rowOf[index]) run.push(index);
    else runs.push([index]);
  }
  const zone = model.zones[model.zoneOf[sorted[0] as number] ?? 0];
  const where = seatLabel(model, sorted[0] as number);
  const price = zone ? `, ${moneyShort(zone.price)}` : "";
  return `${runs.map((run) => run.length).join(" + ")} · ${where}${sorted.length > 1 ? "…" : ""}${price}`;
}
