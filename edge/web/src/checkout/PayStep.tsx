import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { ClientConfig, Order } from "../api/types";
import { money, timeOfDay } from "../format";
import { t } from "../i18n";
import { Skeleton } from "../ui/Loaded";
import { Notice } from "../ui/Notice";
import { onThisClock } from "../ui/useDeadline";
import { StripeCardForm } from "./StripeCardForm";
import type { StripeForm } from "./stripeElement";
import { TestCardForm } from "./TestCardForm";
import { confirmWithTestCard, lookUpIntent } from "./testCards";
import { usePayment, type Attempt } from "./usePayment";

interface PayStepProps {
  order: Order;
  config: ClientConfig;
}

/** The step where money moves, by the form that this place uses. */
export function PayStep({ order, config }: PayStepProps) {
  return config.localCardForm ? <TestPayment order={order} config={config} /> : <StripePayment order={order} config={config} />;
}

function TestPayment({ order, config }: PayStepProps) {
  const lookUp = useCallback(() => lookUpIntent(config, order), [config, order.payment?.paymentIntentId]);
  const { attempt, pay } = usePayment(order, lookUp);
  return (
    <AttemptView order={order} attempt={attempt}>
      <TestCardForm
        payLabel={t.checkout.pay(money(order.total))}
        onPay={(method) => pay(() => confirmWithTestCard(config, order, method))}
      />
    </AttemptView>
  );
}

function StripePayment({ order, config }: PayStepProps) {
  const [form, setForm] = useState<StripeForm | null>(null);
  const [failed, setFailed] = useState(false);
  const clientSecret = order.payment?.clientSecret ?? "";
  useEffect(() => {
    let opened: StripeForm | null = null;
    let isCurrent = true;
    import("./stripeElement")
      .then(({ openStripeForm }) => openStripeForm(config.stripePublishableKey, clientSecret))
      .then(
        (ready) => {
          opened = ready;
          if (isCurrent) setForm(ready);
          else ready.unmount();
        },
        () => isCurrent && setFailed(true),
      );
    return () => {
      isCurrent = false;
      opened?.unmount();
    };
  }, [config.stripePublishableKey, clientSecret]);
  const { attempt, pay } = usePayment(order, form && form.lookUp);
  const isForm = attempt.kind === "ready" || (failed && attempt.kind === "looking");
  return (
    <AttemptView order={order} attempt={isForm && attempt.kind !== "ready" ? { kind: "ready", declined: null } : attempt}>
      <StripeCardForm
        form={form}
        failed={failed}
        payLabel={t.checkout.pay(money(order.total))}
        onPay={() => form && pay(() => form.confirm(location.href))}
      />
    </AttemptView>
  );
}

interface AttemptViewProps {
  order: Order;
  attempt: Attempt;
  children: ComponentChildren;
}

/** What is known of the payment; the form only while the intent waits for one. */
function AttemptView({ order, attempt, children }: AttemptViewProps) {
  switch (attempt.kind) {
    case "looking":
      return <Skeleton />;
    case "ready":
      return (
        <>
          {attempt.declined && <Declined order={order} code={attempt.declined.code} />}
          {children}
        </>
      );
    case "paying":
      return (
        <Notice tone={attempt.isLong ? "warn" : "plain"} focus live="polite">
          {attempt.isLong ? (
            <p>
              {t.checkout.asking}
              <strong>{t.checkout.doNotPay}</strong> {t.checkout.unknown}
            </p>
          ) : (
            <p>{t.checkout.paying}</p>
          )}
          <progress aria-label={t.checkout.title} />
        </Notice>
      );
    case "bank-check":
      return (
        <Notice tone="plain" focus live="polite">
          <p>{t.checkout.bank}</p>
          {attempt.url && (
            <p>
              <a class="button" href={attempt.url} target="_blank" rel="noopener">
                {t.checkout.approve}
              </a>
            </p>
          )}
          <p class="muted">{t.checkout.bankWaiting}</p>
        </Notice>
      );
  }
}

function Declined({ order, code }: { order: Order; code: string | null }) {
  const until = order.expireTime ? timeOfDay(onThisClock(order.expireTime)) : null;
  return (
    <Notice tone="danger" focus live="assertive">
      <p>{t.checkout.declined(until)}</p>
      {code && <p class="muted">{t.checkout.declineCode(code)}</p>}
    </Notice>
  );
}
