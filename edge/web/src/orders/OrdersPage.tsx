import { useEffect, useState } from "preact/hooks";
import { RequireAccount } from "../account/RequireAccount";
import { listOrders } from "../api/routes";
import type { Order, OrderPage } from "../api/types";
import { dateAndTime, money } from "../format";
import { t } from "../i18n";
import { Loaded } from "../ui/Loaded";
import { Page } from "../ui/Page";
import { useResource } from "../ui/useResource";
import { OrderBadge } from "./OrderBadge";
import { ticketCount } from "./OrderLines";
import "./orders.css";

/** `/orders`: everything that was ordered, newest first. */
export default function OrdersPage() {
  return (
    <Page title={t.orders.title}>
      <RequireAccount>
        <Orders />
      </RequireAccount>
    </Page>
  );
}

function Orders() {
  const first = useResource("orders", () => listOrders());
  return <Loaded of={first}>{(page) => <OrderPages first={page} />}</Loaded>;
}

function OrderPages({ first }: { first: OrderPage }) {
  const [pages, setPages] = useState([first]);
  const [failed, setFailed] = useState(false);
  useEffect(() => setPages([first]), [first]);
  const orders = pages.flatMap((page) => page.orders);
  const next = pages.at(-1)?.nextPageToken ?? "";
  const more = () =>
    listOrders(next).then(
      (page) => {
        setFailed(false);
        setPages([...pages, page]);
      },
      () => setFailed(true),
    );
  if (!orders.length)
    return (
      <div class="stack">
        <p class="empty">{t.orders.empty}</p>
        <p>
          <a class="button" href="/">
            {t.orders.find}
          </a>
        </p>
      </div>
    );
  return (
    <>
      <ul class="plain-list">
        {orders.map((order) => (
          <li key={order.orderId}>
            <OrderRow order={order} />
          </li>
        ))}
      </ul>
      {failed && <p role="alert">{t.common.failed}</p>}
      {next && (
        <button class="button secondary" onClick={() => void more()}>
          {t.common.more}
        </button>
      )}
    </>
  );
}

function OrderRow({ order }: { order: Order }) {
  return (
    <article class="card order-row">
      <div class="card-text">
        <h2>
          <a href={`/orders/${order.orderId}`}>{order.eventName}</a>
        </h2>
        <p class="muted">{t.orders.placed(dateAndTime(order.createTime))}</p>
        <p class="card-foot">
          <span>{t.common.tickets(ticketCount(order))}</span>
          <strong>{money(order.total)}</strong>
          <OrderBadge state={order.state} />
        </p>
      </div>
    </article>
  );
}
