import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { Hold, Money } from "../api/types";
import { countdown, money, sum, timeOfDay, times } from "../format";
import { t } from "../i18n";
import { Countdown } from "../ui/Countdown";
import { Notice } from "../ui/Notice";
import { onThisClock, useDeadline } from "../ui/useDeadline";
import type { Desk } from "./Desk";
import { priceOf } from "./model";
import { RefusalNotice } from "./RefusalNotice";
import { seatLabel } from "./words";

/** From here on the basket says that time can be had. */
const WARN_FROM_MS = 120_000;

/** What is chosen or held, what it costs in all, and the next step. */
export function Basket({ desk }: { desk: Desk }) {
  const hold = desk.hold.value;
  return (
    <section class="basket stack" aria-labelledby="basket">
      <h2 id="basket" class="visually-hidden">
        {t.seats.basket.heading}
      </h2>
      <RefusalNotice desk={desk} />
      {desk.expired.value && !hold && <Expired desk={desk} />}
      {hold ? <Held desk={desk} hold={hold} /> : <Chosen desk={desk} />}
    </section>
  );
}

function Chosen({ desk }: { desk: Desk }) {
  const { model } = desk;
  const chosen = desk.chosen.value;
  const places = [...desk.places.value].flatMap(([poolId, quantity]) => {
    const pool = model.pools.find((candidate) => candidate.poolId === poolId);
    const price = pool && model.zones[pool.zone]?.price;
    return pool && price ? [{ pool, quantity, price: times(price, quantity) }] : [];
  });
  const total = sum([...chosen.map((index) => priceOf(model, index)), ...places.map((place) => place.price)]);
  if (!total) return desk.expired.value ? null : <p class="muted">{t.seats.basket.empty}</p>;
  return (
    <>
      <ul class="basket-lines">
        {chosen.map((index) => (
          <Line
            key={index}
            name={seatLabel(model, index)}
            detail={t.seats.zoneName(model.zones[model.zoneOf[index] ?? 0]?.name ?? "")}
            amount={priceOf(model, index)}
            onRemove={() => desk.toggle(index)}
          />
        ))}
        {places.map(({ pool, quantity, price }) => (
          <Line
            key={pool.poolId}
            name={t.seats.basket.places(quantity, pool.name)}
            amount={price}
            onRemove={() => desk.setPlaces(pool.poolId, 0)}
          />
        ))}
      </ul>
      <Total amount={total} />
      <button class="button" aria-busy={desk.busy.value === "holding"} onClick={() => void desk.keep()}>
        {desk.busy.value === "holding" ? t.seats.basket.holding : t.seats.basket.hold(desk.count.value, desk.places.value.size > 0)}
      </button>
    </>
  );
}

function Held({ desk, hold }: { desk: Desk; hold: Hold }) {
  const { route } = useLocation();
  const leftMs = useDeadline(hold.expireTime);
  const until = timeOfDay(onThisClock(hold.expireTime));
  useEffect(() => {
    if (leftMs === 0) desk.expire();
  }, [leftMs, desk]);
  const pay = async () => {
    const order = await desk.order();
    if (order) route(`/checkout/${order.orderId}`);
  };
  const isShort = leftMs !== null && leftMs <= WARN_FROM_MS;
  return (
    <>
      <div class={isShort ? "hold-clock warn" : "hold-clock"}>
        <Countdown until={hold.expireTime} />
        <p>
          <strong>{t.seats.basket.yours(until)}</strong> {t.seats.basket.nobody}
        </p>
      </div>
      {isShort && !hold.extended && (
        <Notice tone="warn" live="polite">
          <p>{t.seats.basket.warn(countdown(leftMs))}</p>
          <button
            class="button secondary"
            aria-busy={desk.busy.value === "extending"}
            onClick={() => void desk.extend()}
          >
            {t.seats.basket.longer}
          </button>
        </Notice>
      )}
      <ul class="basket-lines">
        {hold.seats.map((seat) => {
          const index = desk.model.indexOf.get(seat.seatId);
          const zone = index === undefined ? undefined : desk.model.zones[desk.model.zoneOf[index] ?? 0];
          return (
            <Line
              key={seat.seatId}
              name={index === undefined ? (seat.label ?? seat.seatId) : seatLabel(desk.model, index)}
              detail={zone ? t.seats.zoneName(zone.name) : undefined}
              amount={seat.price}
              isHeld
            />
          );
        })}
        {hold.pools.map((pool) => (
          <Line
            key={pool.poolId}
            name={t.seats.basket.places(pool.quantity, poolName(desk, pool.poolId))}
            amount={times(pool.price, pool.quantity)}
            isHeld
          />
        ))}
      </ul>
      <Total amount={hold.total} />
      <button class="button" aria-busy={desk.busy.value === "ordering"} onClick={() => void pay()}>
        {desk.busy.value === "ordering" ? t.seats.basket.opening : t.seats.basket.pay(money(hold.total))}
      </button>
      <button class="link" onClick={() => void desk.release()}>
        {t.seats.basket.change}
      </button>
    </>
  );
}

const poolName = (desk: Desk, poolId: string): string =>
  desk.model.pools.find((pool) => pool.poolId === poolId)?.name ?? poolId;

function Expired({ desk }: { desk: Desk }) {
  return (
    <Notice tone="warn" live="assertive">
      <p>{t.seats.basket.expired}</p>
      <button class="button secondary" onClick={() => void desk.retake()}>
        {t.seats.basket.retake}
      </button>
    </Notice>
  );
}

interface LineProps {
  name: string;
  detail?: string | undefined;
  amount: Money;
  isHeld?: boolean;
  onRemove?: () => void;
}

function Line({ name, detail, amount, isHeld, onRemove }: LineProps) {
  return (
    <li>
      <span class="tick" aria-hidden="true">
        {isHeld ? "✓" : ""}
      </span>
      <span class="line-name">
        {name}
        {detail && <small class="muted">{detail}</small>}
      </span>
      <strong>{money(amount)}</strong>
      {onRemove && (
        <button class="icon-button quiet" aria-label={t.seats.basket.remove(name)} onClick={onRemove}>
          ×
        </button>
      )}
    </li>
  );
}

function Total({ amount }: { amount: Money }) {
  return (
    <p class="total">
      <span>{t.common.total}</span>
      <strong>{money(amount)}</strong>
    </p>
  );
}
