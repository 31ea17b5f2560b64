import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Skeleton } from "../ui/Loaded";
import { Notice } from "../ui/Notice";
import type { StripeForm } from "./stripeElement";

interface StripeCardFormProps {
  form: StripeForm | null;
  failed: boolean;
  payLabel: string;
  onPay: () => void;
}

/** Stripe's Payment Element with our button below it. */
export function StripeCardForm({ form, failed, payLabel, onPay }: StripeCardFormProps) {
  const place = useRef<HTMLDivElement>(null);
  const [isMounted, setMounted] = useState(false);
  useEffect(() => {
    if (!form || !place.current) return;
    form.mount(place.current);
    setMounted(true);
  }, [form]);
  if (failed)
    return (
      <Notice tone="danger" focus>
        <p>{t.checkout.formFailed}</p>
      </Notice>
    );
  const submit = (event: Event) => {
    event.preventDefault();
    onPay();
  };
  return (
    <form class="stack card-form" onSubmit={submit}>
      {!isMounted && <Skeleton />}
      <div ref={place} />
      <button class="button pay" disabled={!isMounted}>
        {payLabel}
      </button>
    </form>
  );
}
