import { useEffect } from "preact/hooks";
import { getOrder } from "../api/routes";
import { pause, watch } from "../api/stream";
import type { Order } from "../api/types";
import { useResource, type Resource } from "../ui/useResource";

/** The floor under the stream: how often the order is asked for while it changes. */
const POLL_MS = 2000;

/** States that a payment can still move. */
export const isOpen = (order: Order): boolean => order.state === "AWAITING_PAYMENT" || order.state === "CONFIRMING";

/** An order that follows the server's by its stream, and by asking. */
export function useOrder(orderId: string): Resource<Order> {
  const resource = useResource(`order ${orderId}`, () => getOrder(orderId));
  const { data, set } = resource;
  const follows = data !== null && isOpen(data);
  useEffect(() => {
    if (!follows) return;
    const stop = new AbortController();
    let latest = -1n;
    const take = (order: Order) => {
      // Stream and poll race; the older answer loses.
      if (stop.signal.aborted || BigInt(order.version) < latest) return;
      latest = BigInt(order.version);
      set(order);
    };
    const stopWatching = watch({
      request: () => ({ path: `/v1/orders/${encodeURIComponent(orderId)}:watch` }),
      onEvent: ({ data: text }) => {
        const order = orderOf(text);
        if (order) take(order);
      },
    });
    const poll = async () => {
      while (!stop.signal.aborted) {
        await pause(POLL_MS, stop.signal);
        if (stop.signal.aborted) return;
        await getOrder(orderId).then(take, () => undefined);
      }
    };
    void poll();
    return () => {
      stop.abort();
      stopWatching();
    };
  }, [follows, orderId, set]);
  return resource;
}

function orderOf(text: string): Order | null {
  try {
    const order = JSON.parse(text) as Order;
    return order.orderId && order.version !== undefined ? order : null;
  } catch {
    return null;
  }
}
