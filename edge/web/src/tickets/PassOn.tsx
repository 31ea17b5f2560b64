import { useState } from "preact/hooks";
import { looksLikeEmail } from "../account/codes";
import { Problem } from "../api/problem";
import { cancelTransfer, transferTicket } from "../api/routes";
import type { Ticket } from "../api/types";
import { t } from "../i18n";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";

interface PassOnProps {
  ticket: Ticket;
  onTicket: (ticket: Ticket) => void;
}

/** Offers a ticket to another address, and takes the offer back. */
export function PassOn({ ticket, onTicket }: PassOnProps) {
  const [isOpen, setOpen] = useState(false);
  const [email, setEmail] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const attempt = async (work: () => Promise<Ticket>) => {
    if (isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      onTicket(await work());
      setOpen(false);
    } catch (error) {
      setFailure(explain(error));
    } finally {
      setBusy(false);
    }
  };

  if (ticket.state === "TRANSFERRING")
    return (
      <Notice tone="warn" live="polite">
        <p>{email ? t.tickets.passOn.sent(email) : t.tickets.passOn.pending}</p>
        {ticket.transferId && (
          <button
            class="button secondary"
            aria-busy={isBusy}
            onClick={() =>
              void attempt(async () => {
                await cancelTransfer(ticket.transferId ?? "");
                return { ...ticket, state: "ACTIVE", transferId: "" };
              })
            }
          >
            {t.tickets.passOn.takeBack}
          </button>
        )}
        {failure && <p role="alert">{failure}</p>}
      </Notice>
    );
  const submit = (event: Event) => {
    event.preventDefault();
    const address = email.trim();
    if (!looksLikeEmail(address)) return setFailure(t.account.emailInvalid);
    void attempt(async () => {
      const transfer = await transferTicket(ticket.ticketId, address);
      return { ...ticket, state: "TRANSFERRING", transferId: transfer.transferId };
    });
  };
  return (
    <div class="stack">
      <p>
        <button class="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t.tickets.passOn.open}
        </button>
      </p>
      {isOpen && (
        <form class="stack" onSubmit={submit} noValidate>
          <Field label={t.tickets.passOn.email} hint={t.tickets.passOn.emailHint} error={failure}>
            {(control) => (
              <input
                {...control}
                type="email"
                autoComplete="off"
                value={email}
                onInput={(event) => setEmail(event.currentTarget.value)}
              />
            )}
          </Field>
          <p class="hint">{t.tickets.passOn.note}</p>
          <button class="button secondary" aria-busy={isBusy}>
            {t.tickets.passOn.send}
          </button>
        </form>
      )}
    </div>
  );
}

function explain(error: unknown): string {
  if (!(error instanceof Problem)) return t.tickets.passOn.failed;
  if (error.status === 400) return t.tickets.passOn.self;
  return error.status === 409 ? t.tickets.passOn.gone : t.tickets.passOn.failed;
}
