import { useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { RequireAccount } from "../account/RequireAccount";
import { cancelOrder } from "../api/routes";
import type { ClientConfig, Order } from "../api/types";
import { loadClientConfig } from "../config";
import { money, timeOfDay } from "../format";
import { t } from "../i18n";
import { OrderLines } from "../orders/OrderLines";
import { Countdown } from "../ui/Countdown";
import { Failure, Loaded } from "../ui/Loaded";
import { Notice } from "../ui/Notice";
import { Page } from "../ui/Page";
import { onThisClock } from "../ui/useDeadline";
import { useResource } from "../ui/useResource";
import { Ended } from "./Ended";
import { Paid } from "./Paid";
import { PayStep } from "./PayStep";
import { useOrder } from "./useOrder";
import "./checkout.css";

/** `/checkout/{o}`: pay once, surely. Everything on it comes from the order and from the intent. */
export default function CheckoutPage({ id }: { id: string }) {
  return (
    <Page title={t.checkout.title} wide>
      <RequireAccount>
        <Checkout orderId={id} />
      </RequireAccount>
    </Page>
  );
}

function Checkout({ orderId }: { orderId: string }) {
  const order = useOrder(orderId);
  const config = useResource("client-config", loadClientConfig);
  if (config.error) return <Failure error={config.error} retryAtMs={config.retryAtMs} onRetry={config.reload} />;
  return (
    <Loaded of={order}>
      {(loaded) => (
        <div class="checkout-columns">
          <Step order={loaded} config={config.data} onOrder={order.set} />
          <Summary order={loaded} />
        </div>
      )}
    </Loaded>
  );
}

interface StepProps {
  order: Order;
  config: ClientConfig | null;
  onOrder: (order: Order) => void;
}

function Step({ order, config, onOrder }: StepProps) {
  switch (order.state) {
    case "AWAITING_PAYMENT":
      return (
        <div class="stack">
          <KeptUntil order={order} />
          {order.payment && config ? <PayStep key={order.payment.paymentIntentId} order={order} config={config} /> : null}
          <GiveUp order={order} onOrder={onOrder} />
        </div>
      );
    case "CONFIRMING":
      return (
        <Notice tone="plain" live="polite">
          <p>{t.checkout.paying}</p>
          <progress aria-label={t.checkout.title} />
        </Notice>
      );
    case "PAID":
    case "PARTIALLY_REFUNDED":
      return <Paid order={order} />;
    case "REFUNDED":
    case "CANCELLED":
    case "EXPIRED":
      return <Ended order={order} />;
  }
}

function KeptUntil({ order }: { order: Order }) {
  if (!order.expireTime) return null;
  return (
    <div class="hold-clock">
      <Countdown until={order.expireTime} />
      <p>
        <strong>{t.checkout.keptUntil(timeOfDay(onThisClock(order.expireTime)))}</strong>
      </p>
    </div>
  );
}

function GiveUp({ order, onOrder }: { order: Order; onOrder: (order: Order) => void }) {
  const { route } = useLocation();
  const [failed, setFailed] = useState(false);
  const giveUp = async () => {
    setFailed(false);
    try {
      onOrder(await cancelOrder(order.orderId));
      route(`/events/${order.eventId}/seats`);
    } catch {
      // It may be paid by now: the order itself says what is so.
      setFailed(true);
    }
  };
  useEffect(() => setFailed(false), [order.version]);
  return (
    <p>
      <button class="link" onClick={() => void giveUp()}>
        {t.checkout.giveUp}
      </button>
      {failed && <span role="alert"> {t.common.failed}</span>}
    </p>
  );
}

function Summary({ order }: { order: Order }) {
  return (
    <aside class="panel stack" aria-labelledby="summary">
      <h2 id="summary">{t.checkout.summary}</h2>
      <p>
        <a href={`/events/${order.eventId}`}>{order.eventName}</a>
      </p>
      <OrderLines order={order} />
      <p class="total">
        <span>{t.common.total}</span>
        <strong>{money(order.total)}</strong>
      </p>
    </aside>
  );
}
