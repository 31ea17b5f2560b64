import { useState } from "preact/hooks";
import { t } from "../i18n";
import { TEST_METHODS, type TestMethod } from "./testCards";

interface TestCardFormProps {
  payLabel: string;
  onPay: (method: TestMethod) => void;
}

/** Where no real money moves: the same step as Stripe's form, with what the card shall do. */
export function TestCardForm({ payLabel, onPay }: TestCardFormProps) {
  const [method, setMethod] = useState<TestMethod>("pays");
  const submit = (event: Event) => {
    event.preventDefault();
    onPay(method);
  };
  return (
    <form class="stack card-form" onSubmit={submit}>
      <p class="test-label">{t.checkout.test}</p>
      <fieldset>
        <legend>{t.checkout.outcome}</legend>
        {(Object.keys(TEST_METHODS) as TestMethod[]).map((name) => (
          <label class="choice" key={name}>
            <input
              type="radio"
              name="test-card"
              value={name}
              checked={method === name}
              onChange={() => setMethod(name)}
            />
            <span>
              {t.checkout.outcomes[name]}
              <small class="muted">{t.checkout.outcomes[`${name}Hint`]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <button class="button pay">{payLabel}</button>
    </form>
  );
}
